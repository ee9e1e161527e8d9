// Making operations known to TensorFlow when the addon is loaded, and reading the attributes they all have.
#pragma once

#include <initializer_list>
#include <string>

#include "handles.h"

namespace facec {

using CreateKernel = void* (*)(TF_OpKernelConstruction*);
using ComputeKernel = void (*)(void*, TF_OpKernelContext*);
using DropKernel = void (*)(void*);

// Registers `op`, whose builder it takes over, and a kernel for the CPU: one for each of `types` of its attribute T, or one for
// all. Ends the process where TensorFlow refuses it, which is a mistake in the description.
void RegisterOperation(TF_OpDefinitionBuilder* op, const char* name, CreateKernel create, ComputeKernel compute, DropKernel drop,
              std::initializer_list<TF_DataType> types = {});

// The attribute `name`, a string; what `status` says where it cannot be read.
std::string ReadText(TF_OpKernelConstruction* context, const char* name, TF_Status* status);

}  // namespace facec
