#include "registration.h"

#include <cstdio>
#include <cstdlib>
#include <vector>

namespace facec {
namespace {

void Check(TF_Status* status, const char* name) {
  if (TF_GetCode(status) == TF_OK) return;
  std::fprintf(stderr, "%s cannot be registered: %s\n", name, TF_Message(status));
  std::abort();
}

void UnknownShapes(TF_ShapeInferenceContext* context, TF_Status* status) { TF_ShapeInferenceContextSetUnknownShape(context, status); }

}  // namespace

void RegisterOperation(TF_OpDefinitionBuilder* op, const char* name, CreateKernel create, ComputeKernel compute, DropKernel drop,
              std::initializer_list<TF_DataType> types) {
  Status status(TF_NewStatus());
  TF_OpDefinitionBuilderSetShapeInferenceFunction(op, UnknownShapes);
  TF_RegisterOpDefinition(op, status.get());
  Check(status.get(), name);
  const auto kernel = [&](const TF_DataType* type) {
    TF_KernelBuilder* builder = TF_NewKernelBuilder(name, "CPU", create, compute, drop);
    if (type != nullptr) TF_KernelBuilder_TypeConstraint(builder, "T", *type, status.get());
    Check(status.get(), name);
    TF_RegisterKernelBuilder(name, builder, status.get());
    Check(status.get(), name);
  };
  if (types.size() == 0) kernel(nullptr);
  for (const TF_DataType& type : types) kernel(&type);
}

std::string ReadText(TF_OpKernelConstruction* context, const char* name, TF_Status* status) {
  int32_t list = 0;
  int32_t length = 0;
  TF_OpKernelConstruction_GetAttrSize(context, name, &list, &length, status);
  if (TF_GetCode(status) != TF_OK) return "";
  std::vector<char> characters(length + 1, '\0');
  TF_OpKernelConstruction_GetAttrString(context, name, characters.data(), length, status);
  return std::string(characters.data(), length);
}

}  // namespace facec
