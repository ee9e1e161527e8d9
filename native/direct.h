// Products of small matrices and convolutions of small maps, computed where their operands stand: nothing is unrolled, framed
// or packed first, which on small maps costs more than the products. Maps are [image][row][column][channel], filters
// [row][column][channel][filter]. Every sum has one order, whatever the number of threads.
#pragma once

#include <cstdint>

namespace facec {

// Windows over a map, and the map that comes out of them. Zeros lie around the map, as far as windows reach.
struct Windows {
  int64_t images, height, width, channels;
  int64_t moved_height, moved_width, filters;
  int64_t window_height, window_width;
  int64_t down, across;  // how far a window moves
  int64_t top, left;     // rows and columns of zeros before the map
};

// y[moved map] of x[map].
void DirectConvolution(const Windows& g, const float* x, const float* filter, float* y);
// dx[map] of dy[moved map].
void DirectInputGradient(const Windows& g, const float* dy, const float* filter, float* dx);
// dw[filters] of x[map] and dy[moved map].
void DirectFilterGradient(const Windows& g, const float* x, const float* dy, float* dw);

// c[rows][columns] = a b over `inner`; a turned: [inner][rows], b turned: [columns][inner].
void DirectProduct(int64_t rows, int64_t columns, int64_t inner, bool turned_a, bool turned_b, const float* a, const float* b, float* c);

}  // namespace facec
