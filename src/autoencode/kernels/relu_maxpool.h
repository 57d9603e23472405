// What passes a ReLU or a maximum of 2 x 2 results, kept for the way back: a bit for each number, or a byte that says
// which of the four it was.

#pragma once

#include "gemm.h"

#include <immintrin.h>

#include <cstdint>
#include <limits>

typedef int32_t ivec __attribute__((vector_size(LANES * 4)));

constexpr int NO_GRADIENT = 4;  // in place of one of the four, where a ReLU let none pass
constexpr float MINUS_INFINITY = -std::numeric_limits<float>::infinity();  // in place of a number that is not there, at an edge

#if defined(__AVX512F__)
INLINE void store_bytes(uint8_t* to, ivec value) { _mm_storeu_si128((__m128i*)to, _mm512_cvtepi32_epi8((__m512i)value)); }
INLINE ivec load_bytes(const uint8_t* from) { return (ivec)_mm512_cvtepu8_epi32(_mm_loadu_si128((const __m128i*)from)); }
typedef uint16_t Bits;  // of a vector
INLINE Bits above_zero(vec of) { return _mm512_cmp_ps_mask((__m512)of, __m512{}, _CMP_NLE_UQ); }
INLINE vec masked(Bits these, vec of) { return (vec)_mm512_maskz_mov_ps(these, (__m512)of); }
#else  // of 256 bits; compilers turn vectors into narrower ones number by number
INLINE void store_bytes(uint8_t* to, ivec value) {
  const __m128i both = _mm_packs_epi32(_mm256_castsi256_si128((__m256i)value), _mm256_extracti128_si256((__m256i)value, 1));
  _mm_storel_epi64((__m128i*)to, _mm_packus_epi16(both, both));
}
INLINE ivec load_bytes(const uint8_t* from) { return (ivec)_mm256_cvtepu8_epi32(_mm_loadl_epi64((const __m128i*)from)); }
typedef uint8_t Bits;
INLINE Bits above_zero(vec of) { return _mm256_movemask_ps(_mm256_cmp_ps((__m256)of, __m256{}, _CMP_NLE_UQ)); }
INLINE vec masked(Bits these, vec of) {
  const ivec each = {1, 2, 4, 8, 16, 32, 64, 128}, found = (ivec{} + these) & each;
  return found == each ? of : vec{};
}
#endif

// Where there are bits, those of what is above zero, or no number, are noted at the place of these.
INLINE void store_mask(uint8_t* bits, ptrdiff_t place, vec of) {
  const Bits found = above_zero(of);
  if (bits) std::memcpy(bits + place / 8, &found, sizeof found);
}

INLINE vec apply_mask(const uint8_t* bits, ptrdiff_t place, vec gradient) {
  Bits these;
  std::memcpy(&these, bits + place / 8, sizeof these);
  return masked(these, gradient);
}

// The first of those that are equal; NaN before all others. Then the bias, and a ReLU where there is one.
INLINE vec maxpool(const vec (&of)[4], vec bias, bool relu, uint8_t* which) {
  vec most = of[0];
  ivec place = {};
  UNROLL for (int k = 1; k < 4; k++) {
    const ivec more = (of[k] > most) | (of[k] != of[k]);
    most = more ? of[k] : most;
    place = more ? ivec{} + k : place;
  }
  most += bias;
  if (relu) place = most <= 0 ? ivec{} + NO_GRADIENT : place;
  store_bytes(which, place);
  return relu ? rectified(most) : most;
}

// What of a gradient goes to one of the four.
INLINE vec maxpool_backward(vec gradient, const uint8_t* which, int one) {
  return load_bytes(which) == one ? gradient : vec{};
}
