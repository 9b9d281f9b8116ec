// Check ends a benchmark that cannot go on: a figure of half a run is worth nothing.
#ifndef VANGNET_TESTS_BENCH_CHECK_H_
#define VANGNET_TESTS_BENCH_CHECK_H_

#include <cstdio>
#include <cstdlib>

#include "absl/status/status.h"

namespace vangnet_testing {

// Writes what is wrong to standard error and ends the program with 1, unless `status` is OK.
inline void Check(const absl::Status& status) {
  if (status.ok()) return;
  std::fprintf(stderr, "%s\n", status.ToString().c_str());
  std::exit(1);
}

}  // namespace vangnet_testing

#endif  // VANGNET_TESTS_BENCH_CHECK_H_
