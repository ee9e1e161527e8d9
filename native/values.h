// The values of a program in the vector registers of its machine code: which is where, and what makes room for what.
#pragma once

#include <algorithm>
#include <limits>
#include <vector>

#include "assembler.h"
#include "compiled.h"

namespace facec {

constexpr int kValues = 13;  // vector registers that hold values; the rest are for what an operation needs in between
constexpr int kScratch = 13;
constexpr int kScratch2 = 14;
constexpr int kScratch3 = 15;
constexpr int kLast = std::numeric_limits<int>::max();
// Bytes that are asked for ahead: processors look ahead within a page only.
constexpr int32_t kAhead = 2048;

// Numbers that the code needs, eight times each.
enum Constant { kOnes, kMinusOnes, kSigns, kMagnitudes, kLowBit, kHalfUnit, kQuietBit, kConstants };
constexpr uint32_t kConstantBits[kConstants] = {0x3f800000, 0xbf800000, 0x80000000, 0x7fffffff, 1, 0x7fff, 0x40};

struct Constants {
  alignas(32) uint32_t values[kConstants][8];
};

inline const Constants& TheConstants() {
  static const Constants* constants = [] {
    auto* made = new Constants;
    for (int i = 0; i < kConstants; ++i) std::fill_n(made->values[i], 8, kConstantBits[i]);
    return made;
  }();
  return *constants;
}

// An iteration computes eight entries: rcx counts them up to rdx, rsi has the frame's tiles, rdi the pointers.
class Values {
 protected:
  Values(const Program& program, const CodeLayout& layout) : program_(program), layout_(layout), places_(program.registers.size()) {
    for (size_t i = 0; i < program.registers.size(); ++i) {
      const Register& reg = program.registers[i];
      if (reg.source != Source::kOperation || reg.reach != Reach::kEntry) continue;
      for (int k = 0; k < OperandsOf(reg.operation); ++k) places_[reg.args[k]].uses.push_back(static_cast<int>(i));
    }
    for (const Result& result : program.results) places_[result.reg].uses.push_back(kLast);
  }

  struct Place {
    int vector = -1;      // the vector register that holds it
    bool is_mask = false; // all bits or none, for 1 and 0
    bool is_spilled = false;
    std::vector<int> uses;
  };

  static constexpr Gpr kKept[] = {kRbx, kRbp, kR12, kR13, kR14, kR15};
  static constexpr Gpr kPointers[] = {kR8, kR9, kR10, kRbx, kRbp, kR12, kR13, kR14, kR15};
  static constexpr int kPointerCount = sizeof(kPointers) / sizeof(Gpr);

  void Enter() {
    for (Gpr reg : kKept) code_.Push(reg);
    const int pointers = static_cast<int>(layout_.operands.size() + layout_.outputs.size());
    for (int i = 0; i < std::min(pointers, kPointerCount); ++i) code_.LoadPointer(kPointers[i], kRdi, 8 * i);
    code_.LoadNumber(kR11, reinterpret_cast<uint64_t>(&TheConstants()));
    code_.ClearRcx();
  }

  void Leave() {
    for (int i = sizeof(kKept) / sizeof(Gpr); i-- > 0;) code_.Pop(kKept[i]);
    code_.Return();
  }

  void Ahead() {
    for (size_t i = 0; i < layout_.operands.size(); ++i) {
      if (!IsEntry(static_cast<int>(i))) continue;
      Memory at = Pointed(static_cast<int>(i), layout_.operands[i] == Type::kBfloat16 ? 2 : 4);
      at.offset += kAhead;
      code_.Prefetch(at);
    }
  }

  bool IsEntry(int operand) const {
    for (size_t i = 0; i < program_.registers.size(); ++i) {
      const Register& reg = program_.registers[i];
      if (reg.source == Source::kOperand && reg.operand == operand) return reg.reach == Reach::kEntry && !places_[i].uses.empty();
    }
    return false;
  }

  Memory Pointed(int pointer, int scale) {
    if (pointer < kPointerCount && pointer < static_cast<int>(layout_.operands.size() + layout_.outputs.size())) return {kPointers[pointer], scale, 0};
    code_.LoadPointer(kRax, kRdi, 8 * pointer);
    return {kRax, scale, 0};
  }

