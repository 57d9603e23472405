// Convolutions of 3 x 3 points with fewer multiplications, for channels-last float32 pictures.
//
// Minimal filtering (Winograd): a tile of M x M results and the N x N points they see become P x P products,
//     y = A [ (G g G') * (B d B') ] A',
// one product of matrices over the channels for each of the P x P points. The way back is the same turned round:
//     dm = A' dy A,   dx = B' (U' dm) B,   dg = G' (V' dm) G.
// Lavin and Gray, "Fast Algorithms for Convolutional Neural Networks", arXiv:1509.09308, eq. 8 to 10.

#include "product.h"

constexpr int TILES = 32;  // at a time: what belongs to them stays in the second cache

// F(4, 3): four results from six products in place of twelve.
struct Three {
  static constexpr int M = 4, R = 3, STRIDE = 1, N = 6, P = 6;
  static constexpr float B[P][N] = {{4, 0, -5, 0, 1, 0},  {0, -4, -4, 1, 1, 0}, {0, 4, -4, -1, 1, 0},
                                    {0, -2, -1, 2, 1, 0}, {0, 2, -1, -2, 1, 0}, {0, 4, 0, -5, 0, 1}};
  static constexpr float G[P][R] = {{1 / 4.f, 0, 0},
                                    {-1 / 6.f, -1 / 6.f, -1 / 6.f},
                                    {-1 / 6.f, 1 / 6.f, -1 / 6.f},
                                    {1 / 24.f, 1 / 12.f, 1 / 6.f},
                                    {1 / 24.f, -1 / 12.f, 1 / 6.f},
                                    {0, 0, 1}};
  static constexpr float A[M][P] = {{1, 1, 1, 1, 1, 0}, {0, 1, -1, 2, -2, 0}, {0, 1, 1, 4, 4, 0}, {0, 1, -1, 8, -8, 1}};
};

// F(2, 3): two results from four products in place of six.
struct ThreeSmall {
  static constexpr int M = 2, R = 3, STRIDE = 1, N = 4, P = 4;
  static constexpr float B[P][N] = {{1, 0, -1, 0}, {0, 1, 1, 0}, {0, -1, 1, 0}, {0, 1, 0, -1}};
  static constexpr float G[P][R] = {{1, 0, 0}, {.5f, .5f, .5f}, {.5f, -.5f, .5f}, {0, 0, 1}};
  static constexpr float A[M][P] = {{1, 1, 1, 0}, {0, 1, -1, -1}};
};

// A stride of 2: the outer taps are F(2, 2) on every other point, the middle one is as it is; five in place of six.
struct ThreeHalving {
  static constexpr int M = 2, R = 3, STRIDE = 2, N = 5, P = 5;
  static constexpr float B[P][N] = {
      {1, 0, -1, 0, 0}, {0, 0, 1, 0, 0}, {0, 0, 1, 0, -1}, {0, 1, 0, 0, 0}, {0, 0, 0, 1, 0}};
  static constexpr float G[P][R] = {{1, 0, 0}, {1, 0, 1}, {0, 0, 1}, {0, 1, 0}, {0, 1, 0}};
  static constexpr float A[M][P] = {{1, 1, 0, 1, 0}, {0, 1, -1, 0, 1}};
};

// out[i] = the sum over j of C[i][j] in[j], or of C[j][i] in[j] where it is turned; zeros and ones cost nothing.
template <bool TURNED, int TO, int FROM, int X, int Y>
INLINE void times(const float (&c)[X][Y], const vec* in, int in_step, vec* out, int out_step) {
  UNROLL for (int i = 0; i < TO; i++) {
    vec sum = {};
    UNROLL for (int j = 0; j < FROM; j++) {
      const float factor = TURNED ? c[j][i] : c[i][j];
      if (factor == 0) continue;
      if (factor == 1) sum += in[j * in_step];
      else if (factor == -1) sum -= in[j * in_step];
      else sum += factor * in[j * in_step];
    }
    out[i * out_step] = sum;
  }
}

