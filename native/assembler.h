// Writes machine code for x86-64 with AVX2: as much of it as loops over float32 need.
#pragma once

#include <cstddef>
#include <cstdint>
#include <vector>

namespace facec {

// General registers by their numbers.
enum Gpr { kRax = 0, kRcx = 1, kRdx = 2, kRbx = 3, kRbp = 5, kRsi = 6, kRdi = 7, kR8 = 8, kR9 = 9, kR10 = 10, kR11 = 11, kR12 = 12, kR13 = 13, kR14 = 14, kR15 = 15 };

// Memory at base + scale * rcx + offset; scale 0: without rcx.
struct Memory {
  Gpr base;
  int scale;
  int32_t offset;
};

// Prefix and table of an instruction, as the VEX encoding has them.
enum Prefix { kNone = 0, k66 = 1, kF3 = 2 };
enum Table { k0F = 1, k0F38 = 2, k0F3A = 3 };

class Assembler {
 public:
  // op to, a, b with 8 numbers each, and with b in memory. What takes two operands only leaves `a` 0.
  void Vector(Prefix prefix, Table table, uint8_t op, int to, int a, int b) { Vex(prefix, table, true, to, a, b >> 3, 0); Byte(op); Direct(to, b); }
  void Vector(Prefix prefix, Table table, uint8_t op, int to, int a, const Memory& b) {
    Vex(prefix, table, true, to, a, b.base >> 3, 0);
    Byte(op);
    Indirect(to, b);
  }
  // The same on the lower half of the registers.
  void Half(Prefix prefix, Table table, uint8_t op, int to, int a, int b) { Vex(prefix, table, false, to, a, b >> 3, 0); Byte(op); Direct(to, b); }
  void Half(Prefix prefix, Table table, uint8_t op, int to, int a, const Memory& b) {
    Vex(prefix, table, false, to, a, b.base >> 3, 0);
    Byte(op);
    Indirect(to, b);
  }
  void Byte(uint8_t byte) { bytes_.push_back(byte); }

  void LoadPointer(Gpr to, Gpr from, int32_t offset);
  void LoadNumber(Gpr to, uint64_t number);
  void Prefetch(const Memory& at);
  void Push(Gpr reg);
  void Pop(Gpr reg);
  void ClearRcx();
  // rcx += 8, and back to `start` while it is below rdx.
  void Repeat(size_t start);
  void Return();

  size_t size() const { return bytes_.size(); }
  const std::vector<uint8_t>& bytes() const { return bytes_; }

 private:
  void Vex(Prefix prefix, Table table, bool wide, int reg, int second, int high, int high_index);
  void Direct(int reg, int rm) { Byte(0xc0 | (reg & 7) << 3 | (rm & 7)); }
  void Indirect(int reg, const Memory& at);
  void Number(uint64_t number, int bytes);

  std::vector<uint8_t> bytes_;
};

}  // namespace facec
