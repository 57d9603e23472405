// Convolutions of 3 x 3 taps with fewer multiplications, for channels-last float32 images of many channels.
//
// A tile of M x M results and the N x N points that they depend on become P x P products (winograd_matrices.h),
//     y = A [ (G g G') * (B d B') ] A',
// each of which, over all tiles and channels, is one product of matrices: V of the images times U of the weights gives M.
// The gradients use the same matrices transposed:
//     dM = A' dy A,   dx = B' (dM U') B,   dg = G' (V' dM) G.
// Lavin and Gray, "Fast Algorithms for Convolutional Neural Networks", arXiv:1509.09308, eq. 8 to 10.

#pragma once

#include "winograd_matrices.h"
#include "relu_maxpool.h"
#include "conv_shape.h"

// A convolution with a padding of 1. Weights are [R][R][ci][co], images [n][h][w][ci], results [n][oh][ow][co], or
// [n][pooled_h][pooled_w][co] after max pooling; masks are those of relu_maxpool.h.
//
// F: the matrices. Format: how V, U and dM are stored, one matrix for each of the P x P products (gemm.h, bf16.h); M, dV and
// all sums are float32.
// A tile row is a row of tiles of an image. A thread computes `chunk` tile rows at a time, so that V and M stay in its cache.
template <class F, class Format>
class WinogradConv {
  typedef typename Format::Cell Cell;
  static constexpr int POINTS = F::P * F::P, PER_CELL = Format::NUMBERS_PER_CELL;
  static constexpr int TILES = PER_CELL > 1 ? 42 : 32;  // in a chunk: V and M of so many stay in the second-level cache
  const ConvShape s;
  const int tile_rows, tile_columns, all_tile_rows, chunk;  // of an image, of an image, of all images, of a chunk
  const ptrdiff_t v_stride, m_stride, n_weights;  // numbers from one product's matrix to the next: of V, of M, of U
  const std::vector<float> zeros;  // in place of a point beyond the edge

 public:
  explicit WinogradConv(const ConvShape& shape)
      : s(shape),
        tile_rows((s.oh + F::M - 1) / F::M),
        tile_columns((s.ow + F::M - 1) / F::M),
        all_tile_rows(s.n * tile_rows),
        chunk(std::max(1, (TILES + tile_columns - 1) / tile_columns)),
        v_stride((ptrdiff_t)chunk * tile_columns * s.ci + LANES),  // + LANES, so that matrices do not share cache sets
        m_stride((ptrdiff_t)chunk * tile_columns * s.co + LANES),
        n_weights((ptrdiff_t)s.ci * s.co),
        zeros(std::max(s.ci, s.co), 0.f) {}

  // y = w * x + bias, then max pooling and a ReLU where they are asked for.
  // As the gradient of a transposed convolution, whose dy is x and whose x is dy: in_mask is that of its ReLU, x_sum the gradient
  // of its bias, and dw the gradient of its weights. They are computed where they are not null.
  void forward(const float* x, const uint8_t* in_mask, const float* w, const float* bias, bool relu, bool pooled, float* y,
               uint8_t* mask, float* x_sum, const float* dy, float* dw, int threads) const {
    const AlignedBuffer u(POINTS * n_weights), sums((size_t)s.ci * threads), weights(dw ? POINTS * n_weights * threads : 0);
    parallel_for(threads, [&](const ThreadShare& here) {
      transform_weights(w, s.ci, s.co, u.as<Cell>(), here);
      const AlignedBuffer v(POINTS * v_stride), m(POINTS * m_stride), scratch(transpose_scratch_size()), sink(s.co), discarded(s.co);
      float *sum = sums + s.ci * here.rank, *du = weights + (dw ? POINTS * n_weights * here.rank : 0);
      std::memset(sum, 0, s.ci * 4);
      std::memset(discarded, 0, s.co * 4);
      if (dw) std::memset(du, 0, POINTS * n_weights * 4);
      const int last = here.last(all_tile_rows);
      for (int row = here.first(all_tile_rows); row < last; row += chunk) {
        const int end = std::min(row + chunk, last), tiles = (end - row) * tile_columns;
        transform_input(x, in_mask, row, end, v.as<Cell>(), sum);
        for (int p = 0; p < POINTS; p++) {
          const int next_end = std::min(end + chunk, last);
          prefetch_input(x, end, next_end, p);
          prefetch_result(y, pooled, row, end, p);
          prefetch_result(dy, false, end, next_end, p);
          multiply(matrix(v, p, v_stride), matrix(u, p, n_weights), m + p * m_stride, tiles, s.co, s.ci);
        }
        if (pooled) inverse_transform_pooled(m, row, end, bias, relu, y, mask, sink);
        else inverse_transform_output(m, row, end, bias, relu, y, mask, sink);
        if (!dw) continue;
        transform_gradient(dy, false, nullptr, row, end, m.as<Cell>(), discarded);
        for (int p = 0; p < POINTS; p++) add_weight_gradient(v, m, scratch, tiles, p, du);
      }
      here.wait();
      if (x_sum) sum_over_threads(x_sum, sums, s.ci, here);
      if (dw) reduce_weight_gradient(weights, dw, here);
    });
  }