struct Shape {
  int n, h, w, ci, oh, ow, co;
};

// to = the sum of the threads' rows
static void add_up(float* to, const float* rows, ptrdiff_t count, int threads) {
#pragma omp for
  for (ptrdiff_t i = 0; i < count; i += LANES) {
    vec sum = load(rows + i);
    for (int row = 1; row < threads; row++) sum += load(rows + count * row + i);
    store(to + i, sum);
  }
}

// One convolution with a frame of zeros. Weights are [R][R][ci][co], pictures [n][h][w][ci], results [n][oh][ow][co].
// Where there is a mask, of the same shape, numbers count as zero where it is not above zero: the slope of a ReLU.
// A band is a row of tiles of a picture; a thread does some bands at a time.
template <class F>
class Convolution {
  static constexpr int POINTS = F::P * F::P;
  const Shape s;
  const int down, across, bands, chunk;
  const ptrdiff_t in_step, out_step, size;  // from one point to the next: of inputs, of results, of all weights
  const std::vector<float> zeros;

 public:
  explicit Convolution(const Shape& shape)
      : s(shape),
        down((s.oh + F::M - 1) / F::M),
        across((s.ow + F::M - 1) / F::M),
        bands(s.n * down),
        chunk(std::max(1, (TILES + across - 1) / across)),
        in_step((ptrdiff_t)chunk * across * s.ci + LANES),  // the lanes keep points out of each other's cache lines
        out_step((ptrdiff_t)chunk * across * s.co + LANES),
        size((ptrdiff_t)s.ci * s.co),
        zeros(std::max(s.ci, s.co), 0.f) {}

  // y = w * x + bias, or what of it is above zero; x_sum is the sum of x for each channel, where it is wanted.
  void forward(const float* x, const float* x_mask, const float* w, const float* bias, bool relu, float* y, float* x_sum,
               int threads) const {
    const Room u(POINTS * size), sums((size_t)s.ci * threads);
#pragma omp parallel num_threads(threads)
    {
      const Threads here;
      points_of_weights(w, s.ci, s.co, u);
      const Room v(POINTS * in_step), m(POINTS * out_step), sink(s.co);
      float* sum = sums + s.ci * here.me;
      std::memset(sum, 0, s.ci * 4);
      const int last = here.last(bands);
      for (int band = here.first(bands); band < last; band += chunk) {
        const int until = std::min(band + chunk, last), tiles = (until - band) * across;
        points_of_input(x, x_mask, band, until, v, sum);
        for (int p = 0; p < POINTS; p++)
          Product{v + p * in_step, s.ci, 1, u + p * size, s.co, m + p * out_step, s.co, s.ci}.template run<false>(tiles, s.co);
        result_of_points(m, band, until, bias, relu, y, sink);
      }
#pragma omp barrier
      if (x_sum) add_up(x_sum, sums, s.ci, here.all);
    }
  }

