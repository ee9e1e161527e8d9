#include "sums.h"

#include <algorithm>

namespace facec {
namespace {

// Float32 numbers that are added before the sum goes to float64.
constexpr int64_t kAdded = 16;

// The sum of `count` numbers.
double Total(const float* from, int64_t count) {
  constexpr int64_t kLanes = 8;
  double lanes[kLanes] = {};
  int64_t i = 0;
  for (; i + kLanes <= count; i += kLanes) for (int64_t lane = 0; lane < kLanes; ++lane) lanes[lane] += from[i + lane];
  for (; i < count; ++i) lanes[i % kLanes] += from[i];
  double total = 0;
  for (double lane : lanes) total += lane;
  return total;
}

}  // namespace

Sums::Sums(const Loop& loop, const std::vector<Input>& inputs, const std::vector<Output>& outputs)
    : loop_(loop), program_(loop.program()), inputs_(inputs), outputs_(outputs) {
  size_t output = 0;
  for (const Result& result : program_.results) {
    const bool is_moments = result.kind == ResultKind::kMoments;
    if (result.kind != ResultKind::kMap) {
      const bool by_column = is_moments || result.kind == ResultKind::kColumns;
      Partial partial{&result, output, by_column ? program_.columns : 1, {}, {}};
      partial.sums.assign(loop.chunks() * partial.width, 0.0);
      if (is_moments) partial.squares.assign(loop.chunks() * partial.width, 0.0);
      partials_.push_back(std::move(partial));
    }
    has_moments_ |= is_moments;
    output += is_moments ? 2 : 1;
  }
}

void Sums::Work() {
  int64_t chunk = next_++;
  if (chunk >= loop_.chunks()) return;
  std::vector<Adding> adding(partials_.size());
  std::vector<float*> tiles;
  for (Adding& each : adding) for (float* tile : each.tiles) tiles.push_back(tile);
  Frame frame(loop_, inputs_, outputs_, std::move(tiles));
  if (loop_.is_flat() || loop_.piece() == program_.columns) frame.Prepare({0, 0, loop_.tile_rows(), loop_.piece()});
  for (; chunk < loop_.chunks(); chunk = next_++) Chunk(&frame, &adding, chunk);
}

void Sums::Chunk(Frame* frame, std::vector<Adding>* adding, int64_t chunk) {
  const int64_t length = loop_.chunk_length();
  const int64_t first = chunk * length;
  if (loop_.is_flat()) return Piece(frame, adding, chunk, {0, first, 1, loop_.piece()}, std::min(program_.columns, first + length));
  const int64_t end = std::min(program_.rows, first + length);
  for (Adding& each : *adding) each.rows.assign(end - first, 0.0);
  for (int64_t column = 0; column < program_.columns; column += loop_.piece()) {
    const int64_t width = std::min(loop_.piece(), program_.columns - column);
    if (loop_.piece() < program_.columns) frame->Prepare({0, column, 1, width});
    Piece(frame, adding, chunk, {first, column, loop_.tile_rows(), width}, end);
  }
  StoreRows(*adding, first, end - first);
}

// Tiles from `first` on: down to row `end`, or along the only row to column `end`.
void Sums::Piece(Frame* frame, std::vector<Adding>* adding, int64_t chunk, const Tile& first, int64_t end) {
  if (has_moments_) Shift(frame, adding, first, end);
  Start(adding, first.width);
  int64_t added = 0;
  const bool flat = loop_.is_flat();
  for (Tile tile = first; (flat ? tile.column : tile.row) < end; flat ? tile.column += tile.width : tile.row += tile.rows) {
    if (flat) tile.width = std::min(tile.width, end - tile.column);
    else tile.rows = std::min(tile.rows, end - tile.row);
    frame->Run(tile);
    if (partials_.empty()) continue;
    if (!flat) AddRows(adding, tile, first.row);
    if (++added % kAdded == 0) Flush(adding, first.count());
  }
  Flush(adding, first.count());
  Keep(adding, chunk, first.column, flat ? 1 : end - first.row);
}

// Squares are summed around the mean of the chunk's first rows: what is lost where sums of squares cancel stays far below
// what float32 holds, in one pass over memory.
void Sums::Shift(Frame* frame, std::vector<Adding>* adding, const Tile& first, int64_t end) {
  const int64_t few = std::min(end, first.row + (kAdded + first.rows - 1) / first.rows * first.rows);
  Start(adding, first.width);
  for (Tile tile = first; tile.row < few; tile.row += tile.rows) {
    tile.rows = std::min(tile.rows, few - tile.row);
    frame->Look(tile);
  }
  Flush(adding, first.count());
  for (size_t p = 0; p < partials_.size(); ++p) {
    if (partials_[p].result->kind != ResultKind::kMoments) continue;
    Adding& each = (*adding)[p];
    for (int64_t i = 0; i < first.count(); ++i) each.tiles[2][i] = static_cast<float>(each.totals[0][i % first.width] / (few - first.row));
  }
}

void Sums::Start(std::vector<Adding>* adding, int64_t width) const {
  for (size_t p = 0; p < partials_.size(); ++p) {
    for (int k = 0; k < 2; ++k) {
      std::fill_n((*adding)[p].tiles[k], kTile, 0.0f);
      (*adding)[p].totals[k].assign(partials_[p].width == 1 ? 1 : width, 0.0);
    }
  }
}

void Sums::Flush(std::vector<Adding>* adding, int64_t count) const {
  for (size_t p = 0; p < partials_.size(); ++p) {
    const ResultKind kind = partials_[p].result->kind;
    if (kind == ResultKind::kRows && !loop_.is_flat()) continue;
    for (int k = 0; k < (kind == ResultKind::kMoments ? 2 : 1); ++k) {
      float* tile = (*adding)[p].tiles[k];
      std::vector<double>& totals = (*adding)[p].totals[k];
      const int64_t columns = static_cast<int64_t>(totals.size());
      if (columns == 1) totals[0] += Total(tile, count);
      else for (int64_t start = 0; start < count; start += columns) for (int64_t c = 0; c < columns; ++c) totals[c] += tile[start + c];
      std::fill_n(tile, count, 0.0f);
    }
  }
}

void Sums::AddRows(std::vector<Adding>* adding, const Tile& tile, int64_t first) const {
  for (size_t p = 0; p < partials_.size(); ++p) {
    if (partials_[p].result->kind != ResultKind::kRows) continue;
    Adding& each = (*adding)[p];
    for (int64_t row = 0; row < tile.rows; ++row) each.rows[tile.row - first + row] += Total(each.tiles[0] + row * tile.width, tile.width);
  }
}

void Sums::Keep(std::vector<Adding>* adding, int64_t chunk, int64_t column, int64_t rows) {
  for (size_t p = 0; p < partials_.size(); ++p) {
    Partial& partial = partials_[p];
    const Adding& each = (*adding)[p];
    const std::vector<double>& totals = each.totals[0];
    double* sums = partial.sums.data() + chunk * partial.width + (partial.width == 1 ? 0 : column);
    if (partial.result->kind != ResultKind::kMoments) {
      for (size_t c = 0; c < totals.size(); ++c) sums[c] += totals[c];
      continue;
    }
    double* squares = partial.squares.data() + chunk * partial.width + column;
    for (size_t c = 0; c < totals.size(); ++c) {
      sums[c] = each.tiles[2][c] + totals[c] / rows;
      squares[c] = std::max(0.0, each.totals[1][c] - totals[c] * totals[c] / rows);
    }
  }
}

void Sums::StoreRows(const std::vector<Adding>& adding, int64_t first, int64_t rows) const {
  for (size_t p = 0; p < partials_.size(); ++p) {
    if (partials_[p].result->kind != ResultKind::kRows) continue;
    float* to = static_cast<float*>(outputs_[partials_[p].output].data) + first;
    for (int64_t row = 0; row < rows; ++row) to[row] = static_cast<float>(adding[p].rows[row]);
  }
}

void Sums::Finish() {
  for (const Partial& partial : partials_) {
    if (partial.result->kind == ResultKind::kRows && !loop_.is_flat()) continue;
    if (partial.result->kind == ResultKind::kMoments) {
      FinishMoments(partial);
      continue;
    }
    float* to = static_cast<float*>(outputs_[partial.output].data);
    for (int64_t c = 0; c < partial.width; ++c) {
      double sum = 0;
      for (int64_t chunk = 0; chunk < loop_.chunks(); ++chunk) sum += partial.sums[chunk * partial.width + c];
      to[c] = static_cast<float>(sum);
    }
  }
}

// Chunk by chunk as Chan, Golub and LeVeque (1979) join means and squares of two sets.
void Sums::FinishMoments(const Partial& partial) const {
  float* means = static_cast<float*>(outputs_[partial.output].data);
  float* variances = static_cast<float*>(outputs_[partial.output + 1].data);
  for (int64_t c = 0; c < partial.width; ++c) {
    double count = 0;
    double mean = 0;
    double squares = 0;
    for (int64_t chunk = 0; chunk < loop_.chunks(); ++chunk) {
      const double more = static_cast<double>(std::min(program_.rows - chunk * loop_.chunk_length(), loop_.chunk_length()));
      const double apart = partial.sums[chunk * partial.width + c] - mean;
      const double both = count + more;
      mean += apart * more / both;
      squares += partial.squares[chunk * partial.width + c] + apart * apart * count * more / both;
      count = both;
    }
    means[c] = static_cast<float>(mean);
    variances[c] = static_cast<float>(squares / count);
  }
}

}  // namespace facec
