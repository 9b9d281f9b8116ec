#include "alerts/rules/policy.h"

namespace vangnet {

const char* ConditionName(StageCondition::Kind kind) {
  switch (kind) {
    case StageCondition::Kind::kNone:
      break;
    case StageCondition::Kind::kAtLeastSchoolDays:
      return "at_least_school_days";
    case StageCondition::Kind::kLongerThanDays:
      return "longer_than_days";
    case StageCondition::Kind::kLongerThanMonths:
      return "longer_than_months";
    case StageCondition::Kind::kAtLeast:
      return "at_least";
  }
  return "";
}

}  // namespace vangnet
