// The maximum of 2 x 2 results, and which of the four it was.

#pragma once

#include "product.h"

#include <immintrin.h>

#include <cstdint>
#include <limits>

typedef int32_t whole __attribute__((vector_size(LANES * 4)));

constexpr float LEAST = -std::numeric_limits<float>::infinity();  // in place of a number that is not there, at an edge

#if defined(__AVX512F__)
INLINE void store_bytes(uint8_t* to, whole value) { _mm_storeu_si128((__m128i*)to, _mm512_cvtepi32_epi8((__m512i)value)); }
INLINE whole load_bytes(const uint8_t* from) { return (whole)_mm512_cvtepu8_epi32(_mm_loadu_si128((const __m128i*)from)); }
#else  // of 256 bits; compilers turn vectors into narrower ones number by number
INLINE void store_bytes(uint8_t* to, whole value) {
  const __m128i both = _mm_packs_epi32(_mm256_castsi256_si128((__m256i)value), _mm256_extracti128_si256((__m256i)value, 1));
  _mm_storel_epi64((__m128i*)to, _mm_packus_epi16(both, both));
}
INLINE whole load_bytes(const uint8_t* from) { return (whole)_mm256_cvtepu8_epi32(_mm_loadl_epi64((const __m128i*)from)); }
#endif

// The first of those that are equal; NaN before all others.
INLINE vec largest(const vec (&of)[4], uint8_t* which) {
  vec most = of[0];
  whole place = {};
  UNROLL for (int k = 1; k < 4; k++) {
    const whole more = (of[k] > most) | (of[k] != of[k]);
    most = more ? of[k] : most;
    place = more ? whole{} + k : place;
  }
  store_bytes(which, place);
  return most;
}

// What of a slope goes to one of the four.
INLINE vec slope_of(vec slope, const uint8_t* which, int one) {
  return load_bytes(which) == one ? slope : vec{};
}