  // Those of dx, dw and db that are not null. Here weights are [R][R][co][ci].
  // As a transposed convolution: dx is its result, init its bias, and relu its ReLU.
  void backward(const float* x, const float* w, const float* dy, bool pooled, const uint8_t* in_mask, const float* init,
                bool relu, float* dx, uint8_t* mask, float* dw, float* db, int threads) const {
    const AlignedBuffer u(dx ? POINTS * n_weights : 0), sums(dw ? POINTS * n_weights * threads : 0), biases((size_t)s.co * threads);
    parallel_for(threads, [&](const ThreadShare& here) {
      if (dx) transform_weights(w, s.co, s.ci, u.as<Cell>(), here);
      const AlignedBuffer v(POINTS * v_stride), m(POINTS * m_stride), scratch(transpose_scratch_size()), sink(s.ci), discarded(s.ci);
      float *du = sums + (dw ? POINTS * n_weights * here.rank : 0), *bias = biases + s.co * here.rank;
      if (dw) std::memset(du, 0, POINTS * n_weights * 4);
      std::memset(bias, 0, s.co * 4);
      std::memset(sink, 0, s.ci * 4);
      std::memset(discarded, 0, s.ci * 4);
      const int first = here.first(s.n) * tile_rows, last = here.last(s.n) * tile_rows;  // whole images, because tiles of dx overlap
      for (int row = first, initialised = first / tile_rows; row < last; row += chunk) {
        const int end = std::min(row + chunk, last), next_end = std::min(end + chunk, last), tiles = (end - row) * tile_columns;
        for (; dx && initialised * tile_rows < end; initialised++) init_dx(dx + (ptrdiff_t)initialised * s.h * s.w * s.ci, init);
        transform_gradient(dy, pooled, in_mask, row, end, m.as<Cell>(), bias);
        if (dw) transform_input(x, nullptr, row, end, v.as<Cell>(), discarded);
        for (int p = POINTS - 1; p >= 0; p--) {  // from the last: dV takes the place of V, and its numbers are not smaller
          prefetch_result(dy, pooled, end, next_end, p);
          if (pooled) prefetch_result(in_mask, pooled, end, next_end, p);
          prefetch_input(x, end, next_end, p);
          if (dw) add_weight_gradient(v, m, scratch, tiles, p, du);
          if (dx) multiply(matrix(m, p, m_stride), matrix(u, p, n_weights), v + p * v_stride, tiles, s.ci, s.co);
        }
        if (dx) {
          inverse_transform_input(v, row, end, dx, sink);
          if (relu) relu_of_images(dx, mask, row / tile_rows, end / tile_rows);
        }
      }
      here.wait();
      if (dw) reduce_weight_gradient(sums, dw, here);
      if (db) sum_over_threads(db, biases, s.co, here);
    });
  }

