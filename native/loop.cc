#include "loop.h"

#include <algorithm>
#include <atomic>
#include <cstring>
#include <limits>

#include "threads.h"

namespace facec {

// Entries that an operation computes at a time: a dozen such tiles fit the fastest caches, and one is long enough that
// choosing the operation costs nothing beside it.
constexpr int64_t kTile = 512;
// Entries below which another thread is not worth waking.
constexpr int64_t kAlone = 1 << 15;
constexpr int64_t kMostChunks = 64;
constexpr int64_t kLeastChunk = 1 << 13;
// Float32 numbers that are added before the sum goes to float64.
constexpr int64_t kAdded = 16;

constexpr int64_t DividedUp(int64_t a, int64_t b) { return (a + b - 1) / b; }

Loop::Loop(Program program) : program_(std::move(program)) {
  LayOut();
  Assign();
}

void Loop::LayOut() {
  const int64_t rows = program_.rows;
  const int64_t columns = program_.columns;
  const int64_t entries = rows * columns;
  if (entries == 0) return;
  piece_ = std::min(columns, kTile);
  pieces_ = DividedUp(columns, piece_);
  tile_rows_ = pieces_ > 1 ? 1 : std::max<int64_t>(1, kTile / columns);
  const int64_t wanted = std::clamp<int64_t>(entries / kLeastChunk, 1, kMostChunks);
  const int64_t grain = rows > 1 ? tile_rows_ : piece_;
  const int64_t length = rows > 1 ? rows : columns;
  chunk_rows_ = DividedUp(DividedUp(length, wanted), grain) * grain;
  chunks_ = DividedUp(length, chunk_rows_);
  const int64_t cost = entries * static_cast<int64_t>(program_.registers.size());
  helpers_ = cost < kAlone ? 0 : static_cast<int>(std::min<int64_t>(chunks_, ThreadCount())) - 1;
}

// Tiles for registers, one taken again after its register's last reader.
void Loop::Assign() {
  const auto& registers = program_.registers;
  slot_.assign(registers.size(), -1);
  std::vector<int> free;
  const auto take = [&] {
    if (free.empty()) return slots_++;
    const int slot = free.back();
    free.pop_back();
    return slot;
  };
  // What does not change from tile to tile is computed before all tiles: its slots are never given on.
  for (size_t i = 0; i < registers.size(); ++i) if (registers[i].reach != Reach::kEntry) slot_[i] = slots_++;
  std::vector<std::vector<int>> ends(registers.size());
  for (size_t i = 0; i < registers.size(); ++i) {
    const Register& reg = registers[i];
    if (reg.reach == Reach::kEntry && reg.last_use >= 0 && reg.last_use < static_cast<int>(registers.size())) ends[reg.last_use].push_back(i);
  }
  for (size_t i = 0; i < registers.size(); ++i) {
    if (registers[i].reach != Reach::kEntry) continue;
    slot_[i] = take();
    for (int ended : ends[i]) free.push_back(slot_[ended]);
  }
}

namespace {

inline float FromBfloat16(uint16_t bits) {
  const uint32_t wide = static_cast<uint32_t>(bits) << 16;
  float v;
  std::memcpy(&v, &wide, sizeof(v));
  return v;
}

// To the nearest, ties to even.
inline uint16_t ToBfloat16(float v) {
  uint32_t bits;
  std::memcpy(&bits, &v, sizeof(bits));
  const uint32_t rounded = (bits + 0x7fff + ((bits >> 16) & 1)) >> 16;
  const uint32_t missing = (bits >> 16) | 0x40;
  return static_cast<uint16_t>(v != v ? missing : rounded);
}

void Widen(float* to, const Input& from, int64_t offset, int64_t count) {
  if (from.type == Type::kFloat32) {
    std::memcpy(to, static_cast<const float*>(from.data) + offset, count * sizeof(float));
  } else if (from.type == Type::kBfloat16) {
    const uint16_t* halves = static_cast<const uint16_t*>(from.data) + offset;
    for (int64_t i = 0; i < count; ++i) to[i] = FromBfloat16(halves[i]);
  } else {
    const int32_t* whole = static_cast<const int32_t*>(from.data) + offset;
    for (int64_t i = 0; i < count; ++i) to[i] = static_cast<float>(whole[i]);
  }
}

float Entry(const Input& from, int64_t offset) {
  float v;
  Widen(&v, from, offset, 1);
  return v;
}

void Narrow(const Output& to, int64_t offset, const float* from, int64_t count) {
  if (to.type == Type::kBfloat16) {
    uint16_t* halves = static_cast<uint16_t*>(to.data) + offset;
    for (int64_t i = 0; i < count; ++i) halves[i] = ToBfloat16(from[i]);
  } else if (static_cast<float*>(to.data) + offset != from) {
    std::memcpy(static_cast<float*>(to.data) + offset, from, count * sizeof(float));
  }
}

// Asks for the entries of the next tile while this one is computed: processors look ahead within a page only.
void Fetch(const Input& from, int64_t offset, int64_t entries, int64_t count) {
  constexpr int64_t kLine = 64;
  const int64_t size = from.type == Type::kBfloat16 ? 2 : 4;
  const char* start = static_cast<const char*>(from.data) + offset * size;
  const int64_t bytes = std::min(count, entries - offset) * size;
  for (int64_t i = 0; i < bytes; i += kLine) __builtin_prefetch(start + i);
}

}  // namespace

// Where a tile lies: whole rows, or a piece of one.
struct Tile {
  int64_t row;
  int64_t column;
  int64_t rows;
  int64_t width;
  int64_t count() const { return rows * width; }
};

// One thread's registers.
class Frame {
 public:
  Frame(const Loop& loop, const std::vector<Input>& inputs, const std::vector<Output>& outputs);

