// Figures of a benchmark by name, a value for each repetition.
//
// Errors: a file that cannot be written ends the program.
#ifndef VANGNET_TESTS_BENCH_FIGURES_H_
#define VANGNET_TESTS_BENCH_FIGURES_H_

#include <map>
#include <string>
#include <vector>

namespace vangnet_testing {

class Figures {
 public:
  // The name ends with the unit, such as "stream, records/s".
  void Add(const std::string& name, double value) { values_[name].push_back(value); }
  // Of a figure that was added.
  double Median(const std::string& name) const;
  // Median, least and most of each, for reading.
  void Print() const;
  // Adds them to the end of a file that the program `table` reads: name, tab, value; a line for each value. An empty
  // path: nothing.
  void Append(const std::string& path) const;

 private:
  std::map<std::string, std::vector<double>> values_;
};

}  // namespace vangnet_testing

#endif  // VANGNET_TESTS_BENCH_FIGURES_H_
