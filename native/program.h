// A loop as its attribute says it: what is read, what is computed of it, and what comes out.
//
// The text is a list of words. `dims k d0 .. dk` first: the entries that the loop walks, dk being the fastest. Then, each
// giving the next register:
//   in offset s0 .. sk     the next operand; its entry for (i0, ..., ik) stands at offset + sum of s * i
//   constant v
//   do operation r ..      operation of registers
// and last what comes out, each with its shape (rank, sizes):
//   map r shape            the entries themselves
//   columns r shape        sums over all dimensions but the last
//   total r shape          the sum of everything
//   rows r shape           sums over the last dimension
//   moments r shape        two outputs: mean and biased variance over all dimensions but the last
#pragma once

#include <cstdint>
#include <string>
#include <vector>

#include "functions.h"

namespace facec {

// What a register depends on: nothing, the last dimension only, or everything.
enum class Reach { kFixed, kColumn, kEntry };

enum class Source { kOperand, kConstant, kOperation };

struct Register {
  Source source;
  Reach reach;
  int operand = -1;    // number of the operand
  float value = 0;     // of a constant
  Operation operation = Operation::kCount;
  int args[3] = {0, 0, 0};
  int last_use = -1;   // register of the last reader; past the end where an output reads it
};

struct Operand {
  int64_t offset = 0;
  std::vector<int64_t> strides;
  int64_t entries = 0;       // how many a tensor must have at least
  bool contiguous = false;   // entry i of the loop is entry offset + i
};

enum class ResultKind { kMap, kColumns, kTotal, kRows, kMoments };

struct Result {
  ResultKind kind;
  int reg;
  std::vector<int64_t> shape;
};

struct Program {
  std::vector<int64_t> dims;
  int64_t rows = 1;     // product of all dims but the last
  int64_t columns = 1;  // the last
  std::vector<Operand> operands;
  std::vector<Register> registers;
  std::vector<Result> results;
};

// Reads a program for `operands` operands. On a mistake returns false and says it.
bool ReadProgram(const std::string& text, int operands, Program* program, std::string* mistake);

}  // namespace facec
