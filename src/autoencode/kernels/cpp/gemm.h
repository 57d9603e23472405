// Vectors of float32 numbers, and the innermost product of matrices.

#pragma once

#include <algorithm>
#include <cstddef>
#include <cstdlib>
#include <cstring>
#include <vector>

// LANES: numbers in a vector. A block of BLOCK_ROWS x (BLOCK_VECTORS * LANES) sums stays in registers.
#if defined(__AVX512F__)
constexpr int LANES = 16, BLOCK_ROWS = 6, BLOCK_VECTORS = 4;
#elif defined(__AVX__)
constexpr int LANES = 8, BLOCK_ROWS = 6, BLOCK_VECTORS = 2;
#else
constexpr int LANES = 4, BLOCK_ROWS = 6, BLOCK_VECTORS = 4;
#endif

typedef float vec __attribute__((vector_size(LANES * 4)));
typedef float unaligned_vec __attribute__((vector_size(LANES * 4), aligned(4)));
#define UNROLL _Pragma("GCC unroll 16")
#define INLINE __attribute__((always_inline)) inline

INLINE vec load(const float* from) { return (vec) * (const unaligned_vec*)from; }
INLINE void store(float* to, vec value) { *(unaligned_vec*)to = value; }
INLINE vec apply_relu(vec value) { return value <= 0 ? vec{} : value; }  // NaN stays NaN

// A format says how the factors of a product are stored. Its unit is a cell, which holds NUMBERS_PER_CELL numbers that
// follow each other along the dimension that is summed over. Float32 stores one number as it is; Bfloat16 (bf16.h) two.
struct Float32 {
  typedef float Cell;
  typedef vec Cells;  // LANES of them
  static constexpr int NUMBERS_PER_CELL = 1;

  INLINE static Cells broadcast(const Cell* cell) { return vec{} + *cell; }
  INLINE static Cells load_cells(const Cell* from) { return load(from); }
  INLINE static vec multiply_add(vec sum, Cells a, Cells b) { return sum + a * b; }
  INLINE static void store_row(Cell* to, vec row) { store(to, row); }
  INLINE static void store_packed(Cell* to, const vec (&rows)[1]) { store(to, rows[0]); }
  static size_t transpose_scratch(size_t, size_t) { return 0; }
  static void add_transposed_product(const Cell* a, const Cell* b, Cell*, float* c, int rows, int columns, int depth);
};

// c[rows][columns] = (ADD: +=) a[rows][depth] b[depth][columns], where `depth` counts cells. Both strides of a are free.
// Without ADD the sums start at zero, or at the number that `init` has for the column.
template <class Format>
struct GemmKernel {
  typedef typename Format::Cell Cell;
  typedef typename Format::Cells Cells;
  const Cell* a;
  ptrdiff_t a_row_stride, a_depth_stride;
  const Cell* b;
  ptrdiff_t b_stride;
  float* c;
  ptrdiff_t c_stride;
  int depth;
  const float* init = nullptr;

  template <int R, int V, bool ADD>
  INLINE void block(int row, int column) const {
    const Cell *a_row = a + row * a_row_stride, *b_column = b + column;
    float* to = c + row * c_stride + column;
    vec sum[R][V];
    UNROLL for (int r = 0; r < R; r++)
      UNROLL for (int v = 0; v < V; v++)
        sum[r][v] = ADD ? load(to + r * c_stride + v * LANES) : init ? load(init + column + v * LANES) : vec{};
    for (int d = 0; d < depth; d++) {
      Cells b_cells[V];
      UNROLL for (int v = 0; v < V; v++) b_cells[v] = Format::load_cells(b_column + d * b_stride + v * LANES);
      UNROLL for (int r = 0; r < R; r++) {
        const Cells a_cells = Format::broadcast(a_row + r * a_row_stride + d * a_depth_stride);
        UNROLL for (int v = 0; v < V; v++) sum[r][v] = Format::multiply_add(sum[r][v], a_cells, b_cells[v]);
      }
    }
    UNROLL for (int r = 0; r < R; r++)
      UNROLL for (int v = 0; v < V; v++) store(to + r * c_stride + v * LANES, sum[r][v]);
  }

  template <int V, bool ADD>
  INLINE void strip(int rows, int column) const {
    int row = 0;
    for (; row + BLOCK_ROWS <= rows; row += BLOCK_ROWS) block<BLOCK_ROWS, V, ADD>(row, column);
    for (; row + 2 <= rows; row += 2) block<2, V, ADD>(row, column);
    for (; row < rows; row++) block<1, V, ADD>(row, column);
  }

  template <bool ADD>
  void run(int rows, int columns) const {
    int column = 0;
    for (; column + BLOCK_VECTORS * LANES <= columns; column += BLOCK_VECTORS * LANES) strip<BLOCK_VECTORS, ADD>(rows, column);
    for (; column + 2 * LANES <= columns; column += 2 * LANES) strip<2, ADD>(rows, column);
    for (; column < columns; column += LANES) strip<1, ADD>(rows, column);
  }
};

typedef GemmKernel<Float32> GemmKernelF32;

// c[rows][columns] += a[depth][rows]' b[depth][columns]
inline void Float32::add_transposed_product(const Cell* a, const Cell* b, Cell*, float* c, int rows, int columns, int depth) {
  GemmKernelF32{a, 1, rows, b, columns, c, columns, depth}.run<true>(rows, columns);
}

class AlignedBuffer {  // page-aligned memory for numbers of 4 bytes, not initialised
 public:
  explicit AlignedBuffer(size_t count) : start_((float*)std::aligned_alloc(4096, (count * 4 + 4095) / 4096 * 4096)) {}
  ~AlignedBuffer() { std::free(start_); }
  AlignedBuffer(const AlignedBuffer&) = delete;
  operator float*() const { return start_; }

  template <class Cell>
  Cell* as() const {
    return (Cell*)start_;
  }

 private:
  float* start_;
};
