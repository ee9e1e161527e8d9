#include "functions.h"

#include <cmath>
#include <cstring>
#include <limits>

namespace facec {
namespace {

// Entries do not depend on each other even where `to` is an operand.
#if defined(__clang__)
#define FACEC_VECTOR _Pragma("clang loop vectorize(assume_safety)")
#else
#define FACEC_VECTOR _Pragma("GCC ivdep")
#endif

constexpr double kLog2E = 1.4426950408889634;
constexpr double kLn2 = 0.6931471805599453;
constexpr double kPi = 3.141592653589793;
constexpr double kNaN = std::numeric_limits<double>::quiet_NaN();
constexpr double kInfinity = std::numeric_limits<double>::infinity();
// Adding and subtracting it rounds to a whole number, which then stands in the lowest bits.
constexpr double kRound = 6755399441055744.0;  // 1.5 * 2^52

inline int64_t Bits(double v) {
  int64_t bits;
  std::memcpy(&bits, &v, sizeof(bits));
  return bits;
}

inline double FromBits(int64_t bits) {
  double v;
  std::memcpy(&v, &bits, sizeof(v));
  return v;
}

// 2^n for whole n inside the range of normal float64; `rounded` is n + kRound.
inline double PowerOfTwo(double rounded) { return FromBits((Bits(rounded) + 1023) << 52); }

// Held to where float32 is neither 0 nor infinite, with room; a NaN stays one.
inline double Held(double v) {
  v = v > 100.0 ? 100.0 : v;
  return v < -110.0 ? -110.0 : v;
}

// e^r - 1 for |r| <= ln(2) / 2, to 2e-12 relative: its Taylor series.
inline double SmallExpm1(double r) {
  double p = 1.0 / 39916800;
  p = p * r + 1.0 / 3628800;
  p = p * r + 1.0 / 362880;
  p = p * r + 1.0 / 40320;
  p = p * r + 1.0 / 5040;
  p = p * r + 1.0 / 720;
  p = p * r + 1.0 / 120;
  p = p * r + 1.0 / 24;
  p = p * r + 1.0 / 6;
  p = p * r + 0.5;
  return p * r * r + r;
}

inline double Exp(double v) {
  const double held = Held(v);
  const double rounded = held * kLog2E + kRound;
  const double scale = PowerOfTwo(rounded);
  return scale * SmallExpm1(held - (rounded - kRound) * kLn2) + scale;
}

inline double Expm1(double v) {
  const double held = Held(v);
  const double rounded = held * kLog2E + kRound;
  const double scale = PowerOfTwo(rounded);
  return scale * SmallExpm1(held - (rounded - kRound) * kLn2) + (scale - 1.0);
}

// Natural logarithm of a normal, positive float64: ln(2) * exponent + 2 * artanh((m - 1) / (m + 1)), m within sqrt(2) of 1.
inline double PositiveLog(double v) {
  const int64_t bits = Bits(v);
  const int64_t shifted = bits - 0x3fe6a09e667f3bcd;  // bits of sqrt(1/2)
  const int64_t exponent = shifted >> 52;
  const double m = FromBits(bits - (exponent << 52));
  const double s = (m - 1.0) / (m + 1.0);
  const double z = s * s;
  double p = 1.0 / 15;
  p = p * z + 1.0 / 13;
  p = p * z + 1.0 / 11;
  p = p * z + 1.0 / 9;
  p = p * z + 1.0 / 7;
  p = p * z + 1.0 / 5;
  p = p * z + 1.0 / 3;
  return static_cast<double>(exponent) * kLn2 + 2.0 * (s + s * z * p);
}

inline double Log(double v) {
  double result = PositiveLog(v > 0.0 ? v : 1.0);
  result = v == 0.0 ? -kInfinity : result;
  result = v < 0.0 || v != v ? kNaN : result;
  return v == kInfinity ? kInfinity : result;
}

// ln(1 + v), mending what 1 + v rounds away.
inline double Log1p(double v) {
  const double sum = 1.0 + v;
  const bool inside = v > -1.0 && v < kInfinity;
  const double safe = inside ? sum : 1.0;
  const double lost = inside ? v - (safe - 1.0) : 0.0;
  const double result = PositiveLog(safe) + lost / safe;
  return inside ? result : Log(sum);
}

// Arc sine of |t| <= 1/2, to 3e-13: t + t * z * p(z) with z = t * t, p fitted at Chebyshev's points.
inline double SmallArcsin(double t) {
  const double z = t * t;
  double p = 0.027677974937398268;
  p = p * z + 0.0017855157072477926;
  p = p * z + 0.016546275790817688;
  p = p * z + 0.016977439220786171;
  p = p * z + 0.022402385221999638;
  p = p * z + 0.030380710689809024;
  p = p * z + 0.044642875415046197;
  p = p * z + 0.075000000102187728;
  p = p * z + 0.16666666666434163;
  return t + t * z * p;
}

// Beyond 1 it is held to the end, as rounding takes cosines of equal vectors there.
inline double Arccos(double v) {
  const double a = std::fabs(v) > 1.0 ? 1.0 : std::fabs(v);
  const bool near = a > 0.5;
  const double t = near ? std::sqrt((1.0 - a) * 0.5) : a;
  const double s = SmallArcsin(t);
  const double of_magnitude = near ? 2.0 * s : kPi / 2 - s;
  const double result = v < 0.0 ? kPi - of_magnitude : of_magnitude;
  return v != v ? kNaN : result;
}

// Sine of a quarter turn each way, and the quarter that `v` lies in; good for |v| < 1e5.
inline double Sine(double v, double quarters) {
  const double rounded = v * (2.0 / kPi) + kRound;
  const double n = rounded - kRound;
  const double r = (v - n * 1.5707963267341256) - n * 6.077100506506192e-11;  // pi / 2 in two parts
  const int64_t quarter = Bits(rounded) + static_cast<int64_t>(quarters);
  const double z = r * r;
  double s = -1.0 / 39916800;
  s = s * z + 1.0 / 362880;
  s = s * z - 1.0 / 5040;
  s = s * z + 1.0 / 120;
  s = s * z - 1.0 / 6;
  const double sine = r + r * z * s;
  double c = 1.0 / 479001600;
  c = c * z - 1.0 / 3628800;
  c = c * z + 1.0 / 40320;
  c = c * z - 1.0 / 720;
  c = c * z + 1.0 / 24;
  const double cosine = 1.0 - 0.5 * z + z * z * c;
  const double magnitude = (quarter & 1) != 0 ? cosine : sine;
  return (quarter & 2) != 0 ? -magnitude : magnitude;
}

constexpr float kFarTurn = 1e5f;

bool AnyFar(const float* a, int64_t count) {
  bool far = false;
  for (int64_t i = 0; i < count; ++i) far |= !(std::fabs(a[i]) < kFarTurn);
  return far;
}

// JavaScript's power: 1 to an infinite or missing power is no number.
double Power(double a, double b) {
  if (b != b || (std::fabs(b) == kInfinity && std::fabs(a) == 1.0)) return kNaN;
  return std::pow(a, b);
}

#define FACEC_UNARY(Name, expression)                                                          \
  void Name(float* to, const float* x, const float*, const float*, int64_t count) {            \
    FACEC_VECTOR for (int64_t i = 0; i < count; ++i) {                                         \
      const float a = x[i];                                                                    \
      to[i] = expression;                                                                      \
    }                                                                                          \
  }
#define FACEC_BINARY(Name, expression)                                                         \
  void Name(float* to, const float* x, const float* y, const float*, int64_t count) {          \
    FACEC_VECTOR for (int64_t i = 0; i < count; ++i) {                                         \
      const float a = x[i];                                                                    \
      const float b = y[i];                                                                    \
      to[i] = expression;                                                                      \
    }                                                                                          \
  }
#define FACEC_TERNARY(Name, expression)                                                        \
  void Name(float* to, const float* x, const float* y, const float* z, int64_t count) {        \
    FACEC_VECTOR for (int64_t i = 0; i < count; ++i) {                                         \
      const float a = x[i];                                                                    \
      const float b = y[i];                                                                    \
      const float c = z[i];                                                                    \
      to[i] = expression;                                                                      \
    }                                                                                          \
  }

FACEC_UNARY(AbsLoop, std::fabs(a))
FACEC_BINARY(AddLoop, a + b)
FACEC_BINARY(AndLoop, ((a != 0.0f) & (b != 0.0f)) ? 1.0f : 0.0f)
FACEC_UNARY(ArccosLoop, static_cast<float>(Arccos(a)))
FACEC_BINARY(DivideLoop, a / b)
FACEC_BINARY(EqualLoop, a == b ? 1.0f : 0.0f)
FACEC_UNARY(ExpLoop, static_cast<float>(Exp(a)))
FACEC_UNARY(Expm1Loop, static_cast<float>(Expm1(a)))
FACEC_UNARY(FloorLoop, std::floor(a))
FACEC_BINARY(GreaterLoop, a > b ? 1.0f : 0.0f)
FACEC_BINARY(GreaterEqualLoop, a >= b ? 1.0f : 0.0f)
FACEC_BINARY(LessLoop, a < b ? 1.0f : 0.0f)
FACEC_BINARY(LessEqualLoop, a <= b ? 1.0f : 0.0f)
FACEC_UNARY(LogLoop, static_cast<float>(Log(a)))
FACEC_UNARY(Log1pLoop, static_cast<float>(a == 0.0f ? a : Log1p(a)))
FACEC_BINARY(MaximumLoop, (a > b) | (a != a) ? a : b)
FACEC_BINARY(MinimumLoop, (a < b) | (a != a) ? a : b)
FACEC_BINARY(MultiplyLoop, a * b)
FACEC_TERNARY(MultiplyAddLoop, std::fma(a, b, c))
FACEC_UNARY(NegateLoop, -a)
FACEC_UNARY(NotLoop, a == 0.0f ? 1.0f : 0.0f)
FACEC_BINARY(NotEqualLoop, a != b ? 1.0f : 0.0f)
FACEC_BINARY(OrLoop, ((a != 0.0f) | (b != 0.0f)) ? 1.0f : 0.0f)
FACEC_TERNARY(SelectLoop, a != 0.0f ? b : c)
FACEC_UNARY(SignLoop, a > 0.0f ? 1.0f : (a < 0.0f ? -1.0f : a))
FACEC_UNARY(SoftplusLoop, static_cast<float>((a > 0.0f ? static_cast<double>(a) : 0.0) + Log1p(Exp(-std::fabs(static_cast<double>(a))))))
FACEC_UNARY(SqrtLoop, std::sqrt(a))
FACEC_BINARY(SubtractLoop, a - b)
FACEC_UNARY(NearSinLoop, static_cast<float>(Sine(a, 0.0)))
FACEC_UNARY(NearCosLoop, static_cast<float>(Sine(a, 1.0)))

void PowerLoop(float* to, const float* a, const float* b, const float*, int64_t count) {
  for (int64_t i = 0; i < count; ++i) to[i] = static_cast<float>(Power(a[i], b[i]));
}

void SinLoop(float* to, const float* a, const float* b, const float* c, int64_t count) {
  if (!AnyFar(a, count)) return NearSinLoop(to, a, b, c, count);
  for (int64_t i = 0; i < count; ++i) to[i] = static_cast<float>(std::sin(static_cast<double>(a[i])));
}

void CosLoop(float* to, const float* a, const float* b, const float* c, int64_t count) {
  if (!AnyFar(a, count)) return NearCosLoop(to, a, b, c, count);
  for (int64_t i = 0; i < count; ++i) to[i] = static_cast<float>(std::cos(static_cast<double>(a[i])));
}

struct Entry {
  const char* name;
  int operands;
  Function function;
};

// In the order of Operation.
constexpr Entry kEntries[] = {
    {"abs", 1, AbsLoop},           {"add", 2, AddLoop},           {"and", 2, AndLoop},
    {"arccos", 1, ArccosLoop},     {"cos", 1, CosLoop},           {"divide", 2, DivideLoop},
    {"equal", 2, EqualLoop},       {"exp", 1, ExpLoop},           {"expm1", 1, Expm1Loop},
    {"floor", 1, FloorLoop},       {"greater", 2, GreaterLoop},   {"greaterEqual", 2, GreaterEqualLoop},
    {"less", 2, LessLoop},         {"lessEqual", 2, LessEqualLoop}, {"log", 1, LogLoop},
    {"log1p", 1, Log1pLoop},       {"maximum", 2, MaximumLoop},   {"minimum", 2, MinimumLoop},
    {"multiply", 2, MultiplyLoop}, {"multiplyAdd", 3, MultiplyAddLoop}, {"negate", 1, NegateLoop},
    {"not", 1, NotLoop},           {"notEqual", 2, NotEqualLoop}, {"or", 2, OrLoop},
    {"power", 2, PowerLoop},       {"select", 3, SelectLoop},     {"sign", 1, SignLoop},
    {"sin", 1, SinLoop},           {"softplus", 1, SoftplusLoop}, {"sqrt", 1, SqrtLoop},
    {"subtract", 2, SubtractLoop},
};
static_assert(sizeof(kEntries) / sizeof(Entry) == static_cast<size_t>(Operation::kCount), "one entry an operation");

}  // namespace

Operation OperationNamed(const char* name) {
  int32_t i = 0;
  while (i < static_cast<int32_t>(Operation::kCount) && std::strcmp(kEntries[i].name, name) != 0) ++i;
  return static_cast<Operation>(i);
}

int OperandsOf(Operation operation) { return kEntries[static_cast<int32_t>(operation)].operands; }

Function FunctionOf(Operation operation) { return kEntries[static_cast<int32_t>(operation)].function; }

}  // namespace facec