  // Of dx, dw and db those are made that are not null. dx starts as `start` of each channel, or as zero; where it is a
  // transposed convolution's result, of it may be left what is above zero. Here the weights are [R][R][co][ci].
  void backward(const float* x, const float* x_mask, const float* w, const float* dy, const float* dy_mask,
                const float* start, bool relu, float* dx, float* dw, float* db, int threads) const {
    const Room u(dx ? POINTS * size : 0), sums(dw ? POINTS * size * threads : 0), biases((size_t)s.co * threads);
#pragma omp parallel num_threads(threads)
    {
      const Threads here;
      if (dx) points_of_weights(w, s.co, s.ci, u);
      const Room v(POINTS * in_step), m(POINTS * out_step), sink(s.ci), unused(s.ci);
      float *du = sums + (dw ? POINTS * size * here.me : 0), *bias = biases + s.co * here.me;
      if (dw) std::memset(du, 0, POINTS * size * 4);
      std::memset(bias, 0, s.co * 4);
      std::memset(sink, 0, s.ci * 4);
      std::memset(unused, 0, s.ci * 4);
      const int first = here.first(s.n) * down, last = here.last(s.n) * down;  // whole pictures: tiles overlap
      if (dx) begin(dx, first / down, last / down, start);
      for (int band = first; band < last; band += chunk) {
        const int until = std::min(band + chunk, last), tiles = (until - band) * across;
        points_of_gradient(dy, dy_mask, band, until, m, bias);
        if (dw) {
          points_of_input(x, x_mask, band, until, v, unused);
          for (int p = 0; p < POINTS; p++)
            Product{v + p * in_step, 1, s.ci, m + p * out_step, s.co, du + p * size, s.co, tiles}.template run<true>(s.ci, s.co);
        }
        if (dx) {
          for (int p = 0; p < POINTS; p++)
            Product{m + p * out_step, s.co, 1, u + p * size, s.ci, v + p * in_step, s.ci, s.co}.template run<false>(tiles, s.ci);
          input_of_points(v, band, until, dx, sink);
          if (relu) rectify(dx, band / down, until / down);
        }
      }
#pragma omp barrier
      if (dw) {
        add_up(sums, sums, POINTS * size, here.all);
        weights_of_points(sums, dw);
      }
      if (db) add_up(db, biases, s.co, here.all);
    }
  }

 private:
  void begin(float* dx, int first, int last, const float* start) const {
    const ptrdiff_t points = (ptrdiff_t)(last - first) * s.h * s.w;
    float* to = dx + (ptrdiff_t)first * s.h * s.w * s.ci;
    if (!start) std::memset(to, 0, points * s.ci * 4);
    else for (ptrdiff_t i = 0; i < points; i++) std::memcpy(to + i * s.ci, start, s.ci * 4);
  }

  // Pictures are done when their last band is.
  void rectify(float* dx, int first, int last) const {
    const ptrdiff_t picture = (ptrdiff_t)s.h * s.w * s.ci;
    for (ptrdiff_t i = first * picture; i < last * picture; i += LANES) store(dx + i, rectified(load(dx + i)));
  }

  // U = G g G', as [point][rows][columns] from [R][R][rows][columns]
  void points_of_weights(const float* w, int rows, int columns, float* u) const {
#pragma omp for
    for (int i = 0; i < rows; i++)
      for (int o = 0; o < columns; o += LANES) {
        vec g[F::R][F::R], half[F::P][F::R], all[F::P];
        UNROLL for (int a = 0; a < F::R; a++)
          UNROLL for (int b = 0; b < F::R; b++) g[a][b] = load(w + ((a * F::R + b) * rows + i) * (ptrdiff_t)columns + o);
        UNROLL for (int b = 0; b < F::R; b++) times<false, F::P, F::R>(F::G, &g[0][b], F::R, &half[0][b], F::R);
        UNROLL for (int a = 0; a < F::P; a++) {
          times<false, F::P, F::R>(F::G, half[a], 1, all, 1);
          UNROLL for (int b = 0; b < F::P; b++) store(u + (a * F::P + b) * size + (ptrdiff_t)i * columns + o, all[b]);
        }
      }
  }

  // dg = G' du G
  void weights_of_points(const float* du, float* dw) const {
#pragma omp for
    for (int i = 0; i < s.ci; i++)
      for (int o = 0; o < s.co; o += LANES) {
        vec g[F::R][F::R], half[F::R][F::P], all[F::P][F::P];
        for (int p = 0; p < POINTS; p++) all[p / F::P][p % F::P] = load(du + p * size + (ptrdiff_t)i * s.co + o);
        UNROLL for (int b = 0; b < F::P; b++) times<true, F::R, F::P>(F::G, &all[0][b], F::P, &half[0][b], F::P);
        UNROLL for (int a = 0; a < F::R; a++) times<true, F::R, F::P>(F::G, half[a], 1, g[a], 1);
        UNROLL for (int a = 0; a < F::R; a++)
          UNROLL for (int b = 0; b < F::R; b++) store(dw + ((a * F::R + b) * s.ci + i) * (ptrdiff_t)s.co + o, g[a][b]);
      }
  }

