// Threads that help whoever calls: one pool a process, as many threads as TensorFlow is told to use inside an operation.
#pragma once

#include <functional>

namespace facec {

// Calls work() on the calling thread and, where they are free, on up to `helpers` more; returns when all have returned.
// `work` has to share the task out itself and must not throw.
void RunTogether(int helpers, const std::function<void()>& work);

// Threads of the pool, the caller's among them.
int ThreadCount();

}  // namespace facec
