#include "sequence.h"

#include <algorithm>
#include <cstring>
#include <sstream>

#include "scratch.h"

namespace facec {

class Sequence::Reader {
 public:
  Reader(const std::string& text, Sequence* to) : words_(text), to_(to) {}

  bool Read() {
    if (!ReadValues() || !ReadViews()) return false;
    std::string word;
    while (words_ >> word) if (!ReadItem(word)) return false;
    return true;
  }

 private:
  // What an item of each kind has: views that it reads and writes, and numbers.
  struct Form {
    const char* name;
    Work work;
    int reads, writes, numbers;
  };
  static constexpr Form kForms[] = {
      {"conv", Work::kConv, 2, 1, 13},          {"convInputGradient", Work::kInputGradient, 2, 1, 13},
      {"convFilterGradient", Work::kFilterGradient, 2, 1, 13}, {"matmul", Work::kMatmul, 2, 1, 5},
      {"reduceMax", Work::kReduceMax, 1, 1, 2}, {"gatherRows", Work::kGather, 2, 1, 2},
      {"scatterRows", Work::kScatter, 2, 1, 2}, {"pickColumns", Work::kPick, 2, 1, 2},
      {"spreadColumns", Work::kSpread, 2, 1, 2}, {"oneHot", Work::kOneHot, 1, 1, 2},
      {"copy", Work::kCopy, 1, 1, 1},
  };

  bool ReadValues() {
    std::string word;
    int64_t count = 0;
    if (!(words_ >> word >> count) || word != "values" || count < 0) return false;
    for (int64_t i = 0; i < count; ++i) {
      int64_t entries = 0;
      if (!(words_ >> word >> entries) || entries < 0 || (word != "f" && word != "w")) return false;
      to_->values_.push_back({word == "f" ? Type::kFloat32 : Type::kInt32, entries});
    }
    return true;
  }

  bool ReadViews() {
    std::string word;
    int64_t count = 0;
    if (!(words_ >> word >> count) || word != "views" || count < 0) return false;
    for (int64_t i = 0; i < count; ++i) {
      View view;
      if (!(words_ >> view.value >> view.offset) || view.value < 0 || view.value >= static_cast<int>(to_->values_.size())) return false;
      if (view.offset < 0 || view.offset > to_->values_[view.value].entries) return false;
      to_->views_.push_back(view);
    }
    return true;
  }

  bool ReadViewsOf(int count, Item* item) {
    for (int i = 0; i < count; ++i) {
      int view = 0;
      if (!(words_ >> view) || view < 0 || view >= static_cast<int>(to_->views_.size())) return false;
      item->views.push_back(view);
    }
    return true;
  }

  bool ReadItem(const std::string& word) {
    if (word == "loop") return ReadLoop();
    for (const Form& form : kForms) {
      if (word != form.name) continue;
      Item item{form.work, {}, static_cast<size_t>(form.reads), {}, nullptr};
      if (!ReadViewsOf(form.reads + form.writes, &item)) return false;
      for (int i = 0; i < form.numbers; ++i) {
        int64_t number = 0;
        if (!(words_ >> number)) return false;
        item.numbers.push_back(number);
      }
      to_->items_.push_back(std::move(item));
      return true;
    }
    return false;
  }

  bool ReadLoop() {
    Item item{Work::kLoop, {}, 0, {}, nullptr};
    int reads = 0, writes = 0;
    size_t length = 0;
    if (!(words_ >> reads) || reads < 0 || !ReadViewsOf(reads, &item)) return false;
    if (!(words_ >> writes) || writes < 0 || !ReadViewsOf(writes, &item) || !(words_ >> length)) return false;
    item.reads = reads;
    std::string text(length, ' ');
    words_.get();  // the blank before it
    if (!words_.read(text.data(), static_cast<std::streamsize>(length))) return false;
    Program program;
    std::string mistake;
    if (!ReadProgram(text, reads, &program, &mistake)) return false;
    std::vector<Type> types;
    for (int i = 0; i < reads; ++i) types.push_back(to_->values_[to_->views_[item.views[i]].value].type);
    item.loop = std::make_unique<Loop>(std::move(program), types, std::vector<Type>(writes, Type::kFloat32));
    to_->items_.push_back(std::move(item));
    return true;
  }

