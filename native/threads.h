// Threads that help whoever calls: one pool a process, as many threads as TensorFlow is told to use inside an operation.
#pragma once

#include <algorithm>
#include <atomic>
#include <cstdint>
#include <functional>

namespace facec {

// Calls work() on the calling thread and, where they are free, on up to `helpers` more; returns when all have returned.
// `work` has to share the task out itself and must not throw.
void RunTogether(int helpers, const std::function<void()>& work);

// Threads of the pool, the caller's among them.
int ThreadCount();

// Work 0 .. count-1, each done whole by one thread, on up to `helpers` more than the calling one.
template <typename Work>
void ShareOut(int64_t count, int64_t helpers, const Work& work) {
  std::atomic<int64_t> next{0};
  RunTogether(static_cast<int>(std::min<int64_t>({helpers, count - 1, ThreadCount() - 1})), [&] {
    for (int64_t i = next++; i < count; i = next++) work(i);
  });
}

}  // namespace facec
