// The sizes of a convolution, and sums that threads have shared.

#pragma once

#include "gemm.h"
#include "parallel_for.h"

struct ConvShape {
  int n, h, w, ci, oh, ow, co;
  int half_oh() const { return (oh + 1) / 2; }  // the sides of what is left of the results by their maximum
  int half_ow() const { return (ow + 1) / 2; }
};

constexpr int LINE = 64;  // bytes of a cache

// Asks for numbers that are wanted soon, or room for them; those behind the last do no harm.
template <class T>
INLINE void prefetch(const T* numbers, ptrdiff_t count) {
  for (ptrdiff_t i = 0; i < count; i += LINE / sizeof(T)) __builtin_prefetch(numbers + i);
}

// to = the sum of the threads' rows, each thread some of it
static void add_up(float* to, const float* rows, ptrdiff_t count, const ThreadShare& here) {
  const ptrdiff_t vectors = (count + LANES - 1) / LANES, last = here.last(vectors) * LANES;
  for (ptrdiff_t i = here.first(vectors) * LANES; i < last; i += LANES) {
    vec sum = load(rows + i);
    for (int row = 1; row < here.size; row++) sum += load(rows + count * row + i);
    store(to + i, sum);
  }
}
