// Several steps of work as one operation: loops, small convolutions and products, choices by label, one after the other over
// memory of their own. On small maps what a library spends on each operation is more than what the operation computes.
//
// The text is a list of words. First what there is to compute with, and where it lies:
//   values n, then for each its type (f: float32, w: int32) and how many entries it has: operands, results, then what lives
//            in between
//   views n, then for each the value and the entry of it that it begins at
// then the work, in order; v is a view:
//   loop k v .. m v .. length text      k operands, m outputs, and the program that program.h describes
//   conv x filter y windows             windows: images height width channels, moved height width, filters, window height
//   convInputGradient dy filter dx windows           width, down across, top left (direct.h)
//   convFilterGradient x dy dw windows
//   matmul a b c rows columns inner turned_a turned_b
//   reduceMax v to rows columns         the largest of each row
//   gatherRows v labels to rows columns         rows: how many labels can choose from
//   scatterRows v labels to rows columns        sums of rows by label; rows: of what comes out
//   pickColumns v labels to rows columns        of each row the column that its label says
//   spreadColumns v labels to rows columns      the reverse: zeros elsewhere
//   oneHot labels to rows columns
//   copy v to entries
#pragma once

#include <cstdint>
#include <memory>
#include <string>
#include <vector>

#include "direct.h"
#include "loop.h"

namespace facec {

class Sequence {
 public:
  // `operands` and `results`: how many values are given and are to be given back. Null and `mistake` where it cannot be read.
  static std::unique_ptr<Sequence> Read(const std::string& text, int operands, int results, std::string* mistake);

  // Entries of a value.
  int64_t entries(int value) const { return values_[value].entries; }

  // `given`: operands, then results. False where a label is none of the rows or columns there are.
  bool Run(const std::vector<void*>& given) const;

 private:
  enum class Work { kLoop, kConv, kInputGradient, kFilterGradient, kMatmul, kReduceMax, kGather, kScatter, kPick, kSpread, kOneHot, kCopy };
  struct Value {
    Type type;
    int64_t entries;
  };
  struct View {
    int value;
    int64_t offset;
  };
  struct Item {
    Work work;
    std::vector<int> views;   // what it reads, then what it writes
    size_t reads;
    std::vector<int64_t> numbers;
    std::unique_ptr<Loop> loop;
  };
  class Reader;

  void PlaceValues(int given);
  bool RunItem(const Item& item, const std::vector<char*>& at) const;

  std::vector<Value> values_;
  std::vector<View> views_;
  std::vector<Item> items_;
  std::vector<int64_t> places_;  // of the values that live in between, in entries of the memory for all of them
  int64_t room_ = 0;
};

}  // namespace facec
