#include <algorithm>
#include <atomic>
#include <vector>

#include "scratch.h"
#include "threads.h"
#include "winograd-tiles.h"

namespace facec {
namespace {

// Sums over tiles are computed for so many channels by so many filters at a time: with 64 of either they and the tiles fit a
// core's second cache; with more filters tiles are transformed less often.
constexpr int64_t kDeep = 64;
constexpr int64_t kWide = 128;
constexpr int64_t kTiles = 48;  // transformed at a time
constexpr int kRows = kRegisters == 32 ? 8 : 4;
constexpr int kWidth = 2;

// Transformed gradients of tiles `first` .., laid out as transformed tiles are.
void TransformGradients(const Convolution& g, const float* dy, int64_t from, int64_t filters, int64_t first, int64_t count,
                        const float* zeros, float* to) {
  const Tiles tiles(g);
  const int64_t place_size = Rounded(filters, kLanes) * kTiles;
  for (int64_t t = 0; t < count; ++t) {
    const float* entries[2][2];
    Pointers<2>(dy + from, g.moved_height, g.moved_width, g.filters, tiles.At(first + t), zeros, entries);
    float* tile = to + t * kLanes;
    const auto one = [&](int64_t c, const auto& load) __attribute__((always_inline)) {
      Vector d[2][2], all[4][4];
      for (int i = 0; i < 4; ++i) d[i / 2][i % 2] = load(entries[i / 2][i % 2] + c);
      TransformMoved(d, all);
      for (int i = 0; i < kPlaces; ++i) Store(all[i / 4][i % 4], tile + i * place_size + c * kTiles);
    };
    OverChannels(
        filters, [&](int64_t c) { one(c, Load); },
        [&](int64_t c, int64_t rest) { one(c, [rest](const float* p) { return LoadSome(p, rest); }); });
  }
}

// sums [kRows][width groups] += products of `count` tiles; groups of `d` are kTiles * kLanes apart, rows of sums `wide`.
// Products are summed by themselves first: rounding errors grow with the length of a sum.
template <int width>
void Accumulate(const float* v, const float* d, int64_t count, int64_t wide, float* to) {
  Vector sums[kRows][width];
  FACEC_UNROLL for (int i = 0; i < kRows; ++i) {
    FACEC_UNROLL for (int j = 0; j < width; ++j) sums[i][j] = Vector{};
  }
  for (int64_t t = 0; t < count; ++t, v += kLanes, d += kLanes) {
    Vector b[width];
    FACEC_UNROLL for (int j = 0; j < width; ++j) b[j] = Load(d + j * kTiles * kLanes);
    FACEC_UNROLL for (int i = 0; i < kRows; ++i) {
      FACEC_UNROLL for (int j = 0; j < width; ++j) sums[i][j] += v[i] * b[j];
    }
  }
  FACEC_UNROLL for (int i = 0; i < kRows; ++i) {
    FACEC_UNROLL for (int j = 0; j < width; ++j) {
      float* at = to + i * wide + j * kLanes;
      Store(Load(at) + sums[i][j], at);
    }
  }
}

// One block of channels by filters over a range of tiles.
struct Job {
  int64_t channel, channels, filter, filters, first, end;
};

// sums [place][channel, rounded up][filter, rounded up], of one batch of tiles. Places that none of them wants are zeros in `d`.
void AccumulateAll(const Job& job, const Tiles& tiles, const float* v, const float* d, int64_t first, int64_t count, float* sums) {
  const int64_t deep = Rounded(job.channels, kLanes), wide = Rounded(job.filters, kLanes);
  for (int place = 0; place < kPlaces; ++place, v += deep * kTiles, d += wide * kTiles, sums += deep * wide) {
    if (!tiles.Wants(place, first, count)) continue;
    for (int64_t c = 0; c < wide;) {
      const bool both = c + kWidth * kLanes <= wide;
      for (int64_t r = 0; r < deep; r += kRows) {
        const float* rows = v + r / kLanes * kTiles * kLanes + r % kLanes;
        if (both) Accumulate<kWidth>(rows, d + c * kTiles, count, wide, sums + r * wide + c);
        else Accumulate<1>(rows, d + c * kTiles, count, wide, sums + r * wide + c);
      }
      c += both ? kWidth * kLanes : kLanes;
    }
  }
}

// The gradient of a block by its sums.
void StoreGradient(const Convolution& g, const Job& job, const float* sums, float* dw) {
  const int64_t deep = Rounded(job.channels, kLanes), wide = Rounded(job.filters, kLanes);
  for (int64_t r = 0; r < job.channels; ++r) {
    float* to = dw + (job.channel + r) * g.filters + job.filter;
    for (int64_t c = 0; c < job.filters; c += kLanes) {
      Vector p[4][4], out[3][3];
      for (int i = 0; i < kPlaces; ++i) p[i / 4][i % 4] = Load(sums + (i * deep + r) * wide + c);
      TransformSums(p, out);
      const int64_t rest = std::min<int64_t>(kLanes, job.filters - c);
      for (int i = 0; i < 9; ++i) {
        float* at = to + i * g.channels * g.filters + c;
        if (rest == kLanes) Store(out[i / 3][i % 3], at);
        else StoreSome(out[i / 3][i % 3], at, rest);
      }
    }
  }
}

constexpr int64_t kSums = kPlaces * kDeep * kWide;
constexpr int64_t kMaps = kPlaces * kDeep * kTiles;
constexpr int64_t kGradients = kPlaces * kWide * kTiles;

void Run(const Convolution& g, const Job& job, const float* x, const float* dy, const float* zeros, float* room, float* dw) {
  float* sums = room;
  float* v = sums + kSums;
  float* d = v + kMaps;
  const Tiles tiles(g);
  std::fill_n(sums, kPlaces * Rounded(job.channels, kLanes) * Rounded(job.filters, kLanes), 0.0f);
  for (int64_t first = job.first; first < job.end; first += kTiles) {
    const int64_t count = std::min(kTiles, job.end - first);
    TransformMaps(g, x, job.channel, job.channels, first, count, kTiles, zeros, v);
    TransformGradients(g, dy, job.filter, job.filters, first, count, zeros, d);
    AccumulateAll(job, tiles, v, d, first, count, sums);
  }
  StoreGradient(g, job, sums, dw);
}

// How many ranges the tiles are cut into: by their number and that of blocks alone, so that sums are the same everywhere.
int64_t RangesOf(int64_t tiles, int64_t blocks) {
  constexpr int64_t kWanted = 16;  // pieces of work
  constexpr int64_t kLeast = 4;    // batches of tiles in one
  return std::clamp<int64_t>((kWanted + blocks - 1) / blocks, 1, std::max<int64_t>(1, tiles / (kLeast * kTiles)));
}

// The sum of `ranges` gradients, in their order.
void Join(const float* parts, int64_t ranges, int64_t size, float* to) {
  constexpr int64_t kSlice = 1 << 14;
  std::atomic<int64_t> next{0};
  RunTogether(static_cast<int>(std::min<int64_t>(ThreadCount(), 1 + size / kSlice) - 1), [&] {
    for (int64_t from = next.fetch_add(kSlice); from < size; from = next.fetch_add(kSlice)) {
      const int64_t end = std::min(size, from + kSlice);
      std::copy(parts + from, parts + end, to + from);
      for (int64_t range = 1; range < ranges; ++range) {
        for (int64_t i = from; i < end; ++i) to[i] += parts[range * size + i];
      }
    }
  });
}

}  // namespace

void FilterGradient(const Convolution& g, const float* x, const float* dy, float* dw) {
  const std::vector<float> zeros(std::max(kDeep, kWide));
  const Tiles all(g);
  const int64_t tiles = all.count();
  const int64_t across = (g.filters + kWide - 1) / kWide;
  const int64_t blocks = across * ((g.channels + kDeep - 1) / kDeep);
  const int64_t ranges = RangesOf(tiles, blocks);
  const int64_t size = 9 * g.channels * g.filters;
  const Scratch parts(ranges > 1 ? ranges * size : 0);
  std::atomic<int64_t> next{0};
  RunTogether(static_cast<int>(std::min<int64_t>(blocks * ranges, ThreadCount()) - 1), [&] {
    int64_t i = next++;
    if (i >= blocks * ranges) return;
    const Scratch room(kSums + kMaps + kGradients);
    for (; i < blocks * ranges; i = next++) {
      const int64_t range = i / blocks, channel = i % blocks / across * kDeep, filter = i % across * kWide;
      const Job job = {channel, std::min(kDeep, g.channels - channel), filter, std::min(kWide, g.filters - filter),
                       tiles * range / ranges, tiles * (range + 1) / ranges};
      Run(g, job, x, dy, zeros.data(), room.data(), ranges > 1 ? parts.data() + range * size : dw);
    }
  });
  if (ranges > 1) Join(parts.data(), ranges, size, dw);
}

}  // namespace facec
