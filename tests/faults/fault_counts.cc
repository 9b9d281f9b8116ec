#include "tests/faults/fault_counts.h"

#include <algorithm>
#include <cstdlib>
#include <fstream>

namespace vangnet_testing {

FaultCounts& FaultCounts::operator+=(const FaultCounts& other) {
  injected += other.injected;
  restarts += other.restarts;
  acknowledged += other.acknowledged;
  missing += other.missing;
  invented += other.invented;
  differing += other.differing;
  raised_twice += other.raised_twice;
  seconds_until_ready_max = std::max(seconds_until_ready_max, other.seconds_until_ready_max);
  return *this;
}

void Report(const std::string& fault, const FaultCounts& counts) {
  const char* path = std::getenv("VANGNET_FAULT_REPORT");
  if (path == nullptr) return;
  std::ofstream(path, std::ios::app) << R"({"fault": ")" << fault << R"(", "injected": )" << counts.injected
                                     << R"(, "restarts": )" << counts.restarts << R"(, "acknowledged": )"
                                     << counts.acknowledged << R"(, "missing": )" << counts.missing
                                     << R"(, "invented": )" << counts.invented << R"(, "differing": )"
                                     << counts.differing << R"(, "raised_twice": )" << counts.raised_twice
                                     << R"(, "seconds_until_ready": )" << counts.seconds_until_ready_max << "}\n";
}

uint64_t Times(uint64_t gate) {
  const char* factor = std::getenv("VANGNET_FAULT_FACTOR");
  return factor == nullptr ? gate : gate * static_cast<uint64_t>(std::max(1, std::atoi(factor)));
}

}  // namespace vangnet_testing
