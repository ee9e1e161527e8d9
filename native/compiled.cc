#include "compiled.h"

#include <sys/mman.h>

#include <algorithm>
#include <cstdlib>
#include <cstring>
#include <limits>

#include "assembler.h"

namespace facec {

#if defined(__x86_64__)
namespace {

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

const Constants& TheConstants() {
  static const Constants* constants = [] {
    auto* made = new Constants;
    for (int i = 0; i < kConstants; ++i) std::fill_n(made->values[i], 8, kConstantBits[i]);
    return made;
  }();
  return *constants;
}

// Comparisons as vcmpps numbers them; the letters say what becomes of a NaN.
enum Compare { kEq = 0x00, kUnordered = 0x03, kNe = 0x04, kLt = 0x11, kLe = 0x12, kGe = 0x1d, kGt = 0x1e };

int CompareOf(Operation operation) {
  switch (operation) {
    case Operation::kEqual: return kEq;
    case Operation::kNotEqual: return kNe;
    case Operation::kLess: return kLt;
    case Operation::kLessEqual: return kLe;
    case Operation::kGreater: return kGt;
    case Operation::kGreaterEqual: return kGe;
    default: return -1;
  }
}

bool IsSimple(Operation operation) {
  switch (operation) {
    case Operation::kArccos: case Operation::kCos: case Operation::kExp: case Operation::kExpm1: case Operation::kLog:
    case Operation::kLog1p: case Operation::kPower: case Operation::kSin: case Operation::kSoftplus:
      return false;
    default:
      return true;
  }
}

class Compiler {
 public:
  Compiler(const Program& program, const CodeLayout& layout) : program_(program), layout_(layout), places_(program.registers.size()) {
    for (size_t i = 0; i < program.registers.size(); ++i) {
      const Register& reg = program.registers[i];
      if (reg.source != Source::kOperation || reg.reach != Reach::kEntry) continue;
      for (int k = 0; k < OperandsOf(reg.operation); ++k) places_[reg.args[k]].uses.push_back(static_cast<int>(i));
    }
    for (const Result& result : program.results) places_[result.reg].uses.push_back(kLast);
  }

  const Assembler& Write() {
    Enter();
    const size_t start = code_.size();
    Ahead();
    for (size_t i = 0; i < program_.registers.size(); ++i) {
      const Register& reg = program_.registers[i];
      if (reg.source != Source::kOperation || reg.reach != Reach::kEntry || places_[i].uses.empty()) continue;
      now_ = static_cast<int>(i);
      Compute(now_, reg);
      Deliver(now_);
      Release();
    }
    now_ = kLast - 1;
    for (size_t i = 0; i < program_.registers.size(); ++i) {
      const Register& reg = program_.registers[i];
      if (reg.source != Source::kOperation || reg.reach != Reach::kEntry) Deliver(static_cast<int>(i));
    }
    code_.Repeat(start);
    Leave();
    return code_;
  }

 private:
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

  // ---- Vector registers.

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

  // ---- Operations.

  void Arithmetic(uint8_t op, int to, int a, int b) { code_.Vector(kNone, k0F, op, to, a, b); }
  void Arithmetic(uint8_t op, int to, int a, Constant b) { code_.Vector(kNone, k0F, op, to, a, ConstantAt(b)); }

  void CompareTo(int to, int a, int b, int how) {
    code_.Vector(kNone, k0F, 0xc2, to, a, b);
    code_.Byte(how);
  }

  // to = mask ? yes : no
  void Blend(int to, int no, int yes, int mask) {
    code_.Vector(k66, k0F3A, 0x4a, to, no, yes);
    code_.Byte(mask << 4);
  }

  void Zero(int v) { Arithmetic(0x57, v, v, v); }

  // Whether the register is not 0, as a mask in a scratch register or where it stands.
  int Truth(int reg, int scratch) {
    const int v = Get(reg, false);
    if (places_[reg].is_mask) return v;
    Zero(kScratch3);
    CompareTo(scratch, v, kScratch3, kNe);
    return scratch;
  }

