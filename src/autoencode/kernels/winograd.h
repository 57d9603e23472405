// Convolutions of 3 x 3 points with fewer multiplications, for channels-last float32 pictures.
//
// A tile of M x M results and the N x N points they see become P x P products (winograd_matrices.h),
//     y = A [ (G g G') * (B d B') ] A',
// one product of matrices over the channels for each of the P x P points. The way back is the same turned round:
//     dm = A' dy A,   dx = B' (U' dm) B,   dg = G' (V' dm) G.
// Lavin and Gray, "Fast Algorithms for Convolutional Neural Networks", arXiv:1509.09308, eq. 8 to 10.

#pragma once

#include "winograd_matrices.h"
#include "relu_maxpool.h"
#include "conv_shape.h"

// One convolution with a frame of zeros. Weights are [R][R][ci][co], pictures [n][h][w][ci], results [n][oh][ow][co].
// With `pooled`, results are the maxima of 2 x 2 of them, [n][half_oh][half_ow][co]. `which` notes what passed a ReLU or was
// a maximum (relu_maxpool.h), and lets through slopes of these only.
// A band is a row of tiles of a picture; a thread does some bands at a time. Points that are multiplied are kept in the
// cells of a kind of numbers (gemm.h, bf16.h), products and all sums in float32.
template <class F, class Kind>
class WinogradConv {
  typedef typename Kind::Cell Cell;
  static constexpr int POINTS = F::P * F::P, DEPTH = Kind::DEPTH;
  static constexpr int TILES = DEPTH > 1 ? 42 : 32;  // at a time: what belongs to them stays in the second cache
  const ConvShape s;
  const int down, across, bands, chunk;
  const ptrdiff_t in_step, out_step, size;  // numbers from one point to the next: of inputs, of results, of all weights
  const std::vector<float> zeros;

 public:
  explicit WinogradConv(const ConvShape& shape)
      : s(shape),
        down((s.oh + F::M - 1) / F::M),
        across((s.ow + F::M - 1) / F::M),
        bands(s.n * down),
        chunk(std::max(1, (TILES + across - 1) / across)),
        in_step((ptrdiff_t)chunk * across * s.ci + LANES),  // the lanes keep points out of each other's cache lines
        out_step((ptrdiff_t)chunk * across * s.co + LANES),
        size((ptrdiff_t)s.ci * s.co),
        zeros(std::max(s.ci, s.co), 0.f) {}

  // y = w * x + bias, or what of it is above zero. Where x is the slope of a transposed convolution's result, what else
  // it leads to is made on the way: x_sum, for each channel the sum of what passes; and dw, of dy.
  void forward(const float* x, const uint8_t* passes, const float* w, const float* bias, bool relu, bool pooled, float* y,
               uint8_t* which, float* x_sum, const float* dy, float* dw, int threads) const {
    const AlignedBuffer u(POINTS * size), sums((size_t)s.ci * threads), weights(dw ? POINTS * size * threads : 0);
    parallel_for(threads, [&](const ThreadShare& here) {
      transform_weights(w, s.ci, s.co, u.as<Cell>(), here);
      const AlignedBuffer v(POINTS * in_step), m(POINTS * out_step), scratch(transpose_scratch_size()), sink(s.co), unused(s.co);
      float *sum = sums + s.ci * here.rank, *du = weights + (dw ? POINTS * size * here.rank : 0);
      std::memset(sum, 0, s.ci * 4);
      std::memset(unused, 0, s.co * 4);
      if (dw) std::memset(du, 0, POINTS * size * 4);
      const int last = here.last(bands);
      for (int band = here.first(bands); band < last; band += chunk) {
        const int until = std::min(band + chunk, last), tiles = (until - band) * across;
        transform_input(x, passes, band, until, v.as<Cell>(), sum);
        for (int p = 0; p < POINTS; p++) {
          const int next = std::min(until + chunk, last);
          prefetch_input(x, until, next, p);
          prefetch_result(y, pooled, band, until, p);
          prefetch_result(dy, false, until, next, p);
          multiply(cells(v, p, in_step), cells(u, p, size), m + p * out_step, tiles, s.co, s.ci);
        }
        if (pooled) inverse_transform_pooled(m, band, until, bias, relu, y, which, sink);
        else inverse_transform_output(m, band, until, bias, relu, y, which, sink);
        if (!dw) continue;
        transform_gradient(dy, false, nullptr, band, until, m.as<Cell>(), unused);
        for (int p = 0; p < POINTS; p++) add_weights(v, m, scratch, tiles, p, du);
      }
      here.wait();
      if (x_sum) add_up(x_sum, sums, s.ci, here);
      if (dw) sum_of_weights(weights, dw, here);
    });
  }

