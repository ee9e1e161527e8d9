#include "frame.h"

#include <algorithm>
#include <cmath>
#include <cstring>

namespace facec {
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

int SizeOf(Type type) { return type == Type::kBfloat16 ? 2 : 4; }

const void* Moved(const void* data, Type type, int64_t entries) { return static_cast<const char*>(data) + entries * SizeOf(type); }

void Widen(float* to, Type type, const void* from, int64_t count) {
  if (type == Type::kFloat32) {
    std::memcpy(to, from, count * sizeof(float));
  } else if (type == Type::kBfloat16) {
    const uint16_t* halves = static_cast<const uint16_t*>(from);
    for (int64_t i = 0; i < count; ++i) to[i] = FromBfloat16(halves[i]);
  } else {
    const int32_t* wholes = static_cast<const int32_t*>(from);
    for (int64_t i = 0; i < count; ++i) to[i] = static_cast<float>(wholes[i]);
  }
}

float Entry(const Input& from, int64_t offset) {
  float v;
  Widen(&v, from.type, Moved(from.data, from.type, offset), 1);
  return v;
}

void Narrow(const Output& to, int64_t offset, const float* from, int64_t count) {
  if (to.type == Type::kBfloat16) {
    uint16_t* halves = static_cast<uint16_t*>(to.data) + offset;
    for (int64_t i = 0; i < count; ++i) halves[i] = ToBfloat16(from[i]);
  } else {
    std::memmove(static_cast<float*>(to.data) + offset, from, count * sizeof(float));
  }
}

}  // namespace

Frame::Frame(const Loop& loop, const std::vector<Input>& inputs, const std::vector<Output>& outputs, std::vector<float*> sums)
    : loop_(loop),
      program_(loop.program()),
      inputs_(inputs),
      outputs_(outputs),
      sums_(std::move(sums)),
      tiles_(static_cast<float*>(std::aligned_alloc(64, std::max(1, loop.slots()) * kTile * sizeof(float))), std::free),
      found_(inputs.size(), nullptr),
      copied_(inputs.size(), false),
      values_(program_.registers.size(), nullptr) {
  for (const Output& output : outputs) if (output.forwarded) kept_.resize(outputs.size() * kTile);
}

void Frame::Prepare(const Tile& widest) {
  for (size_t i = 0; i < program_.registers.size(); ++i) {
    const Register& reg = program_.registers[i];
    if (reg.reach == Reach::kEntry) continue;
    float* to = slot(static_cast<int>(i));
    values_[i] = to;
    if (reg.source == Source::kConstant) {
      std::fill_n(to, widest.count(), reg.value);
    } else if (reg.source == Source::kOperation) {
      Compute(static_cast<int>(i), to, widest.count());
    } else {
      const Input& input = inputs_[reg.operand];
      const int64_t offset = program_.operands[reg.operand].offset;
      if (reg.reach == Reach::kFixed) {
        std::fill_n(to, widest.count(), Entry(input, offset));
        continue;
      }
      Widen(to, input.type, Moved(input.data, input.type, offset + widest.column), widest.width);
      for (int64_t row = 1; row < widest.rows; ++row) std::memcpy(to + row * widest.width, to, widest.width * sizeof(float));
    }
  }
}

void Frame::Run(const Tile& tile) {
  Find(tile);
  const int64_t count = tile.count();
  const int64_t compiled = loop_.code() == nullptr ? 0 : count & ~int64_t{7};
  if (compiled > 0) RunCode(tile, compiled);
  if (compiled == count) return;
  Interpret(compiled, count - compiled);
  Deliver(tile, compiled, count - compiled);
}

void Frame::Look(const Tile& tile) {
  Find(tile);
  Interpret(0, tile.count());
  size_t sum = 0;
  for (const Result& result : program_.results) {
    if (result.kind == ResultKind::kMap) continue;
    const float* from = values_[result.reg];
    if (result.kind == ResultKind::kMoments) for (int64_t i = 0; i < tile.count(); ++i) sums_[sum][i] += from[i];
    sum += 3;
  }
}