 private:
  // An image's gradient just before its first tiles, so that it is in the cache
  void init_dx(float* dx, const float* init) const {
    const ptrdiff_t points = (ptrdiff_t)s.h * s.w;
    if (!init) std::memset(dx, 0, points * s.ci * 4);
    else for (ptrdiff_t i = 0; i < points; i++)
        for (int c = 0; c < s.ci; c += LANES) store(dx + i * s.ci + c, load(init + c));
  }

  // An image is complete when its last tile row is.
  void relu_of_images(float* dx, uint8_t* mask, int first, int last) const {
    const ptrdiff_t image = (ptrdiff_t)s.h * s.w * s.ci;
    for (ptrdiff_t i = first * image; i < last * image; i += LANES) {
      const vec value = load(dx + i);
      store_mask(mask, i, value);
      store(dx + i, apply_relu(value));
    }
  }

  // U = G g G', as [point][rows][columns], from [R][R][rows][columns]; each thread transforms some rows.
  void transform_weights(const float* w, int rows, int columns, Cell* u, const ThreadShare& here) const {
    const int last = here.last(rows / PER_CELL) * PER_CELL;
    for (int i = here.first(rows / PER_CELL) * PER_CELL; i < last; i += PER_CELL)
      for (int o = 0; o < columns; o += LANES) {
        vec all[POINTS][PER_CELL];
        for (int k = 0; k < PER_CELL; k++) {
          vec g[F::R][F::R], half[F::P][F::R];
          UNROLL for (int a = 0; a < F::R; a++)
            UNROLL for (int b = 0; b < F::R; b++)
              g[a][b] = load(w + ((a * F::R + b) * rows + i + k) * (ptrdiff_t)columns + o);
          UNROLL for (int b = 0; b < F::R; b++) multiply_constant<false, F::P, F::R>(F::G, &g[0][b], F::R, &half[0][b], F::R);
          UNROLL for (int a = 0; a < F::P; a++)
            multiply_constant<false, F::P, F::R>(F::G, half[a], 1, &all[a * F::P][k], PER_CELL);
        }
        for (int p = 0; p < POINTS; p++) Format::store_packed(u + (p * n_weights + (ptrdiff_t)i * columns) / PER_CELL + o, all[p]);
      }
    here.wait();
  }

  // to[tiles][columns] = tiles * weights
  static void multiply(const Cell* points, const Cell* weights, float* to, int tiles, int columns, int depth) {
    const GemmKernel<Format> gemm{points, depth / PER_CELL, 1, weights, columns, to, columns, depth / PER_CELL};
    gemm.template run<false>(tiles, columns);
  }

  // dU += V' dM, of one of the P x P products
  void add_weight_gradient(const AlignedBuffer& v, const AlignedBuffer& m, const AlignedBuffer& scratch, int tiles, int p, float* du) const {
    Format::add_transposed_product(matrix(v, p, v_stride), matrix(m, p, m_stride), scratch.as<Cell>(), du + p * n_weights, s.ci, s.co, tiles);
  }

  // The matrix of one of the P x P products; `stride` counts numbers.
  static const Cell* matrix(const AlignedBuffer& all, int p, ptrdiff_t stride) { return all.as<Cell>() + p * stride / PER_CELL; }

  size_t transpose_scratch_size() const { return Format::transpose_scratch((size_t)chunk * tile_columns, s.ci + s.co); }

  void reduce_weight_gradient(float* rows, float* dw, const ThreadShare& here) const {
    sum_over_threads(rows, rows, POINTS * n_weights, here);
    here.wait();
    inverse_transform_weights(rows, dw, here);
  }

  // dg = G' dU G
  void inverse_transform_weights(const float* du, float* dw, const ThreadShare& here) const {
    for (int i = here.first(s.ci); i < here.last(s.ci); i++)
      for (int o = 0; o < s.co; o += LANES) {
        vec g[F::R][F::R], half[F::R][F::P], all[F::P][F::P];
        for (int p = 0; p < POINTS; p++) all[p / F::P][p % F::P] = load(du + p * n_weights + (ptrdiff_t)i * s.co + o);
        UNROLL for (int b = 0; b < F::P; b++) multiply_constant<true, F::R, F::P>(F::G, &all[0][b], F::P, &half[0][b], F::P);
        UNROLL for (int a = 0; a < F::R; a++) multiply_constant<true, F::R, F::P>(F::G, half[a], 1, g[a], 1);
        UNROLL for (int a = 0; a < F::R; a++)
          UNROLL for (int b = 0; b < F::R; b++) store(dw + ((a * F::R + b) * s.ci + i) * (ptrdiff_t)s.co + o, g[a][b]);
      }
  }

