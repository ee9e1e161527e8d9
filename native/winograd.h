// Convolutions with filters of 3x3 and stride 1 in float32, with 2.25 times fewer multiplications than their definition has:
// Winograd's minimal filtering over tiles of 2x2 results, F(2x2, 3x3) (Lavin and Gray, "Fast Algorithms for Convolutional
// Neural Networks", 2015). Maps are [image][row][column][channel], filters [row][column][channel][filter].
#pragma once

#include <cstdint>

namespace facec {

// A map that windows move over, and what comes out. Zeros lie around the map, as far as windows reach.
struct Convolution {
  int64_t images, height, width, channels;
  int64_t moved_height, moved_width, filters;
  int64_t top, left;  // rows and columns of zeros before the map
};

// y[moved map] of x[map]. Where `rotated`, `filter` is that of a convolution in the other direction: [3][3][filters][channels],
// read backwards in rows and columns; so dx is made of dy.
void Convolve(const Convolution& g, const float* x, const float* filter, bool rotated, float* y);

// dw [3][3][channels][filters] of x[map] and dy[moved map]. Sums have one order, whatever the number of threads.
void FilterGradient(const Convolution& g, const float* x, const float* dy, float* dw);

}  // namespace facec
