// A fuzz target under libFuzzer. VANGNET_FUZZ_SEEDS names a folder that its seeds are put into first.
#include <cstdint>
#include <fstream>

#include "tests/fuzz/fuzz_target.h"

extern "C" int LLVMFuzzerInitialize(int*, char***) {
  const char* folder = std::getenv("VANGNET_FUZZ_SEEDS");
  if (folder == nullptr) return 0;
  int number = 0;
  for (const std::string& seed : vangnet_testing::Seeds()) {
    std::ofstream(std::string(folder) + "/seed-" + std::to_string(number++), std::ios::binary) << seed;
  }
  return 0;
}

extern "C" int LLVMFuzzerTestOneInput(const uint8_t* bytes, size_t size) {
  vangnet_testing::FuzzOne({reinterpret_cast<const char*>(bytes), size});
  return 0;
}
