// Products of float32 matrices whose factors are rounded to bfloat16.

#pragma once

#include "blocked_gemm.h"
#include "bf16.h"

// As BlockedGemm, of pairs: two columns of a, and two rows of b, are multiplied and added at a time.
struct BlockedGemmBf16 {
  BlockedGemm of;

  void run_parallel(int threads) const {
    of.run_parallel(threads, [this](int top, int bottom, int left, int right) { part(top, bottom, left, right); });
  }

 private:
  // Pairs of numbers along the depth, one line for each row of a or column of b.
  struct Pairs {
    Pair* at;
    ptrdiff_t line_stride, pair_stride;
  };

  void part(int top, int bottom, int left, int right) const {
    const int pairs = (of.depth + 1) / 2, rows = bottom - top;
    const AlignedBuffer a_pairs((size_t)rows * pairs);
    const bool along = of.a.column_stride == 1;
    const Pairs a{a_pairs.as<Pair>(), along ? pairs : 1, along ? 1 : rows};
    pair_up(of.a.at + top * of.a.row_stride, of.a.row_stride, of.a.column_stride, rows, of.depth, a);
    const auto pack = [this](Pair* panel, int d, int depth, int column, int count, int) {
      const float* from = of.b.at + 2 * d * of.b.row_stride + column * of.b.column_stride;
      pair_up(from, of.b.column_stride, of.b.row_stride, count, std::min(2 * depth, of.depth - 2 * d), {panel, 1, PANEL_COLUMNS});
    };
    of.part<Bfloat16>(top, bottom, left, right, a.at, a.line_stride, a.pair_stride, pairs, pack);
  }

  // Rounds `count` lines of `depth` numbers and pairs them along the depth; the last of an odd number is paired with zero.
  static void pair_up(const float* from, ptrdiff_t line, ptrdiff_t along, int count, int depth, const Pairs& to) {
    if (along == 1 && to.pair_stride == 1) return pair_lines(from, line, count, depth, to);
    if (along == 1) return pair_and_transpose(from, line, count, depth, to);
    for (int d = 0; d < depth; d += 2) {
      int i = 0;
      if (line == 1 && to.line_stride == 1 && d + 1 < depth)
        for (; i + LANES <= count; i += LANES) {
          const float* here = from + d * along + i;
          _mm512_storeu_si512(to.at + d / 2 * to.pair_stride + i, to_pairs(to_bfloat16(load(here)), to_bfloat16(load(here + along))));
        }
      for (; i < count; i++) to.at[i * to.line_stride + d / 2 * to.pair_stride] = pair(from + i * line, along, d, depth);
    }
  }

  static void pair_lines(const float* from, ptrdiff_t line, int count, int depth, const Pairs& to) {
    for (int i = 0; i < count; i++) {
      int d = 0;
      for (; d + 2 * LANES <= depth; d += 2 * LANES)
        _mm512_storeu_si512(to.at + i * to.line_stride + d / 2, pairs_of(from + i * line + d));
      for (; d < depth; d += 2) to.at[i * to.line_stride + d / 2] = pair(from + i * line, 1, d, depth);
    }
  }

  static void pair_and_transpose(const float* from, ptrdiff_t line, int count, int depth, const Pairs& to) {
    int i = 0;
    for (; i + LANES <= count; i += LANES) {
      int d = 0;
      for (; d + 2 * LANES <= depth; d += 2 * LANES) {
        alignas(64) float square[LANES][LANES];
        for (int k = 0; k < LANES; k++) _mm512_store_si512(square[k], pairs_of(from + (i + k) * line + d));
        transpose(square[0], LANES, (float*)to.at + d / 2 * to.pair_stride + i, to.pair_stride);
      }
      for (; d < depth; d += 2)
        for (int k = i; k < i + LANES; k++) to.at[d / 2 * to.pair_stride + k] = pair(from + k * line, 1, d, depth);
    }
    for (; i < count; i++)
      for (int d = 0; d < depth; d += 2) to.at[d / 2 * to.pair_stride + i] = pair(from + i * line, 1, d, depth);
  }

  // LANES pairs of numbers that follow each other
  static __m512i pairs_of(const float* from) {
    return (__m512i)_mm512_cvtne2ps_pbh(_mm512_loadu_ps(from + LANES), _mm512_loadu_ps(from));
  }

  static Pair pair(const float* from, ptrdiff_t along, int d, int depth) {
    const __m512 both = _mm512_set_ps(0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0, d + 1 < depth ? from[(d + 1) * along] : 0, from[d * along]);
    return _mm256_extract_epi32((__m256i)_mm512_cvtneps_pbh(both), 0);
  }
};
