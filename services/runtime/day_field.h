// ReadDay reads a day of a request.
#ifndef VANGNET_SERVICES_RUNTIME_DAY_FIELD_H_
#define VANGNET_SERVICES_RUNTIME_DAY_FIELD_H_

#include <optional>
#include <string>
#include <vector>

#include "domain/day.h"
#include "services/runtime/rpc_status.h"

namespace vangnet {

// The day that `text` names; `otherwise` when it is empty, or names none from 1990 on, which is added to `violations`.
inline Day ReadDay(const char* field, const std::string& text, Day otherwise, std::vector<FieldViolation>& violations) {
  if (text.empty()) return otherwise;
  const std::optional<Day> day = Day::Parse(text);
  if (day.has_value() && *day >= kFirstDay) return *day;
  violations.push_back({field, "not a day, YYYY-MM-DD, from 1990 on"});
  return otherwise;
}

// The same, of a day that is evaluated: at most kYearsAheadMax after `today`, for each year up to it is looked at. No
// fact begins more than three years after it came (record.proto).
inline constexpr int kYearsAheadMax = 10;
inline Day ReadEvaluatedDay(const char* field, const std::string& text, Day otherwise, Day today,
                            std::vector<FieldViolation>& violations) {
  const Day day = ReadDay(field, text, otherwise, violations);
  if (day <= AddMonths(today, 12 * kYearsAheadMax)) return day;
  violations.push_back({field, "more than " + std::to_string(kYearsAheadMax) + " years after today"});
  return otherwise;
}

}  // namespace vangnet

#endif  // VANGNET_SERVICES_RUNTIME_DAY_FIELD_H_
