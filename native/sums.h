// The chunks of a loop, and what they sum up.
#pragma once

#include <atomic>
#include <cstdint>
#include <vector>

#include "frame.h"
#include "loop.h"

namespace facec {

class Sums {
 public:
  Sums(const Loop& loop, const std::vector<Input>& inputs, const std::vector<Output>& outputs);

  // One thread's share: chunks, until none is left.
  void Work();
  // After all chunks.
  void Finish();

 private:
  // One result that is no map.
  struct Partial {
    const Result* result;
    size_t output;
    int64_t width;                // columns, or 1
    std::vector<double> sums;     // [chunk][width]; of moments the means
    std::vector<double> squares;  // of moments: around those means
  };
  // One thread's part of a result: float32 sums by place in the tile, so that adding is one vector loop whatever the
  // columns are, and float64 sums that they go to before they lose anything.
  struct Adding {
    alignas(64) float tiles[3][kTile];
    std::vector<double> totals[2];  // by column
    std::vector<double> rows;       // of the chunk
  };

  void Chunk(Frame* frame, std::vector<Adding>* adding, int64_t chunk);
  void Piece(Frame* frame, std::vector<Adding>* adding, int64_t chunk, const Tile& first, int64_t end);
  void Shift(Frame* frame, std::vector<Adding>* adding, const Tile& first, int64_t end);
  void Start(std::vector<Adding>* adding, int64_t width) const;
  void Flush(std::vector<Adding>* adding, int64_t count) const;
  void AddRows(std::vector<Adding>* adding, const Tile& tile, int64_t first) const;
  void Keep(std::vector<Adding>* adding, int64_t chunk, int64_t column, int64_t rows);
  void StoreRows(const std::vector<Adding>& adding, int64_t first, int64_t rows) const;
  void FinishMoments(const Partial& partial) const;

  const Loop& loop_;
  const Program& program_;
  const std::vector<Input>& inputs_;
  const std::vector<Output>& outputs_;
  std::vector<Partial> partials_;
  bool has_moments_ = false;
  std::atomic<int64_t> next_{0};
};

}  // namespace facec