  // Computes what stays the same for all tiles of these columns.
  void Prepare(const Tile& widest);
  // Computes everything of a tile; `store` also its maps.
  void Evaluate(const Tile& tile, bool store);
  const float* at(int reg) const { return pointers_[reg]; }

 private:
  float* slot(int reg) { return tiles_.get() + loop_.slot_[reg] * kTile; }
  void Load(int reg, const Tile& tile);
  void LoadRows(float* to, const Operand& operand, const Input& input, const Tile& tile) const;
  int64_t RowOffset(const Operand& operand, int64_t row) const;
  void Compute(int reg, float* to, int64_t count);

  const Loop& loop_;
  const Program& program_;
  const std::vector<Input>& inputs_;
  const std::vector<Output>& outputs_;
  std::unique_ptr<float[], void (*)(void*)> tiles_;
  std::vector<const float*> pointers_;
  std::vector<float*> direct_;  // where a map's register is computed in place: the output's start
};

Frame::Frame(const Loop& loop, const std::vector<Input>& inputs, const std::vector<Output>& outputs)
    : loop_(loop),
      program_(loop.program_),
      inputs_(inputs),
      outputs_(outputs),
      tiles_(static_cast<float*>(std::aligned_alloc(64, std::max(1, loop.slots_) * kTile * sizeof(float))), std::free),
      pointers_(program_.registers.size(), nullptr),
      direct_(program_.registers.size(), nullptr) {
  size_t output = 0;
  for (const Result& result : program_.results) {
    const Output& to = outputs[output];
    const Register& reg = program_.registers[result.reg];
    if (result.kind == ResultKind::kMap && to.type == Type::kFloat32 && to.forwarded < 0 && reg.reach == Reach::kEntry &&
        reg.source == Source::kOperation) {
      direct_[result.reg] = static_cast<float*>(to.data);
    }
    output += result.kind == ResultKind::kMoments ? 2 : 1;
  }
}

void Frame::Prepare(const Tile& widest) {
  for (size_t i = 0; i < program_.registers.size(); ++i) {
    const Register& reg = program_.registers[i];
    if (reg.reach == Reach::kEntry) continue;
    float* to = slot(i);
    pointers_[i] = to;
    if (reg.source == Source::kConstant) {
      std::fill_n(to, widest.count(), reg.value);
    } else if (reg.source == Source::kOperation) {
      Compute(i, to, widest.count());
    } else if (reg.reach == Reach::kFixed) {
      std::fill_n(to, widest.count(), Entry(inputs_[reg.operand], program_.operands[reg.operand].offset));
    } else {
      Widen(to, inputs_[reg.operand], program_.operands[reg.operand].offset + widest.column, widest.width);
      for (int64_t row = 1; row < widest.rows; ++row) std::memcpy(to + row * widest.width, to, widest.width * sizeof(float));
    }
  }
}

void Frame::Evaluate(const Tile& tile, bool store) {
  const int64_t offset = tile.row * program_.columns + tile.column;
  for (size_t i = 0; i < program_.registers.size(); ++i) {
    const Register& reg = program_.registers[i];
    if (reg.reach != Reach::kEntry || reg.last_use < 0) continue;
    if (reg.source == Source::kOperand) {
      Load(i, tile);
    } else {
      float* to = store && direct_[i] != nullptr ? direct_[i] + offset : slot(i);
      pointers_[i] = to;
      Compute(i, to, tile.count());
    }
  }
  if (!store) return;
  size_t output = 0;
  for (const Result& result : program_.results) {
    if (result.kind == ResultKind::kMap) Narrow(outputs_[output], offset, pointers_[result.reg], tile.count());
    output += result.kind == ResultKind::kMoments ? 2 : 1;
  }
}

void Frame::Compute(int i, float* to, int64_t count) {
  const Register& reg = program_.registers[i];
  FunctionOf(reg.operation)(to, pointers_[reg.args[0]], pointers_[reg.args[1]], pointers_[reg.args[2]], count);
}

void Frame::Load(int i, const Tile& tile) {
  const int number = program_.registers[i].operand;
  const Operand& operand = program_.operands[number];
  const Input& input = inputs_[number];
  const int64_t offset = operand.offset + tile.row * program_.columns + tile.column;
  if (operand.contiguous) Fetch(input, offset + tile.count(), operand.entries, tile.count());
  if (operand.contiguous && input.type == Type::kFloat32) {
    pointers_[i] = static_cast<const float*>(input.data) + offset;
    return;
  }
  float* to = slot(i);
  pointers_[i] = to;
  if (operand.contiguous) Widen(to, input, offset, tile.count());
  else LoadRows(to, operand, input, tile);
}

void Frame::LoadRows(float* to, const Operand& operand, const Input& input, const Tile& tile) const {
  const int64_t across = operand.strides.back();
  for (int64_t row = 0; row < tile.rows; ++row, to += tile.width) {
    const int64_t from = operand.offset + RowOffset(operand, tile.row + row);
    if (across == 0 && program_.columns > 1) std::fill_n(to, tile.width, Entry(input, from));
    else Widen(to, input, from + tile.column, tile.width);
  }
}

int64_t Frame::RowOffset(const Operand& operand, int64_t row) const {
  int64_t offset = 0;
  for (size_t i = program_.dims.size() - 1; i-- > 0;) {
    const int64_t size = program_.dims[i];
    offset += operand.strides[i] * (row % size);
    row /= size;
  }
  return offset;
}

namespace {

// Sums of one register over the entries of a chunk, by their place in the tile, so that adding is one vector loop
// whatever the columns are.
class TileSums {
 public:
  void Start(int64_t columns) {
    std::fill_n(tile_, kTile, 0.0f);
    totals_.assign(columns, 0.0);
    added_ = 0;
    widest_ = 0;
  }