  // Calls body(tile, addresses of its N x N points) for the tiles of some tile rows; `outside` is the address of points beyond
  // the edge.
  template <class T, class Body>
  INLINE void tiles_of_input(T* images, T* outside, int first, int last, Body body) const {
    tiles<F::N, F::STEP>(images, outside, s.h, s.w, s.ci, 1, first, last, body);
  }

  // The same for the M x M results of each tile
  template <class T, class Body>
  INLINE void tiles_of_result(T* results, T* outside, int first, int last, Body body) const {
    tiles<F::M, F::M>(results, outside, s.oh, s.ow, s.co, 0, first, last, body);
  }

  // The same for the results after max pooling
  template <class T, class Body>
  INLINE void tiles_of_pooled(T* results, T* outside, int first, int last, Body body) const {
    tiles<F::M / 2, F::M / 2>(results, outside, s.pooled_h(), s.pooled_w(), s.co, 0, first, last, body);
  }

  template <int SIDE, int STEP, class T, class Body>
  INLINE void tiles(T* maps, T* outside, int h, int w, int channels, int padding, int first, int last, Body body) const {
    T* at[SIDE * SIDE];
    int tile = 0;
    for (int row = first; row < last; row++) {
      T* map = maps + (ptrdiff_t)(row / tile_rows) * h * w * channels;
      const int top = row % tile_rows * STEP - padding;
      for (int column = 0; column < tile_columns; column++, tile++) {
        const int left = column * STEP - padding;
        for (int a = 0; a < SIDE; a++)
          for (int b = 0; b < SIDE; b++) {
            const int y = top + a, x = left + b;
            const bool inside = y >= 0 && y < h && x >= 0 && x < w;
            at[a * SIDE + b] = inside ? map + ((ptrdiff_t)y * w + x) * channels : outside;
          }
        body(tile, at);
      }
    }
  }

  // What the tiles of some tile rows will read or write is prefetched in POINTS parts, one before each product of matrices:
  // products leave the memory idle, and transforms would wait for it.
  INLINE void prefetch_input(const float* images, int first, int last, int p) const {
    if (images) prefetch_part<F::STEP>(images, s.h, s.w, s.ci, first, last, p);
  }

  template <class T>
  INLINE void prefetch_result(const T* results, bool pooled, int first, int last, int p) const {
    if (results && pooled) prefetch_part<F::M / 2>(results, s.pooled_h(), s.pooled_w(), s.co, first, last, p);
    else if (results) prefetch_part<F::M>(results, s.oh, s.ow, s.co, first, last, p);
  }

  template <int STEP, class T>
  INLINE void prefetch_part(const T* maps, int h, int w, int channels, int first, int last, int p) const {
    const auto start_of = [&](int row) { return ((ptrdiff_t)row / tile_rows * h + std::min(h, row % tile_rows * STEP)) * w * channels; };
    const ptrdiff_t start = start_of(first), count = start_of(last) - start, from = count * p / POINTS;
    prefetch(maps + start + from, count * (p + 1) / POINTS - from);
  }

  // V = B d B'. With a mask, sum += those points of a tile that belong to no other tile.
  void transform_input(const float* x, const uint8_t* mask, int first, int last, Cell* v, float* sum) const {
    if (mask) transform_input<true>(x, mask, first, last, v, sum);
    else transform_input<false>(x, mask, first, last, v, sum);
  }

