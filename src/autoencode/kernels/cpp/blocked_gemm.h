// Products of matrices of any strides: dense layers and their gradients.
//
// Each thread computes some columns of the result, or some rows where there are more than twice as many rows as columns:
// it then copies less, and its part of the result is contiguous. It copies b in panels of PANEL_DEPTH rows and PANEL_COLUMNS
// columns; a panel stays in the first-level cache while all rows of a are multiplied with it.
// Goto and van de Geijn, "Anatomy of high-performance matrix multiplication", ACM TOMS 34 (2008), section 4.

#pragma once

#include "simd.h"
#include "gemm.h"
#include "parallel_for.h"

constexpr int PANEL_COLUMNS = BLOCK_VECTORS * LANES, PANEL_DEPTH = 256;

struct MatrixView {
  const float* at;
  ptrdiff_t row_stride, column_stride;
};

struct BlockedGemm {
  int rows, columns, depth;
  MatrixView a, b;
  const float* bias;
  float* y;

  // y = a b + bias
  void run_parallel(int threads) const {
    run_parallel(threads, [this](int top, int bottom, int left, int right) {
      const auto pack_panel = [this](float* panel, int d, int depth, int column, int count, int padded) {
        pack(panel, d, depth, column, count, padded);
      };
      part<Float32>(top, bottom, left, right, a.at + top * a.row_stride, a.row_stride, a.column_stride, depth, pack_panel);
    });
  }

  // Calls part(top, bottom, left, right) for the rows and columns of the result that each thread computes.
  template <class Part>
  void run_parallel(int threads, Part part) const {
    parallel_for(threads, [&](const ThreadShare& here) {
      const long strips = (columns + LANES - 1) / LANES, most = rows > 2 * columns ? 1 : strips / BLOCK_VECTORS;
      const long parts_across = std::max(1l, std::min(here.size, most));
      const long parts_down = here.size / parts_across, column = here.rank % parts_across, row = here.rank / parts_across;
      if (row < parts_down) {
        const int left = strips * column / parts_across * LANES, right = strips * (column + 1) / parts_across * LANES;
        part(rows * row / parts_down, rows * (row + 1) / parts_down, left, std::min(right, columns));
      }
    });
  }

  // Computes some rows and columns of the result.
  // a_cells: their rows of a, as cells; `cells` is their number along the depth.
  // pack(panel, first cell, number of cells, first column, number of columns, the same padded to vectors) writes a panel of b.
  template <class Format, class Pack>
  void part(int top, int bottom, int left, int right, const typename Format::Cell* a_cells, ptrdiff_t a_row_stride,
            ptrdiff_t a_cell_stride, int cells, Pack pack) const {
    const AlignedBuffer panel((size_t)PANEL_DEPTH * PANEL_COLUMNS), narrow((size_t)(bottom - top) * PANEL_COLUMNS);
    auto* packed = panel.as<typename Format::Cell>();
    for (int column = left; column < right; column += PANEL_COLUMNS) {
      const int count = std::min(PANEL_COLUMNS, right - column), padded = (count + LANES - 1) / LANES * LANES;
      const bool fits = count == padded;  // else it is computed in `narrow`, with padding, and copied
      float* to = fits ? y + (ptrdiff_t)top * columns + column : narrow;
      const ptrdiff_t to_stride = fits ? columns : PANEL_COLUMNS;
      float init[PANEL_COLUMNS] = {};
      if (bias) std::memcpy(init, bias + column, count * 4);
      for (int d = 0; d < cells || d == 0; d += PANEL_DEPTH) {
        const int depth = std::min(PANEL_DEPTH, cells - d);
        pack(packed, d, depth, column, count, padded);
        const GemmKernel<Format> product{a_cells + d * a_cell_stride, a_row_stride, a_cell_stride, packed, PANEL_COLUMNS, to, to_stride, depth, init};
        if (d) product.template run<true>(bottom - top, padded);
        else product.template run<false>(bottom - top, padded);
      }
      if (!fits)
        for (int row = top; row < bottom; row++)
          std::memcpy(y + (ptrdiff_t)row * columns + column, narrow + (ptrdiff_t)(row - top) * PANEL_COLUMNS, count * 4);
    }
  }

 private:
  // panel[depth][`padded` of PANEL_COLUMNS] = b[d ...][column ...], with zeros after `count` columns
  void pack(float* panel, int d, int depth, int column, int count, int padded) const {
    const float* from = b.at + d * b.row_stride + column * b.column_stride;
    int done = 0;  // columns
#if defined(__AVX512F__)
    if (b.row_stride == 1)
      for (; done + LANES <= count; done += LANES) {
        int row = 0;
        for (; row + LANES <= depth; row += LANES)
          transpose(from + done * b.column_stride + row, b.column_stride, panel + (ptrdiff_t)row * PANEL_COLUMNS + done, PANEL_COLUMNS);
        copy(panel, from, row, depth, done, done + LANES, done + LANES);
      }
#endif
    if (b.column_stride == 1)
      for (; done + LANES <= count; done += LANES)
        for (int row = 0; row < depth; row++)
          store(panel + (ptrdiff_t)row * PANEL_COLUMNS + done, load(from + row * b.row_stride + done));
    copy(panel, from, 0, depth, done, count, padded);
  }

  void copy(float* panel, const float* from, int first, int last, int left, int right, int padded) const {
    for (int row = first; row < last; row++)
      for (int i = left; i < padded; i++)
        panel[(ptrdiff_t)row * PANEL_COLUMNS + i] = i < right ? from[row * b.row_stride + i * b.column_stride] : 0;
  }
};
