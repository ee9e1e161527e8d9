// Makes the operation FacecLoop known to TensorFlow when the addon is loaded, through TensorFlow's C interface.
#include <algorithm>
#include <memory>
#include <string>
#include <vector>

#include "handles.h"
#include "loop.h"
#include "registration.h"

namespace facec {
namespace {

struct Kernel {
  int inputs[3];   // of float32, bfloat16, int32
  int outputs[2];  // of float32, bfloat16
  std::unique_ptr<Loop> loop;
};

constexpr Type kInputTypes[] = {Type::kFloat32, Type::kBfloat16, Type::kInt32};
constexpr const char* kInputCounts[] = {"floats", "halves", "wholes"};
constexpr const char* kOutputCounts[] = {"floatOutputs", "halfOutputs"};

bool ReadCounts(TF_OpKernelConstruction* context, const char* const* names, int count, int* to, TF_Status* status) {
  for (int i = 0; i < count; ++i) {
    TF_OpKernelConstruction_GetAttrInt32(context, names[i], &to[i], status);
    if (TF_GetCode(status) != TF_OK) return false;
  }
  return true;
}

int ResultOutputs(const Program& program) {
  int count = 0;
  for (const Result& result : program.results) count += result.kind == ResultKind::kMoments ? 2 : 1;
  return count;
}

void* Create(TF_OpKernelConstruction* context) {
  Status status(TF_NewStatus());
  auto kernel = std::make_unique<Kernel>();
  std::string text;
  Program program;
  std::string mistake;
  if (ReadCounts(context, kInputCounts, 3, kernel->inputs, status.get()) &&
      ReadCounts(context, kOutputCounts, 2, kernel->outputs, status.get())) {
    text = ReadText(context, "program", status.get());
  }
  if (TF_GetCode(status.get()) == TF_OK) {
    const int operands = kernel->inputs[0] + kernel->inputs[1] + kernel->inputs[2];
    if (!ReadProgram(text, operands, &program, &mistake)) {
      TF_SetStatus(status.get(), TF_INVALID_ARGUMENT, mistake.c_str());
    } else if (ResultOutputs(program) != kernel->outputs[0] + kernel->outputs[1]) {
      TF_SetStatus(status.get(), TF_INVALID_ARGUMENT, "FacecLoop: its program gives another number of outputs");
    }
  }
  if (TF_GetCode(status.get()) != TF_OK) {
    TF_OpKernelConstruction_Failure(context, status.get());
    return nullptr;
  }
  std::vector<Type> inputs;
  std::vector<Type> outputs;
  for (int group = 0; group < 3; ++group) inputs.insert(inputs.end(), kernel->inputs[group], kInputTypes[group]);
  for (int group = 0; group < 2; ++group) outputs.insert(outputs.end(), kernel->outputs[group], kInputTypes[group]);
  kernel->loop = std::make_unique<Loop>(std::move(program), inputs, outputs);
  return kernel.release();
}

bool TakeInputs(const Kernel& kernel, TF_OpKernelContext* context, std::vector<Tensor>* tensors, std::vector<Input>* inputs, TF_Status* status) {
  const auto& operands = kernel.loop->program().operands;
  for (int group = 0, i = 0; group < 3; ++group) {
    for (int k = 0; k < kernel.inputs[group]; ++k, ++i) {
      TF_Tensor* tensor = nullptr;
      TF_GetInput(context, i, &tensor, status);
      if (TF_GetCode(status) != TF_OK) return false;
      tensors->emplace_back(tensor);
      if (TF_TensorElementCount(tensor) < operands[i].entries && kernel.loop->program().rows * kernel.loop->program().columns > 0) {
        TF_SetStatus(status, TF_INVALID_ARGUMENT, ("FacecLoop: operand " + std::to_string(i) + " is too small for its program").c_str());
        return false;
      }
      inputs->push_back({kInputTypes[group], TF_TensorData(tensor)});
    }
  }
  return true;
}

// Float32 operands that a map can be written over: of the same number of entries, in the same order.
std::vector<int> Candidates(const Kernel& kernel, const Result& result) {
  std::vector<int> found;
  if (result.kind != ResultKind::kMap) return found;
  const auto& operands = kernel.loop->program().operands;
  for (int i = 0; i < kernel.inputs[0]; ++i) if (operands[i].contiguous && operands[i].offset == 0) found.push_back(i);
  return found;
}

bool MakeOutputs(const Kernel& kernel, TF_OpKernelContext* context, std::vector<Tensor>* tensors, std::vector<Output>* outputs, TF_Status* status) {
  int i = 0;
  for (const Result& result : kernel.loop->program().results) {
    const int count = result.kind == ResultKind::kMoments ? 2 : 1;
    for (int k = 0; k < count; ++k, ++i) {
      const bool wide = i < kernel.outputs[0];
      int64_t entries = 1;
      for (int64_t size : result.shape) entries *= size;
      const std::vector<int> candidates = wide ? Candidates(kernel, result) : std::vector<int>();
      const int rank = static_cast<int>(result.shape.size());
      int forwarded = -1;
      TF_Tensor* made =
          candidates.empty()
              ? TF_AllocateOutput(context, i, wide ? TF_FLOAT : TF_BFLOAT16, result.shape.data(), rank, entries * (wide ? 4 : 2), status)
              : TF_ForwardInputOrAllocateOutput(context, candidates.data(), static_cast<int>(candidates.size()), i, result.shape.data(),
                                                rank, &forwarded, status);
      if (TF_GetCode(status) != TF_OK) return false;
      tensors->emplace_back(made);
      outputs->push_back({wide ? Type::kFloat32 : Type::kBfloat16, TF_TensorData(made), forwarded >= 0});
    }
  }
  return true;
}

void Compute(void* state, TF_OpKernelContext* context) {
  const Kernel& kernel = *static_cast<Kernel*>(state);
  Status status(TF_NewStatus());
  std::vector<Tensor> tensors;
  std::vector<Input> inputs;
  std::vector<Output> outputs;
  if (TakeInputs(kernel, context, &tensors, &inputs, status.get()) && MakeOutputs(kernel, context, &tensors, &outputs, status.get())) {
    kernel.loop->Run(inputs, outputs);
  } else {
    TF_OpKernelContext_Failure(context, status.get());
  }
}

void Delete(void* state) { delete static_cast<Kernel*>(state); }

struct Registration {
  Registration() {
    TF_OpDefinitionBuilder* op = TF_NewOpDefinitionBuilder("FacecLoop");
    for (const char* name : kInputCounts) TF_OpDefinitionBuilderAddAttr(op, (std::string(name) + ": int >= 0").c_str());
    for (const char* name : kOutputCounts) TF_OpDefinitionBuilderAddAttr(op, (std::string(name) + ": int >= 0").c_str());
    TF_OpDefinitionBuilderAddAttr(op, "program: string");
    TF_OpDefinitionBuilderAddInput(op, "a: floats * float");
    TF_OpDefinitionBuilderAddInput(op, "b: halves * bfloat16");
    TF_OpDefinitionBuilderAddInput(op, "c: wholes * int32");
    TF_OpDefinitionBuilderAddOutput(op, "x: floatOutputs * float");
    TF_OpDefinitionBuilderAddOutput(op, "y: halfOutputs * bfloat16");
    RegisterOperation(op, "FacecLoop", Create, Compute, Delete);
  }
};

const Registration registration;

}  // namespace
}  // namespace facec
