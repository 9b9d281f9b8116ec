#include "alerts/explain/words.h"

#include <array>

namespace vangnet {

std::string DayWords(Day day) {
  static constexpr std::array<const char*, 12> kMonths = {"January",   "February", "March",    "April",
                                                          "May",       "June",     "July",     "August",
                                                          "September", "October",  "November", "December"};
  return std::to_string(day.day_of_month()) + " " + kMonths[static_cast<size_t>(day.month() - 1)] + " " +
         std::to_string(day.year());
}

std::string IntervalWords(const DayInterval& days) {
  if (days.first == days.last) return "on " + DayWords(days.first);
  const bool has_first = days.first != kDayMin;
  const bool has_last = days.last != kDayMax;
  if (has_first && has_last) return "from " + DayWords(days.first) + " until " + DayWords(days.last);
  if (has_first) return "since " + DayWords(days.first);
  return has_last ? "until " + DayWords(days.last) : "always";
}

std::string Counted(int64_t n, std::string_view noun) {
  return std::to_string(n) + " " + std::string(noun) + (n == 1 ? "" : "s");
}

std::string MinutesWords(int64_t minutes) {
  const int64_t hours = minutes / 60;
  const int64_t rest = minutes % 60;
  if (hours == 0) return Counted(rest, "minute");
  if (rest == 0) return Counted(hours, "hour");
  return Counted(hours, "hour") + " and " + Counted(rest, "minute");
}

std::string PerMilleWords(int64_t per_mille) {
  return std::to_string(per_mille) + " per mille (" + std::to_string(per_mille / 10) + "." +
         std::to_string(per_mille % 10) + "%)";
}

std::string ConditionWords(const StageCondition& condition, std::string_view noun) {
  switch (condition.kind) {
    case StageCondition::Kind::kNone:
      return "a first day";
    case StageCondition::Kind::kAtLeastSchoolDays:
      return "at least " + Counted(condition.n, "school day");
    case StageCondition::Kind::kLongerThanDays:
      return "more than " + Counted(condition.n, "day");
    case StageCondition::Kind::kLongerThanMonths:
      return "more than " + Counted(condition.n, "month");
    case StageCondition::Kind::kAtLeast:
      break;
  }
  return "at least " + Counted(condition.n, noun);
}

std::string_view StatusWords(MinuteStatus status) {
  switch (status) {
    case MinuteStatus::kSick:
      return "sick";
    case MinuteStatus::kAuthorised:
      return "absent with leave";
    case MinuteStatus::kUnauthorised:
      return "absent without leave (ongeoorloofd)";
    case MinuteStatus::kUndecided:
      return "absent and not yet decided";
    case MinuteStatus::kPresent:
      return "present";
    case MinuteStatus::kUnknown:
      break;
  }
  return "not known";
}

std::string_view ExemptionWords(ExemptionGround ground) {
  switch (ground) {
    case ExemptionGround::kLpw5A1:
      return "vrijstelling, Lpw 5 onder a";
    case ExemptionGround::kLpw5B:
      return "vrijstelling, Lpw 5 onder b";
    case ExemptionGround::kLpw5C:
      return "vrijstelling, Lpw 5 onder c";
    case ExemptionGround::kLpw5a:
      return "vrijstelling, Lpw 5a";
    case ExemptionGround::kLpw15:
      return "vrijstelling, Lpw 15";
    case ExemptionGround::kLpw3a:
      return "vervangende leerplicht, Lpw 3a";
    case ExemptionGround::kLpw3b:
      break;
  }
  return "vervangende leerplicht, Lpw 3b";
}

std::string_view ArrangementWords(ArrangementKind kind) {
  switch (kind) {
    case ArrangementKind::kTlvSbo:
      return "TLV for sbo";
    case ArrangementKind::kTlvSo:
      return "TLV for so";
    case ArrangementKind::kTlvVso:
      return "TLV for vso";
    case ArrangementKind::kIndividual:
      return "individual arrangement";
    case ArrangementKind::kGroup:
      break;
  }
  return "group arrangement";
}

std::string_view CategoryWords(AbsenceCategory category) {
  switch (category) {
    case AbsenceCategory::kSick:
      return "sickness";
    case AbsenceCategory::kMedical:
      return "a medical appointment";
    case AbsenceCategory::kLeave:
      return "leave";
    case AbsenceCategory::kSuspended:
      return "suspension (schorsing)";
    case AbsenceCategory::kLate:
      return "coming late";
    case AbsenceCategory::kTruant:
      return "truancy";
    case AbsenceCategory::kLuxury:
      return "a holiday (luxe verzuim)";
    case AbsenceCategory::kOther:
      return "another reason";
    case AbsenceCategory::kUnknown:
      break;
  }
  return "an unknown reason";
}

std::string_view CauseWords(Cause cause) {
  switch (cause) {
    case Cause::kPlacementEnded:
      return "its placement ended";
    case Cause::kExemptionEnded:
      return "its vrijstelling ended";
    case Cause::kMovedIn:
      return "it moved in";
    case Cause::kReachedAge:
      return "it became leerplichtig";
    case Cause::kNeverPlaced:
      break;
  }
  return "it was never placed";
}

std::string_view FilterWords(AbsenceFilter filter) {
  switch (filter) {
    case AbsenceFilter::kMissed:
      return "missed in full";
    case AbsenceFilter::kUnauthorised:
      return "missed in full without leave (ongeoorloofd)";
    case AbsenceFilter::kSick:
      break;
  }
  return "missed in full by sickness";
}

}  // namespace vangnet
