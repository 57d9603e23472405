// Convolutions, as Python calls them.

#include "few.h"
#include "wide.h"

#if defined(__AVX512BF16__)
#include "pairs.h"
#endif

// Calls body(the convolution) of the kind that has the fewest products; nothing where there is none. Rounded numbers
// are not filtered in larger tiles, whose matrices would make more of what is off.
template <class Kind, class Body>
static int with(const Shape& s, int stride, Body body) {
  const auto cost = [&](int m, int p) { return (s.oh + m - 1) / m * ((s.ow + m - 1) / m) * p * p; };
  const bool doubles = s.oh == 2 * s.h && s.ow == 2 * s.w;
  if (s.ci % 16 || s.co % 16 || (s.oh > s.h && !doubles)) return 1;
  if (doubles) return body(Convolution<ThreeDoubling, Kind>(s)), 0;
  if (stride == 2) return body(Convolution<ThreeHalving, Kind>(s)), 0;
  if (stride != 1) return 1;
  if constexpr (Kind::DEPTH == 1)
    if (cost(4, 6) < cost(2, 4)) return body(Convolution<Three, Kind>(s)), 0;
  return body(Convolution<ThreeSmall, Kind>(s)), 0;
}

template <class Body>
static int with(const Shape& s, bool rounded, int stride, Body body) {
#if defined(__AVX512BF16__)
  if (rounded) return with<Bfloat16>(s, stride, body);
#endif
  return with<Float32>(s, stride, body);
}

static Shape shape_of(const int* sizes) {
  return {sizes[0], sizes[1], sizes[2], sizes[3], sizes[4], sizes[5], sizes[6]};
}

// sizes: n, h, w, ci, oh, ow, co, and whether numbers are rounded to bfloat16 where the processor multiplies it. These
// return 0 when it was done, and 1 for a kind that is not here.
extern "C" int autoencode_forward(const int* sizes, int stride, int threads, int relu, const float* x,
                                  const float* x_mask, const float* w, const float* bias, float* y, uint8_t* which,
                                  float* x_sum, const float* dy, float* dw) {
  return with(shape_of(sizes), sizes[7], stride, [&](const auto& of) {
    of.forward(x, x_mask, w, bias, relu, y, which, x_sum, dy, dw, threads);
  });
}

extern "C" int autoencode_backward(const int* sizes, int stride, int threads, int relu, const float* x,
                                   const float* x_mask, const float* w, const float* dy, const float* dy_mask,
                                   const uint8_t* which, const float* start, float* dx, float* dw, float* db) {
  return with(shape_of(sizes), sizes[7], stride, [&](const auto& of) {
    of.backward(x, x_mask, w, dy, dy_mask, which, start, relu, dx, dw, db, threads);
  });
}

extern "C" int autoencode_thin_forward(const int* sizes, int stride, int threads, int relu, const float* x, const float* w,
                                       const float* bias, float* y, uint8_t* which) {
  const Shape s = shape_of(sizes);
  if (!Thin::takes(s)) return 1;
  Thin(s, stride).forward(x, w, bias, relu, y, which, threads);
  return 0;
}

extern "C" int autoencode_thin_backward(const int* sizes, int stride, int threads, int, const float* x, const float* dy,
                                        const float* mask, const uint8_t* which, float* dw, float* db) {
  const Shape s = shape_of(sizes);
  if (!Thin::takes(s)) return 1;
  Thin(s, stride).backward(x, dy, mask, which, dw, db, threads);
  return 0;
}

extern "C" int autoencode_narrow_forward(const int* sizes, int stride, int threads, int, const float* x, const float* w,
                                         const float* bias, float* y) {
  const Shape s = shape_of(sizes);
  if (!Narrow::takes(s) || stride != 1) return 1;
  Narrow(s).forward(x, w, bias, y, threads);
  return 0;
}
