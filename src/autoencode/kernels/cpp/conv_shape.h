// The sizes of a convolution, and sums over threads.

#pragma once

#include "gemm.h"
#include "parallel_for.h"

struct ConvShape {  // images [n][h][w][ci], results [n][oh][ow][co]
  int n, h, w, ci, oh, ow, co;
  int pooled_h() const { return (oh + 1) / 2; }  // after max pooling over 2 x 2 points
  int pooled_w() const { return (ow + 1) / 2; }
};

constexpr int CACHE_LINE = 64;  // bytes

// Fetches numbers into the cache that are read or written soon; addresses beyond the end of memory do no harm.
template <class T>
INLINE void prefetch(const T* numbers, ptrdiff_t count) {
  for (ptrdiff_t i = 0; i < count; i += CACHE_LINE / sizeof(T)) __builtin_prefetch(numbers + i);
}

// to = the sum over the threads' rows of `count` numbers; each thread computes some of it.
static void sum_over_threads(float* to, const float* rows, ptrdiff_t count, const ThreadShare& here) {
  const ptrdiff_t vectors = (count + LANES - 1) / LANES, last = here.last(vectors) * LANES;
  for (ptrdiff_t i = here.first(vectors) * LANES; i < last; i += LANES) {
    vec sum = load(rows + i);
    for (int row = 1; row < here.size; row++) sum += load(rows + count * row + i);
    store(to + i, sum);
  }
}
