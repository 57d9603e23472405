// Operations that move numbers between vectors.

#pragma once

#include "gemm.h"

#if defined(__AVX512F__)
#include <immintrin.h>

// Indices that interleave the first halves of two vectors, and their second halves.
static const __m512i FIRST_HALVES = _mm512_set_epi32(23, 7, 22, 6, 21, 5, 20, 4, 19, 3, 18, 2, 17, 1, 16, 0);
static const __m512i SECOND_HALVES = _mm512_set_epi32(31, 15, 30, 14, 29, 13, 28, 12, 27, 11, 26, 10, 25, 9, 24, 8);

INLINE vec permute(vec a, __m512i indices, vec b) { return (vec)_mm512_permutex2var_ps((__m512)a, indices, (__m512)b); }

// Transposes LANES x LANES numbers: four times, the first half of the rows is interleaved with the second half.
static void transpose(const float* from, ptrdiff_t from_stride, float* to, ptrdiff_t to_stride) {
  vec rows[LANES], interleaved[LANES];
  UNROLL for (int i = 0; i < LANES; i++) rows[i] = load(from + i * from_stride);
  UNROLL for (int round = 0; round < 4; round++) {
    UNROLL for (int i = 0; i < LANES / 2; i++) {
      interleaved[2 * i] = permute(rows[i], FIRST_HALVES, rows[i + LANES / 2]);
      interleaved[2 * i + 1] = permute(rows[i], SECOND_HALVES, rows[i + LANES / 2]);
    }
    UNROLL for (int i = 0; i < LANES; i++) rows[i] = interleaved[i];
  }
  UNROLL for (int i = 0; i < LANES; i++) store(to + i * to_stride, rows[i]);
}

// The sums over the lanes of LANES vectors that follow each other in memory, as one vector.
INLINE vec horizontal_sums(const float* from) {
  vec sums[LANES];
  UNROLL for (int i = 0; i < LANES; i++) sums[i] = load(from + i * LANES);
  UNROLL for (int half = LANES / 2; half > 0; half /= 2)
    UNROLL for (int i = 0; i < half; i++)
      sums[i] = permute(sums[i], FIRST_HALVES, sums[i + half]) + permute(sums[i], SECOND_HALVES, sums[i + half]);
  return sums[0];
}
#else
INLINE vec horizontal_sums(const float* from) {
  vec sums = {};
  for (int i = 0; i < LANES; i++)
    for (int lane = 0; lane < LANES; lane++) sums[i] += from[i * LANES + lane];
  return sums;
}
#endif
