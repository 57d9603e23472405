// Convolutions of few channels to many, and of many to few.

#pragma once

#include "simd.h"
#include "relu_maxpool.h"
#include "conv_shape.h"

// A convolution of few channels, such as a picture's own: for each line of results, one product with what they see.
// Lines of the picture are interleaved for it, [column][3 lines][ci], so that what a point sees lies in one piece, and
// beginning 3 * stride * ci numbers behind what the point before it sees; weights are put into that order as well. With `which`, results are the maxima of 2 x 2 of them, which never lie in memory all parallel_for.
class FewInputsConv {
  static constexpr int MOST = 4;
  const ConvShape s;
  const int stride, taps;
  const ptrdiff_t line;  // of results
  const std::vector<float> zeros;

 public:
  FewInputsConv(const ConvShape& shape, int stride_)
      : s(shape), stride(stride_), taps(9 * s.ci), line((ptrdiff_t)s.ow * s.co), zeros((size_t)s.w * s.ci, 0.f) {}
  static bool supports(const ConvShape& s) { return s.ci <= MOST && s.co % 16 == 0; }

  // With `pooled`, `which` says which of four a maximum was, and else, where it is there, what is above zero (relu_maxpool.h).
  void forward(const float* x, const float* w, const float* bias, bool relu, bool pooled, float* y, uint8_t* which,
               int threads) const {
    parallel_for(threads, [&](const ThreadShare& here) {
      const AlignedBuffer made(pooled ? 2 * line : 0), transposed((size_t)taps * s.co);
      const Lines lines(*this, x);
      transpose_taps(w, transposed);
      const int step = pooled ? 2 : 1, rows = (s.oh + step - 1) / step, last = here.last((long)s.n * rows);
      for (int row = here.first((long)s.n * rows); row < last; row++) {
        const int picture = row / rows, top = row % rows * step, several = std::min(step, s.oh - top);
        for (int i = 0; i < several; i++) {
          float* to = pooled ? made + i * line : y + row * line;
          GemmKernelF32{lines.receptive_field(picture, top + i), lines.step, 1, transposed, s.co, to, s.co, taps}.run<false>(s.ow, s.co);
        }
        const ptrdiff_t place = row * (pooled ? (ptrdiff_t)s.half_ow() * s.co : line);
        if (pooled) maxima(made, several == 2, bias, relu, y + place, which + place);
        else if (bias || relu) finish(y + place, bias, relu, which ? which + place / 8 : nullptr);
      }
    });
  }

  void backward(const float* x, const float* dy, bool pooled, const uint8_t* which, float* dw, float* db, int threads) const {
    const ptrdiff_t size = (taps + 1) * (ptrdiff_t)s.co;  // the last row is the bias's
    const AlignedBuffer sums(size * threads);
    parallel_for(threads, [&](const ThreadShare& here) {
      const int step = pooled ? 2 : 1, rows = (s.oh + step - 1) / step, last = here.last((long)s.n * rows);
      const AlignedBuffer gradients(step * line);
      const Lines lines(*this, x);
      float *own = sums + size * here.rank, *bias = own + taps * s.co;
      std::memset(own, 0, size * 4);
      for (int row = here.first((long)s.n * rows); row < last; row++) {
        const int picture = row / rows, top = row % rows * step, several = std::min(step, s.oh - top);
        const ptrdiff_t size_of_row = pooled ? (ptrdiff_t)s.half_ow() * s.co : line, place = row * size_of_row;
        if (pooled) maxpool_gradients(dy + place, which + place, gradients, bias);
        else line_gradients(dy + place, which ? which + place / 8 : nullptr, gradients, bias);
        prefetch(dy + place + size_of_row, size_of_row);
        if (pooled) prefetch(which + place + size_of_row, size_of_row);
        for (int i = 0; i < several; i++)
          GemmKernelF32{lines.receptive_field(picture, top + i), 1, lines.step, gradients + i * line, s.co, own, s.co, s.ow}.run<true>(taps, s.co);
      }
      here.wait();
      add_up(sums, sums, size, here);
    });
    if (dw) transpose_taps(sums, dw);
    if (db) std::memcpy(db, sums + taps * s.co, s.co * 4);
  }