  // Calls body(tile, its N x N points of the pictures or `outside`) for the tiles of some bands.
  template <class T, class Body>
  INLINE void tiles_of_input(T* pictures, T* outside, int first, int last, Body body) const {
    tiles<F::N, F::M * F::STRIDE>(pictures, outside, s.h, s.w, s.ci, 1, first, last, body);
  }

  template <class T, class Body>
  INLINE void tiles_of_result(T* pictures, T* outside, int first, int last, Body body) const {
    tiles<F::M, F::M>(pictures, outside, s.oh, s.ow, s.co, 0, first, last, body);
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
  void points_of_input(const float* x, const float* mask, int first, int last, float* v, float* sum) const {
    if (mask) points_of_input<true>(x, mask - x, first, last, v, sum);
    else points_of_input<false>(x, 0, first, last, v, sum);
  }

  template <bool MASKED>
  void points_of_input(const float* x, ptrdiff_t mask, int first, int last, float* v, float* sum) const {
    tiles_of_input(x, zeros.data(), first, last, [&](int tile, const float** at) {
      for (int c = 0; c < s.ci; c += LANES) {
        vec d[F::N], half[F::P][F::N], all[F::P], own = {};
        float* to = v + (ptrdiff_t)tile * s.ci + c;
        UNROLL for (int b = 0; b < F::N; b++) {
          UNROLL for (int a = 0; a < F::N; a++) {
            d[a] = point<MASKED>(at[a * F::N + b], mask, c);
            if (MASKED && a > 0 && b > 0 && a <= F::M * F::STRIDE && b <= F::M * F::STRIDE) own += d[a];
          }
          times<false, F::P, F::N>(F::B, d, 1, &half[0][b], F::N);
        }
        if (MASKED) store(sum + c, load(sum + c) + own);
        UNROLL for (int a = 0; a < F::P; a++) {
          times<false, F::P, F::N>(F::B, half[a], 1, all, 1);
          UNROLL for (int b = 0; b < F::P; b++) store(to + (a * F::P + b) * in_step, all[b]);
        }
      }
    });
  }

  template <bool MASKED>
  INLINE vec point(const float* at, ptrdiff_t mask, int c) const {
    const vec value = load(at + c);
    if (!MASKED) return value;
    return load((at == zeros.data() ? at : at + mask) + c) <= 0 ? vec{} : value;
  }

  // dx += B' dv B
  void input_of_points(const float* dv, int first, int last, float* dx, float* sink) const {
    tiles_of_input(dx, sink, first, last, [&](int tile, float** at) {
      for (int c = 0; c < s.ci; c += LANES) {
        vec d[F::P], half[F::N][F::P], all[F::N];
        const float* from = dv + (ptrdiff_t)tile * s.ci + c;
        UNROLL for (int b = 0; b < F::P; b++) {
          UNROLL for (int a = 0; a < F::P; a++) d[a] = load(from + (a * F::P + b) * in_step);
          times<true, F::N, F::P>(F::B, d, 1, &half[0][b], F::P);
        }
        UNROLL for (int a = 0; a < F::N; a++) {
          times<true, F::N, F::P>(F::B, half[a], 1, all, 1);
          UNROLL for (int b = 0; b < F::N; b++) {
            float* to = at[a * F::N + b] + c;
            store(to, load(to) + all[b]);
          }
        }
      }
    });
  }

  // y = A m A' + bias, or what of it is above zero
  void result_of_points(const float* m, int first, int last, const float* bias, bool relu, float* y, float* sink) const {
    tiles_of_result(y, sink, first, last, [&](int tile, float** at) {
      for (int c = 0; c < s.co; c += LANES) {
        vec d[F::P], half[F::M][F::P], all[F::M];
        const float* from = m + (ptrdiff_t)tile * s.co + c;
        const vec more = bias ? load(bias + c) : vec{};
        UNROLL for (int b = 0; b < F::P; b++) {
          UNROLL for (int a = 0; a < F::P; a++) d[a] = load(from + (a * F::P + b) * out_step);
          times<false, F::M, F::P>(F::A, d, 1, &half[0][b], F::P);
        }
        UNROLL for (int a = 0; a < F::M; a++) {
          times<false, F::M, F::P>(F::A, half[a], 1, all, 1);
          UNROLL for (int b = 0; b < F::M; b++) store(at[a * F::M + b] + c, relu ? rectified(all[b] + more) : all[b] + more);
        }
      }
    });
  }

  // dm = A' dy A; bias += the sum of dy
  void points_of_gradient(const float* dy, const float* mask, int first, int last, float* dm, float* bias) const {
    if (mask) points_of_gradient<true>(dy, mask - dy, first, last, dm, bias);
    else points_of_gradient<false>(dy, 0, first, last, dm, bias);
  }

  template <bool MASKED>
  void points_of_gradient(const float* dy, ptrdiff_t mask, int first, int last, float* dm, float* bias) const {
    tiles_of_result(dy, zeros.data(), first, last, [&](int tile, const float** at) {
      for (int c = 0; c < s.co; c += LANES) {
        vec d[F::M], half[F::P][F::M], all[F::P], sum = load(bias + c);
        float* to = dm + (ptrdiff_t)tile * s.co + c;
        UNROLL for (int b = 0; b < F::M; b++) {
          UNROLL for (int a = 0; a < F::M; a++) sum += d[a] = point<MASKED>(at[a * F::M + b], mask, c);
          times<true, F::P, F::M>(F::A, d, 1, &half[0][b], F::M);
        }
        store(bias + c, sum);
        UNROLL for (int a = 0; a < F::P; a++) {
          times<true, F::P, F::M>(F::A, half[a], 1, all, 1);
          UNROLL for (int b = 0; b < F::P; b++) store(to + (a * F::P + b) * out_step, all[b]);
        }
      }
    });
  }
};

// A convolution of few channels, such as a picture's own: for each line of results, one product with what they see.
class Thin {
  static constexpr int MOST = 4;
  const Shape s;
  const int stride, taps;

