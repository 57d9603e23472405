// Tensors as programs know them that PyTorch's compiler makes: by handles of PyTorch's C interface.

#pragma once

#include <cstdint>

typedef struct AtenTensorOpaque* Handle;

struct PyTorch {
  int32_t (*data)(Handle, void**);
  int32_t (*sizes)(Handle, int64_t**);
  int32_t (*strides)(Handle, int64_t**);
  int32_t (*empty)(int64_t, const int64_t*, const int64_t*, int32_t, int32_t, int32_t, Handle*);
};

inline PyTorch pytorch;  // as autoencode_meet_pytorch is told

constexpr int32_t FLOAT32 = 6, BYTES = 0, PROCESSOR = 0;  // the numbers that interface has for them

// Where a tensor's numbers are, which need not be there. False says that it cannot be told.
template <class T>
static bool find(Handle* tensor, T** at) {
  void* found = nullptr;
  const bool done = !tensor || !pytorch.data(*tensor, &found);
  *at = (T*)found;
  return done;
}
