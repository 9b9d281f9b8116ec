#include "tests/bench/figures.h"

#include <algorithm>
#include <cstdio>
#include <cstdlib>
#include <fstream>
#include <limits>

namespace vangnet_testing {

double Figures::Median(const std::string& name) const {
  std::vector<double> sorted = values_.at(name);
  std::sort(sorted.begin(), sorted.end());
  return sorted[sorted.size() / 2];
}

void Figures::Print() const {
  std::printf("\n%-72s %12s %12s %12s\n", "figure", "median", "least", "most");
  for (const auto& [name, values] : values_) {
    const auto [least, most] = std::minmax_element(values.begin(), values.end());
    std::printf("%-72s %12.2f %12.2f %12.2f\n", name.c_str(), Median(name), *least, *most);
  }
}

void Figures::Append(const std::string& path) const {
  if (path.empty()) return;
  std::ofstream file(path, std::ios::app);
  file.precision(std::numeric_limits<double>::max_digits10);
  for (const auto& [name, values] : values_) {
    for (const double value : values) file << name << '\t' << value << '\n';
  }
  if (file.flush()) return;
  std::fprintf(stderr, "%s cannot be written\n", path.c_str());
  std::exit(1);
}

}  // namespace vangnet_testing