  template <bool MASKED>
  void transform_input(const float* x, const uint8_t* mask, int first, int last, Cell* v, float* sum) const {
    tiles_of_input(x, zeros.data(), first, last, [&](int tile, const float** at) {
      for (int c = 0; c < s.ci; c += LANES) {
        vec d[F::N], half[F::P][F::N], all[F::P], own = {};
        Cell* to = v + ((ptrdiff_t)tile * s.ci + c) / PER_CELL;
        UNROLL for (int b = 0; b < F::N; b++) {
          UNROLL for (int a = 0; a < F::N; a++) {
            d[a] = load_point<MASKED>(at[a * F::N + b], x, mask, c);
            if (MASKED && a > 0 && b > 0 && a <= F::STEP && b <= F::STEP) own += d[a];
          }
          multiply_constant<false, F::P, F::N>(F::B, d, 1, &half[0][b], F::N);
        }
        if (MASKED) store(sum + c, load(sum + c) + own);
        UNROLL for (int a = 0; a < F::P; a++) {
          multiply_constant<false, F::P, F::N>(F::B, half[a], 1, all, 1);
          UNROLL for (int b = 0; b < F::P; b++) Format::store_row(to + (a * F::P + b) * v_stride / PER_CELL, all[b]);
        }
      }
    });
  }

  template <bool MASKED>
  INLINE vec load_point(const float* at, const float* maps, const uint8_t* mask, int c) const {
    const vec value = load(at + c);
    return MASKED && at != zeros.data() ? apply_mask(mask, at - maps + c, value) : value;
  }

  // dx += B' dV B
  void inverse_transform_input(const float* dv, int first, int last, float* dx, float* sink) const {
    tiles_of_input(dx, sink, first, last, [&](int tile, float** at) {
      for (int c = 0; c < s.ci; c += LANES) {
        vec d[F::P], half[F::N][F::P], all[F::N];
        const float* from = dv + (ptrdiff_t)tile * s.ci + c;
        UNROLL for (int b = 0; b < F::P; b++) {
          UNROLL for (int a = 0; a < F::P; a++) d[a] = load(from + (a * F::P + b) * v_stride);
          multiply_constant<true, F::N, F::P>(F::B, d, 1, &half[0][b], F::P);
        }
        UNROLL for (int a = 0; a < F::N; a++) {
          multiply_constant<true, F::N, F::P>(F::B, half[a], 1, all, 1);
          UNROLL for (int b = 0; b < F::N; b++) {
            float* to = at[a * F::N + b] + c;
            store(to, load(to) + all[b]);
          }
        }
      }
    });
  }

  // y = A M A' + bias, then a ReLU where it is asked for. `sink` receives results beyond the edge.
  void inverse_transform_output(const float* m, int first, int last, const float* bias, bool relu, float* y, uint8_t* mask,
                        float* sink) const {
    tiles_of_result(y, sink, first, last, [&](int tile, float** at) {
      for (int c = 0; c < s.co; c += LANES) {
        vec half[F::M][F::P], all[F::M];
        half_inverse_transform(m + (ptrdiff_t)tile * s.co + c, half);
        const vec bias_c = bias ? load(bias + c) : vec{};
        UNROLL for (int a = 0; a < F::M; a++) {
          multiply_constant<false, F::M, F::P>(F::A, half[a], 1, all, 1);
          UNROLL for (int b = 0; b < F::M; b++) {
            float* to = at[a * F::M + b];
            const vec value = all[b] + bias_c;
            store_mask(to == sink ? nullptr : mask, to - y + c, value);
            store(to + c, relu ? apply_relu(value) : value);
          }
        }
      }
    });
  }

  // The same, with max pooling before the bias
  void inverse_transform_pooled(const float* m, int first, int last, const float* bias, bool relu, float* y, uint8_t* argmax,
                        float* sink) const {
    tiles_of_pooled(y, sink, first, last, [&](int tile, float** at) {
      const int rows = s.oh - (first + tile / tile_columns) % tile_rows * F::M, columns = s.ow - tile % tile_columns * F::M;
      for (int c = 0; c < s.co; c += LANES) {
        vec half[F::M][F::P], two[2][F::M];
        half_inverse_transform(m + (ptrdiff_t)tile * s.co + c, half);
        const vec bias_c = bias ? load(bias + c) : vec{};
        UNROLL for (int a = 0; a < F::M; a += 2) {
          UNROLL for (int i = 0; i < 2; i++) multiply_constant<false, F::M, F::P>(F::A, half[a + i], 1, two[i], 1);
          UNROLL for (int b = 0; b < F::M; b += 2) {
            float* to = at[a / 2 * (F::M / 2) + b / 2];
            if (to == sink) continue;
            const bool has_below = a + 1 < rows, has_right = b + 1 < columns;
            const vec none = vec{} + MINUS_INFINITY;
            const vec points[4] = {two[0][b], has_right ? two[0][b + 1] : none, has_below ? two[1][b] : none,
                                   has_below && has_right ? two[1][b + 1] : none};
            store(to + c, maxpool(points, bias_c, relu, argmax + (to - y) + c));
          }
        }
      }
    });
  }

