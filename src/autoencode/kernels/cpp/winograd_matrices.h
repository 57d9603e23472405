// Minimal filtering (Winograd): convolutions of 3 taps along one side with fewer multiplications.
//
// M results and the N points that they depend on become P products: y = A [ (G g) * (B d) ], where g are R taps and d
// are N points. The points of the next tile begin STEP further.
// Lavin and Gray, "Fast Algorithms for Convolutional Neural Networks", arXiv:1509.09308, eq. 5 to 8.

#pragma once

#include "gemm.h"

// F(4, 3): four results from six products instead of twelve.
struct F4x3 {
  static constexpr int M = 4, R = 3, STEP = 4, N = 6, P = 6;
  static constexpr float B[P][N] = {{4, 0, -5, 0, 1, 0},  {0, -4, -4, 1, 1, 0}, {0, 4, -4, -1, 1, 0},
                                    {0, -2, -1, 2, 1, 0}, {0, 2, -1, -2, 1, 0}, {0, 4, 0, -5, 0, 1}};
  static constexpr float G[P][R] = {{1 / 4.f, 0, 0},
                                    {-1 / 6.f, -1 / 6.f, -1 / 6.f},
                                    {-1 / 6.f, 1 / 6.f, -1 / 6.f},
                                    {1 / 24.f, 1 / 12.f, 1 / 6.f},
                                    {1 / 24.f, -1 / 12.f, 1 / 6.f},
                                    {0, 0, 1}};
  static constexpr float A[M][P] = {{1, 1, 1, 1, 1, 0}, {0, 1, -1, 2, -2, 0}, {0, 1, 1, 4, 4, 0}, {0, 1, -1, 8, -8, 1}};
};

// F(2, 3): two results from four products instead of six.
struct F2x3 {
  static constexpr int M = 2, R = 3, STEP = 2, N = 4, P = 4;
  static constexpr float B[P][N] = {{1, 0, -1, 0}, {0, 1, 1, 0}, {0, -1, 1, 0}, {0, 1, 0, -1}};
  static constexpr float G[P][R] = {{1, 0, 0}, {.5f, .5f, .5f}, {.5f, -.5f, .5f}, {0, 0, 1}};
  static constexpr float A[M][P] = {{1, 1, 1, 0}, {0, 1, -1, -1}};
};

// A stride of 2: the outer taps are F(2, 2) on every other point, the middle tap is computed directly; two results from
// five products instead of six.
struct F2x3Stride2 {
  static constexpr int M = 2, R = 3, STEP = 4, N = 5, P = 5;
  static constexpr float B[P][N] = {
      {1, 0, -1, 0, 0}, {0, 0, 1, 0, 0}, {0, 0, 1, 0, -1}, {0, 1, 0, 0, 0}, {0, 0, 0, 1, 0}};
  static constexpr float G[P][R] = {{1, 0, 0}, {1, 0, 1}, {0, 0, 1}, {0, 1, 0}, {0, 1, 0}};
  static constexpr float A[M][P] = {{1, 1, 0, 1, 0}, {0, 1, -1, 0, 1}};
};

// Of points that are first repeated twice (nearest-neighbour upsampling), without writing them: the product of each point with
// the sum of all taps, and the products of its differences to both neighbours with an outer tap; two results from three
// products instead of six. The rounding error is that of the direct sum of four taps.
struct F2x3Upsampled {
  static constexpr int M = 2, R = 3, STEP = 1, N = 3, P = 3;
  static constexpr float B[P][N] = {{0, 1, 0}, {1, -1, 0}, {0, -1, 1}};
  static constexpr float G[P][R] = {{1, 1, 1}, {1, 0, 0}, {0, 0, 1}};
  static constexpr float A[M][P] = {{1, 1, 0}, {1, 0, 1}};
};

// out[i] = sum over j of C[i][j] in[j], or of C[j][i] in[j] where it is transposed; factors of 0, 1 and -1 cost no product.
template <bool TRANSPOSED, int TO, int FROM, int X, int Y>
INLINE void multiply_constant(const float (&c)[X][Y], const vec* in, int in_stride, vec* out, int out_stride) {
  UNROLL for (int i = 0; i < TO; i++) {
    vec sum = {};
    UNROLL for (int j = 0; j < FROM; j++) {
      const float factor = TRANSPOSED ? c[j][i] : c[i][j];
      if (factor == 0) continue;
      if (factor == 1) sum += in[j * in_stride];
      else if (factor == -1) sum -= in[j * in_stride];
      else sum += factor * in[j * in_stride];
    }
    out[i * out_stride] = sum;
  }
}
