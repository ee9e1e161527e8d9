// What a loop computes entry by entry: each operation of the pointwise kernel over a short run of float32 numbers.
//
// Loops without branches, which compilers turn into vector code. Elementary functions are computed in float64 and
// rounded once, so that they are right to the last digit of float32 up to ties; their edges are those of JavaScript's Math.
#pragma once

#include <cstdint>

namespace facec {

enum class Operation : int32_t {
  kAbs, kAdd, kAnd, kArccos, kCos, kDivide, kEqual, kExp, kExpm1, kFloor, kGreater, kGreaterEqual, kLess, kLessEqual,
  kLog, kLog1p, kMaximum, kMinimum, kMultiply, kMultiplyAdd, kNegate, kNot, kNotEqual, kOr, kPower, kSelect, kSign, kSin,
  kSoftplus, kSqrt, kSubtract, kCount,
};

// to[i] = operation(a[i], b[i], c[i]) for i < count. Operands that the operation does not take are ignored; `to` may be
// one of them, or overlap none.
using Function = void (*)(float* to, const float* a, const float* b, const float* c, int64_t count);

// By the names that steps use ("greaterEqual"); kCount where there is none.
Operation OperationNamed(const char* name);
int OperandsOf(Operation operation);
Function FunctionOf(Operation operation);

}  // namespace facec