  void Compute(int i, const Register& reg) {
    const Operation operation = reg.operation;
    if (operation == Operation::kSelect) return Select(i, reg);
    if (operation == Operation::kAnd || operation == Operation::kOr || operation == Operation::kNot) return Logic(i, reg);
    const int count = OperandsOf(operation);
    const int a = Get(reg.args[0]);
    const int b = count > 1 ? Get(reg.args[1]) : a;
    const int c = count > 2 ? Get(reg.args[2]) : a;
    const int to = Take();
    Hold(to, i);
    const int how = CompareOf(operation);
    if (how >= 0) {
      CompareTo(to, a, b, how);
      places_[i].is_mask = true;
      return;
    }
    switch (operation) {
      case Operation::kAdd: return Arithmetic(0x58, to, a, b);
      case Operation::kMultiply: return Arithmetic(0x59, to, a, b);
      case Operation::kSubtract: return Arithmetic(0x5c, to, a, b);
      case Operation::kDivide: return Arithmetic(0x5e, to, a, b);
      case Operation::kMinimum: return Extreme(0x5d, to, a, b);
      case Operation::kMaximum: return Extreme(0x5f, to, a, b);
      case Operation::kSqrt: return Arithmetic(0x51, to, 0, a);
      case Operation::kAbs: return Arithmetic(0x54, to, a, kMagnitudes);
      case Operation::kNegate: return Arithmetic(0x57, to, a, kSigns);
      case Operation::kFloor:
        code_.Vector(k66, k0F3A, 0x08, to, 0, a);  // vroundps, down
        return code_.Byte(9);
      case Operation::kMultiplyAdd:
        code_.Vector(kNone, k0F, 0x28, to, 0, c);         // vmovaps
        return code_.Vector(k66, k0F38, 0xb8, to, a, b);  // vfmadd231ps
      case Operation::kSign: return Sign(to, a);
      default: return;
    }
  }

  // The instruction gives b where a is missing; the operation gives a.
  void Extreme(uint8_t op, int to, int a, int b) {
    Arithmetic(op, to, a, b);
    CompareTo(kScratch, a, a, kUnordered);
    Blend(to, to, a, kScratch);
  }

  void Sign(int to, int a) {
    Zero(kScratch3);
    CompareTo(kScratch, a, kScratch3, kGt);
    code_.Vector(kNone, k0F, 0x10, kScratch2, 0, ConstantAt(kOnes));
    Blend(to, a, kScratch2, kScratch);
    CompareTo(kScratch, a, kScratch3, kLt);
    code_.Vector(kNone, k0F, 0x10, kScratch2, 0, ConstantAt(kMinusOnes));
    Blend(to, to, kScratch2, kScratch);
  }

  void Select(int i, const Register& reg) {
    const int yes = Get(reg.args[1]);
    const int no = Get(reg.args[2]);
    const int mask = Truth(reg.args[0], kScratch);
    const int to = Take();
    Hold(to, i);
    Blend(to, no, yes, mask);
  }

  void Logic(int i, const Register& reg) {
    const int a = Truth(reg.args[0], kScratch);
    const int b = reg.operation == Operation::kNot ? a : Truth(reg.args[1], kScratch2);
    const int to = Take();
    Hold(to, i);
    places_[i].is_mask = true;
    if (reg.operation == Operation::kAnd) return Arithmetic(0x54, to, a, b);
    if (reg.operation == Operation::kOr) return Arithmetic(0x56, to, a, b);
    CompareTo(kScratch3, kScratch3, kScratch3, 0x0f);  // all bits
    Arithmetic(0x55, to, a, kScratch3);                // vandnps: not a, and
  }

  // ---- What comes out.

  void Deliver(int reg) {
    int output = 0;
    int sum = static_cast<int>(layout_.operands.size() + layout_.outputs.size());
    for (const Result& result : program_.results) {
      if (result.reg == reg) Give(result, output, sum);
      output += result.kind == ResultKind::kMoments ? 2 : 1;
      if (result.kind != ResultKind::kMap) sum += 3;
    }
  }