 public:
  Thin(const Shape& shape, int stride_) : s(shape), stride(stride_), taps(9 * shape.ci) {}
  static bool takes(const Shape& s) { return s.ci <= MOST && s.co % 16 == 0; }

  void forward(const float* x, const float* w, const float* bias, bool relu, float* y, int threads) const {
#pragma omp parallel num_threads(threads)
    each_line(x, [&](ptrdiff_t line, const float* seen) {
      float* to = y + line * s.ow * s.co;
      Product{seen, taps, 1, w, s.co, to, s.co, taps}.run<false>(s.ow, s.co);
      for (int point = 0; point < s.ow && (bias || relu); point++)
        for (int c = 0; c < s.co; c += LANES, to += LANES) {
          const vec value = bias ? load(to) + load(bias + c) : load(to);
          store(to, relu ? rectified(value) : value);
        }
    });
  }

  void backward(const float* x, const float* dy, const float* mask, float* dw, float* db, int threads) const {
    const ptrdiff_t size = (taps + 1) * (ptrdiff_t)s.co;  // the last row is the bias's
    const Room sums(size * threads);
#pragma omp parallel num_threads(threads)
    {
      const Threads here;
      const Room slopes((size_t)s.ow * s.co);
      float *own = sums + size * here.me, *bias = own + taps * s.co;
      std::memset(own, 0, size * 4);
      each_line(x, [&](ptrdiff_t line, const float* seen) {
        const ptrdiff_t first = line * s.ow * s.co;
        for (int i = 0; i < s.ow * s.co; i += LANES) {
          const vec slope = load(dy + first + i);
          store(slopes + i, mask ? load(mask + first + i) <= 0 ? vec{} : slope : slope);
        }
        for (int c = 0; c < s.co; c += LANES) {
          vec sum = load(bias + c);
          for (int point = 0; point < s.ow; point++) sum += load(slopes + point * s.co + c);
          store(bias + c, sum);
        }
        Product{seen, 1, taps, slopes, s.co, own, s.co, s.ow}.run<true>(taps, s.co);
      });
#pragma omp barrier
      add_up(sums, sums, size, here.all);
    }
    if (dw) std::memcpy(dw, sums, taps * s.co * 4);
    if (db) std::memcpy(db, sums + taps * s.co, s.co * 4);
  }

