#include "tests/simulation/describe.h"

#include <algorithm>
#include <optional>
#include <sstream>
#include <variant>

namespace vangnet_testing {
namespace {

using vangnet::Day;
using vangnet::DayInterval;
using vangnet::MinuteOfDayToString;

std::string Text(Day day) {
  if (day == vangnet::kDayMin) return "always";
  if (day == vangnet::kDayMax) return "for ever";
  return day.ToString();
}

std::string Text(const DayInterval& days) { return Text(days.first) + " .. " + Text(days.last); }

template <typename T>
std::string Text(const std::optional<T>& value) {
  return value.has_value() ? Text(*value) : "-";
}

template <typename Enum>
const char* Name(Enum value, std::initializer_list<const char*> names) {
  return names.begin()[static_cast<size_t>(value)];
}

const char* Name(vangnet::PlacementKind kind) {
  return Name(kind, {"?", "REGULAR", "SBO", "SO", "VSO", "VO", "OPDC", "CARE", "TEMPORARY"});
}
const char* Name(vangnet::PlacementEndReason reason) {
  return Name(reason, {"-", "MOVED", "OTHER_SCHOOL", "TO_SECONDARY", "REMOVED", "EXEMPTED", "DECEASED", "OTHER"});
}
const char* Name(vangnet::AbsenceCategory category) {
  return Name(category, {"?", "SICK", "MEDICAL", "LEAVE", "SUSPENDED", "LATE", "TRUANT", "LUXURY", "OTHER", "UNKNOWN"});
}
const char* Name(vangnet::Authorised authorised) { return Name(authorised, {"?", "YES", "NO", "UNKNOWN"}); }
const char* Name(vangnet::ReportKind kind) {
  return Name(kind, {"?", "SIXTEEN_HOURS", "LONG_ABSENCE", "LUXURY", "OTHER"});
}
const char* Name(vangnet::ApplicationDecision decision) {
  return Name(decision, {"?", "NONE", "EXTENDED", "ADMITTED", "REFUSED", "TEMPORARY"});
}
const char* Name(vangnet::ArrangementKind kind) {
  return Name(kind, {"?", "TLV_SBO", "TLV_SO", "TLV_VSO", "INDIVIDUAL", "GROUP"});
}
const char* Name(vangnet::TimetableWeeks weeks) { return Name(weeks, {"?", "every", "odd", "even"}); }
const char* Name(vangnet::Weekday weekday) {
  return Name(weekday, {"?", "Mon", "Tue", "Wed", "Thu", "Fri", "Sat", "Sun"});
}

std::string Text(const vangnet::Extent& extent) {
  struct {
    std::string operator()(const vangnet::DaysExtent& e) const { return "days " + Text(e.days); }
    std::string operator()(const vangnet::PartExtent& e) const {
      return "part " + Text(e.day) + Name(e.part, {" ?", " MORNING", " AFTERNOON"});
    }
    std::string operator()(const vangnet::TimeExtent& e) const {
      return "time " + Text(e.day) + " " + MinuteOfDayToString(e.from) + "-" + MinuteOfDayToString(e.until);
    }
    std::string operator()(const vangnet::PeriodsExtent& e) const {
      return "periods " + Text(e.day) + " " + std::to_string(e.first) + "-" + std::to_string(e.last);
    }
  } visitor;
  return std::visit(visitor, extent);
}

std::string Text(const vangnet::Timetable& timetable) {
  std::ostringstream out;
  out << "timetable " << Text(timetable.days) << " weeks " << Name(timetable.weeks) << " group '" << timetable.group
      << "':";
  for (const auto& entry : timetable.sessions) {
    out << " " << Name(entry.weekday) << " " << MinuteOfDayToString(entry.session.from) << "-"
        << MinuteOfDayToString(entry.session.until) << Name(entry.session.part, {"?", "M", "A"});
  }
  return out.str();
}

std::string Text(const vangnet::Closure& closure) {
  std::string text = "closure " + Text(closure.days);
  if (closure.closed_from.has_value()) text += " from " + MinuteOfDayToString(*closure.closed_from);
  return text;
}

struct FactText {
  std::string operator()(const vangnet::StudentProfile& f) const {
    return "profile born " + Text(f.birth_date) + " municipality '" + f.municipality + "' resident " + Text(f.resident);
  }
  std::string operator()(const vangnet::Placement& f) const {
    return "placement " + f.school + " group '" + f.group + "' " + Text(f.days) + " " + Name(f.kind) + " ended by " +
           Name(f.end_reason);
  }
  std::string operator()(const vangnet::Exemption& f) const { return "exemption " + Text(f.days); }
  std::string operator()(const vangnet::Absence& f) const {
    return "absence " + f.school + " " + Name(f.category) + " " + Name(f.authorised) + " " + Text(f.extent);
  }
  std::string operator()(const vangnet::Presence& f) const { return "presence " + f.school + " " + Text(f.extent); }
  std::string operator()(const vangnet::Report& f) const {
    return std::string("report ") + Name(f.kind) + " " + Text(f.days) + " filed " + Text(f.filed_on);
  }
  std::string operator()(const vangnet::SameStudent& f) const { return "same_student " + f.other; }
  std::string operator()(const vangnet::Application& f) const {
    return "application " + f.school + " on " + Text(f.applied_on) + " " + Name(f.decision) +
           (f.newcomer ? " newcomer" : "");
  }
  std::string operator()(const vangnet::Arrangement& f) const {
    return std::string("arrangement ") + Name(f.kind) + " " + Text(f.days);
  }
  std::string operator()(const vangnet::StudentTimetable& f) const { return "own " + Text(f.timetable); }
  std::string operator()(const vangnet::SchoolCalendar& f) const {
    std::string text = "calendar";
    for (const auto& timetable : f.timetables) text += "\n      " + Text(timetable);
    for (const auto& closure : f.closures) text += "\n      " + Text(closure);
    return text;
  }
  std::string operator()(const vangnet::AttendanceComplete& f) const {
    return "complete through " + Text(f.through_day);
  }
};

struct SettingsText {
  std::string operator()(const vangnet::NoPlacementSettings& s) const {
    std::string text = "no_placement left_for_good";
    for (const auto reason : s.left_for_good) text += std::string(" ") + Name(reason);
    return text;
  }
  std::string operator()(const vangnet::ContinuousAbsenceSettings& s) const {
    return std::string("continuous_absence ") + Name(s.filter, {"?", "MISSED", "UNAUTHORISED", "SICK"}) +
           " max_open_days " + std::to_string(s.max_open_days);
  }
  std::string operator()(const vangnet::WindowMinutesSettings& s) const {
    return "window_minutes minutes " + std::to_string(s.minutes) + " weeks " + std::to_string(s.weeks) +
           " repeat_after_days " + std::to_string(s.repeat_after_days) + " due_working_days " +
           std::to_string(s.due_working_days) + " keep_days " + std::to_string(s.keep_days);
  }
  std::string operator()(const vangnet::SpellsSettings& s) const {
    return "spells window_days " + std::to_string(s.window_days);
  }
  std::string operator()(const vangnet::AbsenceRateSettings& s) const {
    return "absence_rate minimum_school_days " + std::to_string(s.minimum_school_days);
  }
  std::string operator()(const vangnet::LateArrivalsSettings&) const { return "late_arrivals"; }
  std::string operator()(const vangnet::CategorySeenSettings& s) const {
    return std::string("category_seen ") + Name(s.category) + " due_working_days " +
           std::to_string(s.due_working_days) + " keep_days " + std::to_string(s.keep_days);
  }
  std::string operator()(const vangnet::ApplicationUndecidedSettings& s) const {
    return "application_undecided decide_days " + std::to_string(s.decide_days) + " extended_days " +
           std::to_string(s.extended_days);
  }
  std::string operator()(const vangnet::EndingSettings& s) const {
    return std::string("ending ") + Name(s.sort, {"?", "EXEMPTION", "ARRANGEMENT"}) + " notice_days " +
           std::to_string(s.notice_days);
  }
  std::string operator()(const vangnet::OverlappingPlacementsSettings&) const { return "overlapping_placements"; }
  std::string operator()(const vangnet::SchoolSilentSettings& s) const {
    return "school_silent school_days " + std::to_string(s.school_days);
  }
  std::string operator()(const vangnet::ShortTimetableSettings&) const { return "short_timetable"; }
  std::string operator()(const vangnet::UnknownSchoolSettings&) const { return "unknown_school"; }
};

std::string Text(const vangnet::Region& region) {
  std::ostringstream out;
  for (const auto& timetable : region.default_timetable) out << "  region " << Text(timetable) << "\n";
  for (const auto& closure : region.closures) out << "  region " << Text(closure) << "\n";
  for (const Day day : region.public_holidays) out << "  public holiday " << Text(day) << "\n";
  for (const auto& [school, listed] : region.schools) {
    out << "  school " << school << " reports_from " << Text(listed.reports_from) << "\n";
  }
  for (const auto& [code, municipality] : region.municipalities) out << "  municipality " << code << "\n";
  return out.str();
}

}  // namespace

std::string Describe(const vangnet::Record& record) {
  const std::string fact = record.fact.has_value() ? std::visit(FactText{}, *record.fact) : "withdrawn";
  return record.subject.key + " " + record.key.source + "/" + record.key.record_id + " r" +
         std::to_string(record.revision) + " " + fact;
}

std::string Describe(const vangnet::Rule& rule) {
  std::ostringstream out;
  out << rule.id << (rule.shadow ? " (shadow)" : "") << " valid " << Text(rule.valid) << " "
      << std::visit(SettingsText{}, rule.settings);
  for (const auto& stage : rule.stages) {
    out << " [" << stage.name << " "
        << Name(stage.condition.kind, {"", "school_days ", "days ", "months ", "at_least "}) << stage.condition.n
        << "]";
  }
  return out.str();
}

std::string Describe(const vangnet::Finding& finding) {
  std::ostringstream out;
  out << finding.subject.key << " #" << finding.rule_index << " " << finding.rule << " " << finding.stage_index << ":"
      << finding.stage << " since " << Text(finding.since) << " reached_on " << Text(finding.reached_on);
  if (finding.due_on.has_value()) out << " due_on " << Text(*finding.due_on);
  if (finding.value.has_value()) out << " value " << *finding.value;
  if (finding.cause.has_value()) out << " " << vangnet::CauseName(*finding.cause);
  if (finding.coverage.has_value()) out << " " << vangnet::CoverageName(*finding.coverage);
  out << " school '" << finding.school << "' evidence";
  for (const auto& record : finding.evidence) {
    out << " " << record.key.source << "/" << record.key.record_id << "(" << record.student << ")r" << record.revision;
  }
  return out.str();
}

std::string Describe(const NaiveInput& input) {
  std::ostringstream out;
  out << "  assume_complete " << input.policy.assume_complete << " unknown_grace_days "
      << input.policy.unknown_grace_days << " under_six_free_minutes " << input.policy.under_six_free_minutes << "\n";
  for (const auto& rule : input.policy.rules) out << "  rule " << Describe(rule) << "\n";
  out << Text(input.region);
  for (const auto& record : input.versions) out << "  record " << Describe(record) << "\n";
  return out.str();
}

std::string Difference(const std::string& expected_name, const std::vector<vangnet::Finding>& expected,
                       const std::string& actual_name, const std::vector<vangnet::Finding>& actual) {
  if (expected == actual) return "";
  std::ostringstream out;
  for (const vangnet::Finding& finding : expected) {
    const bool found = std::find(actual.begin(), actual.end(), finding) != actual.end();
    if (!found) out << "  only " << expected_name << ": " << Describe(finding) << "\n";
  }
  for (const vangnet::Finding& finding : actual) {
    const bool found = std::find(expected.begin(), expected.end(), finding) != expected.end();
    if (!found) out << "  only " << actual_name << ": " << Describe(finding) << "\n";
  }
  if (!out.str().empty()) return out.str();
  out << "  the same findings in another order or number; " << expected_name << ":\n";
  for (const vangnet::Finding& finding : expected) out << "    " << Describe(finding) << "\n";
  out << "  " << actual_name << ":\n";
  for (const vangnet::Finding& finding : actual) out << "    " << Describe(finding) << "\n";
  return out.str();
}

}  // namespace vangnet_testing
