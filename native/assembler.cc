#include "assembler.h"

namespace facec {

// The three-byte form, which can say everything.
void Assembler::Vex(Prefix prefix, Table table, bool wide, int reg, int second, int high, int high_index) {
  Byte(0xc4);
  Byte((reg >> 3 ? 0 : 0x80) | (high_index ? 0 : 0x40) | (high ? 0 : 0x20) | table);
  Byte((~second & 15) << 3 | (wide ? 4 : 0) | prefix);
}

// Always with an index byte and four bytes of offset: all bases are alike then.
void Assembler::Indirect(int reg, const Memory& at) {
  Byte(0x84 | (reg & 7) << 3);
  const int shift = at.scale == 4 ? 2 : at.scale == 2 ? 1 : 0;
  const int index = at.scale == 0 ? 4 : kRcx;  // 4: none
  Byte(shift << 6 | index << 3 | (at.base & 7));
  Number(static_cast<uint32_t>(at.offset), 4);
}

void Assembler::Number(uint64_t number, int bytes) {
  for (int i = 0; i < bytes; ++i) Byte(number >> (8 * i) & 0xff);
}

void Assembler::LoadPointer(Gpr to, Gpr from, int32_t offset) {
  Byte(0x48 | (to >> 3) << 2 | (from >> 3));
  Byte(0x8b);
  Indirect(to, {from, 0, offset});
}

void Assembler::LoadNumber(Gpr to, uint64_t number) {
  Byte(0x48 | to >> 3);
  Byte(0xb8 | (to & 7));
  Number(number, 8);
}

void Assembler::Prefetch(const Memory& at) {
  if (at.base >> 3) Byte(0x41);
  Byte(0x0f);
  Byte(0x18);
  Indirect(1, at);
}

void Assembler::Push(Gpr reg) {
  if (reg >> 3) Byte(0x41);
  Byte(0x50 | (reg & 7));
}

void Assembler::Pop(Gpr reg) {
  if (reg >> 3) Byte(0x41);
  Byte(0x58 | (reg & 7));
}

void Assembler::ClearRcx() {
  Byte(0x31);
  Byte(0xc9);
}

void Assembler::Repeat(size_t start) {
  for (uint8_t byte : {0x48, 0x83, 0xc1, 0x08, 0x48, 0x39, 0xd1, 0x0f, 0x8c}) Byte(byte);  // add rcx, 8; cmp rcx, rdx; jl
  Number(static_cast<uint32_t>(static_cast<int64_t>(start) - static_cast<int64_t>(size() + 4)), 4);
}

void Assembler::Return() {
  for (uint8_t byte : {0xc5, 0xf8, 0x77, 0xc3}) Byte(byte);  // vzeroupper; ret
}

}  // namespace facec
