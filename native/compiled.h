// Programs as machine code: one pass over the entries with everything in registers.
//
// What it computes is the same to the bit as what functions.h computes operation by operation; where the processor, the
// system or a program's operations do not allow it, loops are run that way.
#pragma once

#include <cstddef>
#include <cstdint>
#include <memory>
#include <vector>

#include "program.h"

namespace facec {

enum class Type { kFloat32, kBfloat16, kInt32 };

// Where the code finds things. Pointers: of the operands, then of the outputs, then three for each result that is a sum
// (sums, sums of squares, what is subtracted before). Slots: of registers that live in the frame's tiles, in entries.
struct CodeLayout {
  std::vector<Type> operands;        // of operands that are read where they stand; float32 of those that were copied
  std::vector<Type> outputs;
  std::vector<int64_t> slots;        // by register
};

class Code {
 public:
  // Null where it cannot be compiled.
  static std::unique_ptr<Code> Compile(const Program& program, const CodeLayout& layout);
  ~Code();

  // Runs over the first `count` entries, a multiple of 8 and at least 8.
  void Run(const void* const* pointers, float* tiles, int64_t count) const { entry_(pointers, tiles, count); }

 private:
  using Entry = void (*)(const void* const* pointers, float* tiles, int64_t count);

  Code(void* memory, size_t size) : memory_(memory), size_(size), entry_(reinterpret_cast<Entry>(memory)) {}

  void* memory_;
  size_t size_;
  Entry entry_;
};

}  // namespace facec
