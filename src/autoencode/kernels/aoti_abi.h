// Tensors as programs know them that PyTorch's compiler makes: by handles of PyTorch's C interface.

#pragma once

#include <cstdint>

typedef struct AtenTensorOpaque* TensorHandle;

struct TorchApi {
  int32_t (*data)(TensorHandle, void**);
  int32_t (*sizes)(TensorHandle, int64_t**);
  int32_t (*strides)(TensorHandle, int64_t**);
  int32_t (*empty)(int64_t, const int64_t*, const int64_t*, int32_t, int32_t, int32_t, TensorHandle*);
};

inline TorchApi pytorch;  // as autoencode_set_torch_api is told

constexpr int32_t FLOAT32 = 6, UINT8 = 0, CPU = 0;  // the numbers that interface has for them

// Where a tensor's numbers are, which need not be there. False says that it cannot be told.
template <class T>
static bool data_pointer(TensorHandle* tensor, T** at) {
  void* found = nullptr;
  const bool done = !tensor || !pytorch.data(*tensor, &found);
  *at = (T*)found;
  return done;
}