  // Of dx, dw and db those are made that are not null. dx starts as `start` of each channel, or as zero; where it is a
  // transposed convolution's result, of it may be left what is above zero. Here the weights are [R][R][co][ci].
  void backward(const float* x, const float* w, const float* dy, bool pooled, const uint8_t* passes, const float* start,
                bool relu, float* dx, uint8_t* which, float* dw, float* db, int threads) const {
    const AlignedBuffer u(dx ? POINTS * size : 0), sums(dw ? POINTS * size * threads : 0), biases((size_t)s.co * threads);
    parallel_for(threads, [&](const ThreadShare& here) {
      if (dx) transform_weights(w, s.co, s.ci, u.as<Cell>(), here);
      const AlignedBuffer v(POINTS * in_step), m(POINTS * out_step), scratch(transpose_scratch_size()), sink(s.ci), unused(s.ci);
      float *du = sums + (dw ? POINTS * size * here.rank : 0), *bias = biases + s.co * here.rank;
      if (dw) std::memset(du, 0, POINTS * size * 4);
      std::memset(bias, 0, s.co * 4);
      std::memset(sink, 0, s.ci * 4);
      std::memset(unused, 0, s.ci * 4);
      const int first = here.first(s.n) * down, last = here.last(s.n) * down;  // whole pictures: tiles overlap
      for (int band = first, initialised = first / down; band < last; band += chunk) {
        const int until = std::min(band + chunk, last), next = std::min(until + chunk, last), tiles = (until - band) * across;
        for (; dx && initialised * down < until; initialised++) init_dx(dx + (ptrdiff_t)initialised * s.h * s.w * s.ci, start);
        transform_gradient(dy, pooled, passes, band, until, m.as<Cell>(), bias);
        if (dw) transform_input(x, nullptr, band, until, v.as<Cell>(), unused);
        for (int p = POINTS - 1; p >= 0; p--) {  // backwards: numbers take more room than cells, and come in their place
          prefetch_result(dy, pooled, until, next, p);
          if (pooled) prefetch_result(passes, pooled, until, next, p);
          prefetch_input(x, until, next, p);
          if (dw) add_weights(v, m, scratch, tiles, p, du);
          if (dx) multiply(cells(m, p, out_step), cells(u, p, size), v + p * in_step, tiles, s.ci, s.co);
        }
        if (dx) {
          inverse_transform_input(v, band, until, dx, sink);
          if (relu) rectify(dx, which, band / down, until / down);
        }
      }
      here.wait();
      if (dw) sum_of_weights(sums, dw, here);
      if (db) add_up(db, biases, s.co, here);
    });
  }

 private:
  // A picture just before its first band, so that it is in the cache
  void init_dx(float* dx, const float* start) const {
    const ptrdiff_t points = (ptrdiff_t)s.h * s.w;
    if (!start) std::memset(dx, 0, points * s.ci * 4);
    else for (ptrdiff_t i = 0; i < points; i++)
        for (int c = 0; c < s.ci; c += LANES) store(dx + i * s.ci + c, load(start + c));
  }

  // Pictures are done when their last band is.
  void rectify(float* dx, uint8_t* bits, int first, int last) const {
    const ptrdiff_t picture = (ptrdiff_t)s.h * s.w * s.ci;
    for (ptrdiff_t i = first * picture; i < last * picture; i += LANES) {
      const vec value = load(dx + i);
      store_mask(bits, i, value);
      store(dx + i, rectified(value));
    }
  }

  // U = G g G', as [point][rows][columns] from [R][R][rows][columns], all of it
  void transform_weights(const float* w, int rows, int columns, Cell* u, const ThreadShare& here) const {
    const int last = here.last(rows / DEPTH) * DEPTH;
    for (int i = here.first(rows / DEPTH) * DEPTH; i < last; i += DEPTH)
      for (int o = 0; o < columns; o += LANES) {
        vec all[POINTS][DEPTH];
        for (int k = 0; k < DEPTH; k++) {
          vec g[F::R][F::R], half[F::P][F::R];
          UNROLL for (int a = 0; a < F::R; a++)
            UNROLL for (int b = 0; b < F::R; b++)
              g[a][b] = load(w + ((a * F::R + b) * rows + i + k) * (ptrdiff_t)columns + o);
          UNROLL for (int b = 0; b < F::R; b++) multiply_constant<false, F::P, F::R>(F::G, &g[0][b], F::R, &half[0][b], F::R);
          UNROLL for (int a = 0; a < F::P; a++)
            multiply_constant<false, F::P, F::R>(F::G, half[a], 1, &all[a * F::P][k], DEPTH);
        }
        for (int p = 0; p < POINTS; p++) Kind::put_rows(u + (p * size + (ptrdiff_t)i * columns) / DEPTH + o, all[p]);
      }
    here.wait();
  }

