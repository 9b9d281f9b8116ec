// FaultCounts is what a test of faults has to show: what it injected, and what came of what had been acknowledged.
#ifndef VANGNET_TESTS_FAULTS_FAULT_COUNTS_H_
#define VANGNET_TESTS_FAULTS_FAULT_COUNTS_H_

#include <cstdint>
#include <string>

namespace vangnet_testing {

struct FaultCounts {
  uint64_t injected = 0;
  uint64_t restarts = 0;
  uint64_t acknowledged = 0;  // record versions
  uint64_t missing = 0;       // acknowledged, and not there
  uint64_t invented = 0;      // there, and nobody sent it
  uint64_t differing = 0;     // runs whose open alerts are not those of a run without faults
  uint64_t raised_twice = 0;  // alerts of what has an open alert already, or raised more than once
  double seconds_until_ready_max = 0;

  FaultCounts& operator+=(const FaultCounts& other);
  bool clean() const { return missing == 0 && invented == 0 && differing == 0 && raised_twice == 0; }
};

// Appends a line of JSON to the file that VANGNET_FAULT_REPORT names, for the table of tests/run --nightly; nothing
// when it is not set.
void Report(const std::string& fault, const FaultCounts& counts);

// As many as `gate`, or VANGNET_FAULT_FACTOR times as many in the nightly run.
uint64_t Times(uint64_t gate);

}  // namespace vangnet_testing

#endif  // VANGNET_TESTS_FAULTS_FAULT_COUNTS_H_