 private:
  class Lines {  // of a batch of pictures
    const FewInputsConv& of;
    const float* x;
    const AlignedBuffer padded;

   public:
    const ptrdiff_t step;  // from what one point sees to what the next does

    Lines(const FewInputsConv& thin, const float* pictures)
        : of(thin), x(pictures), padded((size_t)(of.s.w + 2) * 3 * of.s.ci), step((ptrdiff_t)3 * of.stride * of.s.ci) {
      std::memset(padded, 0, (size_t)(of.s.w + 2) * 3 * of.s.ci * 4);
    }

    // The 3 x 3 x ci numbers that each result of a line sees
    const float* receptive_field(int picture, int line) const {
      const ConvShape& s = of.s;
      for (int a = 0; a < 3; a++) {
        const int row = line * of.stride - 1 + a;
        const float* from = row < 0 || row >= s.h ? of.zeros.data() : x + ((ptrdiff_t)picture * s.h + row) * s.w * s.ci;
        float* to = padded + (3 + a) * s.ci;
        if (s.ci == 1) interleave<1>(from, to, s.w);
        else if (s.ci == 2) interleave<2>(from, to, s.w);
        else if (s.ci == 3) interleave<3>(from, to, s.w);
        else interleave<4>(from, to, s.w);
      }
      return padded;
    }

   private:
    template <int CI>
    static void interleave(const float* from, float* to, int columns) {
      for (int column = 0; column < columns; column++)
        UNROLL for (int i = 0; i < CI; i++) to[column * 3 * CI + i] = from[column * CI + i];
    }
  };

  // to[3][3][ci][co] = from, lines for columns
  void transpose_taps(const float* from, float* to) const {
    const ptrdiff_t tap = (ptrdiff_t)s.ci * s.co;
    for (int a = 0; a < 3; a++)
      for (int b = 0; b < 3; b++) std::memcpy(to + (b * 3 + a) * tap, from + (a * 3 + b) * tap, tap * 4);
  }

  void finish(float* y, const float* bias, bool relu, uint8_t* bits) const {
    ptrdiff_t place = 0;
    for (int point = 0; point < s.ow; point++)
      for (int c = 0; c < s.co; c += LANES, place += LANES) {
        const vec value = bias ? load(y + place) + load(bias + c) : load(y + place);
        store_mask(bits, place, value);
        store(y + place, relu ? rectified(value) : value);
      }
  }

  // Of two lines, or of one at the lower edge
  void maxima(const float* made, bool two, const float* bias, bool relu, float* y, uint8_t* which) const {
    const vec none = vec{} + MINUS_INFINITY;
    for (int point = 0; point < s.ow; point += 2)
      for (int c = 0; c < s.co; c += LANES, y += LANES, which += LANES) {
        const float *from = made + point * s.co + c, *below = from + line;
        const bool farther = point + 1 < s.ow;
        const vec four[4] = {load(from), farther ? load(from + s.co) : none, two ? load(below) : none,
                             two && farther ? load(below + s.co) : none};
        store(y, maxpool(four, bias ? load(bias + c) : vec{}, relu, which));
      }
  }

  // bias += their sum
  void line_gradients(const float* dy, const uint8_t* bits, float* gradients, float* bias) const {
    for (int i = 0; i < line; i += LANES) store(gradients + i, bits ? apply_mask(bits, i, load(dy + i)) : load(dy + i));
    for (int c = 0; c < s.co; c += LANES) {
      vec sum = load(bias + c);
      for (int point = 0; point < s.ow; point++) sum += load(gradients + point * s.co + c);
      store(bias + c, sum);
    }
  }

