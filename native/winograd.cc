#include "winograd.h"

#if defined(__AVX__)
#include <immintrin.h>
#endif

#include <atomic>
#include <cstdint>
#include <vector>

#include "scratch.h"
#include "threads.h"
#include "winograd-tiles.h"

namespace facec {
namespace {

// A product is computed in blocks of so many tiles by so many filters, all of it in registers.
constexpr int kWidth = 2;
constexpr int kPanel = kWidth * kLanes;
constexpr int kRows = kRegisters == 32 ? 12 : 6;
// Tiles of a block: with 64 channels they and the filters that they meet fit a core's second cache.
constexpr int64_t kRoom = 24;

// m[rows][kPanel] = v u, where v [group][kRoom][kLanes] are tiles and u [channels][kPanel] a panel of filters.
template <int rows>
void MultiplyBlock(const float* v, int64_t channels, const float* u, float* m) {
  Vector sums[rows][kWidth];
  FACEC_UNROLL for (int i = 0; i < rows; ++i) {
    FACEC_UNROLL for (int j = 0; j < kWidth; ++j) sums[i][j] = Vector{};
  }
  const auto step = [&](const float* row) __attribute__((always_inline)) {
    Vector b[kWidth];
    FACEC_UNROLL for (int j = 0; j < kWidth; ++j) b[j] = Load(u + j * kLanes);
    FACEC_UNROLL for (int i = 0; i < rows; ++i) {
      FACEC_UNROLL for (int j = 0; j < kWidth; ++j) sums[i][j] += row[i * kLanes] * b[j];
    }
    u += kPanel;
  };
  for (; channels >= kLanes; channels -= kLanes, v += kRoom * kLanes) {
    for (int k = 0; k < kLanes; ++k) step(v + k);
  }
  for (int k = 0; k < channels; ++k) step(v + k);
  FACEC_UNROLL for (int i = 0; i < rows; ++i) {
    FACEC_UNROLL for (int j = 0; j < kWidth; ++j) Store(sums[i][j], m + i * kPanel + j * kLanes);
  }
}

using Multiply = void (*)(const float*, int64_t, const float*, float*);

template <int rows>
Multiply ForRows(int64_t wanted) {
  if constexpr (rows == 1) return MultiplyBlock<1>;
  else return wanted == rows ? MultiplyBlock<rows> : ForRows<rows - 1>(wanted);
}

// One row more than there are: places a power of two apart would have to share a few lines of a cache.
int64_t PlaceSize(int64_t channels) { return (channels + 1) * kPanel; }

// The filters of a panel from `first` on, for kLanes channels from `channel` on, turned: [place][channel][filter].
using Turned = float[9][kLanes][kPanel];
void Turn(const Convolution& g, const float* filter, int64_t first, int64_t channel, Turned& to) {
  const int64_t filters = std::min<int64_t>(kPanel, g.filters - first), channels = std::min<int64_t>(kLanes, g.channels - channel);
  for (int p = 0; p < 9; ++p) {
    const float* from = filter + ((8 - p) * g.filters + first) * g.channels + channel;
    for (int64_t n = 0; n < filters; ++n) {
      __builtin_prefetch(from + n * g.channels + 2 * kLanes);  // for a later call: rows are too far apart for a processor to look ahead
      for (int64_t k = 0; k < channels; ++k) to[p][k][n] = from[n * g.channels + k];
    }
  }
}

// The filters of a panel from `first` on, transformed: [place][channel][filter].
void TransformPanel(const Convolution& g, const float* filter, bool rotated, int64_t first, float* to) {
  alignas(64) Turned turned = {};
  for (int64_t k = 0; k < g.channels; ++k) {
    if (rotated && k % kLanes == 0) Turn(g, filter, first, k, turned);
    for (int64_t j = 0; j < kPanel; j += kLanes) {
      const int64_t rest = std::clamp<int64_t>(g.filters - first - j, 0, kLanes);
      Vector f[3][3], u[4][4];
      for (int p = 0; p < 9; ++p) {
        const float* from = rotated ? turned[p][k % kLanes] + j : filter + (p * g.channels + k) * g.filters + first + j;
        f[p / 3][p % 3] = rotated || rest == kLanes ? Load(from) : LoadSome(from, rest);
      }
      TransformFilter(f, u);
      for (int i = 0; i < kPlaces; ++i) Store(u[i / 4][i % 4], to + i * PlaceSize(g.channels) + k * kPanel + j);
    }
  }
}

constexpr int64_t kProductRoom = kRoom + 1;  // for the reason that PlaceSize has
constexpr int64_t kProductSize = kPlaces * kProductRoom * kPanel;

// Past the caches, which a map of this many entries would only empty: what is written whole need not be read first.
constexpr int64_t kLarge = 1 << 21;

#if defined(__AVX512F__)
inline void StorePast(const Vector& v, float* to) { _mm512_stream_ps(to, reinterpret_cast<const __m512&>(v)); }
inline void EndStoresPast() { _mm_sfence(); }
#elif defined(__AVX__)
inline void StorePast(const Vector& v, float* to) { _mm256_stream_ps(to, reinterpret_cast<const __m256&>(v)); }
inline void EndStoresPast() { _mm_sfence(); }
#else
inline void StorePast(const Vector& v, float* to) { Store(v, to); }
inline void EndStoresPast() {}
#endif

bool StoresPast(const Convolution& g, const float* y) {
  const bool aligned = reinterpret_cast<uintptr_t>(y) % sizeof(Vector) == 0 && g.filters % kLanes == 0;
  return aligned && g.images * g.moved_height * g.moved_width * g.filters >= kLarge;
}

// The results of tiles `first` .. `first + count - 1` in a panel of filters from `panel` on, of m [place][kProductRoom][kPanel].
// Places that no tile wants may hold anything.
void StoreResults(const Convolution& g, const float* m, int64_t first, int64_t count, int64_t panel, float* y) {
  const Tiles tiles(g);
  const int64_t filters = std::min<int64_t>(kPanel, g.filters - panel);
  const bool past = StoresPast(g, y);
  for (int64_t t = 0; t < count; ++t) {
    const TilePlace at = tiles.At(first + t);
    float* to = y + ((at.image * g.moved_height + at.row) * g.moved_width + at.column) * g.filters + panel;
    const int down = at.row + 1 < g.moved_height ? 2 : 1, across = at.column + 1 < g.moved_width ? 2 : 1;
    const auto one = [&](int64_t c, const auto& store) __attribute__((always_inline)) {
      Vector all[4][4], out[2][2];
      for (int i = 0; i < kPlaces; ++i) all[i / 4][i % 4] = Load(m + (i * kProductRoom + t) * kPanel + c);
      TransformResult(all, out);
      for (int i = 0; i < down; ++i) for (int j = 0; j < across; ++j) store(out[i][j], to + (i * g.moved_width + j) * g.filters + c);
    };
    OverChannels(
        filters,
        [&](int64_t c) {
          if (past) one(c, StorePast);
          else one(c, Store);
        },
        [&](int64_t c, int64_t rest) { one(c, [rest](const Vector& v, float* p) { StoreSome(v, p, rest); }); });
  }
  if (past) EndStoresPast();
}

struct Plan {
  const Convolution& g;
  int64_t tiles, blocks, panels;
  int64_t block_size, panel_size;  // transformed
};

Plan PlanOf(const Convolution& g) {
  const int64_t tiles = Tiles(g).count();
  return {g, tiles, (tiles + kRoom - 1) / kRoom, (g.filters + kPanel - 1) / kPanel, kPlaces * kRoom * Rounded(g.channels, kLanes),
          kPlaces * PlaceSize(g.channels)};
}

int64_t CountOf(const Plan& plan, int64_t block) { return std::min(kRoom, plan.tiles - block * kRoom); }

// A block of tiles and a panel of filters, all the way to results.
void Finish(const Plan& plan, const float* v, const float* u, int64_t block, int64_t panel, float* m, float* y) {
  const Convolution& g = plan.g;
  const int64_t first = block * kRoom;
  const int64_t count = CountOf(plan, block);
  const Tiles all(g);
  for (int place = 0; place < kPlaces; ++place) {
    if (!all.Wants(place, first, count)) continue;
    const float* tiles = v + place * (plan.block_size / kPlaces);
    const float* filters = u + place * PlaceSize(g.channels);
    float* to = m + place * kProductRoom * kPanel;
    int64_t t = 0;
    for (; t + kRows <= count; t += kRows) MultiplyBlock<kRows>(tiles + t * kLanes, g.channels, filters, to + t * kPanel);
    if (t < count) ForRows<kRows - 1>(count - t)(tiles + t * kLanes, g.channels, filters, to + t * kPanel);
  }
  StoreResults(g, m, first, count, panel * kPanel, y);
}

// Work 0 .. count-1 on all threads, with room for `size` numbers each.
template <typename Work>
void Share(int64_t count, int64_t size, const Work& work) {
  std::atomic<int64_t> next{0};
  RunTogether(static_cast<int>(std::min<int64_t>(count, ThreadCount()) - 1), [&] {
    int64_t i = next++;
    if (i >= count) return;
    const Scratch scratch(size);
    for (; i < count; i = next++) work(i, scratch.data());
  });
}

// Many tiles: filters are transformed once for all, a thread takes a block of tiles through all panels.
void ByBlocks(const Plan& plan, const float* x, const float* filter, bool rotated, const float* zeros, float* y) {
  const Scratch u(plan.panels * plan.panel_size);
  Share(plan.panels, 0, [&](int64_t panel, float*) { TransformPanel(plan.g, filter, rotated, panel * kPanel, u.data() + panel * plan.panel_size); });
  Share(plan.blocks, plan.block_size + kProductSize, [&](int64_t block, float* v) {
    TransformMaps(plan.g, x, 0, plan.g.channels, block * kRoom, CountOf(plan, block), kRoom, zeros, v);
    for (int64_t panel = 0; panel < plan.panels; ++panel) {
      Finish(plan, v, u.data() + panel * plan.panel_size, block, panel, v + plan.block_size, y);
    }
  });
}

// Many filters: tiles are transformed once for all, a thread takes a panel of filters through all blocks.
void ByPanels(const Plan& plan, const float* x, const float* filter, bool rotated, const float* zeros, float* y) {
  const Scratch v(plan.blocks * plan.block_size);
  Share(plan.blocks, 0, [&](int64_t block, float*) {
    TransformMaps(plan.g, x, 0, plan.g.channels, block * kRoom, CountOf(plan, block), kRoom, zeros, v.data() + block * plan.block_size);
  });
  Share(plan.panels, plan.panel_size + kProductSize, [&](int64_t panel, float* u) {
    TransformPanel(plan.g, filter, rotated, panel * kPanel, u);
    for (int64_t block = 0; block < plan.blocks; ++block) Finish(plan, v.data() + block * plan.block_size, u, block, panel, u + plan.panel_size, y);
  });
}

}  // namespace

void Convolve(const Convolution& g, const float* x, const float* filter, bool rotated, float* y) {
  const std::vector<float> zeros(g.channels);
  const Plan plan = PlanOf(g);
  // Either way gives the same bits.
  if (plan.blocks < 4 * ThreadCount()) ByPanels(plan, x, filter, rotated, zeros.data(), y);
  else ByBlocks(plan, x, filter, rotated, zeros.data(), y);
}

}  // namespace facec
