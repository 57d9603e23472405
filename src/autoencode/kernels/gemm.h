// Vectors of float32 numbers, and products of matrices out of them.

#pragma once

#include <algorithm>
#include <cstddef>
#include <cstdlib>
#include <cstring>
#include <vector>

#if defined(__AVX512F__)
constexpr int LANES = 16, ROWS = 6, COLUMNS = 4;
#elif defined(__AVX__)
constexpr int LANES = 8, ROWS = 6, COLUMNS = 2;
#else
constexpr int LANES = 4, ROWS = 6, COLUMNS = 4;
#endif

typedef float vec __attribute__((vector_size(LANES * 4)));
typedef float anywhere __attribute__((vector_size(LANES * 4), aligned(4)));
#define UNROLL _Pragma("GCC unroll 16")
#define INLINE __attribute__((always_inline)) inline

INLINE vec load(const float* from) { return (vec) * (const anywhere*)from; }
INLINE void store(float* to, vec value) { *(anywhere*)to = value; }
INLINE vec rectified(vec value) { return value <= 0 ? vec{} : value; }  // NaN stays NaN

// Numbers that are multiplied as they are. Products take what is in a cell at a time.
struct Float32 {
  typedef float Cell;
  typedef vec Cells;
  static constexpr int DEPTH = 1;  // numbers in a cell, side by side along what is summed over

  INLINE static Cells broadcast(const Cell* one) { return vec{} + *one; }
  INLINE static Cells load_cells(const Cell* from) { return load(from); }
  INLINE static vec add(vec sum, Cells one, Cells other) { return sum + one * other; }
  INLINE static void put(Cell* to, vec row) { store(to, row); }
  INLINE static void put_rows(Cell* to, const vec (&rows)[1]) { store(to, rows[0]); }
  static size_t transpose_scratch(size_t, size_t) { return 0; }
  static void add_transposed(const Cell* a, const Cell* b, Cell*, float* c, int rows, int columns, int depth);
};

// A product of matrices: c[rows][columns] = (ADD: +=) a[rows][depth] b[depth][columns]. Both steps of a are free.
// Without ADD the sums start at zero, or each column's at the number in `start`.
template <class Kind>
struct GemmKernel {
  typedef typename Kind::Cell Cell;
  typedef typename Kind::Cells Cells;
  const Cell* a;
  ptrdiff_t a_row, a_step;
  const Cell* b;
  ptrdiff_t b_step;
  float* c;
  ptrdiff_t c_row;
  int depth;
  const float* start = nullptr;

  template <int R, int C, bool ADD>
  INLINE void block(int row, int column) const {
    const Cell *left = a + row * a_row, *right = b + column;
    float* to = c + row * c_row + column;
    vec sum[R][C];
    UNROLL for (int r = 0; r < R; r++)
      UNROLL for (int k = 0; k < C; k++)
        sum[r][k] = ADD ? load(to + r * c_row + k * LANES) : start ? load(start + column + k * LANES) : vec{};
    for (int d = 0; d < depth; d++) {
      Cells some[C];
      UNROLL for (int k = 0; k < C; k++) some[k] = Kind::load_cells(right + d * b_step + k * LANES);
      UNROLL for (int r = 0; r < R; r++) {
        const Cells one = Kind::broadcast(left + r * a_row + d * a_step);
        UNROLL for (int k = 0; k < C; k++) sum[r][k] = Kind::add(sum[r][k], one, some[k]);
      }
    }
    UNROLL for (int r = 0; r < R; r++)
      UNROLL for (int k = 0; k < C; k++) store(to + r * c_row + k * LANES, sum[r][k]);
  }

  template <int C, bool ADD>
  INLINE void strip(int rows, int column) const {
    int row = 0;
    for (; row + ROWS <= rows; row += ROWS) block<ROWS, C, ADD>(row, column);
    for (; row + 2 <= rows; row += 2) block<2, C, ADD>(row, column);
    for (; row < rows; row++) block<1, C, ADD>(row, column);
  }

  template <bool ADD>
  void run(int rows, int columns) const {
    int column = 0;
    for (; column + COLUMNS * LANES <= columns; column += COLUMNS * LANES) strip<COLUMNS, ADD>(rows, column);
    for (; column + 2 * LANES <= columns; column += 2 * LANES) strip<2, ADD>(rows, column);
    for (; column < columns; column += LANES) strip<1, ADD>(rows, column);
  }
};

typedef GemmKernel<Float32> GemmKernelF32;

// c[rows][columns] += a[depth][rows]' b[depth][columns]
inline void Float32::add_transposed(const Cell* a, const Cell* b, Cell*, float* c, int rows, int columns, int depth) {
  GemmKernelF32{a, 1, rows, b, columns, c, columns, depth}.run<true>(rows, columns);
}

class AlignedBuffer {  // memory on a boundary of pages
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
