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

}  // namespace vangnet

#endif  // VANGNET_SERVICES_RUNTIME_DAY_FIELD_H_
