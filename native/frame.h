// One thread's registers: computes a program over one tile after the other.
#pragma once

#include <cstdlib>
#include <memory>
#include <vector>

#include "loop.h"

namespace facec {

class Frame {
 public:
  // `sums`: three tiles for each result that is no map: sums, sums of squares, what is subtracted first. Of rows the first
  // takes the entries themselves.
  Frame(const Loop& loop, const std::vector<Input>& inputs, const std::vector<Output>& outputs, std::vector<float*> sums);

  // Computes what stays the same for all tiles of these columns.
  void Prepare(const Tile& widest);
  // Computes a tile: stores its maps, adds to the sums.
  void Run(const Tile& tile);
  // Computes a tile and adds to the sums of moments alone; nothing is subtracted.
  void Look(const Tile& tile);

 private:
  float* slot(int reg) const { return tiles_.get() + loop_.slot(reg); }
  void Find(const Tile& tile);
  void CopyRows(float* to, const Operand& operand, const Input& input, const Tile& tile) const;
  int64_t RowOffset(const Operand& operand, int64_t row) const;
  void RunCode(const Tile& tile, int64_t count);
  void Interpret(int64_t first, int64_t count);
  void Compute(int reg, float* to, int64_t count);
  void Deliver(const Tile& tile, int64_t first, int64_t count);

  const Loop& loop_;
  const Program& program_;
  const std::vector<Input>& inputs_;
  const std::vector<Output>& outputs_;
  std::vector<float*> sums_;
  std::unique_ptr<float[], void (*)(void*)> tiles_;
  std::vector<const void*> found_;     // where each operand's tile starts
  std::vector<bool> copied_;           // whether that is a copy, in float32
  std::vector<const float*> values_;   // of each register, as far as they are interpreted
  std::vector<float> kept_;            // of maps that must not be written before all is read
  std::vector<const void*> pointers_;
};

}  // namespace facec
