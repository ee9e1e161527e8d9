// Memory for a while: given back, it is kept for whoever asks next, as fresh pages cost as much as what is computed in them.
#pragma once

#include <cstdint>

namespace facec {

class Scratch {
 public:
  explicit Scratch(int64_t count);  // float32 numbers, not set to anything, at an address that any vector may have
  ~Scratch();
  Scratch(const Scratch&) = delete;
  Scratch& operator=(const Scratch&) = delete;
  float* data() const { return data_; }

 private:
  float* data_;
  int64_t count_;
};

}  // namespace facec
