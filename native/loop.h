// Running a program over tensors.
#pragma once

#include <cstdint>
#include <memory>
#include <vector>

#include "program.h"

namespace facec {

enum class Type { kFloat32, kBfloat16, kInt32 };

struct Input {
  Type type;
  const void* data;
};

struct Output {
  Type type;  // bfloat16 of maps only
  void* data;
  // The operand whose memory it has taken over, or -1.
  int forwarded = -1;
};

// What can be said of a program once, before any tensor is seen.
class Loop {
 public:
  explicit Loop(Program program);

  const Program& program() const { return program_; }

  // One output a result, two of moments. The result is the same to the bit for any number of threads: entries are cut
  // into chunks by their number alone, and what chunks sum up is added in their order.
  void Run(const std::vector<Input>& inputs, const std::vector<Output>& outputs) const;

 private:
  friend class Frame;
  friend class Sums;

  void LayOut();
  void Assign();

  Program program_;
  int64_t tile_rows_ = 1;      // whole rows that a tile holds, where it holds any
  int64_t piece_ = 0;          // columns of a tile
  int64_t pieces_ = 1;         // pieces of a row
  int64_t chunk_rows_ = 0;     // rows of a chunk; of a single row: columns
  int64_t chunks_ = 0;
  int helpers_ = 0;
  int slots_ = 0;              // tiles that a frame holds
  std::vector<int> slot_;      // of each register; -1: read where it stands
};

}  // namespace facec
