// Holds TensorFlow to the log level that the environment asks for.
//
// It reads TF_CPP_MIN_LOG_LEVEL itself, but what it says while it starts goes through Abseil, which does not: two lines would
// reach stderr in every run. Abseil's switch is found by its name in the library, and left alone where it is not there.
#include <cstdlib>

namespace {

enum class Severity : int { kInfo = 0, kFatal = 3 };

extern "C" __attribute__((weak)) void SetMinLogLevel(Severity level) __asm__(
    "_ZN4absl12lts_2025081414SetMinLogLevelENS0_18LogSeverityAtLeastE");

struct Quiet {
  Quiet() {
    const char* wanted = std::getenv("TF_CPP_MIN_LOG_LEVEL");
    if (wanted == nullptr || SetMinLogLevel == nullptr) return;
    const int level = std::atoi(wanted);
    if (level >= static_cast<int>(Severity::kInfo) && level <= static_cast<int>(Severity::kFatal)) SetMinLogLevel(static_cast<Severity>(level));
  }
};

const Quiet quiet;

}  // namespace
