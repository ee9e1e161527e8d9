// The sequences of sequence.h as an operation of TensorFlow, made known when the addon is loaded.
#include <memory>
#include <string>
#include <vector>

#include "registration.h"
#include "sequence.h"

namespace facec {
namespace {

struct Kernel {
  int32_t floats, wholes, outputs;
  std::vector<std::vector<int64_t>> shapes;  // of outputs
  std::unique_ptr<Sequence> sequence;
};

// Rank and sizes of each output, one output after the other.
bool ReadShapes(TF_OpKernelConstruction* context, Kernel* kernel, TF_Status* status) {
  int32_t length = 0;
  int32_t total = 0;
  TF_OpKernelConstruction_GetAttrSize(context, "shapes", &length, &total, status);
  if (TF_GetCode(status) != TF_OK) return false;
  std::vector<int64_t> numbers(length);
  TF_OpKernelConstruction_GetAttrInt64List(context, "shapes", numbers.data(), length, status);
  if (TF_GetCode(status) != TF_OK) return false;
  for (size_t i = 0; i < numbers.size();) {
    const size_t rank = static_cast<size_t>(numbers[i++]);
    if (rank > numbers.size() - i) break;
    kernel->shapes.emplace_back(numbers.begin() + i, numbers.begin() + i + rank);
    i += rank;
  }
  if (static_cast<int32_t>(kernel->shapes.size()) == kernel->outputs) return true;
  TF_SetStatus(status, TF_INVALID_ARGUMENT, "FacecSequence: shapes of another number of outputs");
  return false;
}

int64_t EntriesOf(const std::vector<int64_t>& shape) {
  int64_t entries = 1;
  for (int64_t size : shape) entries *= size;
  return entries;
}

void* Create(TF_OpKernelConstruction* context) {
  Status status(TF_NewStatus());
  auto kernel = std::make_unique<Kernel>();
  std::string text;
  const std::pair<const char*, int32_t*> counts[] = {{"floats", &kernel->floats}, {"wholes", &kernel->wholes}, {"outputs", &kernel->outputs}};
  for (const auto& [name, to] : counts) if (TF_GetCode(status.get()) == TF_OK) TF_OpKernelConstruction_GetAttrInt32(context, name, to, status.get());
  if (TF_GetCode(status.get()) == TF_OK && ReadShapes(context, kernel.get(), status.get())) {
    text = ReadText(context, "program", status.get());
  }
  if (TF_GetCode(status.get()) == TF_OK) {
    std::string mistake;
    kernel->sequence = Sequence::Read(text, kernel->floats + kernel->wholes, kernel->outputs, &mistake);
    if (kernel->sequence == nullptr) TF_SetStatus(status.get(), TF_INVALID_ARGUMENT, mistake.c_str());
  }
  for (int i = 0; TF_GetCode(status.get()) == TF_OK && i < kernel->outputs; ++i) {
    if (EntriesOf(kernel->shapes[i]) == kernel->sequence->entries(kernel->floats + kernel->wholes + i)) continue;
    TF_SetStatus(status.get(), TF_INVALID_ARGUMENT, "FacecSequence: an output of another size than its value");
  }
  if (TF_GetCode(status.get()) == TF_OK) return kernel.release();
  TF_OpKernelConstruction_Failure(context, status.get());
  return nullptr;
}

void Compute(void* state, TF_OpKernelContext* context) {
  const Kernel& kernel = *static_cast<Kernel*>(state);
  Status status(TF_NewStatus());
  const auto fail = [&] { TF_OpKernelContext_Failure(context, status.get()); };
  const int operands = kernel.floats + kernel.wholes;
  std::vector<Tensor> tensors;
  std::vector<void*> given;
  tensors.reserve(operands + kernel.outputs);
  given.reserve(operands + kernel.outputs);
  for (int i = 0; i < operands; ++i) {
    TF_Tensor* tensor = nullptr;
    TF_GetInput(context, i, &tensor, status.get());
    if (TF_GetCode(status.get()) != TF_OK) return fail();
    tensors.emplace_back(tensor);
    if (TF_TensorElementCount(tensor) != kernel.sequence->entries(i)) {
      TF_SetStatus(status.get(), TF_INVALID_ARGUMENT, ("FacecSequence: operand " + std::to_string(i) + " is of another size").c_str());
      return fail();
    }
    given.push_back(TF_TensorData(tensor));
  }
  for (int i = 0; i < kernel.outputs; ++i) {
    const std::vector<int64_t>& shape = kernel.shapes[i];
    tensors.emplace_back(TF_AllocateOutput(context, i, TF_FLOAT, shape.data(), static_cast<int>(shape.size()), 4 * EntriesOf(shape), status.get()));
    if (TF_GetCode(status.get()) != TF_OK) return fail();
    given.push_back(TF_TensorData(tensors.back().get()));
  }
  if (kernel.sequence->Run(given)) return;
  TF_SetStatus(status.get(), TF_OUT_OF_RANGE, "FacecSequence: a label that is no class");
  fail();
}

void Delete(void* state) { delete static_cast<Kernel*>(state); }

struct Registration {
  Registration() {
    TF_OpDefinitionBuilder* op = TF_NewOpDefinitionBuilder("FacecSequence");
    for (const char* attribute : {"floats: int >= 0", "wholes: int >= 0", "outputs: int >= 1", "shapes: list(int)", "program: string"}) {
      TF_OpDefinitionBuilderAddAttr(op, attribute);
    }
    TF_OpDefinitionBuilderAddInput(op, "a: floats * float");
    TF_OpDefinitionBuilderAddInput(op, "b: wholes * int32");
    TF_OpDefinitionBuilderAddOutput(op, "x: outputs * float");
    RegisterOperation(op, "FacecSequence", Create, Compute, Delete);
  }
};

const Registration registration;

}  // namespace
}  // namespace facec