  void Give(const Result& result, int output, int sum) {
    const int v = Get(result.reg);
    switch (result.kind) {
      case ResultKind::kMap: return Store(v, output);
      case ResultKind::kRows: return Move(v, Pointed(sum, 4));
      case ResultKind::kColumns: case ResultKind::kTotal: return Accumulate(v, sum);
      case ResultKind::kMoments:
        code_.Vector(kNone, k0F, 0x10, kScratch2, 0, Pointed(sum + 2, 4));
        Arithmetic(0x5c, kScratch2, v, kScratch2);
        Accumulate(kScratch2, sum);
        code_.Vector(kNone, k0F, 0x10, kScratch, 0, Pointed(sum + 1, 4));
        code_.Vector(k66, k0F38, 0xb8, kScratch, kScratch2, kScratch2);
        return Move(kScratch, Pointed(sum + 1, 4));
    }
  }

  void Accumulate(int v, int pointer) {
    const Memory at = Pointed(pointer, 4);
    code_.Vector(kNone, k0F, 0x58, kScratch, v, at);
    Move(kScratch, at);
  }

  void Store(int v, int output) {
    const int pointer = static_cast<int>(layout_.operands.size()) + output;
    if (layout_.outputs[output] == Type::kFloat32) return Move(v, Pointed(pointer, 4));
    // To the nearest bfloat16, ties to even: half a unit less one, and the lowest bit that stays, are added before the cut.
    Shift(kScratch, v, 2, 16);
    code_.Vector(k66, k0F, 0xeb, kScratch2, kScratch, ConstantAt(kQuietBit));  // vpor: what a NaN becomes
    code_.Vector(k66, k0F, 0xdb, kScratch, kScratch, ConstantAt(kLowBit));     // vpand
    code_.Vector(k66, k0F, 0xfe, kScratch, kScratch, ConstantAt(kHalfUnit));   // vpaddd
    code_.Vector(k66, k0F, 0xfe, kScratch, kScratch, v);
    Shift(kScratch, kScratch, 2, 16);
    CompareTo(kScratch3, v, v, kUnordered);
    Blend(kScratch, kScratch, kScratch2, kScratch3);
    code_.Vector(k66, k0F3A, 0x39, kScratch, 0, kScratch2);  // vextracti128: from the first to the second
    code_.Byte(1);
    code_.Half(k66, k0F38, 0x2b, kScratch, kScratch, kScratch2);    // vpackusdw
    code_.Half(kF3, k0F, 0x7f, kScratch, 0, Pointed(pointer, 2));  // vmovdqu
  }

  const Program& program_;
  const CodeLayout& layout_;
  Assembler code_;
  std::vector<Place> places_;
  int holder_[kValues] = {-1, -1, -1, -1, -1, -1, -1, -1, -1, -1, -1, -1, -1};
  bool pinned_[kValues] = {};
  int now_ = 0;
};

}  // namespace

std::unique_ptr<Code> Code::Compile(const Program& program, const CodeLayout& layout) {
  if (!__builtin_cpu_supports("avx2") || !__builtin_cpu_supports("fma")) return nullptr;
  // The other road, for tests and for whoever suspects this one.
  if (std::getenv("FACEC_INTERPRET_LOOPS") != nullptr) return nullptr;
  for (const Register& reg : program.registers) {
    if (reg.source == Source::kOperation && reg.reach == Reach::kEntry && !IsSimple(reg.operation)) return nullptr;
  }
  Compiler compiler(program, layout);
  const std::vector<uint8_t>& bytes = compiler.Write().bytes();
  void* memory = mmap(nullptr, bytes.size(), PROT_READ | PROT_WRITE, MAP_PRIVATE | MAP_ANONYMOUS, -1, 0);
  if (memory == MAP_FAILED) return nullptr;
  std::memcpy(memory, bytes.data(), bytes.size());
  if (mprotect(memory, bytes.size(), PROT_READ | PROT_EXEC) != 0) {
    munmap(memory, bytes.size());
    return nullptr;
  }
  return std::unique_ptr<Code>(new Code(memory, bytes.size()));
}

#else

std::unique_ptr<Code> Code::Compile(const Program&, const CodeLayout&) { return nullptr; }

#endif

Code::~Code() { munmap(memory_, size_); }

}  // namespace facec
