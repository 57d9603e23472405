// Numbers that change their places between vectors.

#pragma once

#include "gemm.h"

#if defined(__AVX512F__)
#include <immintrin.h>

// What vectors are permute out by: the first halves of two in turn, and the second halves.
static const __m512i FIRST = _mm512_set_epi32(23, 7, 22, 6, 21, 5, 20, 4, 19, 3, 18, 2, 17, 1, 16, 0);
static const __m512i SECOND = _mm512_set_epi32(31, 15, 30, 14, 29, 13, 28, 12, 27, 11, 26, 10, 25, 9, 24, 8);

INLINE vec permute(vec one, __m512i how, vec other) { return (vec)_mm512_permutex2var_ps((__m512)one, how, (__m512)other); }

// LANES x LANES numbers turned: four times the first half is permute out between the second.
static void transpose(const float* from, ptrdiff_t from_row, float* to, ptrdiff_t to_row) {
  vec one[LANES], other[LANES];
  UNROLL for (int i = 0; i < LANES; i++) one[i] = load(from + i * from_row);
  UNROLL for (int round = 0; round < 4; round++) {
    UNROLL for (int i = 0; i < LANES / 2; i++) {
      other[2 * i] = permute(one[i], FIRST, one[i + LANES / 2]);
      other[2 * i + 1] = permute(one[i], SECOND, one[i + LANES / 2]);
    }
    UNROLL for (int i = 0; i < LANES; i++) one[i] = other[i];
  }
  UNROLL for (int i = 0; i < LANES; i++) store(to + i * to_row, one[i]);
}

// The sum of each of LANES vectors that follow each other.
INLINE vec horizontal_sums(const float* from) {
  vec all[LANES];
  UNROLL for (int i = 0; i < LANES; i++) all[i] = load(from + i * LANES);
  UNROLL for (int half = LANES / 2; half > 0; half /= 2)
    UNROLL for (int i = 0; i < half; i++)
      all[i] = permute(all[i], FIRST, all[i + half]) + permute(all[i], SECOND, all[i + half]);
  return all[0];
}
#else
INLINE vec horizontal_sums(const float* from) {
  vec sums = {};
  for (int i = 0; i < LANES; i++)
    for (int lane = 0; lane < LANES; lane++) sums[i] += from[i * LANES + lane];
  return sums;
}
#endif
