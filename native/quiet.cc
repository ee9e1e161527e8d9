// An addon of its own, small enough to say nothing while it is being loaded: it turns standard error off and on again.
// TensorFlow writes two lines there before it reads its log level.
#include <fcntl.h>
#include <node_api.h>
#include <unistd.h>

namespace {

constexpr int kStandardError = 2;
int kept = -1;  // standard error while it is off

napi_value Hush(napi_env, napi_callback_info) {
  if (kept >= 0) return nullptr;
  const int nowhere = open("/dev/null", O_WRONLY | O_CLOEXEC);
  if (nowhere < 0) return nullptr;
  kept = fcntl(kStandardError, F_DUPFD_CLOEXEC, 3);
  if (kept >= 0) dup2(nowhere, kStandardError);
  close(nowhere);
  return nullptr;
}

napi_value Speak(napi_env, napi_callback_info) {
  if (kept < 0) return nullptr;
  dup2(kept, kStandardError);
  close(kept);
  kept = -1;
  return nullptr;
}

napi_value Init(napi_env env, napi_value exports) {
  const napi_property_descriptor properties[] = {
      {"hush", nullptr, Hush, nullptr, nullptr, nullptr, napi_default, nullptr},
      {"speak", nullptr, Speak, nullptr, nullptr, nullptr, napi_default, nullptr},
  };
  napi_define_properties(env, exports, 2, properties);
  return exports;
}

}  // namespace

NAPI_MODULE(quiet, Init)
