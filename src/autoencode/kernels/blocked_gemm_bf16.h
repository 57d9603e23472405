// Products of matrices in bfloat16, of numbers that are float32 before and after.

#pragma once

#include "blocked_gemm.h"
#include "bf16.h"

// The same from numbers rounded to bfloat16, two of which are multiplied and added to a float32 sum at once: a's columns
// and b's rows go in pairs.
struct BlockedGemmBf16 {
  BlockedGemm of;

  void run_parallel(int threads) const {
    of.run_parallel(threads, [this](int top, int bottom, int left, int right) { part(top, bottom, left, right); });
  }

 private:
  // The steps are those of pairs: along the side that is summed over, or across it.
  struct Pairs {
    Pair* at;
    ptrdiff_t row, step;
  };

  void part(int top, int bottom, int left, int right) const {
    const int pairs = (of.depth + 1) / 2, rows = bottom - top;
    const AlignedBuffer lefts((size_t)rows * pairs);
    const bool along = of.a.column == 1;
    const Pairs a{lefts.as<Pair>(), along ? pairs : 1, along ? 1 : rows};
    pair_up(of.a.at + top * of.a.row, of.a.row, of.a.column, rows, of.depth, a);
    const auto pack = [this](Pair* panel, int step, int steps, int column, int count, int) {
      const float* from = of.b.at + 2 * step * of.b.row + column * of.b.column;
      pair_up(from, of.b.column, of.b.row, count, std::min(2 * steps, of.depth - 2 * step), {panel, 1, WIDTH});
    };
    of.part<Bfloat16>(top, bottom, left, right, a.at, a.row, a.step, pairs, pack);
  }

  // Numbers of `count` lines (rows of a, columns of b) of `depth`, as pairs along the depth; a last one alone with zero.
  static void pair_up(const float* from, ptrdiff_t line, ptrdiff_t along, int count, int depth, const Pairs& to) {
    if (along == 1 && to.step == 1) return pair_lines(from, line, count, depth, to);
    if (along == 1) return pair_and_transpose(from, line, count, depth, to);
    for (int d = 0; d < depth; d += 2) {
      int i = 0;
      if (line == 1 && to.row == 1 && d + 1 < depth)
        for (; i + LANES <= count; i += LANES) {
          const float* here = from + d * along + i;
          _mm512_storeu_si512(to.at + d / 2 * to.step + i, paired(rounded(load(here)), rounded(load(here + along))));
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

  static void pair_and_transpose(const float* from, ptrdiff_t line, int count, int depth, const Pairs& to) {
    int i = 0;
    for (; i + LANES <= count; i += LANES) {
      int d = 0;
      for (; d + 2 * LANES <= depth; d += 2 * LANES) {
        alignas(64) float some[LANES][LANES];
        for (int k = 0; k < LANES; k++) _mm512_store_si512(some[k], sixteen(from + (i + k) * line + d));
        transpose(some[0], LANES, (float*)to.at + d / 2 * to.step + i, to.step);
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
