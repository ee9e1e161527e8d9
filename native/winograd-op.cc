// The convolutions of winograd.h as operations of TensorFlow, made known when the addon is loaded.
#include <algorithm>
#include <memory>

#include "handles.h"
#include "registration.h"
#include "winograd.h"

namespace facec {
namespace {

struct Attributes {
  int64_t before[2];  // rows and columns of zeros before the map
  int64_t moved[2];   // rows and columns of what comes out
  bool rotated;
};

bool ReadPair(TF_OpKernelConstruction* context, const char* name, int64_t* to, TF_Status* status) {
  int32_t length = 0;
  int32_t total = 0;
  TF_OpKernelConstruction_GetAttrSize(context, name, &length, &total, status);
  if (TF_GetCode(status) == TF_OK && length != 2) TF_SetStatus(status, TF_INVALID_ARGUMENT, "FacecConv3: an attribute is of another length");
  if (TF_GetCode(status) == TF_OK) TF_OpKernelConstruction_GetAttrInt64List(context, name, to, 2, status);
  if (TF_GetCode(status) == TF_OK && std::min(to[0], to[1]) < 0) TF_SetStatus(status, TF_INVALID_ARGUMENT, "FacecConv3: a number below 0");
  return TF_GetCode(status) == TF_OK;
}

// What was read of attributes, or null: the context was told.
void* Created(TF_OpKernelConstruction* context, bool with_filter) {
  Status status(TF_NewStatus());
  auto attributes = std::make_unique<Attributes>();
  bool read = ReadPair(context, "before", attributes->before, status.get());
  if (read && with_filter) {
    read = ReadPair(context, "moved", attributes->moved, status.get());
    unsigned char rotated = 0;
    if (read) TF_OpKernelConstruction_GetAttrBool(context, "rotated", &rotated, status.get());
    attributes->rotated = rotated != 0;
  }
  if (TF_GetCode(status.get()) == TF_OK) return attributes.release();
  TF_OpKernelConstruction_Failure(context, status.get());
  return nullptr;
}

void* Create(TF_OpKernelConstruction* context) { return Created(context, true); }
void* CreateGradient(TF_OpKernelConstruction* context) { return Created(context, false); }
void Delete(void* state) { delete static_cast<Attributes*>(state); }

// Both operands, four dimensions each.
bool TakeInputs(TF_OpKernelContext* context, Tensor (&tensors)[2], TF_Status* status) {
  for (int i = 0; i < 2; ++i) {
    TF_Tensor* tensor = nullptr;
    TF_GetInput(context, i, &tensor, status);
    if (TF_GetCode(status) != TF_OK) return false;
    tensors[i].reset(tensor);
    if (TF_NumDims(tensor) != 4) TF_SetStatus(status, TF_INVALID_ARGUMENT, "FacecConv3: an operand has other than four dimensions");
    if (TF_GetCode(status) != TF_OK) return false;
  }
  return true;
}

const float* DataOf(const Tensor& tensor) { return static_cast<const float*>(TF_TensorData(tensor.get())); }

Tensor Allocated(TF_OpKernelContext* context, const int64_t (&shape)[4], TF_Status* status) {
  return Tensor(TF_AllocateOutput(context, 0, TF_FLOAT, shape, 4, shape[0] * shape[1] * shape[2] * shape[3] * 4, status));
}

Convolution Over(const Tensor& map, const Attributes& attributes) {
  Convolution g = {};
  g.images = TF_Dim(map.get(), 0), g.height = TF_Dim(map.get(), 1), g.width = TF_Dim(map.get(), 2), g.channels = TF_Dim(map.get(), 3);
  g.top = attributes.before[0], g.left = attributes.before[1];
  return g;
}

void Compute(void* state, TF_OpKernelContext* context) {
  const Attributes& attributes = *static_cast<Attributes*>(state);
  Status status(TF_NewStatus());
  Tensor tensors[2];
  if (!TakeInputs(context, tensors, status.get())) return TF_OpKernelContext_Failure(context, status.get());
  Convolution g = Over(tensors[0], attributes);
  g.moved_height = attributes.moved[0], g.moved_width = attributes.moved[1];
  const auto side = [&](int i) { return TF_Dim(tensors[1].get(), i); };
  g.filters = side(attributes.rotated ? 2 : 3);
  if (side(0) != 3 || side(1) != 3 || side(attributes.rotated ? 3 : 2) != g.channels) {
    TF_SetStatus(status.get(), TF_INVALID_ARGUMENT, "FacecConv3: a filter that does not fit the map");
    return TF_OpKernelContext_Failure(context, status.get());
  }
  const Tensor y = Allocated(context, {g.images, g.moved_height, g.moved_width, g.filters}, status.get());
  if (TF_GetCode(status.get()) != TF_OK) return TF_OpKernelContext_Failure(context, status.get());
  Convolve(g, DataOf(tensors[0]), DataOf(tensors[1]), attributes.rotated, static_cast<float*>(TF_TensorData(y.get())));
}

void ComputeGradient(void* state, TF_OpKernelContext* context) {
  Status status(TF_NewStatus());
  Tensor tensors[2];
  if (!TakeInputs(context, tensors, status.get())) return TF_OpKernelContext_Failure(context, status.get());
  Convolution g = Over(tensors[0], *static_cast<Attributes*>(state));
  const TF_Tensor* moved = tensors[1].get();
  g.moved_height = TF_Dim(moved, 1), g.moved_width = TF_Dim(moved, 2), g.filters = TF_Dim(moved, 3);
  if (TF_Dim(moved, 0) != g.images) {
    TF_SetStatus(status.get(), TF_INVALID_ARGUMENT, "FacecConv3FilterGradient: maps of different numbers of images");
    return TF_OpKernelContext_Failure(context, status.get());
  }
  const Tensor dw = Allocated(context, {3, 3, g.channels, g.filters}, status.get());
  if (TF_GetCode(status.get()) != TF_OK) return TF_OpKernelContext_Failure(context, status.get());
  FilterGradient(g, DataOf(tensors[0]), DataOf(tensors[1]), static_cast<float*>(TF_TensorData(dw.get())));
}

struct Registration {
  Registration() {
    TF_OpDefinitionBuilder* conv = TF_NewOpDefinitionBuilder("FacecConv3");
    for (const char* attribute : {"before: list(int)", "moved: list(int)", "rotated: bool"}) TF_OpDefinitionBuilderAddAttr(conv, attribute);
    TF_OpDefinitionBuilderAddInput(conv, "x: float");
    TF_OpDefinitionBuilderAddInput(conv, "filter: float");
    TF_OpDefinitionBuilderAddOutput(conv, "y: float");
    RegisterOperation(conv, "FacecConv3", Create, Compute, Delete);
    TF_OpDefinitionBuilder* gradient = TF_NewOpDefinitionBuilder("FacecConv3FilterGradient");
    TF_OpDefinitionBuilderAddAttr(gradient, "before: list(int)");
    TF_OpDefinitionBuilderAddInput(gradient, "x: float");
    TF_OpDefinitionBuilderAddInput(gradient, "dy: float");
    TF_OpDefinitionBuilderAddOutput(gradient, "dw: float");
    RegisterOperation(gradient, "FacecConv3FilterGradient", CreateGradient, ComputeGradient, Delete);
  }
};

const Registration registration;

}  // namespace
}  // namespace facec
