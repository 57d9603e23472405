// Convolutions of few channels to many, and of many to few.

#pragma once

#include "simd.h"
#include "relu_maxpool.h"
#include "conv_shape.h"

// A convolution of few channels, such as an image's own: one product of matrices for each line of results. For it, lines of the
// image are interleaved as [column][3 lines][ci]. The receptive field of a result is then contiguous, and begins 3 * stride * ci
// numbers after that of the result before it. Weights are put into the same order. With pooling, only two lines of the results
// before pooling are in memory at a time.
class FewInputsConv {
  static constexpr int MAX_CHANNELS = 4;
  const ConvShape s;
  const int stride, taps;
  const ptrdiff_t line;  // numbers in a line of results
  const std::vector<float> zeros;

 public:
  FewInputsConv(const ConvShape& shape, int stride_)
      : s(shape), stride(stride_), taps(9 * s.ci), line((ptrdiff_t)s.ow * s.co), zeros((size_t)s.w * s.ci, 0.f) {}
  static bool supports(const ConvShape& s) { return s.ci <= MAX_CHANNELS && s.co % 16 == 0; }

  // mask: see relu_maxpool.h; null without pooling where it is not wanted.
  void forward(const float* x, const float* w, const float* bias, bool relu, bool pooled, float* y, uint8_t* mask,
               int threads) const {
    parallel_for(threads, [&](const ThreadShare& here) {
      const AlignedBuffer unpooled(pooled ? 2 * line : 0), transposed((size_t)taps * s.co);
      const Lines lines(*this, x);
      transpose_taps(w, transposed);
      const int step = pooled ? 2 : 1, rows = (s.oh + step - 1) / step, last = here.last((long)s.n * rows);
      for (int row = here.first((long)s.n * rows); row < last; row++) {
        const int image = row / rows, top = row % rows * step, count = std::min(step, s.oh - top);
        for (int i = 0; i < count; i++) {
          float* to = pooled ? unpooled + i * line : y + row * line;
          GemmKernelF32{lines.receptive_fields(image, top + i), lines.field_stride, 1, transposed, s.co, to, s.co, taps}.run<false>(s.ow, s.co);
        }
        const ptrdiff_t place = row * (pooled ? (ptrdiff_t)s.pooled_w() * s.co : line);
        if (pooled) pool(unpooled, count == 2, bias, relu, y + place, mask + place);
        else if (bias || relu) add_bias(y + place, bias, relu, mask ? mask + place / 8 : nullptr);
      }
    });
  }

  void backward(const float* x, const float* dy, bool pooled, const uint8_t* mask, float* dw, float* db, int threads) const {
    const ptrdiff_t size = (taps + 1) * (ptrdiff_t)s.co;  // the last row is the gradient of the bias
    const AlignedBuffer sums(size * threads);
    parallel_for(threads, [&](const ThreadShare& here) {
      const int step = pooled ? 2 : 1, rows = (s.oh + step - 1) / step, last = here.last((long)s.n * rows);
      const AlignedBuffer gradients(step * line);
      const Lines lines(*this, x);
      float *own = sums + size * here.rank, *bias = own + taps * s.co;
      std::memset(own, 0, size * 4);
      for (int row = here.first((long)s.n * rows); row < last; row++) {
        const int image = row / rows, top = row % rows * step, count = std::min(step, s.oh - top);
        const ptrdiff_t row_size = pooled ? (ptrdiff_t)s.pooled_w() * s.co : line, place = row * row_size;
        if (pooled) unpool_gradients(dy + place, mask + place, gradients, bias);
        else mask_gradients(dy + place, mask ? mask + place / 8 : nullptr, gradients, bias);
        prefetch(dy + place + row_size, row_size);
        if (pooled) prefetch(mask + place + row_size, row_size);
        for (int i = 0; i < count; i++)
          GemmKernelF32{lines.receptive_fields(image, top + i), 1, lines.field_stride, gradients + i * line, s.co, own, s.co, s.ow}.run<true>(taps, s.co);
      }
      here.wait();
      sum_over_threads(sums, sums, size, here);
    });
    if (dw) transpose_taps(sums, dw);
    if (db) std::memcpy(db, sums + taps * s.co, s.co * 4);
  }

 private:
  class Lines {  // interleaves three lines of an image at a time
    const FewInputsConv& conv;
    const float* x;
    const AlignedBuffer padded;

   public:
    const ptrdiff_t field_stride;  // from a receptive field to the next

    Lines(const FewInputsConv& conv_, const float* images)
        : conv(conv_), x(images), padded((size_t)(conv.s.w + 2) * 3 * conv.s.ci), field_stride((ptrdiff_t)3 * conv.stride * conv.s.ci) {
      std::memset(padded, 0, (size_t)(conv.s.w + 2) * 3 * conv.s.ci * 4);
    }

