// What a fuzz target defines: what must hold of any input, and inputs to begin with.
//
// replay_main.cc runs it over its seeds, its files and deterministic mutations of both, in every test run;
// libfuzzer_main.cc lets libFuzzer look for more (preset `fuzz`).
#ifndef VANGNET_TESTS_FUZZ_FUZZ_TARGET_H_
#define VANGNET_TESTS_FUZZ_FUZZ_TARGET_H_

#include <cstdlib>
#include <iostream>
#include <string>
#include <string_view>
#include <vector>

namespace vangnet_testing {

// Whatever `input` is, this returns, and what it checks holds; otherwise it aborts.
void FuzzOne(std::string_view input);
// Sound inputs.
std::vector<std::string> Seeds();

inline void FuzzCheck(bool holds, const char* what) {
  if (holds) return;
  std::cerr << "does not hold: " << what << std::endl;
  std::abort();
}

}  // namespace vangnet_testing

#endif  // VANGNET_TESTS_FUZZ_FUZZ_TARGET_H_
