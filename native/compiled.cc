#include "compiled.h"

#include <sys/mman.h>

#include <algorithm>
#include <cstdlib>
#include <cstring>

#include "values.h"

namespace facec {

#if defined(__x86_64__)
namespace {

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

class Compiler : private Values {
 public:
  Compiler(const Program& program, const CodeLayout& layout) : Values(program, layout) {}

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
