#include "loop.h"

#include <algorithm>

#include "sums.h"
#include "threads.h"

namespace facec {
namespace {

// Entries times registers below which another thread is not worth waking.
constexpr int64_t kAlone = 1 << 17;
constexpr int64_t kMostChunks = 64;
constexpr int64_t kLeastChunk = 1 << 15;

constexpr int64_t DividedUp(int64_t a, int64_t b) { return (a + b - 1) / b; }

}  // namespace

Loop::Loop(Program program, const std::vector<Type>& inputs, const std::vector<Type>& outputs) : program_(std::move(program)) {
  LayOut();
  AssignSlots();
  CodeLayout layout;
  for (size_t i = 0; i < inputs.size(); ++i) layout.operands.push_back(program_.operands[i].contiguous ? inputs[i] : Type::kFloat32);
  layout.outputs = outputs;
  for (size_t i = 0; i < program_.registers.size(); ++i) layout.slots.push_back(slot(static_cast<int>(i)));
  code_ = Code::Compile(program_, layout);
}

void Loop::LayOut() {
  const int64_t rows = program_.rows;
  const int64_t columns = program_.columns;
  const int64_t entries = rows * columns;
  if (entries == 0) return;
  piece_ = std::min(columns, kTile);
  tile_rows_ = columns > kTile ? 1 : std::max<int64_t>(1, kTile / columns);
  const int64_t wanted = std::clamp<int64_t>(entries / kLeastChunk, 1, kMostChunks);
  const int64_t grain = is_flat() ? piece_ : tile_rows_;
  const int64_t length = is_flat() ? columns : rows;
  chunk_length_ = DividedUp(DividedUp(length, wanted), grain) * grain;
  chunks_ = DividedUp(length, chunk_length_);
  const int64_t cost = entries * static_cast<int64_t>(program_.registers.size());
  helpers_ = cost < kAlone ? 0 : static_cast<int>(std::min<int64_t>(chunks_, ThreadCount())) - 1;
}

// One tile a register, taken again after its last reader.
void Loop::AssignSlots() {
  const auto& registers = program_.registers;
  const int count = static_cast<int>(registers.size());
  slot_.assign(count, 0);
  // What does not change from tile to tile is computed before all tiles: its slots are never given on.
  for (int i = 0; i < count; ++i) if (registers[i].reach != Reach::kEntry) slot_[i] = slots_++;
  std::vector<std::vector<int>> ends(count);
  for (int i = 0; i < count; ++i) {
    if (registers[i].reach == Reach::kEntry && registers[i].last_use >= 0 && registers[i].last_use < count) ends[registers[i].last_use].push_back(i);
  }
  std::vector<int> free;
  for (int i = 0; i < count; ++i) {
    if (registers[i].reach != Reach::kEntry) continue;
    if (free.empty()) free.push_back(slots_++);
    slot_[i] = free.back();
    free.pop_back();
    for (int ended : ends[i]) free.push_back(slot_[ended]);
  }
}

void Loop::Run(const std::vector<Input>& inputs, const std::vector<Output>& outputs) const {
  Sums sums(*this, inputs, outputs);
  RunTogether(helpers_, [&] { sums.Work(); });
  sums.Finish();
}

}  // namespace facec
