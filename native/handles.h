// What TensorFlow's C interface hands out, given back by itself.
#pragma once

#include <memory>

#include "tensorflow/c/kernels.h"
#include "tensorflow/c/ops.h"

namespace facec {

struct StatusDeleter {
  void operator()(TF_Status* status) const { TF_DeleteStatus(status); }
};
struct TensorDeleter {
  void operator()(TF_Tensor* tensor) const { TF_DeleteTensor(tensor); }
};
using Status = std::unique_ptr<TF_Status, StatusDeleter>;
using Tensor = std::unique_ptr<TF_Tensor, TensorDeleter>;

}  // namespace facec
