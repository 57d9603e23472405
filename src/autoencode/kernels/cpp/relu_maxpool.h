// The masks that the forward pass keeps of a ReLU and of max pooling over 2 x 2 points, for the gradients.
//
// Without pooling: a bit for each number, set where the ReLU was active. With pooling: a byte for each maximum, which says
// which of the four points it was, or NO_GRADIENT where the ReLU after it was not active.

#pragma once

#include "gemm.h"

#include <immintrin.h>

#include <cstdint>
#include <limits>

typedef int32_t ivec __attribute__((vector_size(LANES * 4)));

constexpr int NO_GRADIENT = 4;
constexpr float MINUS_INFINITY = -std::numeric_limits<float>::infinity();  // in place of a point beyond an edge

#if defined(__AVX512F__)
INLINE void store_bytes(uint8_t* to, ivec value) { _mm_storeu_si128((__m128i*)to, _mm512_cvtepi32_epi8((__m512i)value)); }
INLINE ivec load_bytes(const uint8_t* from) { return (ivec)_mm512_cvtepu8_epi32(_mm_loadu_si128((const __m128i*)from)); }
typedef uint16_t Bits;  // one for each lane
INLINE Bits above_zero(vec of) { return _mm512_cmp_ps_mask((__m512)of, __m512{}, _CMP_NLE_UQ); }
INLINE vec keep_where(Bits bits, vec of) { return (vec)_mm512_maskz_mov_ps(bits, (__m512)of); }
#else  // 256 bits, by intrinsics: compilers convert vectors to narrower ones number by number
INLINE void store_bytes(uint8_t* to, ivec value) {
  const __m128i words = _mm_packs_epi32(_mm256_castsi256_si128((__m256i)value), _mm256_extracti128_si256((__m256i)value, 1));
  _mm_storel_epi64((__m128i*)to, _mm_packus_epi16(words, words));
}
INLINE ivec load_bytes(const uint8_t* from) { return (ivec)_mm256_cvtepu8_epi32(_mm_loadl_epi64((const __m128i*)from)); }
typedef uint8_t Bits;
INLINE Bits above_zero(vec of) { return _mm256_movemask_ps(_mm256_cmp_ps((__m256)of, __m256{}, _CMP_NLE_UQ)); }
INLINE vec keep_where(Bits bits, vec of) {
  const ivec each = {1, 2, 4, 8, 16, 32, 64, 128}, found = (ivec{} + bits) & each;
  return found == each ? of : vec{};
}
#endif

// Stores which of these numbers are above zero or NaN, at the place of the first of them; mask may be null.
INLINE void store_mask(uint8_t* mask, ptrdiff_t place, vec of) {
  const Bits bits = above_zero(of);
  if (mask) std::memcpy(mask + place / 8, &bits, sizeof bits);
}

INLINE vec apply_mask(const uint8_t* mask, ptrdiff_t place, vec gradient) {
  Bits bits;
  std::memcpy(&bits, mask + place / 8, sizeof bits);
  return keep_where(bits, gradient);
}

// The maximum of four points, plus the bias, then a ReLU where there is one. Of equal points the first counts, as in PyTorch,
// and NaN counts as larger than all others.
INLINE vec maxpool(const vec (&points)[4], vec bias, bool relu, uint8_t* argmax) {
  vec most = points[0];
  ivec place = {};
  UNROLL for (int k = 1; k < 4; k++) {
    const ivec more = (points[k] > most) | (points[k] != points[k]);
    most = more ? points[k] : most;
    place = more ? ivec{} + k : place;
  }
  most += bias;
  if (relu) place = most <= 0 ? ivec{} + NO_GRADIENT : place;
  store_bytes(argmax, place);
  return relu ? apply_relu(most) : most;
}

// The gradient of one of the four points.
INLINE vec maxpool_backward(vec gradient, const uint8_t* argmax, int point) {
  return load_bytes(argmax) == point ? gradient : vec{};
}