  std::istringstream words_;
  Sequence* to_;
};

constexpr Sequence::Reader::Form Sequence::Reader::kForms[];

std::unique_ptr<Sequence> Sequence::Read(const std::string& text, int operands, int results, std::string* mistake) {
  auto made = std::make_unique<Sequence>();
  Reader reader(text, made.get());
  if (!reader.Read() || static_cast<int>(made->values_.size()) < operands + results) {
    *mistake = "FacecSequence: cannot read item " + std::to_string(made->items_.size() + 1);
    return nullptr;
  }
  made->PlaceValues(operands + results);
  return made;
}

// Each value that lives in between gets a place from the first item that touches it to the last; places of values that do
// not live at the same time may be the same.
void Sequence::PlaceValues(int given) {
  const int count = static_cast<int>(values_.size());
  std::vector<int> first(count, -1), last(count, -1);
  for (size_t i = 0; i < items_.size(); ++i) {
    for (int view : items_[i].views) {
      const int value = views_[view].value;
      if (first[value] < 0) first[value] = static_cast<int>(i);
      last[value] = static_cast<int>(i);
    }
  }
  struct Taken {
    int64_t from, to;
    int last;
  };
  std::vector<Taken> taken;
  places_.assign(count, 0);
  std::vector<int> order;
  for (int value = given; value < count; ++value) if (first[value] >= 0) order.push_back(value);
  std::stable_sort(order.begin(), order.end(), [&](int a, int b) { return first[a] < first[b]; });
  for (int value : order) {
    taken.erase(std::remove_if(taken.begin(), taken.end(), [&](const Taken& each) { return each.last < first[value]; }), taken.end());
    std::sort(taken.begin(), taken.end(), [](const Taken& a, const Taken& b) { return a.from < b.from; });
    const int64_t size = (values_[value].entries + 15) / 16 * 16;
    int64_t place = 0;
    for (const Taken& each : taken) {
      if (place + size <= each.from) break;
      place = std::max(place, each.to);
    }
    places_[value] = place;
    taken.push_back({place, place + size, last[value]});
    room_ = std::max(room_, place + size);
  }
}

bool Sequence::Run(const std::vector<void*>& given) const {
  const Scratch room(room_);
  std::vector<char*> at;
  at.reserve(views_.size());
  for (const View& view : views_) {
    void* base = view.value < static_cast<int>(given.size()) ? given[view.value] : room.data() + places_[view.value];
    at.push_back(static_cast<char*>(base) + 4 * view.offset);
  }
  return std::all_of(items_.begin(), items_.end(), [&](const Item& item) { return RunItem(item, at); });
}

namespace {

Windows WindowsOf(const std::vector<int64_t>& n) {
  return {n[0], n[1], n[2], n[3], n[4], n[5], n[6], n[7], n[8], n[9], n[10], n[11], n[12]};
}

float Largest(const float* from, int64_t count) {
  float largest = from[0];
  for (int64_t i = 1; i < count; ++i) largest = from[i] > largest || from[i] != from[i] ? from[i] : largest;
  return largest;
}

// Whether all labels are one of `count`.
bool AreBelow(const int32_t* labels, int64_t number, int64_t count) {
  return std::all_of(labels, labels + number, [count](int32_t label) { return label >= 0 && label < count; });
}

}  // namespace

bool Sequence::RunItem(const Item& item, const std::vector<char*>& at) const {
  const auto floats = [&](size_t i) { return reinterpret_cast<float*>(at[item.views[i]]); };
  const auto wholes = [&](size_t i) { return reinterpret_cast<const int32_t*>(at[item.views[i]]); };
  const auto& n = item.numbers;
  switch (item.work) {
    case Work::kLoop: {
      std::vector<Input> inputs;
      std::vector<Output> outputs;
      inputs.reserve(item.reads);
      for (size_t i = 0; i < item.views.size(); ++i) {
        if (i < item.reads) inputs.push_back({values_[views_[item.views[i]].value].type, at[item.views[i]]});
        else outputs.push_back({Type::kFloat32, at[item.views[i]], false});
      }
      item.loop->Run(inputs, outputs);
      return true;
    }
    case Work::kConv: DirectConvolution(WindowsOf(n), floats(0), floats(1), floats(2)); return true;
    case Work::kInputGradient: DirectInputGradient(WindowsOf(n), floats(0), floats(1), floats(2)); return true;
    case Work::kFilterGradient: DirectFilterGradient(WindowsOf(n), floats(0), floats(1), floats(2)); return true;
    case Work::kMatmul: DirectProduct(n[0], n[1], n[2], n[3] != 0, n[4] != 0, floats(0), floats(1), floats(2)); return true;
    case Work::kReduceMax:
      for (int64_t row = 0; row < n[0]; ++row) floats(1)[row] = Largest(floats(0) + row * n[1], n[1]);
      return true;
    case Work::kGather: {
      const int64_t labels = values_[views_[item.views[1]].value].entries;
      if (!AreBelow(wholes(1), labels, n[0])) return false;
      for (int64_t i = 0; i < labels; ++i) std::copy_n(floats(0) + wholes(1)[i] * n[1], n[1], floats(2) + i * n[1]);
      return true;
    }
    case Work::kScatter: {
      const int64_t labels = values_[views_[item.views[1]].value].entries;
      if (!AreBelow(wholes(1), labels, n[0])) return false;
      std::fill_n(floats(2), n[0] * n[1], 0.0f);
      for (int64_t i = 0; i < labels; ++i) {
        float* to = floats(2) + wholes(1)[i] * n[1];
        const float* from = floats(0) + i * n[1];
        for (int64_t k = 0; k < n[1]; ++k) to[k] += from[k];
      }
      return true;
    }
    case Work::kPick:
      if (!AreBelow(wholes(1), n[0], n[1])) return false;
      for (int64_t i = 0; i < n[0]; ++i) floats(2)[i] = floats(0)[i * n[1] + wholes(1)[i]];
      return true;
    case Work::kSpread:
      if (!AreBelow(wholes(1), n[0], n[1])) return false;
      std::fill_n(floats(2), n[0] * n[1], 0.0f);
      for (int64_t i = 0; i < n[0]; ++i) floats(2)[i * n[1] + wholes(1)[i]] = floats(0)[i];
      return true;
    case Work::kOneHot:
      if (!AreBelow(wholes(0), n[0], n[1])) return false;
      std::fill_n(floats(1), n[0] * n[1], 0.0f);
      for (int64_t i = 0; i < n[0]; ++i) floats(1)[i * n[1] + wholes(0)[i]] = 1;
      return true;
    case Work::kCopy: std::copy_n(floats(0), n[0], floats(1)); return true;
  }
  return false;
}

}  // namespace facec
