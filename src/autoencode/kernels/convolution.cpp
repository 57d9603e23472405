// Convolutions, as Python calls them.

#include "small_channels.h"
#include "aoti_abi.h"
#include "winograd.h"

#if defined(__AVX512BF16__)
#include "bf16.h"
#endif

// Calls body(the convolution) of the kind that has the fewest products; false where there is none. Rounded numbers
// are not filtered in larger tiles, whose matrices would allocate more of what is off.
template <class Kind, class Body>
static bool dispatch(const ConvShape& s, int stride, Body body) {
  const auto cost = [&](int m, int p) { return (s.oh + m - 1) / m * ((s.ow + m - 1) / m) * p * p; };
  const bool doubles = s.oh == 2 * s.h && s.ow == 2 * s.w;
  if (s.ci % 16 || s.co % 16 || (s.oh > s.h && !doubles)) return false;
  if (doubles) return body(WinogradConv<F2x3Upsampled, Kind>(s)), true;
  if (stride == 2) return body(WinogradConv<F2x3Stride2, Kind>(s)), true;
  if (stride != 1) return false;
  if constexpr (Kind::DEPTH == 1)
    if (cost(4, 6) < cost(2, 4)) return body(WinogradConv<F4x3, Kind>(s)), true;
  return body(WinogradConv<F2x3, Kind>(s)), true;
}

template <class Body>
static bool dispatch(const ConvShape& s, bool rounded, int stride, Body body) {
#if defined(__AVX512BF16__)
  if (rounded) return dispatch<Bfloat16>(s, stride, body);
#endif
  return dispatch<Float32>(s, stride, body);
}

// What is asked for, as Python tells it.
enum Op { FORWARD, BACKWARD, FEW_INPUTS_FORWARD, FEW_INPUTS_BACKWARD, FEW_OUTPUTS_FORWARD };

struct Request {
  int what, n, h, w, ci, oh, ow, co, stride, rounded, relu, pooled;
  int makes_points, makes_weights, makes_sums, makes_which;
  ConvShape shape() const { return {n, h, w, ci, oh, ow, co}; }
};

constexpr int NUMBERS = sizeof(Request) / sizeof(int);

// What is computed with, and what is made: points (of pictures or of results), weights [3][3][ci][co], a sum for each
// channel, and what passed (relu_maxpool.h). Those that are neither there nor asked for are null.
struct Inputs {
  const float *x, *w, *bias, *dy;
  const uint8_t* passes;
};

struct Outputs {
  float *points, *weights, *sums;
  uint8_t* which;
};

// Whether this convolution is one of those that are here.
static bool convolve(const Request& asked, const Inputs& at, const Outputs& to, int threads) {
  const ConvShape s = asked.shape();
  switch (asked.what) {
    case FORWARD:
      return dispatch(s, asked.rounded, asked.stride, [&](const auto& of) {
        of.forward(at.x, at.passes, at.w, at.bias, asked.relu, asked.pooled, to.points, to.which, to.sums, at.dy, to.weights,
                   threads);
      });
    case BACKWARD:
      return dispatch(s, asked.rounded, asked.stride, [&](const auto& of) {
        of.backward(at.x, at.w, at.dy, asked.pooled, at.passes, at.bias, asked.relu, to.points, to.which, to.weights, to.sums,
                    threads);
      });
    case FEW_INPUTS_FORWARD:
      if (FewInputsConv::supports(s))
        FewInputsConv(s, asked.stride).forward(at.x, at.w, at.bias, asked.relu, asked.pooled, to.points, to.which, threads);
      return FewInputsConv::supports(s);
    case FEW_INPUTS_BACKWARD:
      if (FewInputsConv::supports(s)) FewInputsConv(s, asked.stride).backward(at.x, at.dy, asked.pooled, at.passes, to.weights, to.sums, threads);
      return FewInputsConv::supports(s);
    default:
      if (!FewOutputsConv::supports(s) || asked.stride != 1) return false;
      FewOutputsConv(s).forward(at.x, at.w, at.bias, to.points, threads);
      return true;
  }
}

extern "C" int autoencode_convolve(const Request* asked, const Inputs* given, const Outputs* made, int threads) {
  return !convolve(*asked, *given, *made, threads);
}

// Room for what is made, whose sides are given as they lie in memory, or for nothing. Of maps, the last of these sides is
// told as the second.
template <class T>
static bool allocate(bool wanted, std::vector<int64_t> sides, bool maps, int32_t kind, TensorHandle* tensor, T** at) {
  if (!wanted) sides = {0}, maps = false;
  std::vector<int64_t> steps(sides.size(), 1);
  for (size_t side = sides.size() - 1; side > 0; side--) steps[side - 1] = steps[side] * sides[side];
  if (maps) {
    std::rotate(sides.begin() + 1, sides.end() - 1, sides.end());
    std::rotate(steps.begin() + 1, steps.end() - 1, steps.end());
  }
  *at = nullptr;
  if (pytorch.empty(sides.size(), sides.data(), steps.data(), kind, CPU, -1, tensor)) return false;
  return !wanted || data_pointer(tensor, at);
}

static bool allocate_outputs(const Request& asked, TensorHandle* points, TensorHandle* weights, TensorHandle* sums, TensorHandle* which, Outputs* made) {
  const ConvShape s = asked.shape();
  const int h = asked.pooled ? s.half_oh() : s.oh, w = asked.pooled ? s.half_ow() : s.ow;
  const auto maps = asked.what == BACKWARD ? std::vector<int64_t>{s.n, s.h, s.w, s.ci} : std::vector<int64_t>{s.n, h, w, s.co};
  auto bytes = maps;
  if (!asked.pooled) bytes[3] /= 8;
  return allocate(asked.makes_points, maps, true, FLOAT32, points, &made->points) &&
         allocate(asked.makes_weights, {3, 3, s.ci, s.co}, false, FLOAT32, weights, &made->weights) &&
         allocate(asked.makes_sums, {asked.what == FORWARD ? s.ci : s.co}, false, FLOAT32, sums, &made->sums) &&
         allocate(asked.makes_which, bytes, true, UINT8, which, &made->which);
}

// The same for compiled programs
extern "C" int32_t aoti_torch_cpu_autoencode_convolve(const int64_t* numbers, int64_t count, TensorHandle* x, TensorHandle* w, TensorHandle* bias,
                                                      TensorHandle* dy, TensorHandle* passes, TensorHandle* points, TensorHandle* weights,
                                                      TensorHandle* sums, TensorHandle* which) {
  if (count != NUMBERS) return 1;
  int all[NUMBERS];
  std::copy(numbers, numbers + count, all);
  Request asked;
  std::memcpy(&asked, all, sizeof asked);
  Inputs given;
  Outputs made;
  if (!data_pointer(x, &given.x) || !data_pointer(w, &given.w) || !data_pointer(bias, &given.bias)) return 1;
  if (!data_pointer(dy, &given.dy) || !data_pointer(passes, &given.passes)) return 1;
  if (!allocate_outputs(asked, points, weights, sums, which, &made)) return 1;
  return !convolve(asked, given, made, openmp.max_threads());
}
