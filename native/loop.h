// A program made ready to run over tensors.
#pragma once

#include <cstdint>
#include <memory>
#include <vector>

#include "compiled.h"
#include "program.h"

namespace facec {

struct Input {
  Type type;
  const void* data;
};

struct Output {
  Type type;
  void* data;
  bool forwarded;  // it has taken over an operand's memory
};

// Entries that are computed at a time: everything a loop holds of them fits the fastest caches.
constexpr int64_t kTile = 512;

// Where a tile lies: whole rows, or a piece of one.
struct Tile {
  int64_t row;
  int64_t column;
  int64_t rows;
  int64_t width;
  int64_t count() const { return rows * width; }
};

class Loop {
 public:
  // Types of all operands and outputs; only maps may be bfloat16.
  Loop(Program program, const std::vector<Type>& inputs, const std::vector<Type>& outputs);

  // One output a result, two of moments. The same to the bit for any number of threads: entries are cut into chunks by
  // their number alone, and what the chunks sum up is added in their order.
  void Run(const std::vector<Input>& inputs, const std::vector<Output>& outputs) const;

  const Program& program() const { return program_; }
  const Code* code() const { return code_.get(); }
  int64_t slot(int reg) const { return slot_[reg] * kTile; }
  int slots() const { return slots_; }
  int64_t piece() const { return piece_; }
  int64_t chunks() const { return chunks_; }
  bool is_flat() const { return program_.rows == 1; }
  // Rows of a chunk; where there is one row only, columns.
  int64_t chunk_length() const { return chunk_length_; }
  int64_t tile_rows() const { return tile_rows_; }

 private:
  void LayOut();
  void AssignSlots();

  Program program_;
  int64_t tile_rows_ = 1;
  int64_t piece_ = 0;  // columns of a tile
  int64_t chunk_length_ = 0;
  int64_t chunks_ = 0;
  int helpers_ = 0;
  int slots_ = 0;
  std::vector<int> slot_;  // of each register, a tile of the frame
  std::unique_ptr<Code> code_;
};

}  // namespace facec
