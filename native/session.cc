// What the binding of tfjs-node calls for a session, in place of TensorFlow's own two functions: compiled with
// -DTF_NewSessionOptions=FacecNewSessionOptions -DTF_SessionRun=FacecSessionRun, it takes these.
#include "tensorflow/c/c_api.h"

namespace {

// ConfigProto{graph_options{rewrite_options{disable_meta_optimizer: true}}}. The rewriting passes trade bits (a division by a
// constant becomes a product with its reciprocal, x / sqrt(y) becomes x * rsqrt(y), common factors move) and cost more at the
// start than they bring: a graph is computed as it was written.
constexpr unsigned char kConfig[] = {0x52, 0x05, 0x52, 0x03, 0x98, 0x01, 0x01};

}  // namespace

extern "C" {

TF_SessionOptions* FacecNewSessionOptions() {
  TF_SessionOptions* options = TF_NewSessionOptions();
  TF_Status* status = TF_NewStatus();
  TF_SetConfig(options, kConfig, sizeof(kConfig), status);
  TF_DeleteStatus(status);  // seven bytes that are right or wrong for good: a test compares the graph's bits with the kernels'
  return options;
}

// Gives back what was fed to a run that failed. The binding does so only after one that did not, and the memory of a batch
// would stay with it.
void FacecSessionRun(TF_Session* session, const TF_Buffer* run_options, const TF_Output* inputs, TF_Tensor* const* input_values,
                     int ninputs, const TF_Output* outputs, TF_Tensor** output_values, int noutputs,
                     const TF_Operation* const* targets, int ntargets, TF_Buffer* run_metadata, TF_Status* status) {
  TF_SessionRun(session, run_options, inputs, input_values, ninputs, outputs, output_values, noutputs, targets, ntargets,
                run_metadata, status);
  if (TF_GetCode(status) == TF_OK) return;
  for (int i = 0; i < ninputs; ++i) TF_DeleteTensor(input_values[i]);
}

}  // extern "C"
