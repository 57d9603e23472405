// Tensors as programs of PyTorch's compiler pass them: handles of PyTorch's C interface (AOTInductor).

#pragma once

#include <cstdint>

typedef struct AtenTensorOpaque* TensorHandle;

struct TorchApi {
  int32_t (*data)(TensorHandle, void**);
  int32_t (*sizes)(TensorHandle, int64_t**);
  int32_t (*strides)(TensorHandle, int64_t**);
  int32_t (*empty)(int64_t, const int64_t*, const int64_t*, int32_t, int32_t, int32_t, TensorHandle*);
};

inline TorchApi pytorch;  // set by autoencode_set_torch_api

constexpr int32_t FLOAT32 = 6, UINT8 = 0, CPU = 0;  // codes of that interface; torch_private.py checks them

// The address of a tensor's numbers, or null for an optional tensor that is absent. False if PyTorch reports an error.
template <class T>
static bool data_pointer(TensorHandle* tensor, T** at) {
  void* found = nullptr;
  const bool done = !tensor || !pytorch.data(*tensor, &found);
  *at = (T*)found;
  return done;
}