    // The 3 x 3 x ci numbers that each result of a line depends on, with zeros beyond the edges
    const float* receptive_fields(int image, int line) const {
      const ConvShape& s = conv.s;
      for (int a = 0; a < 3; a++) {
        const int row = line * conv.stride - 1 + a;
        const float* from = row < 0 || row >= s.h ? conv.zeros.data() : x + ((ptrdiff_t)image * s.h + row) * s.w * s.ci;
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

  // [3][3][ci][co] with both tap axes swapped
  void transpose_taps(const float* from, float* to) const {
    const ptrdiff_t tap = (ptrdiff_t)s.ci * s.co;
    for (int a = 0; a < 3; a++)
      for (int b = 0; b < 3; b++) std::memcpy(to + (b * 3 + a) * tap, from + (a * 3 + b) * tap, tap * 4);
  }

  void add_bias(float* y, const float* bias, bool relu, uint8_t* mask) const {
    ptrdiff_t place = 0;
    for (int point = 0; point < s.ow; point++)
      for (int c = 0; c < s.co; c += LANES, place += LANES) {
        const vec value = bias ? load(y + place) + load(bias + c) : load(y + place);
        store_mask(mask, place, value);
        store(y + place, relu ? apply_relu(value) : value);
      }
  }

  // Max pooling of two lines, or of one at an odd lower edge
  void pool(const float* unpooled, bool two_lines, const float* bias, bool relu, float* y, uint8_t* argmax) const {
    const vec none = vec{} + MINUS_INFINITY;
    for (int point = 0; point < s.ow; point += 2)
      for (int c = 0; c < s.co; c += LANES, y += LANES, argmax += LANES) {
        const float *from = unpooled + point * s.co + c, *below = from + line;
        const bool has_right = point + 1 < s.ow;
        const vec points[4] = {load(from), has_right ? load(from + s.co) : none, two_lines ? load(below) : none,
                               two_lines && has_right ? load(below + s.co) : none};
        store(y, maxpool(points, bias ? load(bias + c) : vec{}, relu, argmax));
      }
  }

  // gradients = what of dy passes the ReLU; bias += its sum
  void mask_gradients(const float* dy, const uint8_t* mask, float* gradients, float* bias) const {
    for (int i = 0; i < line; i += LANES) store(gradients + i, mask ? apply_mask(mask, i, load(dy + i)) : load(dy + i));
    for (int c = 0; c < s.co; c += LANES) {
      vec sum = load(bias + c);
      for (int point = 0; point < s.ow; point++) sum += load(gradients + point * s.co + c);
      store(bias + c, sum);
    }
  }

  // gradients = those of the two lines before pooling; bias += their sum
  void unpool_gradients(const float* dy, const uint8_t* argmax, float* gradients, float* bias) const {
    for (int point = 0; point < s.ow; point += 2)
      for (int c = 0; c < s.co; c += LANES, dy += LANES, argmax += LANES) {
        const vec gradient = load(dy);
        store(bias + c, load(bias + c) + (load_bytes(argmax) == NO_GRADIENT ? vec{} : gradient));
        for (int k = 0; k < 4; k++) {
          float* to = gradients + k / 2 * line + (point + k % 2) * s.co + c;
          if (point + k % 2 < s.ow) store(to, maxpool_backward(gradient, argmax, k));
        }
      }
  }
};

// A convolution to few channels, such as a decoder's last: sums of products, point by point. Weights are [co][9][ci].
class FewOutputsConv {
  static constexpr int MAX_CHANNELS = 4;
  const ConvShape s;

 public:
  explicit FewOutputsConv(const ConvShape& shape) : s(shape) {}
  static bool supports(const ConvShape& s) { return s.co <= MAX_CHANNELS && s.ci % 16 == 0; }

  void forward(const float* x, const float* w, const float* bias, float* y, int threads) const {
    parallel_for(threads, [&](const ThreadShare& here) {
      const ptrdiff_t padded_row = (ptrdiff_t)(s.w + 2) * s.ci;
      const AlignedBuffer padded(3 * padded_row), sums((size_t)(s.w + LANES) * LANES);
      std::memset(padded, 0, 3 * padded_row * 4);
      const int first = here.first((long)s.n * s.h), last = here.last((long)s.n * s.h);
      for (int line = first; line < last; line++) {
        const int row = line % s.h;  // two of its three rows are already there, from the line before
        for (int a = line == first || row == 0 ? row - 1 : row + 1; a <= row + 1; a++) pad_row(x, line / s.h, a, padded, padded_row);
        prefetch(x + (ptrdiff_t)(line + 2) * s.w * s.ci, (ptrdiff_t)s.w * s.ci);
        for (int o = 0; o < s.co; o++) {
          std::memset(sums, 0, (s.w + LANES) * LANES * 4);
          for (int c = 0; c < s.ci; c += LANES) add_line(padded, padded_row, row, w + (ptrdiff_t)o * 9 * s.ci + c, c, sums);
          for (int point = 0; point < s.w; point += LANES) {
            const vec results = horizontal_sums(sums + point * LANES) + (bias ? bias[o] : 0);
            float* to = y + ((ptrdiff_t)line * s.w + point) * s.co + o;
            for (int i = 0; i < std::min(LANES, s.w - point); i++) to[i * s.co] = results[i];
          }
        }
      }
    });
  }

 private:
  // Rows take turns in three lines of memory: row r lies in line r % 3.
  void pad_row(const float* x, int image, int row, float* padded, ptrdiff_t padded_row) const {
    float* to = padded + (row + 3) % 3 * padded_row + s.ci;
    if (row < 0 || row >= s.h) std::memset(to, 0, s.w * s.ci * 4);
    else std::memcpy(to, x + ((ptrdiff_t)image * s.h + row) * s.w * s.ci, s.w * s.ci * 4);
  }

  // Adds the products with LANES channels of the weights, lane by lane
  void add_line(const float* padded, ptrdiff_t padded_row, int row, const float* w, int c, float* sums) const {
    vec taps[9];
    UNROLL for (int t = 0; t < 9; t++) taps[t] = load(w + t * s.ci);
    const float* lines[3];
    for (int a = 0; a < 3; a++) lines[a] = padded + (row + a + 2) % 3 * padded_row + c;
    for (int point = 0; point < s.w; point++) {
      vec by_line[3] = {};
      UNROLL for (int a = 0; a < 3; a++)
        UNROLL for (int b = 0; b < 3; b++) by_line[a] += taps[a * 3 + b] * load(lines[a] + (point + b) * s.ci);
      store(sums + point * LANES, load(sums + point * LANES) + (by_line[0] + by_line[1] + by_line[2]));
    }
  }
};