  Memory Slot(int reg) const {
    const bool moves = program_.registers[reg].reach != Reach::kFixed;
    return {kRsi, moves ? 4 : 0, static_cast<int32_t>(layout_.slots[reg] * 4)};
  }

  static Memory ConstantAt(Constant constant) { return {kR11, 0, constant * 32}; }

  // A free one; the value that is wanted last makes room, those of the operation at hand excepted.
  int Take() {
    for (int v = 0; v < kValues; ++v) if (holder_[v] < 0) return v;
    int furthest = -1;
    for (int v = 0; v < kValues; ++v) {
      if (pinned_[v]) continue;
      if (furthest < 0 || NextUse(holder_[v]) > NextUse(holder_[furthest])) furthest = v;
    }
    Spill(furthest);
    return furthest;
  }

  int NextUse(int reg) const {
    for (int use : places_[reg].uses) if (use > now_) return use;
    return kLast;
  }

  void Spill(int v) {
    const int reg = holder_[v];
    const Register& which = program_.registers[reg];
    if (which.source == Source::kOperation && which.reach == Reach::kEntry && !places_[reg].is_spilled) {
      Move(v, Slot(reg));
      places_[reg].is_spilled = true;
    }
    places_[reg].vector = -1;
    holder_[v] = -1;
  }

  void Hold(int v, int reg) {
    holder_[v] = reg;
    places_[reg].vector = v;
    pinned_[v] = true;
  }

  // The register's value in a vector register; numbers where `as_number` and it is a mask.
  int Get(int reg, bool as_number = true) {
    Place& place = places_[reg];
    if (place.vector < 0) {
      const int v = Take();
      Load(v, reg);
      Hold(v, reg);
    }
    pinned_[place.vector] = true;
    if (as_number && place.is_mask) {
      code_.Vector(kNone, k0F, 0x54, place.vector, place.vector, ConstantAt(kOnes));  // vandps
      place.is_mask = false;
      place.is_spilled = false;
    }
    return place.vector;
  }

  void Load(int v, int reg) {
    const Register& which = program_.registers[reg];
    if (which.source != Source::kOperand || which.reach != Reach::kEntry) return code_.Vector(kNone, k0F, 0x10, v, 0, Slot(reg));
    switch (layout_.operands[which.operand]) {
      case Type::kFloat32: return code_.Vector(kNone, k0F, 0x10, v, 0, Pointed(which.operand, 4));  // vmovups
      case Type::kInt32: return code_.Vector(kNone, k0F, 0x5b, v, 0, Pointed(which.operand, 4));    // vcvtdq2ps
      case Type::kBfloat16:
        code_.Vector(k66, k0F38, 0x33, v, 0, Pointed(which.operand, 2));  // vpmovzxwd
        Shift(v, v, 6, 16);
    }
  }

  void Move(int v, const Memory& to) { code_.Vector(kNone, k0F, 0x11, v, 0, to); }

  // vpslld (6) or vpsrld (2)
  void Shift(int to, int from, int which, uint8_t by) {
    code_.Vector(k66, k0F, 0x72, which, to, from);
    code_.Byte(by);
  }

  // After an operation: values that nobody reads any more are let go.
  void Release() {
    for (int v = 0; v < kValues; ++v) {
      pinned_[v] = false;
      if (holder_[v] < 0) continue;
      const auto& uses = places_[holder_[v]].uses;
      const bool is_entry = program_.registers[holder_[v]].reach == Reach::kEntry && program_.registers[holder_[v]].source == Source::kOperation;
      const bool is_wanted = std::any_of(uses.begin(), uses.end(), [&](int use) { return use > now_ && !(is_entry && use == kLast); });
      if (is_wanted) continue;
      places_[holder_[v]].vector = -1;
      holder_[v] = -1;
    }
  }

  const Program& program_;
  const CodeLayout& layout_;
  Assembler code_;
  std::vector<Place> places_;
  int holder_[kValues] = {-1, -1, -1, -1, -1, -1, -1, -1, -1, -1, -1, -1, -1};
  bool pinned_[kValues] = {};
  int now_ = 0;
};

}  // namespace facec
