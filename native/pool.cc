// Maximum pooling with the places of the maxima, and its gradient, as operations of TensorFlow: its own that give places take
// twenty times as long as one that gives values alone, and know no padding.
#include <algorithm>
#include <atomic>
#include <cmath>
#include <cstdint>
#include <cstring>
#include <memory>
#include <vector>

#include "handles.h"
#include "registration.h"
#include "threads.h"

namespace facec {
namespace {

struct Bfloat16 {
  uint16_t bits;
};

inline float Wide(float v) { return v; }
inline float Wide(Bfloat16 v) {
  const uint32_t bits = static_cast<uint32_t>(v.bits) << 16;
  float wide;
  std::memcpy(&wide, &bits, sizeof(wide));
  return wide;
}

inline void Narrow(float v, float* to) { *to = v; }
inline void Narrow(float v, Bfloat16* to) {
  uint32_t bits;
  std::memcpy(&bits, &v, sizeof(bits));
  const uint32_t rounded = (bits + 0x7fff + ((bits >> 16) & 1)) >> 16;
  to->bits = v != v ? 0x7fc0 : static_cast<uint16_t>(rounded);
}

// A map, where windows lie on it, and how many.
struct Geometry {
  int64_t images, height, width, channels;
  int64_t size[2], stride[2], before[2], pooled[2];
};

// Work is shared out by its numbers 0 .. count-1, each done whole by one thread.
template <typename Work>
void ForEach(int64_t count, int64_t entries, const Work& work) {
  constexpr int64_t kWorthAThread = 1 << 14;
  ShareOut(count, entries / kWorthAThread, work);
}

constexpr int64_t kBlock = 64;  // channels at a time: maxima and places stay in registers

// The first of the largest in a window, for `count` neighbouring channels; NaN is larger than everything.
template <typename T>
void PoolWindow(const T* x, int64_t rows, int64_t columns, int64_t row, int64_t column, int32_t place, int64_t count, T* y, int32_t* index) {
  float best[kBlock];
  int32_t at[kBlock];
  for (int64_t c = 0; c < count; ++c) {
    best[c] = Wide(x[c]);
    at[c] = place + static_cast<int32_t>(c);
  }
  for (int64_t i = 0; i < rows; ++i) {
    for (int64_t j = i == 0 ? 1 : 0; j < columns; ++j) {
      const int64_t moved = i * row + j * column;
      const T* from = x + moved;
      const int32_t first = place + static_cast<int32_t>(moved);
      for (int64_t c = 0; c < count; ++c) {
        const float v = Wide(from[c]);
        const bool larger = (v > best[c]) | ((v != v) & (best[c] == best[c]));
        best[c] = larger ? v : best[c];
        at[c] = larger ? first + static_cast<int32_t>(c) : at[c];
      }
    }
  }
  for (int64_t c = 0; c < count; ++c) {
    Narrow(best[c], y + c);
    index[c] = at[c];
  }
}

template <typename T>
void MaxPool(const Geometry& g, const T* x, T* y, int32_t* index) {
  const int64_t row = g.width * g.channels;
  const int64_t entries = g.images * g.pooled[0] * g.pooled[1] * g.channels;
  ForEach(g.images * g.pooled[0], entries * g.size[0] * g.size[1], [&](int64_t line) {
    const int64_t image = line / g.pooled[0];
    const int64_t start = (line % g.pooled[0]) * g.stride[0] - g.before[0];
    const int64_t top = std::max<int64_t>(0, start);
    const int64_t bottom = std::min(g.height, start + g.size[0]);
    for (int64_t j = 0; j < g.pooled[1]; ++j) {
      const int64_t side = j * g.stride[1] - g.before[1];
      const int64_t left = std::max<int64_t>(0, side);
      const int64_t right = std::min(g.width, side + g.size[1]);
      const int64_t from = (image * g.height + top) * row + left * g.channels;
      const int64_t to = (line * g.pooled[1] + j) * g.channels;
      for (int64_t c = 0; c < g.channels; c += kBlock) {
        PoolWindow(x + from + c, bottom - top, right - left, row, g.channels, static_cast<int32_t>(from + c),
                   std::min(kBlock, g.channels - c), y + to + c, index + to + c);
      }
    }
  });
}

// Sums of one image, in float32. False where a place is not in the image.
template <typename T>
bool Spread(const T* dy, const int32_t* index, int64_t count, int64_t first, int64_t entries, float* sums) {
  for (int64_t i = 0; i < count; ++i) {
    const int64_t to = index[i] - first;
    if (to < 0 || to >= entries) return false;
    sums[to] += Wide(dy[i]);
  }
  return true;
}

bool SpreadImage(const float* dy, const int32_t* index, int64_t count, int64_t first, int64_t entries, float* dx) {
  std::fill(dx, dx + entries, 0.0f);
  return Spread(dy, index, count, first, entries, dx);
}

bool SpreadImage(const Bfloat16* dy, const int32_t* index, int64_t count, int64_t first, int64_t entries, Bfloat16* dx) {
  std::vector<float> sums(entries);
  const bool inside = Spread(dy, index, count, first, entries, sums.data());
  for (int64_t i = 0; i < entries; ++i) Narrow(sums[i], dx + i);
  return inside;
}

template <typename T>
bool MaxPoolGradient(int64_t images, int64_t count, int64_t entries, const T* dy, const int32_t* index, T* dx) {
  std::atomic<bool> inside{true};
  ForEach(images, images * entries, [&](int64_t image) {
    const int64_t from = image * count;
    const int64_t first = image * entries;
    if (!SpreadImage(dy + from, index + from, count, first, entries, dx + first)) inside = false;
  });
  return inside;
}

// Attributes: lists of whole numbers, of a length that is known.
bool ReadNumbers(TF_OpKernelConstruction* context, const char* name, int count, int64_t* to, TF_Status* status) {
  int32_t length = 0;
  int32_t total = 0;
  TF_OpKernelConstruction_GetAttrSize(context, name, &length, &total, status);
  if (TF_GetCode(status) == TF_OK && length != count) TF_SetStatus(status, TF_INVALID_ARGUMENT, "FacecMaxPool: an attribute is of another length");
  if (TF_GetCode(status) == TF_OK) TF_OpKernelConstruction_GetAttrInt64List(context, name, to, count, status);
  return TF_GetCode(status) == TF_OK;
}

// What was read of attributes, or null: the context was told.
template <typename State, typename Read>
void* Created(TF_OpKernelConstruction* context, const Read& read) {
  Status status(TF_NewStatus());
  auto state = std::make_unique<State>();
  if (read(state.get(), status.get())) return state.release();
  TF_OpKernelConstruction_Failure(context, status.get());
  return nullptr;
}

template <typename State>
void Delete(void* state) {
  delete static_cast<State*>(state);
}

Tensor InputOf(TF_OpKernelContext* context, int i, TF_Status* status) {
  TF_Tensor* tensor = nullptr;
  TF_GetInput(context, i, &tensor, status);
  return Tensor(tensor);
}

Tensor Allocated(TF_OpKernelContext* context, int i, TF_DataType type, const int64_t* shape, TF_Status* status) {
  const int64_t entries = shape[0] * shape[1] * shape[2] * shape[3];
  return Tensor(TF_AllocateOutput(context, i, type, shape, 4, entries * TF_DataTypeSize(type), status));
}

void* CreatePool(TF_OpKernelConstruction* context) {
  return Created<Geometry>(context, [&](Geometry* g, TF_Status* status) {
    return ReadNumbers(context, "size", 2, g->size, status) && ReadNumbers(context, "stride", 2, g->stride, status) &&
           ReadNumbers(context, "before", 2, g->before, status) && ReadNumbers(context, "pooled", 2, g->pooled, status);
  });
}

// Whether every window holds an entry of the map, which places are taken from.
bool Fits(const Geometry& g) {
  const int64_t sides[2] = {g.height, g.width};
  for (int side = 0; side < 2; ++side) {
    if (g.stride[side] < 1 || g.pooled[side] < 1 || g.before[side] < 0 || g.before[side] >= g.size[side]) return false;
    if ((g.pooled[side] - 1) * g.stride[side] - g.before[side] >= sides[side]) return false;
  }
  return g.images * g.height * g.width * g.channels <= INT32_MAX;
}

void ComputePool(void* state, TF_OpKernelContext* context) {
  Geometry g = *static_cast<Geometry*>(state);
  Status status(TF_NewStatus());
  const Tensor x = InputOf(context, 0, status.get());
  if (TF_GetCode(status.get()) == TF_OK && TF_NumDims(x.get()) == 4) {
    g.images = TF_Dim(x.get(), 0), g.height = TF_Dim(x.get(), 1), g.width = TF_Dim(x.get(), 2), g.channels = TF_Dim(x.get(), 3);
    if (!Fits(g)) TF_SetStatus(status.get(), TF_INVALID_ARGUMENT, "FacecMaxPool: windows do not fit the map");
  } else if (TF_GetCode(status.get()) == TF_OK) {
    TF_SetStatus(status.get(), TF_INVALID_ARGUMENT, "FacecMaxPool: not a map");
  }
  if (TF_GetCode(status.get()) != TF_OK) return TF_OpKernelContext_Failure(context, status.get());
  const int64_t shape[] = {g.images, g.pooled[0], g.pooled[1], g.channels};
  const TF_DataType type = TF_TensorType(x.get());
  const Tensor y = Allocated(context, 0, type, shape, status.get());
  const Tensor index = TF_GetCode(status.get()) == TF_OK ? Allocated(context, 1, TF_INT32, shape, status.get()) : nullptr;
  if (TF_GetCode(status.get()) != TF_OK) return TF_OpKernelContext_Failure(context, status.get());
  auto* places = static_cast<int32_t*>(TF_TensorData(index.get()));
  if (type == TF_FLOAT) {
    MaxPool(g, static_cast<const float*>(TF_TensorData(x.get())), static_cast<float*>(TF_TensorData(y.get())), places);
  } else {
    MaxPool(g, static_cast<const Bfloat16*>(TF_TensorData(x.get())), static_cast<Bfloat16*>(TF_TensorData(y.get())), places);
  }
}

struct MapShape {
  int64_t sizes[4];
};

void* CreateGradient(TF_OpKernelConstruction* context) {
  return Created<MapShape>(context, [&](MapShape* map, TF_Status* status) { return ReadNumbers(context, "shape", 4, map->sizes, status); });
}

void ComputeGradient(void* state, TF_OpKernelContext* context) {
  const int64_t* shape = static_cast<MapShape*>(state)->sizes;
  Status status(TF_NewStatus());
  const Tensor dy = InputOf(context, 0, status.get());
  const Tensor index = TF_GetCode(status.get()) == TF_OK ? InputOf(context, 1, status.get()) : nullptr;
  if (TF_GetCode(status.get()) != TF_OK) return TF_OpKernelContext_Failure(context, status.get());
  const int64_t total = TF_TensorElementCount(dy.get());
  if (TF_TensorElementCount(index.get()) != total || shape[0] < 1 || total % shape[0] != 0) {
    TF_SetStatus(status.get(), TF_INVALID_ARGUMENT, "FacecMaxPoolGradient: shapes that do not belong together");
    return TF_OpKernelContext_Failure(context, status.get());
  }
  const TF_DataType type = TF_TensorType(dy.get());
  const Tensor dx = Allocated(context, 0, type, shape, status.get());
  if (TF_GetCode(status.get()) != TF_OK) return TF_OpKernelContext_Failure(context, status.get());
  const auto* places = static_cast<const int32_t*>(TF_TensorData(index.get()));
  const int64_t count = total / shape[0];
  const int64_t entries = shape[1] * shape[2] * shape[3];
  const bool inside =
      type == TF_FLOAT
          ? MaxPoolGradient(shape[0], count, entries, static_cast<const float*>(TF_TensorData(dy.get())), places,
                            static_cast<float*>(TF_TensorData(dx.get())))
          : MaxPoolGradient(shape[0], count, entries, static_cast<const Bfloat16*>(TF_TensorData(dy.get())), places,
                            static_cast<Bfloat16*>(TF_TensorData(dx.get())));
  if (inside) return;
  TF_SetStatus(status.get(), TF_INVALID_ARGUMENT, "FacecMaxPoolGradient: a place outside of its map");
  TF_OpKernelContext_Failure(context, status.get());
}

struct Registration {
  Registration() {
    TF_OpDefinitionBuilder* pool = TF_NewOpDefinitionBuilder("FacecMaxPool");
    for (const char* attribute : {"T: {float, bfloat16}", "size: list(int)", "stride: list(int)", "before: list(int)", "pooled: list(int)"}) {
      TF_OpDefinitionBuilderAddAttr(pool, attribute);
    }
    TF_OpDefinitionBuilderAddInput(pool, "x: T");
    TF_OpDefinitionBuilderAddOutput(pool, "y: T");
    TF_OpDefinitionBuilderAddOutput(pool, "index: int32");
    RegisterOperation(pool, "FacecMaxPool", CreatePool, ComputePool, Delete<Geometry>, {TF_FLOAT, TF_BFLOAT16});
    TF_OpDefinitionBuilder* gradient = TF_NewOpDefinitionBuilder("FacecMaxPoolGradient");
    TF_OpDefinitionBuilderAddAttr(gradient, "T: {float, bfloat16}");
    TF_OpDefinitionBuilderAddAttr(gradient, "shape: list(int)");
    TF_OpDefinitionBuilderAddInput(gradient, "dy: T");
    TF_OpDefinitionBuilderAddInput(gradient, "index: int32");
    TF_OpDefinitionBuilderAddOutput(gradient, "dx: T");
    RegisterOperation(gradient, "FacecMaxPoolGradient", CreateGradient, ComputeGradient, Delete<MapShape>, {TF_FLOAT, TF_BFLOAT16});
  }
};

const Registration registration;

}  // namespace
}  // namespace facec