 private:
  // Calls body(number of the line, the 3 x 3 x ci numbers that each of its results sees) for this thread's share.
  template <class Body>
  void each_line(const float* x, Body body) const {
    const Threads here;
    const int last = here.last((long)s.n * s.oh), wide = (s.w + 2) * s.ci, some = 3 * s.ci;
    const Room framed((size_t)3 * wide), seen((size_t)s.ow * taps);
    std::memset(framed, 0, 3 * wide * 4);
    for (int line = here.first((long)s.n * s.oh); line < last; line++) {
      const float* picture = x + (ptrdiff_t)(line / s.oh) * s.h * s.w * s.ci;
      for (int a = 0; a < 3; a++) {
        const int row = line % s.oh * stride - 1 + a;
        float* to = framed + a * wide + s.ci;
        if (row < 0 || row >= s.h) std::memset(to, 0, s.w * s.ci * 4);
        else std::memcpy(to, picture + (ptrdiff_t)row * s.w * s.ci, s.w * s.ci * 4);
        for (int point = 0; point < s.ow; point++)
          for (int i = 0; i < some; i++) seen[point * taps + a * some + i] = framed[a * wide + point * stride * s.ci + i];
      }
      body(line, seen);
    }
  }
};

// A convolution to few channels, such as a decoder's last: sums of products, point by point. Weights are [co][9][ci].
class Narrow {
  static constexpr int MOST = 4;
  const Shape s;

 public:
  explicit Narrow(const Shape& shape) : s(shape) {}
  static bool takes(const Shape& s) { return s.co <= MOST && s.ci % 16 == 0; }

  void forward(const float* x, const float* w, const float* bias, float* y, int threads) const {
#pragma omp parallel num_threads(threads)
    {
      const Threads here;
      const ptrdiff_t wide = (ptrdiff_t)(s.w + 2) * s.ci;
      const Room framed(3 * wide), sums((size_t)s.w * LANES);
      std::memset(framed, 0, 3 * wide * 4);
      const int first = here.first((long)s.n * s.h), last = here.last((long)s.n * s.h);
      for (int line = first; line < last; line++) {
        const int row = line % s.h;  // of three lines two are there already, from the line before
        for (int a = line == first || row == 0 ? row - 1 : row + 1; a <= row + 1; a++) frame(x, line / s.h, a, framed, wide);
        for (int o = 0; o < s.co; o++) {
          std::memset(sums, 0, s.w * LANES * 4);
          for (int c = 0; c < s.ci; c += LANES) add_line(framed, wide, row, w + (ptrdiff_t)o * 9 * s.ci + c, c, sums);
          for (int point = 0; point < s.w; point++) {
            float sum = bias ? bias[o] : 0;
            for (int l = 0; l < LANES; l++) sum += sums[point * LANES + l];
            y[((ptrdiff_t)line * s.w + point) * s.co + o] = sum;
          }
        }
      }
    }
  }

