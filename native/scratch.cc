#include "scratch.h"

#include <algorithm>
#include <mutex>
#include <new>
#include <vector>

namespace facec {
namespace {

constexpr std::align_val_t kAlignment{64};
constexpr size_t kKept = 16;

struct Piece {
  float* data;
  int64_t count;
};

struct Shelf {
  std::mutex mutex;
  std::vector<Piece> pieces;
};

// Lives until the process ends: threads may still give back while others end it.
Shelf& TheShelf() {
  static Shelf* shelf = new Shelf;
  return *shelf;
}

void Drop(const Piece& piece) { ::operator delete(piece.data, kAlignment); }

}  // namespace

Scratch::Scratch(int64_t count) : data_(nullptr), count_(count) {
  if (count == 0) return;
  Shelf& shelf = TheShelf();
  {
    std::lock_guard<std::mutex> lock(shelf.mutex);
    auto best = shelf.pieces.end();
    for (auto each = shelf.pieces.begin(); each != shelf.pieces.end(); ++each) {
      if (each->count >= count && (best == shelf.pieces.end() || each->count < best->count)) best = each;
    }
    if (best != shelf.pieces.end() && best->count / 4 <= count) {
      data_ = best->data, count_ = best->count;
      shelf.pieces.erase(best);
      return;
    }
  }
  data_ = static_cast<float*>(::operator new(static_cast<size_t>(count) * sizeof(float), kAlignment));
}

Scratch::~Scratch() {
  if (data_ == nullptr) return;
  Shelf& shelf = TheShelf();
  std::lock_guard<std::mutex> lock(shelf.mutex);
  shelf.pieces.push_back({data_, count_});
  if (shelf.pieces.size() <= kKept) return;
  Drop(shelf.pieces.front());  // the one that lay longest
  shelf.pieces.erase(shelf.pieces.begin());
}

}  // namespace facec