  // to = points * weights
  static void multiply(const Cell* points, const Cell* weights, float* to, int tiles, int columns, int depth) {
    const GemmKernel<Kind> of{points, depth / DEPTH, 1, weights, columns, to, columns, depth / DEPTH};
    of.template run<false>(tiles, columns);
  }

  // du += V' dm, of one of the points
  void add_weights(const AlignedBuffer& v, const AlignedBuffer& m, const AlignedBuffer& scratch, int tiles, int p, float* du) const {
    Kind::add_transposed(cells(v, p, in_step), cells(m, p, out_step), scratch.as<Cell>(), du + p * size, s.ci, s.co, tiles);
  }

  // Of one point, where each has `step` numbers
  static const Cell* cells(const AlignedBuffer& points, int p, ptrdiff_t step) { return points.as<Cell>() + p * step / DEPTH; }

  size_t transpose_scratch_size() const { return Kind::transpose_scratch((size_t)chunk * across, s.ci + s.co); }

  void sum_of_weights(float* rows, float* dw, const ThreadShare& here) const {
    add_up(rows, rows, POINTS * size, here);
    here.wait();
    inverse_transform_weights(rows, dw, here);
  }

  // dg = G' du G
  void inverse_transform_weights(const float* du, float* dw, const ThreadShare& here) const {
    for (int i = here.first(s.ci); i < here.last(s.ci); i++)
      for (int o = 0; o < s.co; o += LANES) {
        vec g[F::R][F::R], half[F::R][F::P], all[F::P][F::P];
        for (int p = 0; p < POINTS; p++) all[p / F::P][p % F::P] = load(du + p * size + (ptrdiff_t)i * s.co + o);
        UNROLL for (int b = 0; b < F::P; b++) multiply_constant<true, F::R, F::P>(F::G, &all[0][b], F::P, &half[0][b], F::P);
        UNROLL for (int a = 0; a < F::R; a++) multiply_constant<true, F::R, F::P>(F::G, half[a], 1, g[a], 1);
        UNROLL for (int a = 0; a < F::R; a++)
          UNROLL for (int b = 0; b < F::R; b++) store(dw + ((a * F::R + b) * s.ci + i) * (ptrdiff_t)s.co + o, g[a][b]);
      }
  }

  // Calls body(tile, its N x N points of the pictures or `outside`) for the tiles of some bands.
  template <class T, class Body>
  INLINE void tiles_of_input(T* pictures, T* outside, int first, int last, Body body) const {
    tiles<F::N, F::STEP>(pictures, outside, s.h, s.w, s.ci, 1, first, last, body);
  }

  template <class T, class Body>
  INLINE void tiles_of_result(T* pictures, T* outside, int first, int last, Body body) const {
    tiles<F::M, F::M>(pictures, outside, s.oh, s.ow, s.co, 0, first, last, body);
  }

  template <class T, class Body>
  INLINE void tiles_of_maxima(T* pictures, T* outside, int first, int last, Body body) const {
    tiles<F::M / 2, F::M / 2>(pictures, outside, s.half_oh(), s.half_ow(), s.co, 0, first, last, body);
  }

  // What the tiles of some bands will read or write is asked for in parts, one before each product: products leave the
  // memory idle, and transforms would wait for it.
  INLINE void prefetch_input(const float* pictures, int first, int last, int p) const {
    if (pictures) prefetch_some<F::STEP>(pictures, s.h, s.w, s.ci, first, last, p);
  }

  template <class T>
  INLINE void prefetch_result(const T* results, bool pooled, int first, int last, int p) const {
    if (results && pooled) prefetch_some<F::M / 2>(results, s.half_oh(), s.half_ow(), s.co, first, last, p);
    else if (results) prefetch_some<F::M>(results, s.oh, s.ow, s.co, first, last, p);
  }

  template <int STEP, class T>
  INLINE void prefetch_some(const T* pictures, int h, int w, int channels, int first, int last, int p) const {
    const auto start_of = [&](int band) { return ((ptrdiff_t)band / down * h + std::min(h, band % down * STEP)) * w * channels; };
    const ptrdiff_t start = start_of(first), count = start_of(last) - start, from = count * p / POINTS;
    prefetch(pictures + start + from, count * (p + 1) / POINTS - from);
  }

