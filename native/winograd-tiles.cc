#include "winograd-tiles.h"

namespace facec {

void TransformMaps(const Convolution& g, const float* x, int64_t from, int64_t channels, int64_t first, int64_t count, int64_t room,
                   const float* zeros, float* to) {
  const Tiles tiles(g);
  const int64_t place_size = Rounded(channels, kLanes) * room;
  for (int64_t t = 0; t < count; ++t) {
    TilePlace at = tiles.At(first + t);
    at.row -= g.top, at.column -= g.left;
    const float* entries[4][4];
    Pointers<4>(x + from, g.height, g.width, g.channels, at, zeros, entries);
    float* tile = to + t * kLanes;
    const auto one = [&](int64_t c, const auto& load) __attribute__((always_inline)) {
      Vector d[4][4];
      for (int i = 0; i < kPlaces; ++i) d[i / 4][i % 4] = load(entries[i / 4][i % 4] + c);
      TransformMap(d);
      for (int i = 0; i < kPlaces; ++i) Store(d[i / 4][i % 4], tile + i * place_size + c * room);
    };
    OverChannels(
        channels, [&](int64_t c) { one(c, Load); },
        [&](int64_t c, int64_t rest) { one(c, [rest](const float* p) { return LoadSome(p, rest); }); });
  }
}

}  // namespace facec
