// The C functions for products of matrices, and those that pass function pointers to this library.

#include "blocked_gemm.h"
#include "aoti_abi.h"

#if defined(__AVX512BF16__)
#include "blocked_gemm_bf16.h"
#endif

// False if bfloat16 is asked for and this was compiled without it.
static bool multiply(const BlockedGemm& gemm, bool bfloat16, int threads) {
#if defined(__AVX512BF16__)
  if (bfloat16) return BlockedGemmBf16{gemm}.run_parallel(threads), true;
#endif
  if (!bfloat16) gemm.run_parallel(threads);
  return !bfloat16;
}

// sizes: rows, columns, depth. strides: of a's rows and columns, of b's rows and columns. Returns 0 on success.
extern "C" int autoencode_matmul(const int* sizes, const ptrdiff_t* strides, int bfloat16, int threads, const float* a,
                                  const float* b, const float* bias, float* y) {
  const BlockedGemm gemm{sizes[0], sizes[1], sizes[2], {a, strides[0], strides[1]}, {b, strides[2], strides[3]}, bias, y};
  return !multiply(gemm, bfloat16, threads);
}

extern "C" int autoencode_has_bfloat16() {
#if defined(__AVX512BF16__)
  return 1;
#else
  return 0;
#endif
}

extern "C" void autoencode_set_openmp(void* parallel, void* barrier, void* rank, void* size, void* max_threads) {
  openmp = {(decltype(openmp.parallel))parallel, (decltype(openmp.barrier))barrier, (decltype(openmp.rank))rank,
            (decltype(openmp.size))size, (decltype(openmp.max_threads))max_threads};
}

extern "C" void autoencode_set_torch_api(void* data, void* sizes, void* strides, void* empty) {
  pytorch = {(decltype(pytorch.data))data, (decltype(pytorch.sizes))sizes, (decltype(pytorch.strides))strides,
             (decltype(pytorch.empty))empty};
}

// autoencode_matmul for programs of PyTorch's compiler
extern "C" int32_t aoti_torch_cpu_autoencode_matmul(TensorHandle a, TensorHandle b, TensorHandle* bias, int32_t bfloat16, TensorHandle* result) {
  const float *a_data, *b_data, *bias_data;
  float* y;
  int64_t *a_sizes, *b_sizes, *a_strides, *b_strides;
  if (!data_pointer(&a, &a_data) || !data_pointer(&b, &b_data) || !data_pointer(bias, &bias_data)) return 1;
  if (pytorch.sizes(a, &a_sizes) || pytorch.sizes(b, &b_sizes)) return 1;
  if (pytorch.strides(a, &a_strides) || pytorch.strides(b, &b_strides)) return 1;
  const int64_t sizes[] = {a_sizes[0], b_sizes[1]}, strides[] = {b_sizes[1], 1};
  if (pytorch.empty(2, sizes, strides, FLOAT32, CPU, -1, result) || !data_pointer(result, &y)) return 1;
  const MatrixView a_view{a_data, a_strides[0], a_strides[1]}, b_view{b_data, b_strides[0], b_strides[1]};
  const BlockedGemm gemm{(int)sizes[0], (int)sizes[1], (int)a_sizes[1], a_view, b_view, bias_data, y};
  return !multiply(gemm, bfloat16, openmp.max_threads());
}
