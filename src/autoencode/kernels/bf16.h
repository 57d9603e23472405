// Numbers rounded to bfloat16 before they are multiplied: two products at a time are added to a float32 sum.

#pragma once

#include "gemm.h"

#include <immintrin.h>

#include <cstdint>

typedef uint32_t Pair;  // the first number in the lower half

INLINE __m256i rounded(vec numbers) { return (__m256i)_mm512_cvtneps_pbh((__m512)numbers); }

INLINE __m512i paired(__m256i one, __m256i other) {
  return _mm512_or_si512(_mm512_cvtepu16_epi32(one), _mm512_slli_epi32(_mm512_cvtepu16_epi32(other), 16));
}

// In place of Float32: neighbours of a row are a cell, or numbers that are one above the other in two rows.
struct Bfloat16 {
  typedef Pair Cell;
  typedef __m512i Cells;
  static constexpr int DEPTH = 2;

  INLINE static Cells broadcast(const Cell* one) {
    Cell pair;
    std::memcpy(&pair, one, sizeof pair);  // of memory that also holds float32 numbers
    return _mm512_set1_epi32(pair);
  }
  INLINE static Cells load_cells(const Cell* from) { return _mm512_loadu_si512(from); }
  INLINE static vec add(vec sum, Cells one, Cells other) {
    return (vec)_mm512_dpbf16_ps((__m512)sum, (__m512bh)one, (__m512bh)other);
  }
  INLINE static void put(Cell* to, vec row) { _mm256_storeu_si256((__m256i*)to, rounded(row)); }
  INLINE static void put_rows(Cell* to, const vec (&rows)[2]) {
    _mm512_storeu_si512(to, paired(rounded(rows[0]), rounded(rows[1])));
  }

  // Cells that add_transposed needs
  static size_t transpose_scratch(size_t depth, size_t numbers) { return (depth + 1) / 2 * numbers; }

  // c[rows][columns] += a[depth][rows]' b[depth][columns], where a and b are as put() leaves them
  static void add_transposed(const Cell* a, const Cell* b, Cell* scratch, float* c, int rows, int columns, int depth) {
    const int pairs = (depth + 1) / 2;
    Cell* other = scratch + (ptrdiff_t)pairs * rows;
    pair_rows(a, rows, depth, scratch);
    pair_rows(b, columns, depth, other);
    GemmKernel<Bfloat16>{scratch, 1, rows, other, columns, c, columns, pairs}.template run<true>(rows, columns);
  }

 private:
  // A last row alone with zeros
  static void pair_rows(const Cell* from, int numbers, int depth, Cell* to) {
    const ptrdiff_t row = numbers / 2;
    for (int d = 0; d < depth; d += 2, from += 2 * row)
      for (int i = 0; i < numbers; i += LANES, to += LANES) {
        const __m256i one = _mm256_loadu_si256((const __m256i*)(from + i / 2));
        const __m256i other = d + 1 < depth ? _mm256_loadu_si256((const __m256i*)(from + row + i / 2)) : __m256i{};
        _mm512_storeu_si512(to, paired(one, other));
      }
  }
};