  void Add(const float* from, int64_t count) {
    for (int64_t i = 0; i < count; ++i) tile_[i] += from[i];
    Added(count);
  }

  void AddSquares(const float* from, int64_t count) {
    for (int64_t i = 0; i < count; ++i) tile_[i] += from[i] * from[i];
    Added(count);
  }

  // Sums by column.
  const std::vector<double>& totals() {
    Flush();
    return totals_;
  }

 private:
  void Added(int64_t count) {
    widest_ = std::max(widest_, count);
    if (++added_ == kAdded) Flush();
  }

  void Flush() {
    const int64_t columns = static_cast<int64_t>(totals_.size());
    for (int64_t start = 0; start < widest_; start += columns) {
      const int64_t width = std::min(columns, widest_ - start);
      for (int64_t c = 0; c < width; ++c) totals_[c] += static_cast<double>(tile_[start + c]);
      std::fill_n(tile_ + start, width, 0.0f);
    }
    added_ = 0;
    widest_ = 0;
  }

  alignas(64) float tile_[kTile];
  std::vector<double> totals_;
  int64_t added_ = 0;
  int64_t widest_ = 0;
};

double Total(const float* from, int64_t count) {
  constexpr int64_t kLanes = 16;
  double total = 0;
  int64_t i = 0;
  while (i < count) {
    float lanes[kLanes] = {};
    const int64_t end = std::min(count, i + kLanes * kAdded);
    for (; i + kLanes <= end; i += kLanes) for (int64_t lane = 0; lane < kLanes; ++lane) lanes[lane] += from[i + lane];
    for (; i < end; ++i) lanes[i % kLanes] += from[i];
    for (float lane : lanes) total += lane;
  }
  return total;
}

}  // namespace

// What the chunks of a loop sum up, by chunk.
class Sums {
 public:
  Sums(const Loop& loop, const std::vector<Output>& outputs);

