#include "services/convert/configuration.h"

namespace vangnet {

std::optional<ConfigurationProblem> ServerRefusal(const Policy& policy) {
  if (!policy.rules.empty()) return std::nullopt;
  return ConfigurationProblem{0, 0, "rules", "a server needs a policy with a rule at least"};
}

std::string ProblemToString(std::string_view file, const ConfigurationProblem& problem) {
  std::string text(file);
  if (problem.line > 0) text += ":" + std::to_string(problem.line);
  if (problem.line > 0 && problem.column > 0) text += ":" + std::to_string(problem.column);
  text += ": ";
  if (!problem.field.empty()) text += problem.field + ": ";
  text += problem.message;
  if (!problem.suggestion.empty()) text += "; " + problem.suggestion;
  return text;
}

}  // namespace vangnet
