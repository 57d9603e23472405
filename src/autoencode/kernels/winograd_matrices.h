// Convolutions of 3 points with fewer multiplications, along one side: the three matrices of each kind.
//
// Minimal filtering (Winograd): M results and the N points they see become P products (the next tile's points are STEP
// further): y = A [ (G g) * (B d) ].
// Lavin and Gray, "Fast Algorithms for Convolutional Neural Networks", arXiv:1509.09308, eq. 5 to 8.

#pragma once

#include "gemm.h"

// F(4, 3): four results from six products in place of twelve.
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

// F(2, 3): two results from four products in place of six.
struct F2x3 {
  static constexpr int M = 2, R = 3, STEP = 2, N = 4, P = 4;
  static constexpr float B[P][N] = {{1, 0, -1, 0}, {0, 1, 1, 0}, {0, -1, 1, 0}, {0, 1, 0, -1}};
  static constexpr float G[P][R] = {{1, 0, 0}, {.5f, .5f, .5f}, {.5f, -.5f, .5f}, {0, 0, 1}};
  static constexpr float A[M][P] = {{1, 1, 1, 0}, {0, 1, -1, -1}};
};

// A stride of 2: the outer taps are F(2, 2) on every other point, the middle one is as it is; five in place of six.
struct F2x3Stride2 {
  static constexpr int M = 2, R = 3, STEP = 4, N = 5, P = 5;
  static constexpr float B[P][N] = {
      {1, 0, -1, 0, 0}, {0, 0, 1, 0, 0}, {0, 0, 1, 0, -1}, {0, 1, 0, 0, 0}, {0, 0, 0, 1, 0}};
  static constexpr float G[P][R] = {{1, 0, 0}, {1, 0, 1}, {0, 0, 1}, {0, 1, 0}, {0, 1, 0}};
  static constexpr float A[M][P] = {{1, 1, 0, 1, 0}, {0, 1, -1, 0, 1}};
};

// Of a picture whose points are first doubled along both sides, which is never made: what a point gives to all that is
// made of it, and what the differences to its two neighbours do; three in place of six. Nothing is rounded more than in
// the plain sum of four taps.
struct F2x3Upsampled {
  static constexpr int M = 2, R = 3, STEP = 1, N = 3, P = 3;
  static constexpr float B[P][N] = {{0, 1, 0}, {1, -1, 0}, {0, -1, 1}};
  static constexpr float G[P][R] = {{1, 1, 1}, {1, 0, 0}, {0, 0, 1}};
  static constexpr float A[M][P] = {{1, 1, 0}, {1, 0, 1}};
};

// out[i] = the sum over j of C[i][j] in[j], or of C[j][i] in[j] where it is turned; zeros and ones cost nothing.
template <bool TRANSPOSED, int TO, int FROM, int X, int Y>
INLINE void multiply_constant(const float (&c)[X][Y], const vec* in, int in_step, vec* out, int out_step) {
  UNROLL for (int i = 0; i < TO; i++) {
    vec sum = {};
    UNROLL for (int j = 0; j < FROM; j++) {
      const float factor = TRANSPOSED ? c[j][i] : c[i][j];
      if (factor == 0) continue;
      if (factor == 1) sum += in[j * in_step];
      else if (factor == -1) sum -= in[j * in_step];
      else sum += factor * in[j * in_step];
    }
    out[i * out_step] = sum;
  }
}