 private:
  void frame(const float* x, int picture, int row, float* framed, ptrdiff_t wide) const {
    float* to = framed + (row + 3) % 3 * wide + s.ci;
    if (row < 0 || row >= s.h) std::memset(to, 0, s.w * s.ci * 4);
    else std::memcpy(to, x + ((ptrdiff_t)picture * s.h + row) * s.w * s.ci, s.w * s.ci * 4);
  }

  void add_line(const float* framed, ptrdiff_t wide, int row, const float* w, int c, float* sums) const {
    vec taps[9];
    UNROLL for (int t = 0; t < 9; t++) taps[t] = load(w + t * s.ci);
    const float* lines[3];
    for (int a = 0; a < 3; a++) lines[a] = framed + (row + a + 2) % 3 * wide + c;
    for (int point = 0; point < s.w; point++) {
      vec three[3] = {};
      UNROLL for (int a = 0; a < 3; a++)
        UNROLL for (int b = 0; b < 3; b++) three[a] += taps[a * 3 + b] * load(lines[a] + (point + b) * s.ci);
      store(sums + point * LANES, load(sums + point * LANES) + (three[0] + three[1] + three[2]));
    }
  }
};

// Calls body(the convolution) of the kind that has the fewest products; nothing where there is none.
template <class Body>
static int with(const Shape& s, int stride, Body body) {
  const auto cost = [&](int m, int p) { return (s.oh + m - 1) / m * ((s.ow + m - 1) / m) * p * p; };
  if (s.ci % 16 || s.co % 16) return 1;
  if (stride == 1 && cost(4, 6) < cost(2, 4)) body(Convolution<Three>(s));
  else if (stride == 1) body(Convolution<ThreeSmall>(s));
  else if (stride == 2) body(Convolution<ThreeHalving>(s));
  else return 1;
  return 0;
}

static Shape shape_of(const int* sizes) {
  return {sizes[0], sizes[1], sizes[2], sizes[3], sizes[4], sizes[5], sizes[6]};
}

// sizes: n, h, w, ci, oh, ow, co. These return 0 when it was done, and 1 for a kind that is not here.
extern "C" int autoencode_forward(const int* sizes, int stride, int threads, int relu, const float* x,
                                  const float* x_mask, const float* w, const float* bias, float* y, float* x_sum) {
  return with(shape_of(sizes), stride, [&](const auto& of) { of.forward(x, x_mask, w, bias, relu, y, x_sum, threads); });
}

extern "C" int autoencode_backward(const int* sizes, int stride, int threads, int relu, const float* x,
                                   const float* x_mask, const float* w, const float* dy, const float* dy_mask,
                                   const float* start, float* dx, float* dw, float* db) {
  return with(shape_of(sizes), stride, [&](const auto& of) {
    of.backward(x, x_mask, w, dy, dy_mask, start, relu, dx, dw, db, threads);
  });
}

extern "C" int autoencode_thin_forward(const int* sizes, int stride, int threads, int relu, const float* x, const float* w,
                                       const float* bias, float* y) {
  const Shape s = shape_of(sizes);
  if (!Thin::takes(s)) return 1;
  Thin(s, stride).forward(x, w, bias, relu, y, threads);
  return 0;
}

extern "C" int autoencode_thin_backward(const int* sizes, int stride, int threads, int, const float* x, const float* dy,
                                        const float* mask, float* dw, float* db) {
  const Shape s = shape_of(sizes);
  if (!Thin::takes(s)) return 1;
  Thin(s, stride).backward(x, dy, mask, dw, db, threads);
  return 0;
}

extern "C" int autoencode_narrow_forward(const int* sizes, int stride, int threads, int, const float* x, const float* w,
                                         const float* bias, float* y) {
  const Shape s = shape_of(sizes);
  if (!Narrow::takes(s) || stride != 1) return 1;
  Narrow(s).forward(x, w, bias, y, threads);
  return 0;
}
