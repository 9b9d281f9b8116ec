// ParallelFor runs a function over the numbers 0 to n - 1 on all cores, or on fewer.
#ifndef VANGNET_DOMAIN_PARALLEL_H_
#define VANGNET_DOMAIN_PARALLEL_H_

#include <algorithm>
#include <atomic>
#include <cstddef>
#include <thread>
#include <vector>

namespace vangnet {

// As many threads as there are cores.
inline size_t CoreCount() { return std::max(1u, std::thread::hardware_concurrency()); }

// Calls `work(i)` once for each i in [0, n), concurrently and in no order; returns when all are done. What they
// wrote is visible to the caller. `block` numbers are taken at a time: small for dear work, large for cheap.
template <typename Work>
void ParallelFor(size_t n, size_t block, const Work& work, size_t threads_max = CoreCount()) {
  const size_t threads = std::min(threads_max, (n + block - 1) / block);
  std::atomic<size_t> next = 0;
  const auto run = [&] {
    for (size_t from = next.fetch_add(block); from < n; from = next.fetch_add(block)) {
      for (size_t i = from; i < std::min(from + block, n); ++i) work(i);
    }
  };
  std::vector<std::jthread> others;
  for (size_t i = 1; i < threads; ++i) others.emplace_back(run);
  run();
}

}  // namespace vangnet

#endif  // VANGNET_DOMAIN_PARALLEL_H_
