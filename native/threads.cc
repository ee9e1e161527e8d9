#include "threads.h"

#include <sched.h>
#if defined(__x86_64__)
#include <xmmintrin.h>
#endif

#include <algorithm>
#include <condition_variable>
#include <cstdlib>
#include <mutex>
#include <thread>

namespace facec {
namespace {

int CountedThreads() {
  const char* told = std::getenv("TF_NUM_INTRAOP_THREADS");
  const int wanted = told == nullptr ? 0 : std::atoi(told);
  if (wanted > 0) return wanted;
  cpu_set_t allowed;
  const bool known = sched_getaffinity(0, sizeof(allowed), &allowed) == 0;
  return std::max(1, known ? CPU_COUNT(&allowed) : static_cast<int>(std::thread::hardware_concurrency()));
}

// Numbers below the smallest normal float32 are 0 while it lives, as on TensorFlow's own threads: whichever thread computes
// an entry, it has the same bits.
class FlushDenormals {
 public:
#if defined(__x86_64__)
  FlushDenormals() : before_(_mm_getcsr()) { _mm_setcsr(before_ | 0x8040); }
  ~FlushDenormals() { _mm_setcsr(before_); }

 private:
  const unsigned before_;
#else
  FlushDenormals() {}
#endif
};

// Waits between tasks. Lives until the process ends: a destructor would have to wake threads that the exit may have ended.
class Pool {
 public:
  explicit Pool(int threads) : threads_(threads) {
    for (int i = 1; i < threads; ++i) std::thread([this] { Serve(); }).detach();
  }

  int threads() const { return threads_; }

  void Run(int helpers, const std::function<void()>& work) {
    // Another operation has the helpers: this one's own thread is as good as waiting for them.
    std::unique_lock<std::mutex> turn(turn_, std::try_to_lock);
    helpers = std::min(helpers, threads_ - 1);
    if (!turn.owns_lock() || helpers <= 0) return work();
    {
      std::lock_guard<std::mutex> lock(mutex_);
      work_ = &work;
      wanted_ = helpers;
    }
    for (int i = 0; i < helpers; ++i) wake_.notify_one();
    work();
    std::unique_lock<std::mutex> lock(mutex_);
    wanted_ = 0;  // who has not come by now is not needed
    done_.wait(lock, [this] { return busy_ == 0; });
    work_ = nullptr;
  }

 private:
  void Serve() {
    std::unique_lock<std::mutex> lock(mutex_);
    for (;;) {
      wake_.wait(lock, [this] { return wanted_ > 0; });
      --wanted_;
      ++busy_;
      const std::function<void()>* work = work_;
      lock.unlock();
      (*work)();
      lock.lock();
      if (--busy_ == 0) done_.notify_one();
    }
  }

  const int threads_;
  std::mutex turn_;
  std::mutex mutex_;
  std::condition_variable wake_;
  std::condition_variable done_;
  const std::function<void()>* work_ = nullptr;
  int wanted_ = 0;
  int busy_ = 0;
};

Pool& ThePool() {
  static Pool* pool = new Pool(CountedThreads());
  return *pool;
}

}  // namespace

void RunTogether(int helpers, const std::function<void()>& work) {
  const std::function<void()> flushing = [&work] {
    const FlushDenormals flush;
    work();
  };
  if (helpers <= 0) return flushing();
  ThePool().Run(helpers, flushing);
}

int ThreadCount() {
  static const int count = CountedThreads();
  return count;
}

}  // namespace facec
