// Flags of a benchmark's command line: --name value, all of them optional to this class.
//
// Errors: a flag that is not asked for is ignored; the value of one given twice is the last.
#ifndef VANGNET_TESTS_BENCH_FLAGS_H_
#define VANGNET_TESTS_BENCH_FLAGS_H_

#include <algorithm>
#include <cstdlib>
#include <initializer_list>
#include <map>
#include <string>

namespace vangnet_testing {

class Flags {
 public:
  Flags(int argc, char** argv) {
    for (int i = 1; i + 1 < argc; i += 2) values_[argv[i]] = argv[i + 1];
  }
  std::string Get(const std::string& name, const std::string& otherwise = "") const {
    const auto found = values_.find("--" + name);
    return found == values_.end() ? otherwise : found->second;
  }
  // Whether each of them is there and not empty.
  bool HasAll(std::initializer_list<const char*> names) const {
    return std::none_of(names.begin(), names.end(), [this](const char* name) { return Get(name).empty(); });
  }
  int GetInt(const std::string& name, int otherwise) const {
    return std::atoi(Get(name, std::to_string(otherwise)).c_str());
  }

 private:
  std::map<std::string, std::string> values_;
};

}  // namespace vangnet_testing

#endif  // VANGNET_TESTS_BENCH_FLAGS_H_
