// Vectors of as many float32 as a register of the processor has, written once for all of them.
#pragma once

#include <cstdint>
#include <cstring>

#if defined(__AVX512F__)
#include <immintrin.h>
#endif

namespace facec {

#if defined(__AVX512F__)
constexpr int kLanes = 16;
constexpr int kRegisters = 32;
#elif defined(__AVX__)
constexpr int kLanes = 8;
constexpr int kRegisters = 16;
#elif defined(__aarch64__)
constexpr int kLanes = 4;
constexpr int kRegisters = 32;
#else
constexpr int kLanes = 4;
constexpr int kRegisters = 16;
#endif

typedef float Vector __attribute__((vector_size(4 * kLanes)));
// The same at any address that a float32 may have.
typedef float AnyVector __attribute__((vector_size(4 * kLanes), aligned(4), may_alias));

inline Vector Load(const float* from) { return *reinterpret_cast<const AnyVector*>(from); }
inline void Store(const Vector& v, float* to) { *reinterpret_cast<AnyVector*>(to) = v; }

// Before a loop over an array of vectors: unrolled so early that the array stays in registers.
#if defined(__clang__)
#define FACEC_UNROLL _Pragma("clang loop unroll(full)")
#else
#define FACEC_UNROLL _Pragma("GCC unroll 32")
#endif

// The first `count` entries, 0 for the others.
inline Vector LoadSome(const float* from, int64_t count) {
#if defined(__AVX512F__)
  const __m512 v = _mm512_maskz_loadu_ps(static_cast<__mmask16>((1u << count) - 1), from);
  return reinterpret_cast<const Vector&>(v);
#else
  Vector v = {};
  std::memcpy(&v, from, 4 * count);
  return v;
#endif
}
inline void StoreSome(const Vector& v, float* to, int64_t count) {
#if defined(__AVX512F__)
  _mm512_mask_storeu_ps(to, static_cast<__mmask16>((1u << count) - 1), reinterpret_cast<const __m512&>(v));
#else
  std::memcpy(to, &v, 4 * count);
#endif
}

}  // namespace facec