void Frame::Find(const Tile& tile) {
  for (size_t i = 0; i < program_.registers.size(); ++i) {
    const Register& reg = program_.registers[i];
    if (reg.source != Source::kOperand || reg.reach != Reach::kEntry) continue;
    const Operand& operand = program_.operands[reg.operand];
    const Input& input = inputs_[reg.operand];
    if (operand.contiguous) {
      found_[reg.operand] = Moved(input.data, input.type, operand.offset + tile.row * program_.columns + tile.column);
    } else {
      float* to = slot(static_cast<int>(i));
      CopyRows(to, operand, input, tile);
      found_[reg.operand] = to;
      copied_[reg.operand] = true;
    }
  }
}

void Frame::CopyRows(float* to, const Operand& operand, const Input& input, const Tile& tile) const {
  const bool repeats = operand.strides.back() == 0 && program_.columns > 1;
  for (int64_t row = 0; row < tile.rows; ++row, to += tile.width) {
    const int64_t from = operand.offset + RowOffset(operand, tile.row + row);
    if (repeats) std::fill_n(to, tile.width, Entry(input, from));
    else Widen(to, input.type, Moved(input.data, input.type, from + tile.column), tile.width);
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

void Frame::RunCode(const Tile& tile, int64_t count) {
  const int64_t offset = tile.row * program_.columns + tile.column;
  pointers_.assign(found_.begin(), found_.end());
  for (size_t i = 0; i < outputs_.size(); ++i) {
    const Output& output = outputs_[i];
    pointers_.push_back(output.forwarded ? kept_.data() + i * kTile : Moved(output.data, output.type, offset));
  }
  pointers_.insert(pointers_.end(), sums_.begin(), sums_.end());
  loop_.code()->Run(pointers_.data(), tiles_.get(), count);
  for (size_t i = 0; i < outputs_.size(); ++i) if (outputs_[i].forwarded) Narrow(outputs_[i], offset, kept_.data() + i * kTile, count);
}

// Entries first .. first + count of a tile, one operation after the other.
void Frame::Interpret(int64_t first, int64_t count) {
  for (size_t i = 0; i < program_.registers.size(); ++i) {
    const Register& reg = program_.registers[i];
    if (reg.reach != Reach::kEntry) {
      values_[i] = slot(static_cast<int>(i)) + first;
      continue;
    }
    if (reg.last_use < 0) continue;
    float* to = slot(static_cast<int>(i)) + first;
    values_[i] = to;
    if (reg.source == Source::kOperation) {
      Compute(static_cast<int>(i), to, count);
      continue;
    }
    const Type type = copied_[reg.operand] ? Type::kFloat32 : inputs_[reg.operand].type;
    const void* from = Moved(found_[reg.operand], type, first);
    if (type == Type::kFloat32) values_[i] = static_cast<const float*>(from);
    else Widen(to, type, from, count);
  }
}

void Frame::Compute(int i, float* to, int64_t count) {
  const Register& reg = program_.registers[i];
  FunctionOf(reg.operation)(to, values_[reg.args[0]], values_[reg.args[1]], values_[reg.args[2]], count);
}

void Frame::Deliver(const Tile& tile, int64_t first, int64_t count) {
  const int64_t offset = tile.row * program_.columns + tile.column + first;
  size_t output = 0;
  size_t sum = 0;
  for (const Result& result : program_.results) {
    const float* from = values_[result.reg];
    if (result.kind == ResultKind::kMap) {
      Narrow(outputs_[output], offset, from, count);
    } else {
      float* sums = sums_[sum] + first;
      float* squares = sums_[sum + 1] + first;
      const float* shift = sums_[sum + 2] + first;
      if (result.kind == ResultKind::kRows) std::copy_n(from, count, sums);
      else if (result.kind == ResultKind::kMoments) {
        for (int64_t i = 0; i < count; ++i) {
          const float moved = from[i] - shift[i];
          sums[i] += moved;
          squares[i] = std::fma(moved, moved, squares[i]);
        }
      } else for (int64_t i = 0; i < count; ++i) sums[i] += from[i];
      sum += 3;
    }
    output += result.kind == ResultKind::kMoments ? 2 : 1;
  }
}

}  // namespace facec