  // The same of the two lines that maxima are of
  void maxpool_gradients(const float* dy, const uint8_t* which, float* gradients, float* bias) const {
    for (int point = 0; point < s.ow; point += 2)
      for (int c = 0; c < s.co; c += LANES, dy += LANES, which += LANES) {
        const vec gradient = load(dy);
        store(bias + c, load(bias + c) + (load_bytes(which) == NO_GRADIENT ? vec{} : gradient));
        for (int one = 0; one < 4; one++) {
          float* to = gradients + one / 2 * line + (point + one % 2) * s.co + c;
          if (point + one % 2 < s.ow) store(to, maxpool_backward(gradient, which, one));
        }
      }
  }
};

// A convolution to few channels, such as a decoder's last: sums of products, point by point. Weights are [co][9][ci].
class FewOutputsConv {
  static constexpr int MOST = 4;
  const ConvShape s;

 public:
  explicit FewOutputsConv(const ConvShape& shape) : s(shape) {}
  static bool supports(const ConvShape& s) { return s.co <= MOST && s.ci % 16 == 0; }

  void forward(const float* x, const float* w, const float* bias, float* y, int threads) const {
    parallel_for(threads, [&](const ThreadShare& here) {
      const ptrdiff_t wide = (ptrdiff_t)(s.w + 2) * s.ci;
      const AlignedBuffer padded(3 * wide), sums((size_t)(s.w + LANES) * LANES);
      std::memset(padded, 0, 3 * wide * 4);
      const int first = here.first((long)s.n * s.h), last = here.last((long)s.n * s.h);
      for (int line = first; line < last; line++) {
        const int row = line % s.h;  // of three lines two are there already, from the line before
        for (int a = line == first || row == 0 ? row - 1 : row + 1; a <= row + 1; a++) pad_row(x, line / s.h, a, padded, wide);
        prefetch(x + (ptrdiff_t)(line + 2) * s.w * s.ci, (ptrdiff_t)s.w * s.ci);
        for (int o = 0; o < s.co; o++) {
          std::memset(sums, 0, (s.w + LANES) * LANES * 4);
          for (int c = 0; c < s.ci; c += LANES) add_line(padded, wide, row, w + (ptrdiff_t)o * 9 * s.ci + c, c, sums);
          for (int point = 0; point < s.w; point += LANES) {
            const vec several = horizontal_sums(sums + point * LANES) + (bias ? bias[o] : 0);
            float* to = y + ((ptrdiff_t)line * s.w + point) * s.co + o;
            for (int i = 0; i < std::min(LANES, s.w - point); i++) to[i * s.co] = several[i];
          }
        }
      }
    });
  }

 private:
  void pad_row(const float* x, int picture, int row, float* padded, ptrdiff_t wide) const {
    float* to = padded + (row + 3) % 3 * wide + s.ci;
    if (row < 0 || row >= s.h) std::memset(to, 0, s.w * s.ci * 4);
    else std::memcpy(to, x + ((ptrdiff_t)picture * s.h + row) * s.w * s.ci, s.w * s.ci * 4);
  }

  void add_line(const float* padded, ptrdiff_t wide, int row, const float* w, int c, float* sums) const {
    vec taps[9];
    UNROLL for (int t = 0; t < 9; t++) taps[t] = load(w + t * s.ci);
    const float* lines[3];
    for (int a = 0; a < 3; a++) lines[a] = padded + (row + a + 2) % 3 * wide + c;
    for (int point = 0; point < s.w; point++) {
      vec three[3] = {};
      UNROLL for (int a = 0; a < 3; a++)
        UNROLL for (int b = 0; b < 3; b++) three[a] += taps[a * 3 + b] * load(lines[a] + (point + b) * s.ci);
      store(sums + point * LANES, load(sums + point * LANES) + (three[0] + three[1] + three[2]));
    }
  }
};