  // One thread's share: chunks, until none is left.
  void Work(const std::vector<Input>& inputs);
  // After all chunks.
  void Finish();

 private:
  struct Partial {
    size_t result;
    size_t output;
    std::vector<double> sums;      // [chunk][column], or [chunk]
    std::vector<double> squares;   // of moments: around the chunk's own mean
  };
  struct Scratch {
    std::vector<TileSums> sums;    // two a partial
    std::vector<float> shifts;     // [partial][kTile]
    std::vector<double> rows;      // [partial][chunk row]
    std::vector<float> moved;      // one tile
  };

  void Chunk(Frame* frame, Scratch* scratch, int64_t chunk);
  void Piece(Frame* frame, Scratch* scratch, int64_t chunk, int64_t column, int64_t width);
  void Shift(Frame* frame, Scratch* scratch, int64_t first, int64_t end, int64_t column, int64_t width);
  void Add(Frame* frame, Scratch* scratch, const Tile& tile, int64_t first);
  void Keep(Scratch* scratch, int64_t chunk, int64_t rows, int64_t column, int64_t width);
  void FinishMoments(const Partial& partial);

  const Result& ResultOf(const Partial& partial) const { return loop_.program_.results[partial.result]; }

  const Loop& loop_;
  const std::vector<Output>& outputs_;
  std::vector<Partial> partials_;
  bool has_moments_ = false;
  bool has_rows_ = false;
  std::atomic<int64_t> next_{0};
};

Sums::Sums(const Loop& loop, const std::vector<Output>& outputs) : loop_(loop), outputs_(outputs) {
  size_t output = 0;
  for (size_t i = 0; i < loop.program_.results.size(); ++i) {
    const ResultKind kind = loop.program_.results[i].kind;
    if (kind != ResultKind::kMap) {
      Partial partial{i, output, {}, {}};
      const int64_t width = kind == ResultKind::kTotal ? 1 : kind == ResultKind::kRows ? 0 : loop.program_.columns;
      partial.sums.assign(loop.chunks_ * width, 0.0);
      if (kind == ResultKind::kMoments) partial.squares.assign(loop.chunks_ * width, 0.0);
      has_moments_ |= kind == ResultKind::kMoments;
      has_rows_ |= kind == ResultKind::kRows;
      partials_.push_back(std::move(partial));
    }
    output += kind == ResultKind::kMoments ? 2 : 1;
  }
}

void Sums::Work(const std::vector<Input>& inputs) {
  int64_t chunk = next_++;
  if (chunk >= loop_.chunks_) return;
  Frame frame(loop_, inputs, outputs_);
  Scratch scratch;
  scratch.sums.resize(2 * partials_.size());
  if (has_moments_) {
    scratch.shifts.resize(partials_.size() * kTile);
    scratch.moved.resize(kTile);
  }
  if (loop_.pieces_ == 1 || loop_.program_.rows == 1) frame.Prepare({0, 0, loop_.tile_rows_, loop_.piece_});
  for (; chunk < loop_.chunks_; chunk = next_++) Chunk(&frame, &scratch, chunk);
}

void Sums::Chunk(Frame* frame, Scratch* scratch, int64_t chunk) {
  const Program& program = loop_.program_;
  if (has_rows_) scratch->rows.assign(partials_.size() * loop_.chunk_rows_, 0.0);
  if (program.rows == 1) {
    const int64_t first = chunk * loop_.chunk_rows_;
    const int64_t end = std::min(program.columns, first + loop_.chunk_rows_);
    for (size_t p = 0; p < partials_.size(); ++p) scratch->sums[2 * p].Start(1);
    for (int64_t column = first; column < end; column += loop_.piece_) {
      const Tile tile{0, column, 1, std::min(loop_.piece_, end - column)};
      frame->Evaluate(tile, true);
      for (size_t p = 0; p < partials_.size(); ++p) {
        const float* from = frame->at(ResultOf(partials_[p]).reg);
        partials_[p].sums[chunk] += Total(from, tile.width);
      }
    }
    return;
  }
  for (int64_t column = 0; column < program.columns; column += loop_.piece_) {
    const int64_t width = std::min(loop_.piece_, program.columns - column);
    if (loop_.pieces_ > 1) frame->Prepare({0, column, 1, width});
    Piece(frame, scratch, chunk, column, width);
  }
  const int64_t first = chunk * loop_.chunk_rows_;
  const int64_t rows = std::min(program.rows - first, loop_.chunk_rows_);
  for (size_t p = 0; p < partials_.size(); ++p) {
    if (ResultOf(partials_[p]).kind != ResultKind::kRows) continue;
    float* to = static_cast<float*>(outputs_[partials_[p].output].data) + first;
    for (int64_t row = 0; row < rows; ++row) to[row] = static_cast<float>(scratch->rows[p * loop_.chunk_rows_ + row]);
  }
}

void Sums::Piece(Frame* frame, Scratch* scratch, int64_t chunk, int64_t column, int64_t width) {
  const int64_t first = chunk * loop_.chunk_rows_;
  const int64_t end = std::min(loop_.program_.rows, first + loop_.chunk_rows_);
  if (has_moments_) Shift(frame, scratch, first, end, column, width);
  for (size_t p = 0; p < partials_.size(); ++p) {
    scratch->sums[2 * p].Start(ResultOf(partials_[p]).kind == ResultKind::kTotal ? 1 : width);
    if (ResultOf(partials_[p]).kind == ResultKind::kMoments) scratch->sums[2 * p + 1].Start(width);
  }
  for (int64_t row = first; row < end; row += loop_.tile_rows_) {
    const Tile tile{row, column, std::min(loop_.tile_rows_, end - row), width};
    frame->Evaluate(tile, true);
    Add(frame, scratch, tile, first);
  }
  Keep(scratch, chunk, end - first, column, width);
}

// Squares are summed around the mean of the chunk's first rows: what is lost where sums of squares cancel stays far below
// what float32 holds, in one pass over memory.
void Sums::Shift(Frame* frame, Scratch* scratch, int64_t first, int64_t end, int64_t column, int64_t width) {
  const int64_t few = std::min(end, first + DividedUp(kAdded, loop_.tile_rows_) * loop_.tile_rows_);
  for (size_t p = 0; p < partials_.size(); ++p) {
    if (ResultOf(partials_[p]).kind == ResultKind::kMoments) scratch->sums[2 * p].Start(width);
  }
  for (int64_t row = first; row < few; row += loop_.tile_rows_) {
    const Tile tile{row, column, std::min(loop_.tile_rows_, few - row), width};
    frame->Evaluate(tile, false);
    for (size_t p = 0; p < partials_.size(); ++p) {
      if (ResultOf(partials_[p]).kind == ResultKind::kMoments) scratch->sums[2 * p].Add(frame->at(ResultOf(partials_[p]).reg), tile.count());
    }
  }
  for (size_t p = 0; p < partials_.size(); ++p) {
    if (ResultOf(partials_[p]).kind != ResultKind::kMoments) continue;
    const std::vector<double>& totals = scratch->sums[2 * p].totals();
    float* shift = scratch->shifts.data() + p * kTile;
    for (int64_t i = 0; i < loop_.tile_rows_ * width; ++i) shift[i] = static_cast<float>(totals[i % width] / (few - first));
  }
}

void Sums::Add(Frame* frame, Scratch* scratch, const Tile& tile, int64_t first) {
  const int64_t count = tile.count();
  for (size_t p = 0; p < partials_.size(); ++p) {
    const Result& result = ResultOf(partials_[p]);
    const float* from = frame->at(result.reg);
    TileSums& sums = scratch->sums[2 * p];
    if (result.kind == ResultKind::kMoments) {
      const float* shift = scratch->shifts.data() + p * kTile;
      float* moved = scratch->moved.data();
      for (int64_t i = 0; i < count; ++i) moved[i] = from[i] - shift[i];
      sums.Add(moved, count);
      scratch->sums[2 * p + 1].AddSquares(moved, count);
    } else if (result.kind == ResultKind::kRows) {
      double* rows = scratch->rows.data() + p * loop_.chunk_rows_ + (tile.row - first);
      for (int64_t row = 0; row < tile.rows; ++row) rows[row] += Total(from + row * tile.width, tile.width);
    } else {
      sums.Add(from, count);
    }
  }
}

// Moments are kept as mean and squares around it.
void Sums::Keep(Scratch* scratch, int64_t chunk, int64_t rows, int64_t column, int64_t width) {
  for (size_t p = 0; p < partials_.size(); ++p) {
    Partial& partial = partials_[p];
    const ResultKind kind = ResultOf(partial).kind;
    if (kind == ResultKind::kRows) continue;
    const std::vector<double>& totals = scratch->sums[2 * p].totals();
    if (kind == ResultKind::kTotal) {
      partial.sums[chunk] += totals[0];
      continue;
    }
    double* sums = partial.sums.data() + chunk * loop_.program_.columns + column;
    if (kind == ResultKind::kColumns) {
      std::copy(totals.begin(), totals.end(), sums);
      continue;
    }
    const std::vector<double>& squares = scratch->sums[2 * p + 1].totals();
    double* around = partial.squares.data() + chunk * loop_.program_.columns + column;
    const float* shift = scratch->shifts.data() + p * kTile;
    for (int64_t c = 0; c < width; ++c) {
      sums[c] = shift[c] + totals[c] / rows;
      around[c] = std::max(0.0, squares[c] - totals[c] * totals[c] / rows);
    }
  }
}

void Sums::Finish() {
  const Program& program = loop_.program_;
  for (const Partial& partial : partials_) {
    const ResultKind kind = ResultOf(partial).kind;
    float* to = static_cast<float*>(outputs_[partial.output].data);
    if (kind == ResultKind::kRows && program.rows != 1) continue;
    if (kind == ResultKind::kMoments) {
      FinishMoments(partial);
      continue;
    }
    const int64_t width = kind == ResultKind::kColumns ? program.columns : 1;
    for (int64_t c = 0; c < width; ++c) {
      double sum = 0;
      for (int64_t chunk = 0; chunk < loop_.chunks_; ++chunk) sum += partial.sums[chunk * width + c];
      to[c] = static_cast<float>(sum);
    }
  }
}

// Chunk by chunk as Chan, Golub and LeVeque (1979) join means and squares of two sets.
void Sums::FinishMoments(const Partial& partial) {
  const Program& program = loop_.program_;
  float* means = static_cast<float*>(outputs_[partial.output].data);
  float* variances = static_cast<float*>(outputs_[partial.output + 1].data);
  for (int64_t c = 0; c < program.columns; ++c) {
    double count = 0;
    double mean = 0;
    double squares = 0;
    for (int64_t chunk = 0; chunk < loop_.chunks_; ++chunk) {
      const double more = static_cast<double>(std::min(program.rows - chunk * loop_.chunk_rows_, loop_.chunk_rows_));
      const double apart = partial.sums[chunk * program.columns + c] - mean;
      const double both = count + more;
      mean += apart * more / both;
      squares += partial.squares[chunk * program.columns + c] + apart * apart * count * more / both;
      count = both;
    }
    means[c] = static_cast<float>(mean);
    variances[c] = static_cast<float>(squares / count);
  }
}

void Loop::Run(const std::vector<Input>& inputs, const std::vector<Output>& outputs) const {
  Sums sums(*this, outputs);
  RunTogether(helpers_, [&] { sums.Work(inputs); });
  sums.Finish();
}

}  // namespace facec