  template <int SIDE, int STEP, class T, class Body>
  INLINE void tiles(T* pictures, T* outside, int h, int w, int channels, int pad, int first, int last, Body body) const {
    T* at[SIDE * SIDE];
    int tile = 0;
    for (int band = first; band < last; band++) {
      T* picture = pictures + (ptrdiff_t)(band / down) * h * w * channels;
      const int top = band % down * STEP - pad;
      for (int column = 0; column < across; column++, tile++) {
        const int left = column * STEP - pad;
        for (int a = 0; a < SIDE; a++)
          for (int b = 0; b < SIDE; b++) {
            const int y = top + a, x = left + b;
            const bool inside = y >= 0 && y < h && x >= 0 && x < w;
            at[a * SIDE + b] = inside ? picture + ((ptrdiff_t)y * w + x) * channels : outside;
          }
        body(tile, at);
      }
    }
  }

  // V = B d B'; sum += those points of a tile that are in no other
  void transform_input(const float* x, const uint8_t* passes, int first, int last, Cell* v, float* sum) const {
    if (passes) transform_input<true>(x, passes, first, last, v, sum);
    else transform_input<false>(x, passes, first, last, v, sum);
  }

  template <bool SOME>
  void transform_input(const float* x, const uint8_t* passes, int first, int last, Cell* v, float* sum) const {
    tiles_of_input(x, zeros.data(), first, last, [&](int tile, const float** at) {
      for (int c = 0; c < s.ci; c += LANES) {
        vec d[F::N], half[F::P][F::N], all[F::P], own = {};
        Cell* to = v + ((ptrdiff_t)tile * s.ci + c) / DEPTH;
        UNROLL for (int b = 0; b < F::N; b++) {
          UNROLL for (int a = 0; a < F::N; a++) {
            d[a] = point<SOME>(at[a * F::N + b], x, passes, c);
            if (SOME && a > 0 && b > 0 && a <= F::STEP && b <= F::STEP) own += d[a];
          }
          multiply_constant<false, F::P, F::N>(F::B, d, 1, &half[0][b], F::N);
        }
        if (SOME) store(sum + c, load(sum + c) + own);
        UNROLL for (int a = 0; a < F::P; a++) {
          multiply_constant<false, F::P, F::N>(F::B, half[a], 1, all, 1);
          UNROLL for (int b = 0; b < F::P; b++) Kind::put(to + (a * F::P + b) * in_step / DEPTH, all[b]);
        }
      }
    });
  }

  template <bool SOME>
  INLINE vec point(const float* at, const float* first, const uint8_t* passes, int c) const {
    const vec value = load(at + c);
    return SOME && at != zeros.data() ? apply_mask(passes, at - first + c, value) : value;
  }

