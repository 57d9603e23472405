// The C functions for convolutions.

#include "small_channels.h"
#include "aoti_abi.h"
#include "winograd.h"

#if defined(__AVX512BF16__)
#include "bf16.h"
#endif

// Calls body(convolution) for the tiles with the fewest products; false where this convolution is not supported. In bfloat16
// tiles of 4 x 4 are not used, because their matrices would magnify the rounding errors.
template <class Format, class Body>
static bool with_winograd(const ConvShape& s, int stride, Body body) {
  const auto products = [&](int m, int p) { return (s.oh + m - 1) / m * ((s.ow + m - 1) / m) * p * p; };
  const bool upsampled = s.oh == 2 * s.h && s.ow == 2 * s.w;
  if (s.ci % 16 || s.co % 16 || (s.oh > s.h && !upsampled)) return false;
  if (upsampled) return body(WinogradConv<F2x3Upsampled, Format>(s)), true;
  if (stride == 2) return body(WinogradConv<F2x3Stride2, Format>(s)), true;
  if (stride != 1) return false;
  if constexpr (Format::NUMBERS_PER_CELL == 1)
    if (products(4, 6) < products(2, 4)) return body(WinogradConv<F4x3, Format>(s)), true;
  return body(WinogradConv<F2x3, Format>(s)), true;
}

template <class Body>
static bool with_winograd(const ConvShape& s, bool rounded, int stride, Body body) {
#if defined(__AVX512BF16__)
  if (rounded) return with_winograd<Bfloat16>(s, stride, body);
#endif
  return with_winograd<Float32>(s, stride, body);
}

// The numbers that Python passes: Op, ConvShape and Requested of convolution_ops.py.
enum Op { FORWARD, BACKWARD, FEW_INPUTS_FORWARD, FEW_INPUTS_BACKWARD, FEW_OUTPUTS_FORWARD };

struct Request {
  int op, n, h, w, ci, oh, ow, co, stride, rounded, relu, pooled;
  int wants_maps, wants_weights, wants_sums, wants_mask;
  ConvShape shape() const { return {n, h, w, ci, oh, ow, co}; }
};

constexpr int NUMBERS = sizeof(Request) / sizeof(int);

// Inputs and Outputs of convolution_ops.py; what is absent or not requested is null.
struct Inputs {
  const float *x, *w, *bias, *dy;
  const uint8_t* mask;
};

struct Outputs {
  float *maps, *weights, *sums;
  uint8_t* mask;
};

// False where this convolution is not supported.
static bool convolve(const Request& request, const Inputs& in, const Outputs& out, int threads) {
  const ConvShape s = request.shape();
  const bool relu = request.relu, pooled = request.pooled;
  switch (request.op) {
    case FORWARD:
      return with_winograd(s, request.rounded, request.stride, [&](const auto& conv) {
        conv.forward(in.x, in.mask, in.w, in.bias, relu, pooled, out.maps, out.mask, out.sums, in.dy, out.weights, threads);
      });
    case BACKWARD:
      return with_winograd(s, request.rounded, request.stride, [&](const auto& conv) {
        conv.backward(in.x, in.w, in.dy, pooled, in.mask, in.bias, relu, out.maps, out.mask, out.weights, out.sums, threads);
      });
    case FEW_INPUTS_FORWARD:
      if (!FewInputsConv::supports(s)) return false;
      FewInputsConv(s, request.stride).forward(in.x, in.w, in.bias, relu, pooled, out.maps, out.mask, threads);
      return true;
    case FEW_INPUTS_BACKWARD:
      if (!FewInputsConv::supports(s)) return false;
      FewInputsConv(s, request.stride).backward(in.x, in.dy, pooled, in.mask, out.weights, out.sums, threads);
      return true;
    default:
      if (!FewOutputsConv::supports(s) || request.stride != 1) return false;
      FewOutputsConv(s).forward(in.x, in.w, in.bias, out.maps, threads);
      return true;
  }
}

// Returns 0 on success.
extern "C" int autoencode_convolve(const Request* request, const Inputs* in, const Outputs* out, int threads) {
  return !convolve(*request, *in, *out, threads);
}

// Makes a tensor of these sizes, in the order of memory, or an empty one where it is not wanted. Maps are channels last: their
// last size becomes the second one of the tensor.
template <class T>
static bool allocate(bool wanted, std::vector<int64_t> sizes, bool maps, int32_t dtype, TensorHandle* tensor, T** at) {
  if (!wanted) sizes = {0}, maps = false;
  std::vector<int64_t> strides(sizes.size(), 1);
  for (size_t side = sizes.size() - 1; side > 0; side--) strides[side - 1] = strides[side] * sizes[side];
  if (maps) {
    std::rotate(sizes.begin() + 1, sizes.end() - 1, sizes.end());
    std::rotate(strides.begin() + 1, strides.end() - 1, strides.end());
  }
  *at = nullptr;
  if (pytorch.empty(sizes.size(), sizes.data(), strides.data(), dtype, CPU, -1, tensor)) return false;
  return !wanted || data_pointer(tensor, at);
}

static bool allocate_outputs(const Request& request, TensorHandle* maps, TensorHandle* weights, TensorHandle* sums, TensorHandle* mask, Outputs* out) {
  const ConvShape s = request.shape();
  const int h = request.pooled ? s.pooled_h() : s.oh, w = request.pooled ? s.pooled_w() : s.ow;
  const auto sizes = request.op == BACKWARD ? std::vector<int64_t>{s.n, s.h, s.w, s.ci} : std::vector<int64_t>{s.n, h, w, s.co};
  auto mask_sizes = sizes;
  if (!request.pooled) mask_sizes[3] /= 8;
  return allocate(request.wants_maps, sizes, true, FLOAT32, maps, &out->maps) &&
         allocate(request.wants_weights, {3, 3, s.ci, s.co}, false, FLOAT32, weights, &out->weights) &&
         allocate(request.wants_sums, {request.op == FORWARD ? s.ci : s.co}, false, FLOAT32, sums, &out->sums) &&
         allocate(request.wants_mask, mask_sizes, true, UINT8, mask, &out->mask);
}

// autoencode_convolve for programs of PyTorch's compiler
extern "C" int32_t aoti_torch_cpu_autoencode_convolve(const int64_t* numbers, int64_t count, TensorHandle* x, TensorHandle* w, TensorHandle* bias,
                                                      TensorHandle* dy, TensorHandle* mask, TensorHandle* maps, TensorHandle* weights,
                                                      TensorHandle* sums, TensorHandle* out_mask) {
  if (count != NUMBERS) return 1;
  int all[NUMBERS];
  std::copy(numbers, numbers + count, all);
  Request request;
  std::memcpy(&request, all, sizeof request);
  Inputs in;
  Outputs out;
  if (!data_pointer(x, &in.x) || !data_pointer(w, &in.w) || !data_pointer(bias, &in.bias)) return 1;
  if (!data_pointer(dy, &in.dy) || !data_pointer(mask, &in.mask)) return 1;
  if (!allocate_outputs(request, maps, weights, sums, out_mask, &out)) return 1;
  return !convolve(request, in, out, openmp.max_threads());
}
