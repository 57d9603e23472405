// Products of matrices in bfloat16, of numbers that are float32 before and after.

#pragma once

#include "dense.h"

#include <cstdint>

// The same from numbers rounded to bfloat16, two of which are multiplied and added to a float32 sum at once: a's columns
// and b's rows go in pairs.
struct Bfloat16Dense {
  typedef uint32_t Pair;

  Dense of;

  void share(int threads) const {
    of.share(threads, [this](int top, int bottom, int left, int right) { part(top, bottom, left, right); });
  }

 private:
  // The steps are those of pairs: along the side that is summed over, or across it.
  struct Pairs {
    Pair* at;
    ptrdiff_t row, step;
  };

  void part(int top, int bottom, int left, int right) const {
    const int pairs = (of.depth + 1) / 2, rows = bottom - top;
    const Room lefts((size_t)rows * pairs), panel((size_t)DEPTH * WIDTH);
    const bool along = of.a.column == 1;
    const Pairs a{(Pair*)(float*)lefts, along ? pairs : 1, along ? 1 : rows};
    pair_up(of.a.at + top * of.a.row, of.a.row, of.a.column, rows, of.depth, a);
    for (int column = left; column < right; column += WIDTH) {
      const int count = std::min(WIDTH, right - column);
      for (int step = 0; step < pairs || step == 0; step += DEPTH) {
        const int steps = std::min(DEPTH, pairs - step);
        const float* from = of.b.at + 2 * step * of.b.row + column * of.b.column;
        pair_up(from, of.b.column, of.b.row, count, std::min(2 * DEPTH, of.depth - 2 * step), {(Pair*)(float*)panel, 1, WIDTH});
        for (int row = 0; row < rows;) {
          const Pair* one = a.at + row * a.row + step * a.step;
          const int tall = rows - row >= ROWS ? ROWS : 1;
          if (tall == ROWS) block<ROWS>(one, a, (Pair*)(float*)panel, steps, top + row, column, count, step == 0);
          else block<1>(one, a, (Pair*)(float*)panel, steps, top + row, column, count, step == 0);
          row += tall;
        }
      }
    }
  }

  template <int R>
  void block(const Pair* left, const Pairs& a, const Pair* panel, int steps, int row, int column, int count, bool first) const {
    __m512 sum[R][COLUMNS] = {};
    for (int d = 0; d < steps; d++) {
      __m512bh some[COLUMNS];
      UNROLL for (int k = 0; k < COLUMNS; k++) some[k] = (__m512bh)_mm512_loadu_si512(panel + (ptrdiff_t)d * WIDTH + k * LANES);
      UNROLL for (int r = 0; r < R; r++) {
        const __m512bh one = (__m512bh)_mm512_set1_epi32(left[r * a.row + d * a.step]);
        UNROLL for (int k = 0; k < COLUMNS; k++) sum[r][k] = _mm512_dpbf16_ps(sum[r][k], one, some[k]);
      }
    }
    UNROLL for (int r = 0; r < R; r++)
      UNROLL for (int k = 0; k < COLUMNS; k++) {
        const int here = std::max(0, std::min(LANES, count - k * LANES));
        const __mmask16 those = (1u << here) - 1;
        float* to = of.y + (ptrdiff_t)(row + r) * of.columns + column + k * LANES;
        const float* start = first ? of.bias ? of.bias + column + k * LANES : nullptr : to;
        if (start) sum[r][k] = _mm512_add_ps(sum[r][k], _mm512_maskz_loadu_ps(those, start));
        _mm512_mask_storeu_ps(to, those, sum[r][k]);
      }
  }

  // Numbers of `count` lines (rows of a, columns of b) of `depth`, as pairs along the depth; a last one alone with zero.
  static void pair_up(const float* from, ptrdiff_t line, ptrdiff_t along, int count, int depth, const Pairs& to) {
    if (along == 1 && to.step == 1) return pair_lines(from, line, count, depth, to);
    if (along == 1) return pair_and_turn(from, line, count, depth, to);
    for (int d = 0; d < depth; d += 2) {
      int i = 0;
      if (line == 1 && to.row == 1 && d + 1 < depth)
        for (; i + LANES <= count; i += LANES) {
          const __m512i one = _mm512_cvtepu16_epi32((__m256i)_mm512_cvtneps_pbh(_mm512_loadu_ps(from + d * along + i)));
          const __m512i two = _mm512_cvtepu16_epi32((__m256i)_mm512_cvtneps_pbh(_mm512_loadu_ps(from + (d + 1) * along + i)));
          _mm512_storeu_si512(to.at + d / 2 * to.step + i, _mm512_or_si512(one, _mm512_slli_epi32(two, 16)));
        }
      for (; i < count; i++) to.at[i * to.row + d / 2 * to.step] = pair(from + i * line, along, d, depth);
    }
  }

  static void pair_lines(const float* from, ptrdiff_t line, int count, int depth, const Pairs& to) {
    for (int i = 0; i < count; i++) {
      int d = 0;
      for (; d + 2 * LANES <= depth; d += 2 * LANES) _mm512_storeu_si512(to.at + i * to.row + d / 2, sixteen(from + i * line + d));
      for (; d < depth; d += 2) to.at[i * to.row + d / 2] = pair(from + i * line, 1, d, depth);
    }
  }

  static void pair_and_turn(const float* from, ptrdiff_t line, int count, int depth, const Pairs& to) {
    int i = 0;
    for (; i + LANES <= count; i += LANES) {
      int d = 0;
      for (; d + 2 * LANES <= depth; d += 2 * LANES) {
        alignas(64) float some[LANES][LANES];
        for (int k = 0; k < LANES; k++) _mm512_store_si512(some[k], sixteen(from + (i + k) * line + d));
        turn(some[0], LANES, (float*)to.at + d / 2 * to.step + i, to.step);
      }
      for (; d < depth; d += 2)
        for (int k = i; k < i + LANES; k++) to.at[d / 2 * to.step + k] = pair(from + k * line, 1, d, depth);
    }
    for (; i < count; i++)
      for (int d = 0; d < depth; d += 2) to.at[d / 2 * to.step + i] = pair(from + i * line, 1, d, depth);
  }

  static __m512i sixteen(const float* from) {
    return (__m512i)_mm512_cvtne2ps_pbh(_mm512_loadu_ps(from + LANES), _mm512_loadu_ps(from));
  }

  static Pair pair(const float* from, ptrdiff_t along, int d, int depth) {
    const __m512 both = _mm512_set_ps(0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0, d + 1 < depth ? from[(d + 1) * along] : 0, from[d * along]);
    return _mm256_extract_epi32((__m256i)_mm512_cvtneps_pbh(both), 0);
  }
};
