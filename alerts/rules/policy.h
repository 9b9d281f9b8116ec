// Policy is which rules hold and with which settings (rules.md section 7, contract.md section 5).
//
// It has been validated (services/convert), and settings that were left out have their default: the defaults here
// are those of rules.md section 7. A value; share it as std::shared_ptr<const Policy>.
#ifndef VANGNET_ALERTS_RULES_POLICY_H_
#define VANGNET_ALERTS_RULES_POLICY_H_

#include <optional>
#include <string>
#include <variant>
#include <vector>

#include "domain/day.h"
#include "domain/record.h"
#include "domain/region.h"

namespace vangnet {

enum class AbsenceFilter : uint8_t { kMissed = 1, kUnauthorised, kSick };
enum class EndingSort : uint8_t { kExemption = 1, kArrangement };

struct NoPlacementSettings {
  // Leerplicht goes on elsewhere, or nowhere, after these.
  std::vector<PlacementEndReason> left_for_good = {PlacementEndReason::kDeceased, PlacementEndReason::kToSecondary};
  friend bool operator==(const NoPlacementSettings&, const NoPlacementSettings&) = default;
};
struct ContinuousAbsenceSettings {
  AbsenceFilter filter = AbsenceFilter::kMissed;
  int max_open_days = 10;
  friend bool operator==(const ContinuousAbsenceSettings&, const ContinuousAbsenceSettings&) = default;
};
struct WindowMinutesSettings {
  int minutes = 960;  // sixteen hours, Lpw 21a
  int weeks = 4;      // lesson weeks, Lpw 21a
  int repeat_after_days = 7;
  int due_working_days = 5;  // Inspectie
  int keep_days = 28;
  friend bool operator==(const WindowMinutesSettings&, const WindowMinutesSettings&) = default;
};
struct SpellsSettings {
  int window_days = 84;  // MAZL: four in twelve weeks
  friend bool operator==(const SpellsSettings&, const SpellsSettings&) = default;
};
struct AbsenceRateSettings {
  int minimum_school_days = 20;
  friend bool operator==(const AbsenceRateSettings&, const AbsenceRateSettings&) = default;
};
struct LateArrivalsSettings {
  friend bool operator==(const LateArrivalsSettings&, const LateArrivalsSettings&) = default;
};
struct CategorySeenSettings {
  AbsenceCategory category = AbsenceCategory::kLuxury;
  int due_working_days = 5;
  int keep_days = 28;
  friend bool operator==(const CategorySeenSettings&, const CategorySeenSettings&) = default;
};
struct ApplicationUndecidedSettings {
  int decide_days = 42;    // six weeks, WPO 40(6)
  int extended_days = 70;  // and four more, WPO 40(6)
  friend bool operator==(const ApplicationUndecidedSettings&, const ApplicationUndecidedSettings&) = default;
};
struct EndingSettings {
  EndingSort sort = EndingSort::kExemption;
  int notice_days = 60;
  friend bool operator==(const EndingSettings&, const EndingSettings&) = default;
};
struct OverlappingPlacementsSettings {
  friend bool operator==(const OverlappingPlacementsSettings&, const OverlappingPlacementsSettings&) = default;
};
struct SchoolSilentSettings {
  int school_days = 2;
  friend bool operator==(const SchoolSilentSettings&, const SchoolSilentSettings&) = default;
};
struct ShortTimetableSettings {
  friend bool operator==(const ShortTimetableSettings&, const ShortTimetableSettings&) = default;
};
struct UnknownSchoolSettings {
  friend bool operator==(const UnknownSchoolSettings&, const UnknownSchoolSettings&) = default;
};
using RuleSettings = std::variant<NoPlacementSettings, ContinuousAbsenceSettings, WindowMinutesSettings, SpellsSettings,
                                  AbsenceRateSettings, LateArrivalsSettings, CategorySeenSettings,
                                  ApplicationUndecidedSettings, EndingSettings, OverlappingPlacementsSettings,
                                  SchoolSilentSettings, ShortTimetableSettings, UnknownSchoolSettings>;

// When a stage is reached (rules.md section 4). kNone: stages of kinds without a condition.
struct StageCondition {
  enum class Kind : uint8_t { kNone = 0, kAtLeastSchoolDays, kLongerThanDays, kLongerThanMonths, kAtLeast };
  Kind kind = Kind::kNone;
  int n = 0;
  friend bool operator==(const StageCondition&, const StageCondition&) = default;
};
// The condition's field in a policy file, such as "at_least"; empty: none.
const char* ConditionName(StageCondition::Kind kind);

struct Stage {
  std::string name;
  StageCondition condition;
  std::vector<Audience> audience;  // in addition to the rule's, from this stage on
  friend bool operator==(const Stage&, const Stage&) = default;
};

struct Rule {
  std::string id;
  bool shadow = false;
  DayInterval valid;  // days on which it holds
  std::vector<Audience> audience;
  std::vector<Stage> stages;  // rising
  RuleSettings settings;
  friend bool operator==(const Rule&, const Rule&) = default;
};

struct Policy {
  std::vector<Rule> rules;
  bool assume_complete = true;
  int unknown_grace_days = 2;        // Lpw 12
  int under_six_free_minutes = 300;  // Lpw 11a
  friend bool operator==(const Policy&, const Policy&) = default;
};

}  // namespace vangnet

#endif  // VANGNET_ALERTS_RULES_POLICY_H_
