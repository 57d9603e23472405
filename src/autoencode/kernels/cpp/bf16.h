// Factors rounded to bfloat16. One instruction multiplies two pairs of them and adds both products to a float32 sum.

#pragma once

#include "gemm.h"

#include <immintrin.h>

#include <cstdint>

typedef uint32_t Pair;  // of bfloat16 numbers, the first in the lower half

INLINE __m256i to_bfloat16(vec numbers) { return (__m256i)_mm512_cvtneps_pbh((__m512)numbers); }

INLINE __m512i to_pairs(__m256i first, __m256i second) {
  return _mm512_or_si512(_mm512_cvtepu16_epi32(first), _mm512_slli_epi32(_mm512_cvtepu16_epi32(second), 16));
}

// Used in place of Float32. A cell is a pair of numbers that are neighbours in a row, or one above the other in two rows.
struct Bfloat16 {
  typedef Pair Cell;
  typedef __m512i Cells;
  static constexpr int NUMBERS_PER_CELL = 2;

  INLINE static Cells broadcast(const Cell* cell) {
    Cell pair;
    std::memcpy(&pair, cell, sizeof pair);  // the same memory holds float32 numbers at other times
    return _mm512_set1_epi32(pair);
  }
  INLINE static Cells load_cells(const Cell* from) { return _mm512_loadu_si512(from); }
  INLINE static vec multiply_add(vec sum, Cells a, Cells b) {
    return (vec)_mm512_dpbf16_ps((__m512)sum, (__m512bh)a, (__m512bh)b);
  }
  INLINE static void store_row(Cell* to, vec row) { _mm256_storeu_si256((__m256i*)to, to_bfloat16(row)); }
  INLINE static void store_packed(Cell* to, const vec (&rows)[2]) {
    _mm512_storeu_si512(to, to_pairs(to_bfloat16(rows[0]), to_bfloat16(rows[1])));
  }

  // Cells of memory that add_transposed_product needs
  static size_t transpose_scratch(size_t depth, size_t numbers) { return (depth + 1) / 2 * numbers; }

  // c[rows][columns] += a[depth][rows]' b[depth][columns], of a and b that store_row() wrote
  static void add_transposed_product(const Cell* a, const Cell* b, Cell* scratch, float* c, int rows, int columns, int depth) {
    const int pairs = (depth + 1) / 2;
    Cell* b_pairs = scratch + (ptrdiff_t)pairs * rows;
    pair_rows(a, rows, depth, scratch);
    pair_rows(b, columns, depth, b_pairs);
    GemmKernel<Bfloat16>{scratch, 1, rows, b_pairs, columns, c, columns, pairs}.template run<true>(rows, columns);
  }

 private:
  // Pairs each row with the next one; the last row of an odd number is paired with zeros.
  static void pair_rows(const Cell* from, int numbers, int depth, Cell* to) {
    const ptrdiff_t row = numbers / 2;
    for (int d = 0; d < depth; d += 2, from += 2 * row)
      for (int i = 0; i < numbers; i += LANES, to += LANES) {
        const __m256i first = _mm256_loadu_si256((const __m256i*)(from + i / 2));
        const __m256i second = d + 1 < depth ? _mm256_loadu_si256((const __m256i*)(from + row + i / 2)) : __m256i{};
        _mm512_storeu_si512(to, to_pairs(first, second));
      }
  }
};
