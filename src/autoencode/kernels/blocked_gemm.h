// Products of matrices of any steps: layers of a dense network, and their gradients.
//
// A thread has some of the columns, or of the rows where columns are few beside them: it then has less to copy, and lines
// of the result that lie parallel_for. Of b it copies a panel of COLUMNS * LANES columns and DEPTH rows, which stays in the
// first cache while all rows of a go by it.
// Goto and van de Geijn, "Anatomy of high-performance matrix multiplication", ACM TOMS 34 (2008), section 4.

#pragma once

#include "simd.h"
#include "gemm.h"
#include "parallel_for.h"

constexpr int WIDTH = COLUMNS * LANES, DEPTH = 256;

struct MatrixView {
  const float* at;
  ptrdiff_t row, column;
};

struct BlockedGemm {
  int rows, columns, depth;
  MatrixView a, b;
  const float* bias;
  float* y;

  // y = a b + bias; each thread computes its part, from copies of its own.
  void run_parallel(int threads) const {
    run_parallel(threads, [this](int top, int bottom, int left, int right) {
      const auto pack_some = [this](float* panel, int step, int steps, int column, int count, int whole) {
        pack(panel, step, steps, column, count, whole);
      };
      part<Float32>(top, bottom, left, right, a.at + top * a.row, a.row, a.column, depth, pack_some);
    });
  }

  template <class Part>
  void run_parallel(int threads, Part part) const {
    parallel_for(threads, [&](const ThreadShare& here) {
      const long strips = (columns + LANES - 1) / LANES, most = rows > 2 * columns ? 1 : strips / COLUMNS;
      const long abreast = std::max(1l, std::min(here.size, most));
      const long below = here.size / abreast, column = here.rank % abreast, row = here.rank / abreast;
      if (row < below) {
        const int left = strips * column / abreast * LANES, right = strips * (column + 1) / abreast * LANES;
        part(rows * row / below, rows * (row + 1) / below, left, std::min(right, columns));
      }
    });
  }

  // Of some rows and columns, from cells of a and from panels of b's, which pack(panel, first step, steps, first column,
  // columns, as many as are computed) makes.
  template <class Kind, class Pack>
  void part(int top, int bottom, int left, int right, const typename Kind::Cell* lefts, ptrdiff_t a_row, ptrdiff_t a_step,
            int cells, Pack pack) const {
    const AlignedBuffer panel((size_t)DEPTH * WIDTH), narrow((size_t)(bottom - top) * WIDTH);
    auto* packed = panel.as<typename Kind::Cell>();
    for (int column = left; column < right; column += WIDTH) {
      const int count = std::min(WIDTH, right - column), whole = (count + LANES - 1) / LANES * LANES;
      const bool fits = count == whole;  // else it is computed aside, with numbers that nobody asked for
      float* to = fits ? y + (ptrdiff_t)top * columns + column : narrow;
      const ptrdiff_t to_row = fits ? columns : WIDTH;
      float start[WIDTH] = {};
      if (bias) std::memcpy(start, bias + column, count * 4);
      for (int step = 0; step < cells || step == 0; step += DEPTH) {
        const int steps = std::min(DEPTH, cells - step);
        pack(packed, step, steps, column, count, whole);
        const GemmKernel<Kind> product{lefts + step * a_step, a_row, a_step, packed, WIDTH, to, to_row, steps, start};
        if (step) product.template run<true>(bottom - top, whole);
        else product.template run<false>(bottom - top, whole);
      }
      if (!fits)
        for (int row = top; row < bottom; row++)
          std::memcpy(y + (ptrdiff_t)row * columns + column, narrow + (ptrdiff_t)(row - top) * WIDTH, count * 4);
    }
  }

 private:
  // panel[steps][whole of WIDTH] = the columns of b from there on, and zeros behind them
  void pack(float* panel, int step, int steps, int column, int count, int whole) const {
    const float* from = b.at + step * b.row + column * b.column;
    int done = 0;  // columns
#if defined(__AVX512F__)
    if (b.row == 1)
      for (; done + LANES <= count; done += LANES) {
        int row = 0;
        for (; row + LANES <= steps; row += LANES)
          transpose(from + done * b.column + row, b.column, panel + (ptrdiff_t)row * WIDTH + done, WIDTH);
        copy(panel, from, row, steps, done, done + LANES, done + LANES);
      }
#endif
    if (b.column == 1)
      for (; done + LANES <= count; done += LANES)
        for (int row = 0; row < steps; row++) store(panel + (ptrdiff_t)row * WIDTH + done, load(from + row * b.row + done));
    copy(panel, from, 0, steps, done, count, whole);
  }

  void copy(float* panel, const float* from, int first, int last, int left, int right, int whole) const {
    for (int row = first; row < last; row++)
      for (int i = left; i < whole; i++)
        panel[(ptrdiff_t)row * WIDTH + i] = i < right ? from[row * b.row + i * b.column] : 0;
  }
};
