#include "tests/testing/story.h"

#include <algorithm>
#include <map>
#include <ostream>
#include <utility>

namespace vangnet {
void PrintTo(Day day, std::ostream* out) { *out << day.ToString(); }
}  // namespace vangnet

namespace vangnet_testing {

using namespace vangnet;

Day D(std::string_view text) { return Day::Parse(text).value(); }

MinuteOfDay M(std::string_view text) { return ParseMinuteOfDay(text).value(); }

DayInterval Days(std::string_view first, std::string_view last) {
  return {first.empty() ? kDayMin : D(first), last.empty() ? kDayMax : D(last)};
}

Timetable SectionEightTimetable() {
  Timetable timetable;
  for (const Weekday weekday :
       {Weekday::kMonday, Weekday::kTuesday, Weekday::kWednesday, Weekday::kThursday, Weekday::kFriday}) {
    if (weekday == Weekday::kWednesday) {
      timetable.sessions.push_back({weekday, {M("08:30"), M("12:15"), DayPart::kMorning}});
      continue;
    }
    timetable.sessions.push_back({weekday, {M("08:30"), M("12:00"), DayPart::kMorning}});
    timetable.sessions.push_back({weekday, {M("13:00"), M("15:00"), DayPart::kAfternoon}});
  }
  return timetable;
}

Timetable OneSession(std::string_view weekdays, std::string_view from, std::string_view until) {
  Timetable timetable;
  for (const char weekday : weekdays) {
    timetable.sessions.push_back({static_cast<Weekday>(weekday - '0'), {M(from), M(until), DayPart::kMorning}});
  }
  return timetable;
}

Policy DefaultPolicy() {
  using Kind = StageCondition::Kind;
  const auto rule = [](std::string id, std::vector<Stage> stages, RuleSettings settings) {
    Rule made;
    made.id = std::move(id);
    made.stages = std::move(stages);
    made.settings = std::move(settings);
    return made;
  };
  const auto stage = [](std::string name, Kind kind = Kind::kNone, int n = 0) {
    return Stage{std::move(name), {kind, n}, {}};
  };
  const auto continuous = [](AbsenceFilter filter) {
    return ContinuousAbsenceSettings{filter, ContinuousAbsenceSettings().max_open_days};
  };
  const Stage four_weeks = stage("four-weeks", Kind::kLongerThanDays, 28);
  const Stage three_months = stage("three-months", Kind::kLongerThanMonths, 3);
  Policy policy;
  policy.rules = {
      rule("no-placement",
           {stage("open", Kind::kAtLeastSchoolDays, 1), stage("confirmed", Kind::kLongerThanDays, 28),
            stage("long", Kind::kLongerThanMonths, 3)},
           NoPlacementSettings{}),
      rule("long-absence", {stage("early", Kind::kAtLeastSchoolDays, 5), four_weeks, three_months},
           continuous(AbsenceFilter::kMissed)),
      rule("unauthorised-absence", {four_weeks, three_months}, continuous(AbsenceFilter::kUnauthorised)),
      rule("sixteen-hours", {stage("report")}, WindowMinutesSettings{}),
      rule("sick-long", {stage("seventh-day", Kind::kAtLeastSchoolDays, 7)}, continuous(AbsenceFilter::kSick)),
      rule("sick-often", {stage("fourth", Kind::kAtLeast, 4)}, SpellsSettings{}),
      rule("absence-rate",
           {stage("tenth", Kind::kAtLeast, 100), stage("fifth", Kind::kAtLeast, 200),
            stage("half", Kind::kAtLeast, 500)},
           AbsenceRateSettings{}),
      rule("late-arrivals",
           {stage("three", Kind::kAtLeast, 3), stage("six", Kind::kAtLeast, 6), stage("nine", Kind::kAtLeast, 9),
            stage("twelve", Kind::kAtLeast, 12)},
           LateArrivalsSettings{}),
      rule("luxury-leave", {stage("report")}, CategorySeenSettings{}),
      rule("application-overdue", {stage("decision-due"), stage("place-now")}, ApplicationUndecidedSettings{}),
      rule("exemption-ending", {stage("ending")}, EndingSettings{EndingSort::kExemption, 60}),
      rule("arrangement-ending", {stage("ending")}, EndingSettings{EndingSort::kArrangement, 60}),
      rule("overlapping-placements", {stage("overlap")}, OverlappingPlacementsSettings{}),
      rule("short-timetable", {stage("half", Kind::kAtLeast, 500)}, ShortTimetableSettings{}),
      rule("school-silent", {stage("silent")}, SchoolSilentSettings{}),
      rule("unknown-school", {stage("unknown")}, UnknownSchoolSettings{}),
  };
  return policy;
}

Policy Only(Policy policy, const std::vector<std::string>& ids) {
  std::erase_if(policy.rules, [&](const Rule& rule) { return std::ranges::count(ids, rule.id) == 0; });
  return policy;
}

Extent OnDays(std::string_view first, std::string_view last) { return DaysExtent{Days(first, last)}; }
Extent OnPart(std::string_view day, DayPart part) { return PartExtent{D(day), part}; }
Extent AtTime(std::string_view day, std::string_view from, std::string_view until) {
  return TimeExtent{D(day), M(from), M(until)};
}
Extent InPeriods(std::string_view day, int first, int last) {
  return PeriodsExtent{D(day), static_cast<uint16_t>(first), static_cast<uint16_t>(last)};
}

Story::Story() {
  region.default_timetable = {SectionEightTimetable()};
  region.closures = {{Days("2026-10-17", "2026-10-25"), std::nullopt}};
  region.schools["12AB00"].name = "De Wegwijzer";
  region.fallback_team = "team";
  Born("2017-03-02");
}

Story& Story::SayUnder(std::string_view key, std::string_view id, Fact fact, uint64_t revision) {
  records.push_back({{SubjectKind::kStudent, std::string(key)}, {"las", std::string(id)}, revision, std::move(fact)});
  return *this;
}

Story& Story::Say(std::string_view id, Fact fact, uint64_t revision) {
  return SayUnder(student, id, std::move(fact), revision);
}

Story& Story::SayOfSchool(std::string_view school, std::string_view id, Fact fact, uint64_t revision) {
  records.push_back({{SubjectKind::kSchool, std::string(school)}, {"las", std::string(id)}, revision, std::move(fact)});
  return *this;
}

Story& Story::Withdraw(std::string_view id, uint64_t revision) {
  records.push_back({{SubjectKind::kStudent, student}, {"las", std::string(id)}, revision, std::nullopt});
  return *this;
}

Story& Story::Born(std::string_view day) {
  std::erase_if(records, [](const Record& record) { return record.key.record_id == "profile"; });
  StudentProfile profile;
  if (!day.empty()) profile.birth_date = D(day);
  return Say("profile", profile);
}

Story& Story::Placed(std::string_view id, std::string_view first, std::string_view last, std::string_view school) {
  Placement placement;
  placement.school = school;
  placement.days = Days(first, last);
  return Say(id, placement);
}

Story& Story::Absent(std::string_view id, AbsenceCategory category, Authorised authorised, Extent extent) {
  return Say(id, Absence{"12AB00", category, authorised, std::move(extent)});
}

Story& Story::Sick(std::string_view id, std::string_view first, std::string_view last) {
  return Absent(id, AbsenceCategory::kSick, Authorised::kYes, OnDays(first, last));
}

Story& Story::Truant(std::string_view id, std::string_view first, std::string_view last) {
  return Absent(id, AbsenceCategory::kTruant, Authorised::kNo, OnDays(first, last));
}

Story& Story::CompleteThrough(std::string_view day, std::string_view school) {
  const std::string id = "complete-" + std::string(day);
  return SayOfSchool(school, id, AttendanceComplete{std::string(school), D(day)});
}

StudentHistory Story::History() const { return FoldStudent(student, records); }

std::shared_ptr<const SchoolBook> Story::Book() const {
  std::map<std::string, std::vector<Record>> by_school;
  for (const Record& record : records) {
    if (record.subject.kind == SubjectKind::kSchool) by_school[record.subject.key].push_back(record);
  }
  SchoolBook::Facts facts;
  for (const auto& [school, versions] : by_school) facts.emplace(school, FoldSchool(versions));
  return SchoolBook::Create(std::make_shared<Region>(region), facts);
}

Evaluation Story::Evaluate(Day today) const { return EvaluateStudent(History(), *Book(), policy, today); }

Evaluation Story::EvaluateSchool(std::string_view school, Day today) const {
  const StudentHistory history = History();
  std::vector<Enrolment> enrolled;
  const auto* placement = PlacementOn(history, today);
  if (placement != nullptr && placement->fact.school == school) {
    Enrolment& enrolment = enrolled.emplace_back();
    enrolment.student = student;
    for (const auto& other : history.placements) {
      const bool counts = other.fact.kind != PlacementKind::kCare && other.fact.school == school;
      if (counts && other.fact.days.contains(today)) enrolment.placements.push_back(other);
    }
  }
  return vangnet::EvaluateSchool(school, enrolled, NextPlacementChange(history, today), *Book(), policy, today);
}

std::string Story::On(std::string_view today) const { return ToLines(Evaluate(D(today)).findings); }

std::string Story::OfSchoolOn(std::string_view school, std::string_view today) const {
  return ToLines(EvaluateSchool(school, D(today)).findings);
}

std::string ToLines(const std::vector<Finding>& findings) {
  std::string lines;
  for (const Finding& finding : findings) {
    if (!lines.empty()) lines += "\n";
    lines += finding.rule + " " + finding.stage + " since " + finding.since.ToString() + " reached " +
             finding.reached_on.ToString();
    if (finding.due_on) lines += " due " + finding.due_on->ToString();
    if (finding.value) lines += " value " + std::to_string(*finding.value);
    if (finding.cause) lines += std::string(" ") + CauseName(*finding.cause);
    if (finding.coverage) lines += std::string(" ") + CoverageName(*finding.coverage);
    if (!finding.school.empty()) lines += " school " + finding.school;
    lines += " by";
    for (const EvidenceRecord& record : finding.evidence) lines += " " + record.key.record_id;
  }
  return lines.empty() ? "-" : lines;
}

}  // namespace vangnet_testing
