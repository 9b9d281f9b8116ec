// ScenarioProblem is one thing that is wrong with a scenario file, for the person who wrote it.
#ifndef VANGNET_CLI_SCENARIOS_SCENARIO_PROBLEM_H_
#define VANGNET_CLI_SCENARIOS_SCENARIO_PROBLEM_H_

#include <string>
#include <string_view>
#include <tuple>
#include <vector>

namespace vangnet {

// A place in a file: line and column from 1, columns in characters. 0: the file as a whole.
struct Place {
  int line = 0;
  int column = 0;
};

struct ScenarioProblem {
  Place place;
  std::string message;  // what is wrong, and what was probably meant
};

using ScenarioProblems = std::vector<ScenarioProblem>;

// "FILE:LINE:COLUMN: MESSAGE", as compilers print it.
inline std::string ProblemToString(std::string_view file, const ScenarioProblem& problem) {
  std::string text(file);
  if (problem.place.line > 0) {
    text += ":" + std::to_string(problem.place.line) + ":" + std::to_string(problem.place.column);
  }
  return text + ": " + problem.message;
}

}  // namespace vangnet

#endif  // VANGNET_CLI_SCENARIOS_SCENARIO_PROBLEM_H_
