// Tiles of a map and their transforms. A transformed tile has 16 places; transformed tiles lie as
// [place][group of kLanes channels][tile][channel of the group], so that rows of a product are a constant distance apart.
#pragma once

#include <algorithm>

#include "vectors.h"
#include "winograd.h"

namespace facec {

constexpr int kPlaces = 16;

inline int64_t Rounded(int64_t count, int64_t unit) { return (count + unit - 1) / unit * unit; }

struct TilePlace {
  int64_t image, row, column;
};

// Tiles of 2x2 entries of the moved map. The last of an odd number of rows or columns is half outside, and 4 of its 16 places are
// wanted by nobody: such tiles are counted last, so that most products over many tiles can leave those places out.
class Tiles {
 public:
  explicit Tiles(const Convolution& g) : down_(g.moved_height / 2), across_(g.moved_width / 2) {
    const int64_t below = g.moved_height % 2, beside = g.moved_width % 2;
    const int64_t sizes[4] = {down_ * across_, down_ * beside, below * across_, below * beside};
    for (int i = 0; i < 4; ++i) ends_[i] = (i == 0 ? 0 : ends_[i - 1]) + g.images * sizes[i];
  }

  int64_t count() const { return ends_[3]; }

  // Row and column of the moved map are those of the tile's first entry.
  TilePlace At(int64_t tile) const {
    int group = 0;
    while (tile >= ends_[group]) ++group;
    if (group > 0) tile -= ends_[group - 1];
    const int64_t across = group % 2 == 0 ? across_ : 1, down = group < 2 ? down_ : 1;
    const int64_t line = tile / across;
    return {line / down, 2 * (group < 2 ? line % down : down_), 2 * (group % 2 == 0 ? tile % across : across_)};
  }

  // Whether any of `count` tiles from `first` on wants a place.
  bool Wants(int place, int64_t first, int64_t count) const {
    for (int group = 0; group < 4; ++group) {
      const int64_t start = group == 0 ? 0 : ends_[group - 1];
      if (std::max(first, start) >= std::min(first + count, ends_[group])) continue;
      if ((group < 2 || place / 4 < 3) && (group % 2 == 0 || place % 4 < 3)) return true;
    }
    return false;
  }

 private:
  int64_t down_, across_;  // whole ones
  int64_t ends_[4];        // of whole ones, of those beside, below, and both
};

// Vectors of channels: whole ones and the rest, `part(first channel, channels)`.
template <typename Whole, typename Rest>
inline void OverChannels(int64_t channels, const Whole& whole, const Rest& rest) {
  int64_t c = 0;
  for (; c + kLanes <= channels; c += kLanes) whole(c);
  if (c < channels) rest(c, channels - c);
}

// B' d B for the transposes B' of B: what 4x4 entries of a map become.
inline void TransformMap(Vector (&d)[4][4]) {
  for (int j = 0; j < 4; ++j) {
    const Vector a = d[0][j] - d[2][j], b = d[1][j] + d[2][j], c = d[2][j] - d[1][j], e = d[1][j] - d[3][j];
    d[0][j] = a, d[1][j] = b, d[2][j] = c, d[3][j] = e;
  }
  for (int i = 0; i < 4; ++i) {
    const Vector a = d[i][0] - d[i][2], b = d[i][1] + d[i][2], c = d[i][2] - d[i][1], e = d[i][1] - d[i][3];
    d[i][0] = a, d[i][1] = b, d[i][2] = c, d[i][3] = e;
  }
}

// A d A': what 2x2 entries of a result's gradient become.
inline void TransformMoved(const Vector (&d)[2][2], Vector (&to)[4][4]) {
  Vector t[4][2];
  for (int j = 0; j < 2; ++j) t[0][j] = d[0][j], t[1][j] = d[0][j] + d[1][j], t[2][j] = d[0][j] - d[1][j], t[3][j] = -d[1][j];
  for (int i = 0; i < 4; ++i) to[i][0] = t[i][0], to[i][1] = t[i][0] + t[i][1], to[i][2] = t[i][0] - t[i][1], to[i][3] = -t[i][1];
}

// A' m A: the 2x2 entries of the result.
inline void TransformResult(const Vector (&m)[4][4], Vector (&to)[2][2]) {
  Vector t[2][4];
  for (int j = 0; j < 4; ++j) t[0][j] = m[0][j] + m[1][j] + m[2][j], t[1][j] = m[1][j] - m[2][j] - m[3][j];
  for (int i = 0; i < 2; ++i) to[i][0] = t[i][0] + t[i][1] + t[i][2], to[i][1] = t[i][1] - t[i][2] - t[i][3];
}

// G f G': what a filter becomes.
inline void TransformFilter(const Vector (&f)[3][3], Vector (&to)[4][4]) {
  Vector t[4][3];
  for (int j = 0; j < 3; ++j) {
    const Vector ends = 0.5f * (f[0][j] + f[2][j]), middle = 0.5f * f[1][j];
    t[0][j] = f[0][j], t[1][j] = ends + middle, t[2][j] = ends - middle, t[3][j] = f[2][j];
  }
  for (int i = 0; i < 4; ++i) {
    const Vector ends = 0.5f * (t[i][0] + t[i][2]), middle = 0.5f * t[i][1];
    to[i][0] = t[i][0], to[i][1] = ends + middle, to[i][2] = ends - middle, to[i][3] = t[i][2];
  }
}

// G' p G: what sums over tiles become, the gradient by a filter.
inline void TransformSums(const Vector (&p)[4][4], Vector (&to)[3][3]) {
  Vector t[3][4];
  for (int j = 0; j < 4; ++j) {
    const Vector both = 0.5f * (p[1][j] + p[2][j]);
    t[0][j] = p[0][j] + both, t[1][j] = 0.5f * (p[1][j] - p[2][j]), t[2][j] = both + p[3][j];
  }
  for (int i = 0; i < 3; ++i) {
    const Vector both = 0.5f * (t[i][1] + t[i][2]);
    to[i][0] = t[i][0] + both, to[i][1] = 0.5f * (t[i][1] - t[i][2]), to[i][2] = both + t[i][3];
  }
}

// Where `size` x `size` entries of a map begin, from `row` and `column` on: `zeros` for those outside.
template <int size>
inline void Pointers(const float* map, int64_t height, int64_t width, int64_t channels, const TilePlace& at, const float* zeros,
                     const float* (&to)[size][size]) {
  for (int i = 0; i < size; ++i) {
    const int64_t row = at.row + i;
    for (int j = 0; j < size; ++j) {
      const int64_t column = at.column + j;
      const bool inside = row >= 0 && row < height && column >= 0 && column < width;
      to[i][j] = inside ? map + ((at.image * height + row) * width + column) * channels : zeros;
    }
  }
}

// Transformed tiles `first` .. `first + count - 1`, of `channels` channels from `from` on; room for `room` tiles.
void TransformMaps(const Convolution& g, const float* x, int64_t from, int64_t channels, int64_t first, int64_t count, int64_t room,
                   const float* zeros, float* to);

}  // namespace facec
