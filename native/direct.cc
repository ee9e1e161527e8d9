#include "direct.h"

#include <algorithm>
#include <vector>

#include "scratch.h"
#include "threads.h"
#include "vectors.h"

namespace facec {
namespace {

// A block of results lives in registers: rows of it times vectors of it.
constexpr int kRows = kRegisters == 32 ? 12 : 6;
constexpr int kWidth = 2;
// So many sums at least have to grow side by side, or each waits for its last product.
constexpr int kBusy = 6;
constexpr int kPanel = kWidth * kLanes;
// Products that are added up in float32 before the sum goes to memory.
constexpr int64_t kMostAdded = 128;
// Entries that a core's second cache holds beside others.
constexpr int64_t kNear = 1 << 16;
// Multiplications below which another thread is not worth waking.
constexpr int64_t kAlone = 3 << 20;

// Where products of one stretch begin: `x` of the block's first row, `u` of its first column.
struct Stretch {
  const float* x;
  const float* u;
};

// How a block's operands lie: entry k of row r at x[k * next + r * row], the vector that it meets at u[k * line].
struct Strides {
  int64_t count;  // products of a stretch
  int64_t next, row, line;
};

// to[r][..] of `rows` rows and a panel of `width` vectors, the last of them of `rest` entries; added to what is there or in
// its place. Few sums are kept several times, over every so many products, and joined at the end.
template <int rows, int width, bool whole>
void Block(const Stretch* stretches, int64_t stretch_count, const Strides& s, int64_t rest, bool adds, float* to, int64_t to_row) {
  constexpr int kTimes = rows * width >= kBusy ? 1 : rows * width >= kBusy / 2 ? 2 : 4;
  Vector sums[kTimes][rows][width] = {};
  const int64_t count = s.count, next = s.next, row = s.row, line = s.line;
  for (int64_t n = 0; n < stretch_count; ++n) {
    const float* x = stretches[n].x;
    const float* u = stretches[n].u;
    const auto add = [&](Vector (&to_sums)[rows][width]) __attribute__((always_inline)) {
      Vector b[width];
      FACEC_UNROLL for (int j = 0; j < width; ++j) b[j] = whole || j + 1 < width ? Load(u + j * kLanes) : LoadSome(u + j * kLanes, rest);
      FACEC_UNROLL for (int i = 0; i < rows; ++i) {
        FACEC_UNROLL for (int j = 0; j < width; ++j) to_sums[i][j] += x[i * row] * b[j];
      }
      x += next, u += line;
    };
    int64_t k = 0;
    for (; k + kTimes <= count; k += kTimes) {
      FACEC_UNROLL for (int t = 0; t < kTimes; ++t) add(sums[t]);
    }
    for (; k < count; ++k) add(sums[0]);
  }
  FACEC_UNROLL for (int i = 0; i < rows; ++i) {
    FACEC_UNROLL for (int j = 0; j < width; ++j) {
      FACEC_UNROLL for (int t = 1; t < kTimes; ++t) sums[0][i][j] += sums[t][i][j];
      float* at = to + i * to_row + j * kLanes;
      const bool all = whole || j + 1 < width;
      if (adds) sums[0][i][j] += all ? Load(at) : LoadSome(at, rest);
      if (all) Store(sums[0][i][j], at);
      else StoreSome(sums[0][i][j], at, rest);
    }
  }
}

using Compute = void (*)(const Stretch*, int64_t, const Strides&, int64_t, bool, float*, int64_t);

template <int rows, int width, bool whole>
Compute ForRows(int64_t wanted) {
  if constexpr (rows == 1) return Block<1, width, whole>;
  else return wanted == rows ? Block<rows, width, whole> : ForRows<rows - 1, width, whole>(wanted);
}

Compute For(int64_t rows, int64_t columns) {
  const bool whole = columns % kLanes == 0;
  if (columns > kLanes) return whole ? ForRows<kRows, 2, true>(rows) : ForRows<kRows, 2, false>(rows);
  return whole ? ForRows<kRows, 1, true>(rows) : ForRows<kRows, 1, false>(rows);
}

// Rows of a block where `rows` have to be dealt out: as even as can be.
int64_t RowsOf(int64_t rows) {
  const int64_t blocks = (rows + kRows - 1) / kRows;
  return (rows + blocks - 1) / blocks;
}

// to[rows][columns] of operands that begin at `stretches`. What is added to one entry before it goes to memory depends on
// the stretches alone.
void Multiply(const std::vector<Stretch>& stretches, const Strides& s, int64_t rows, int64_t columns, float* to, int64_t to_row) {
  const int64_t together = std::max<int64_t>(1, kMostAdded / std::max<int64_t>(1, s.count));
  const int64_t height = RowsOf(rows), total = static_cast<int64_t>(stretches.size());
  std::vector<Stretch> moved(std::min(total, together));
  for (int64_t column = 0; column < columns; column += kPanel) {
    const int64_t width = std::min<int64_t>(kPanel, columns - column), rest = width % kLanes;
    for (int64_t row = 0; row < rows; row += height) {
      const Compute compute = For(std::min(height, rows - row), width);
      float* at = to + row * to_row + column;
      int64_t n = 0;
      do {
        const int64_t some = std::min(together, total - n);
        for (int64_t i = 0; i < some; ++i) moved[i] = {stretches[n + i].x + row * s.row, stretches[n + i].u + column};
        compute(moved.data(), some, s, rest, n > 0, at, to_row);
        n += some;
      } while (n < total);
    }
  }
}

// Work 0 .. count-1, on other threads too where there is enough of it.
template <typename Work>
void Share(int64_t count, int64_t multiplications, const Work& work) {
  ShareOut(count, multiplications < kAlone ? 0 : count, work);
}

// Entries first, first + step, .. of a side of the result, and the places of the window that reach the other map from them:
// place `tap` begins at `from`, and moves on by `by` with each entry.
struct Reach {
  int64_t tap, from;
};
struct Run {
  int64_t first, step, count, by;
  std::vector<Reach> reaches;
};

// `from` of each place of the window at an entry, or nothing.
template <typename Find>
std::vector<Run> RunsOf(int64_t entries, int64_t window, int64_t step, int64_t by, const Find& find) {
  std::vector<Run> runs;
  for (int64_t phase = 0; phase < std::min(step, entries); ++phase) {
    for (int64_t entry = phase; entry < entries; entry += step) {
      Run run{entry, step, 1, by, {}};
      for (int64_t tap = 0; tap < window; ++tap) {
        const int64_t from = find(entry, tap);
        if (from >= 0) run.reaches.push_back({tap, from});
      }
      Run* last = runs.empty() || entry == phase ? nullptr : &runs.back();
      const auto follows = [last](const Reach& a, const Reach& b) { return a.tap == b.tap && a.from == b.from + last->count * last->by; };
      if (last != nullptr && std::equal(run.reaches.begin(), run.reaches.end(), last->reaches.begin(), last->reaches.end(), follows)) ++last->count;
      else runs.push_back(std::move(run));
    }
  }
  return runs;
}

// Rows or columns of the moved map, seen from the map's.
std::vector<Run> Forward(int64_t moved, int64_t entries, int64_t window, int64_t step, int64_t before) {
  return RunsOf(moved, window, 1, step, [=](int64_t entry, int64_t tap) {
    const int64_t from = entry * step + tap - before;
    return from >= 0 && from < entries ? from : -1;
  });
}

// The reverse: which entries of the moved map an entry of the map went to.
std::vector<Run> Backward(int64_t moved, int64_t entries, int64_t window, int64_t step, int64_t before) {
  return RunsOf(entries, window, step, 1, [=](int64_t entry, int64_t tap) {
    const int64_t from = entry + before - tap;
    return from >= 0 && from % step == 0 && from / step < moved ? from / step : -1;
  });
}

struct Map {
  int64_t height, width, channels;
  int64_t size() const { return height * width * channels; }
};

// to[image][row][column][channel of `to_map`]: sums over the window's places of entries of `from` times filters
// [place][channel of `from_map`][channel of `to_map`].
void Convolve(const std::vector<Run>& rows, const std::vector<Run>& columns, int64_t images, const Map& from_map, const Map& to_map,
              int64_t window_width, int64_t multiplications, const float* from, const float* filter, float* to) {
  struct Unit {
    const Run* down;
    int64_t row;  // of the run
    const Run* across;
  };
  std::vector<Unit> units;
  for (const Run& down : rows) for (int64_t row = 0; row < down.count; ++row) for (const Run& across : columns) units.push_back({&down, row, &across});
  const int64_t channels = from_map.channels, filters = to_map.channels;
  Share(static_cast<int64_t>(units.size()), multiplications, [&](int64_t i) {
    const Unit& unit = units[i];
    const Run &down = *unit.down, &across = *unit.across;
    std::vector<Stretch> stretches;
    for (const Reach& y : down.reaches) {
      for (const Reach& x : across.reaches) {
        const int64_t place = (y.from + unit.row * down.by) * from_map.width + x.from;
        stretches.push_back({from + place * channels, filter + (y.tap * window_width + x.tap) * channels * filters});
      }
    }
    float* first = to + ((down.first + unit.row * down.step) * to_map.width + across.first) * filters;
    // A block's rows are entries side by side where there are many of them, else the same entry of many images.
    if (across.count >= kRows / 2) {
      const Strides s{channels, 1, across.by * channels, filters};
      std::vector<Stretch> moved(stretches);
      for (int64_t image = 0; image < images; ++image) {
        for (size_t n = 0; n < moved.size(); ++n) moved[n].x = stretches[n].x + image * from_map.size();
        Multiply(moved, s, across.count, filters, first + image * to_map.size(), across.step * filters);
      }
    } else {
      const Strides s{channels, 1, from_map.size(), filters};
      for (int64_t entry = 0; entry < across.count; ++entry) {
        Multiply(stretches, s, images, filters, first + entry * across.step * filters, to_map.size());
        for (Stretch& stretch : stretches) stretch.x += across.by * channels;
      }
    }
  });
}

int64_t Multiplications(const Windows& g) {
  return g.images * g.moved_height * g.moved_width * g.filters * g.window_height * g.window_width * g.channels;
}

// to[column][row] of from[row][column].
void Turn(const float* from, int64_t rows, int64_t columns, float* to) {
  for (int64_t row = 0; row < rows; ++row) for (int64_t column = 0; column < columns; ++column) to[column * rows + row] = from[row * columns + column];
}

}  // namespace

void DirectConvolution(const Windows& g, const float* x, const float* filter, float* y) {
  Convolve(Forward(g.moved_height, g.height, g.window_height, g.down, g.top), Forward(g.moved_width, g.width, g.window_width, g.across, g.left),
           g.images, {g.height, g.width, g.channels}, {g.moved_height, g.moved_width, g.filters}, g.window_width, Multiplications(g), x, filter, y);
}

void DirectInputGradient(const Windows& g, const float* dy, const float* filter, float* dx) {
  const int64_t places = g.window_height * g.window_width, size = g.channels * g.filters;
  const Scratch turned(places * size);
  for (int64_t place = 0; place < places; ++place) Turn(filter + place * size, g.channels, g.filters, turned.data() + place * size);
  Convolve(Backward(g.moved_height, g.height, g.window_height, g.down, g.top), Backward(g.moved_width, g.width, g.window_width, g.across, g.left),
           g.images, {g.moved_height, g.moved_width, g.filters}, {g.height, g.width, g.channels}, g.window_width, Multiplications(g), dy,
           turned.data(), dx);
}

void DirectFilterGradient(const Windows& g, const float* x, const float* dy, float* dw) {
  const int64_t places = g.window_height * g.window_width;
  const int64_t height = RowsOf(g.channels), blocks = (g.channels + height - 1) / height;
  Share(places * blocks, Multiplications(g), [&](int64_t i) {
    const int64_t place = i / blocks, channel = i % blocks * height;
    const int64_t y = place / g.window_width - g.top, z = place % g.window_width - g.left;  // of the map, for the first of the moved map
    const auto bounds = [](int64_t offset, int64_t step, int64_t entries, int64_t moved, int64_t (&to)[2]) {
      to[0] = offset >= 0 ? 0 : (-offset + step - 1) / step;
      to[1] = std::min(moved, entries - offset <= 0 ? 0 : (entries - offset - 1) / step + 1);
    };
    int64_t down[2], across[2];
    bounds(y, g.down, g.height, g.moved_height, down);
    bounds(z, g.across, g.width, g.moved_width, across);
    const int64_t wide = std::max<int64_t>(0, across[1] - across[0]);
    const int64_t map = g.height * g.width * g.channels, moved = g.moved_height * g.moved_width * g.filters;
    const auto stretch = [&](int64_t image, int64_t row, int64_t column) {
      return Stretch{x + image * map + ((row * g.down + y) * g.width + column * g.across + z) * g.channels + channel,
                     dy + image * moved + (row * g.moved_width + column) * g.filters};
    };
    std::vector<Stretch> stretches;
    // A stretch is a row of one image; or one entry of all images where rows are short and the images fit a fast cache.
    const bool by_row = wide >= std::min<int64_t>(kRows / 2, g.images) || g.images * map > kNear;
    for (int64_t row = down[0]; row < down[1]; ++row) {
      if (by_row) for (int64_t image = 0; image < g.images; ++image) stretches.push_back(stretch(image, row, across[0]));
      else for (int64_t column = across[0]; column < across[1]; ++column) stretches.push_back(stretch(0, row, column));
    }
    const Strides s = by_row ? Strides{wide, g.across * g.channels, 1, g.filters} : Strides{g.images, map, 1, moved};
    const int64_t rows = std::min(height, g.channels - channel);
    Multiply(stretches, s, rows, g.filters, dw + (place * g.channels + channel) * g.filters, g.filters);
  });
}

void DirectProduct(int64_t rows, int64_t columns, int64_t inner, bool turned_a, bool turned_b, const float* a, const float* b, float* c) {
  const Scratch turned(turned_b ? inner * columns : 0);
  if (turned_b) Turn(b, columns, inner, turned.data());
  const float* u = turned_b ? turned.data() : b;
  // Stretches of a length that depends on nothing but `inner`: no sum in float32 is longer.
  const int64_t stretch = std::max<int64_t>(1, std::min(inner, kMostAdded));
  const int64_t blocks = (rows + kRows - 1) / kRows;
  Share(blocks, rows * columns * inner, [&](int64_t i) {
    const int64_t row = i * kRows, some = std::min<int64_t>(kRows, rows - row);
    for (int64_t k = 0; k == 0 || k < inner; k += stretch) {
      const Strides s{std::min(stretch, inner - k), turned_a ? rows : 1, turned_a ? 1 : inner, columns};
      const std::vector<Stretch> one{{a + k * s.next + row * s.row, u + k * columns}};
      if (k == 0) {
        Multiply(one, s, some, columns, c + row * columns, columns);
        continue;
      }
      const Scratch more(some * columns);
      Multiply(one, s, some, columns, more.data(), columns);
      for (int64_t n = 0; n < some * columns; ++n) c[row * columns + n] += more.data()[n];
    }
  });
}

}  // namespace facec