  // dx += B' dv B
  void inverse_transform_input(const float* dv, int first, int last, float* dx, float* sink) const {
    tiles_of_input(dx, sink, first, last, [&](int tile, float** at) {
      for (int c = 0; c < s.ci; c += LANES) {
        vec d[F::P], half[F::N][F::P], all[F::N];
        const float* from = dv + (ptrdiff_t)tile * s.ci + c;
        UNROLL for (int b = 0; b < F::P; b++) {
          UNROLL for (int a = 0; a < F::P; a++) d[a] = load(from + (a * F::P + b) * in_step);
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

  // y = A m A' + bias, or what of it is above zero
  void inverse_transform_output(const float* m, int first, int last, const float* bias, bool relu, float* y, uint8_t* which,
                        float* sink) const {
    tiles_of_result(y, sink, first, last, [&](int tile, float** at) {
      for (int c = 0; c < s.co; c += LANES) {
        vec half[F::M][F::P], all[F::M];
        half_inverse_transform(m + (ptrdiff_t)tile * s.co + c, half);
        const vec more = bias ? load(bias + c) : vec{};
        UNROLL for (int a = 0; a < F::M; a++) {
          multiply_constant<false, F::M, F::P>(F::A, half[a], 1, all, 1);
          UNROLL for (int b = 0; b < F::M; b++) {
            float* to = at[a * F::M + b];
            const vec value = all[b] + more;
            store_mask(to == sink ? nullptr : which, to - y + c, value);
            store(to + c, relu ? rectified(value) : value);
          }
        }
      }
    });
  }

  // The same of the maxima
  void inverse_transform_pooled(const float* m, int first, int last, const float* bias, bool relu, float* y, uint8_t* which,
                        float* sink) const {
    tiles_of_maxima(y, sink, first, last, [&](int tile, float** at) {
      const int below = s.oh - (first + tile / across) % down * F::M, beside = s.ow - tile % across * F::M;
      for (int c = 0; c < s.co; c += LANES) {
        vec half[F::M][F::P], two[2][F::M];
        half_inverse_transform(m + (ptrdiff_t)tile * s.co + c, half);
        const vec more = bias ? load(bias + c) : vec{};
        UNROLL for (int a = 0; a < F::M; a += 2) {
          UNROLL for (int i = 0; i < 2; i++) multiply_constant<false, F::M, F::P>(F::A, half[a + i], 1, two[i], 1);
          UNROLL for (int b = 0; b < F::M; b += 2) {
            float* to = at[a / 2 * (F::M / 2) + b / 2];
            if (to == sink) continue;
            const bool lower = a + 1 < below, farther = b + 1 < beside;
            const vec none = vec{} + MINUS_INFINITY, four[4] = {two[0][b], farther ? two[0][b + 1] : none, lower ? two[1][b] : none,
                                                       lower && farther ? two[1][b + 1] : none};
            store(to + c, maxpool(four, more, relu, which + (to - y) + c));
          }
        }
      }
    });
  }

  // A m, on the way to A m A'
  INLINE void half_inverse_transform(const float* m, vec (&half)[F::M][F::P]) const {
    vec d[F::P];
    UNROLL for (int b = 0; b < F::P; b++) {
      UNROLL for (int a = 0; a < F::P; a++) d[a] = load(m + (a * F::P + b) * out_step);
      multiply_constant<false, F::M, F::P>(F::A, d, 1, &half[0][b], F::P);
    }
  }

  // dm = A' dy A; bias += the sum of dy
  void transform_gradient(const float* dy, bool pooled, const uint8_t* passes, int first, int last, Cell* dm,
                          float* bias) const {
    if (pooled) transform_pooled_gradient(dy, passes, first, last, dm, bias);
    else if (passes) transform_gradient<true>(dy, passes, first, last, dm, bias);
    else transform_gradient<false>(dy, passes, first, last, dm, bias);
  }

  template <bool SOME>
  void transform_gradient(const float* dy, const uint8_t* passes, int first, int last, Cell* dm, float* bias) const {
    tiles_of_result(dy, zeros.data(), first, last, [&](int tile, const float** at) {
      for (int c = 0; c < s.co; c += LANES) {
        vec sum = load(bias + c);
        transform_gradient_tile(dm + ((ptrdiff_t)tile * s.co + c) / DEPTH, [&](int b, vec(&d)[F::M]) __attribute__((always_inline)) {
          UNROLL for (int a = 0; a < F::M; a++) sum += d[a] = point<SOME>(at[a * F::M + b], dy, passes, c);
        });
        store(bias + c, sum);
      }
    });
  }

  // The same where dy is the slope of the maxima
  void transform_pooled_gradient(const float* dy, const uint8_t* which, int first, int last, Cell* dm, float* bias) const {
    tiles_of_maxima(dy, zeros.data(), first, last, [&](int tile, const float** at) {
      for (int c = 0; c < s.co; c += LANES) {
        vec sum = load(bias + c);
        transform_gradient_tile(dm + ((ptrdiff_t)tile * s.co + c) / DEPTH, [&](int b, vec(&d)[F::M]) __attribute__((always_inline)) {
          UNROLL for (int a = 0; a < F::M; a++) {
            const float* from = at[a / 2 * (F::M / 2) + b / 2];
            const bool inside = from != zeros.data();
            d[a] = inside ? maxpool_backward(load(from + c), which + (from - dy) + c, a % 2 * 2 + b % 2) : vec{};
            sum += d[a];
          }
        });
        store(bias + c, sum);
      }
    });
  }

  // Of a tile, whose columns are what column(b, its M numbers) makes
  template <class Column>
  INLINE void transform_gradient_tile(Cell* to, Column column) const {
    vec d[F::M], half[F::P][F::M], all[F::P];
    UNROLL for (int b = 0; b < F::M; b++) {
      column(b, d);
      multiply_constant<true, F::P, F::M>(F::A, d, 1, &half[0][b], F::M);
    }
    UNROLL for (int a = 0; a < F::P; a++) {
      multiply_constant<true, F::P, F::M>(F::A, half[a], 1, all, 1);
      UNROLL for (int b = 0; b < F::P; b++) Kind::put(to + (a * F::P + b) * out_step / DEPTH, all[b]);
    }
  }
};