  // A M, the first half of A M A'
  INLINE void half_inverse_transform(const float* m, vec (&half)[F::M][F::P]) const {
    vec d[F::P];
    UNROLL for (int b = 0; b < F::P; b++) {
      UNROLL for (int a = 0; a < F::P; a++) d[a] = load(m + (a * F::P + b) * m_stride);
      multiply_constant<false, F::M, F::P>(F::A, d, 1, &half[0][b], F::P);
    }
  }

  // dM = A' dy A; bias += the sum of dy
  void transform_gradient(const float* dy, bool pooled, const uint8_t* mask, int first, int last, Cell* dm,
                          float* bias) const {
    if (pooled) transform_pooled_gradient(dy, mask, first, last, dm, bias);
    else if (mask) transform_gradient<true>(dy, mask, first, last, dm, bias);
    else transform_gradient<false>(dy, mask, first, last, dm, bias);
  }

  template <bool MASKED>
  void transform_gradient(const float* dy, const uint8_t* mask, int first, int last, Cell* dm, float* bias) const {
    tiles_of_result(dy, zeros.data(), first, last, [&](int tile, const float** at) {
      for (int c = 0; c < s.co; c += LANES) {
        vec sum = load(bias + c);
        transform_gradient_tile(dm + ((ptrdiff_t)tile * s.co + c) / PER_CELL, [&](int b, vec(&d)[F::M]) __attribute__((always_inline)) {
          UNROLL for (int a = 0; a < F::M; a++) sum += d[a] = load_point<MASKED>(at[a * F::M + b], dy, mask, c);
        });
        store(bias + c, sum);
      }
    });
  }

  // The same where dy is the gradient after max pooling
  void transform_pooled_gradient(const float* dy, const uint8_t* argmax, int first, int last, Cell* dm, float* bias) const {
    tiles_of_pooled(dy, zeros.data(), first, last, [&](int tile, const float** at) {
      for (int c = 0; c < s.co; c += LANES) {
        vec sum = load(bias + c);
        transform_gradient_tile(dm + ((ptrdiff_t)tile * s.co + c) / PER_CELL, [&](int b, vec(&d)[F::M]) __attribute__((always_inline)) {
          UNROLL for (int a = 0; a < F::M; a++) {
            const float* from = at[a / 2 * (F::M / 2) + b / 2];
            const bool inside = from != zeros.data();
            d[a] = inside ? maxpool_backward(load(from + c), argmax + (from - dy) + c, a % 2 * 2 + b % 2) : vec{};
            sum += d[a];
          }
        });
        store(bias + c, sum);
      }
    });
  }

  // dM of a tile. load_column(b, numbers) writes M numbers of column b of dy.
  template <class LoadColumn>
  INLINE void transform_gradient_tile(Cell* to, LoadColumn load_column) const {
    vec d[F::M], half[F::P][F::M], all[F::P];
    UNROLL for (int b = 0; b < F::M; b++) {
      load_column(b, d);
      multiply_constant<true, F::P, F::M>(F::A, d, 1, &half[0][b], F::M);
    }
    UNROLL for (int a = 0; a < F::P; a++) {
      multiply_constant<true, F::P, F::M>(F::A, half[a], 1, all, 1);
      UNROLL for (int b = 0; b < F::P; b++) Format::store_row(to + (a * F::P + b) * m_stride / PER_CELL, all[b]);
    }
  }
};
