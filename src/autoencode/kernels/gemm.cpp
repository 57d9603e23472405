// Products of matrices, as Python and as compiled programs call them.

#include "blocked_gemm.h"
#include "aoti_abi.h"

#if defined(__AVX512BF16__)
#include "blocked_gemm_bf16.h"
#endif

// Whether this is done in the precision asked for: bfloat16 needs a processor that has it.
static bool multiply(const BlockedGemm& dense, bool bfloat16, int threads) {
#if defined(__AVX512BF16__)
  if (bfloat16) return BlockedGemmBf16{dense}.run_parallel(threads), true;
#endif
  if (!bfloat16) dense.run_parallel(threads);
  return !bfloat16;
}

extern "C" int autoencode_matmul(const int* sizes, const ptrdiff_t* steps, int bfloat16, int threads, const float* a,
                                  const float* b, const float* bias, float* y) {
  const BlockedGemm dense{sizes[0], sizes[1], sizes[2], {a, steps[0], steps[1]}, {b, steps[2], steps[3]}, bias, y};
  return !multiply(dense, bfloat16, threads);
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

// The same for compiled programs
extern "C" int32_t aoti_torch_cpu_autoencode_matmul(TensorHandle a, TensorHandle b, TensorHandle* bias, int32_t bfloat16, TensorHandle* result) {
  const float *left, *right, *start;
  float* to;
  int64_t *rows, *columns, *steps_a, *steps_b;
  if (!data_pointer(&a, &left) || !data_pointer(&b, &right) || !data_pointer(bias, &start)) return 1;
  if (pytorch.sizes(a, &rows) || pytorch.sizes(b, &columns)) return 1;
  if (pytorch.strides(a, &steps_a) || pytorch.strides(b, &steps_b)) return 1;
  const int64_t sizes[] = {rows[0], columns[1]}, steps[] = {columns[1], 1};
  if (pytorch.empty(2, sizes, steps, FLOAT32, CPU, -1, result) || !data_pointer(result, &to)) return 1;
  const MatrixView one{left, steps_a[0], steps_a[1]}, other{right, steps_b[0], steps_b[1]};
  const BlockedGemm dense{(int)sizes[0], (int)sizes[1], (int)rows[1], one, other, start, to};
  return !multiply(dense, bfloat16, openmp.max_threads());
}
