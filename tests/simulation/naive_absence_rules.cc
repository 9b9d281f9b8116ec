// The rules that read the day pictures: what a child missed.
#include <algorithm>
#include <set>
#include <utility>

#include "tests/simulation/naive_rule.h"

namespace vangnet_testing {
namespace {

using vangnet::AbsenceFilter;
using vangnet::Authorised;
using vangnet::Coverage;
using vangnet::Day;
using vangnet::Finding;
using vangnet::ReportKind;

// What a walk back from a day met.
struct Walk {
  std::vector<Day> run;   // wholly F, ascending
  std::vector<Day> open;  // open for F and skipped
};

// What a day is to a walk of continuous-absence.
enum class Step : uint8_t { kSkip, kOpen, kOfTheRun, kEnd };

Step StepOn(const NaiveStudent& student, AbsenceFilter filter, Day day) {
  const StudentDay* picture = student.Find(day);
  if (picture == nullptr || picture->placement == nullptr) {
    return IsRegionSchoolDay(student.world.region, day) ? Step::kEnd : Step::kSkip;
  }
  if (!picture->is_school_day()) return Step::kSkip;
  if (IsWholly(filter, *picture)) return Step::kOfTheRun;
  return IsOpenFor(filter, *picture) ? Step::kOpen : Step::kEnd;
}

// The last day of the run that lies before the open days that end on `day`; nothing when the walk ends first.
std::optional<Day> LastDayOfEarlierRun(const NaiveStudent& student, AbsenceFilter filter, Day day) {
  for (; day >= vangnet::kFirstDay; --day) {
    const Step step = StepOn(student, filter, day);
    if (step == Step::kOfTheRun) return day;
    if (step == Step::kEnd) return std::nullopt;
  }
  return std::nullopt;
}

Walk WalkBack(const NaiveRule& rule, const vangnet::ContinuousAbsenceSettings& settings, Day from) {
  Walk walk;
  int open_in_a_row = 0;
  for (Day day = from; day >= vangnet::kFirstDay; --day) {
    const Step step = StepOn(rule.student, settings.filter, day);
    if (step == Step::kEnd) break;
    if (step == Step::kOfTheRun) walk.run.insert(walk.run.begin(), day);
    if (step == Step::kOpen) walk.open.push_back(day);
    if (step == Step::kOfTheRun) open_in_a_row = 0;
    if (step == Step::kOpen) ++open_in_a_row;
    if (walk.run.empty() || open_in_a_row <= settings.max_open_days) continue;
    // Too long a silence. What lies before it belongs to the run only if it had reached a stage of its own.
    const auto earlier_last = LastDayOfEarlierRun(rule.student, settings.filter, day);
    if (!earlier_last.has_value()) break;
    const Walk earlier = WalkBack(rule, settings, *earlier_last);
    if (!HighestStage(rule.rule(), earlier.run.front(), earlier.run, earlier.run).has_value()) break;
    walk.run.insert(walk.run.begin(), earlier.run.begin(), earlier.run.end());
    for (Day silent = day - 1; silent > *earlier_last; --silent) {
      if (StepOn(rule.student, settings.filter, silent) == Step::kOpen) walk.open.push_back(silent);
    }
    walk.open.insert(walk.open.end(), earlier.open.begin(), earlier.open.end());
    break;  // the earlier walk has walked the rest
  }
  return walk;
}

std::vector<const StudentDay*> PicturesOf(const NaiveStudent& student, const std::vector<Day>& days) {
  std::vector<const StudentDay*> pictures;
  for (const Day day : days) pictures.push_back(student.Find(day));
  return pictures;
}

// A day with unauthorised minutes on the list of window-minutes.
struct ListedDay {
  Day day;
  int minutes = 0;
};

struct Occurrence {
  std::vector<ListedDay> list;
  Day reached_on;
  int sum = 0;
};

// The walk of window-minutes over the school days, in order of time.
class Window {
 public:
  Window(const NaiveRule& rule, const vangnet::WindowMinutesSettings& settings) : rule_(rule), settings_(settings) {}

  std::vector<Occurrence> Walk() {
    for (const StudentDay& day : rule_.student.days) {
      if (day.is_school_day()) Step(day);
    }
    return occurrences_;
  }

 private:
  void Step(const StudentDay& day) {
    EmptyByReports(day.day);
    const int minutes = CountMinutes(day, MinuteStatus::kUnauthorised);
    const bool look_at_open_days = !held_back_;
    const bool look = minutes > 0 || held_back_;
    if (!look) return;
    const bool open = IsOpenFor(AbsenceFilter::kUnauthorised, day);
    if (minutes > 0 || !open) DropOldDays(day);
    if (minutes > 0) list_.push_back({day.day, minutes});
    if (open && !look_at_open_days) return;
    LookAtList(day);
  }

  void EmptyByReports(Day today_of_walk) {
    for (const auto& report : rule_.student.child.reports) {
      if (report.fact.kind != ReportKind::kSixteenHours || today_of_walk <= report.fact.days.last) continue;
      std::erase_if(list_, [&](const ListedDay& listed) { return listed.day <= report.fact.days.last; });
    }
  }

  void DropOldDays(const StudentDay& day) {
    const NaiveCalendar calendar = rule_.world().CalendarOf(day.placement->fact.school);
    std::erase_if(list_, [&](const ListedDay& listed) {
      const int lesson_weeks = calendar.LessonWeeksBetween(listed.day, day.day);
      const int weekdays = static_cast<int>(day.day.weekday()) - static_cast<int>(listed.day.weekday());
      return 7 * lesson_weeks + weekdays >= 7 * settings_.weeks;
    });
  }

  void LookAtList(const StudentDay& day) {
    int sum = 0;
    for (const ListedDay& listed : list_) sum += listed.minutes;
    held_back_ = false;
    if (list_.empty() || sum < settings_.minutes) return;
    if (IsHeldBackOn(day.day)) {
      held_back_ = true;
      return;
    }
    occurrences_.push_back({list_, day.day, sum});
    list_.clear();
  }

  bool IsHeldBackOn(Day day) const {
    if (occurrences_.empty()) return false;
    const Day previous_last = occurrences_.back().list.back().day;
    if (day >= previous_last + settings_.repeat_after_days) return false;
    for (const StudentDay& between : rule_.student.days) {
      if (between.day <= previous_last || between.day > day || !between.is_school_day()) continue;
      if (!IsWholly(AbsenceFilter::kUnauthorised, between)) return false;
    }
    return true;
  }

  const NaiveRule& rule_;
  const vangnet::WindowMinutesSettings& settings_;
  std::vector<ListedDay> list_;
  std::vector<Occurrence> occurrences_;
  bool held_back_ = false;
};

bool MeetsReport(const NaiveStudent& student, const vangnet::DayInterval& interval, ReportKind kind) {
  for (const auto& report : student.child.reports) {
    if (report.fact.kind == kind && report.fact.days.meets(interval)) return true;
  }
  return false;
}

// Spells of sickness in order of time, each as its days with sick minutes.
std::vector<std::vector<const StudentDay*>> SpellsOf(const NaiveStudent& student) {
  std::vector<std::vector<const StudentDay*>> spells;
  bool in_spell = false;
  for (const StudentDay& day : student.days) {
    if (!day.is_school_day() || IsOpenFor(AbsenceFilter::kSick, day)) continue;
    if (CountMinutes(day, MinuteStatus::kSick) == 0) {
      in_spell = false;
      continue;
    }
    if (!in_spell) spells.emplace_back();
    spells.back().push_back(&day);
    in_spell = true;
  }
  return spells;
}

// The days that absence-rate counts, in order of time, with the minutes of each, and the first day of its span.
struct RateSpan {
  std::optional<Day> first;
  std::vector<const StudentDay*> counted;
  std::vector<int64_t> missed_minutes;
  std::vector<int64_t> lesson_minutes;
};

RateSpan RateSpanOf(const NaiveStudent& student) {
  RateSpan span;
  const Day year_first = SchoolYearFirstDay(student.world.today);
  for (const StudentDay& day : student.days) {
    if (day.day < year_first || !day.is_school_day()) continue;
    if (!span.first.has_value()) span.first = day.day;
    if (IsOpenFor(AbsenceFilter::kMissed, day)) continue;
    span.counted.push_back(&day);
    span.missed_minutes.push_back(CountMinutesOf(AbsenceFilter::kMissed, day));
    span.lesson_minutes.push_back(CountLessonMinutes(day));
  }
  return span;
}

// Per mille missed over the counted days up to each day of the span; nothing when they are fewer than the minimum.
std::vector<std::pair<Day, std::optional<int64_t>>> RatesUpTo(const RateSpan& span, Day today,
                                                              int minimum_school_days) {
  std::vector<std::pair<Day, std::optional<int64_t>>> rates;
  int64_t missed = 0;
  int64_t lesson = 0;
  size_t school_days = 0;
  for (Day t = *span.first; t <= today; ++t) {
    if (school_days < span.counted.size() && span.counted[school_days]->day == t) {
      missed += span.missed_minutes[school_days];
      lesson += span.lesson_minutes[school_days];
      ++school_days;
    }
    const bool enough = static_cast<int>(school_days) >= minimum_school_days && lesson > 0;
    rates.emplace_back(t, enough ? std::optional(1000 * missed / lesson) : std::nullopt);
  }
  return rates;
}

// The stage is reached on the earliest day from which on the rate was, every day, at least the stage's.
std::optional<ReachedStage> RateStage(const vangnet::Rule& rule,
                                      const std::vector<std::pair<Day, std::optional<int64_t>>>& rates) {
  std::optional<ReachedStage> highest;
  for (int index = 0; index < static_cast<int>(rule.stages.size()); ++index) {
    std::optional<Day> reached;
    for (auto rate = rates.rbegin(); rate != rates.rend(); ++rate) {
      if (!rate->second.has_value()) break;
      if (*rate->second < rule.stages[static_cast<size_t>(index)].condition.n) break;
      reached = rate->first;
    }
    if (!reached.has_value()) break;  // no stage before every lower stage
    highest = ReachedStage{index, highest.has_value() ? std::max(*reached, highest->on) : *reached};
  }
  return highest;
}

}  // namespace

Findings ContinuousAbsence(const NaiveRule& rule, const vangnet::ContinuousAbsenceSettings& settings) {
  const Day today = rule.world().today;
  const Walk walk = WalkBack(rule, settings, today);
  if (walk.run.empty()) return {};
  const Day since = walk.run.front();
  const auto reached = HighestStage(rule.rule(), since, walk.run, walk.run);
  if (!reached.has_value()) return {};
  Finding finding = rule.Find(*reached, since);
  finding.value = static_cast<int64_t>(walk.run.size());
  finding.coverage = Coverage::kComplete;
  for (const Day open : walk.open) {
    if (since <= open && open <= today - 1) finding.coverage = Coverage::kIncomplete;
  }
  finding.evidence = AbsencesCovering(rule.student, PicturesOf(rule.student, walk.run), StatusesOf(settings.filter));
  return {finding};
}

Findings WindowMinutes(const NaiveRule& rule, const vangnet::WindowMinutesSettings& settings) {
  Findings findings;
  for (const Occurrence& occurrence : Window(rule, settings).Walk()) {
    const Day first = occurrence.list.front().day;
    const Day last = occurrence.list.back().day;
    if (rule.world().today > occurrence.reached_on + settings.keep_days) continue;
    if (MeetsReport(rule.student, {first, last}, ReportKind::kSixteenHours)) continue;
    Finding finding = rule.Find({0, occurrence.reached_on}, first);
    finding.identity = first.ToString();
    finding.value = occurrence.sum;
    finding.due_on = WorkingDaysAfter(rule.world().region, occurrence.reached_on, settings.due_working_days);
    finding.school = rule.student.SchoolOf(last);
    std::vector<Day> days;
    for (const ListedDay& listed : occurrence.list) days.push_back(listed.day);
    finding.evidence =
        AbsencesCovering(rule.student, PicturesOf(rule.student, days), StatusesOf(AbsenceFilter::kUnauthorised));
    findings.push_back(finding);
  }
  return findings;
}

Findings Spells(const NaiveRule& rule, const vangnet::SpellsSettings& settings) {
  const Day today = rule.world().today;
  std::vector<Day> first_days;
  std::vector<const StudentDay*> sick_days;
  for (const auto& spell : SpellsOf(rule.student)) {
    const Day first = spell.front()->day;
    if (first <= today - settings.window_days || first > today) continue;
    first_days.push_back(first);
    sick_days.insert(sick_days.end(), spell.begin(), spell.end());
  }
  const auto reached = HighestStageOfCount(rule.rule(), first_days);
  if (!reached.has_value()) return {};
  Finding finding = rule.Find(*reached, first_days.front());
  finding.value = static_cast<int64_t>(first_days.size());
  finding.evidence = AbsencesCovering(rule.student, sick_days, StatusesOf(AbsenceFilter::kSick));
  return {finding};
}

Findings AbsenceRate(const NaiveRule& rule, const vangnet::AbsenceRateSettings& settings) {
  const Day today = rule.world().today;
  const RateSpan span = RateSpanOf(rule.student);
  if (!span.first.has_value()) return {};
  const auto rates = RatesUpTo(span, today, settings.minimum_school_days);
  const auto reached = RateStage(rule.rule(), rates);
  if (!reached.has_value()) return {};
  Finding finding = rule.Find(*reached, *span.first);
  finding.value = *rates.back().second;
  finding.evidence = AbsencesCovering(rule.student, span.counted, StatusesOf(AbsenceFilter::kMissed));
  return {finding};
}

Findings LateArrivals(const NaiveRule& rule) {
  const Day today = rule.world().today;
  std::set<std::pair<Day, std::string>> seen;  // one per day and school at most; record order keeps the smallest
  std::vector<Day> days;
  std::vector<vangnet::EvidenceRecord> evidence;
  for (const auto& absence : rule.student.child.absences) {
    if (absence.fact.category != vangnet::AbsenceCategory::kLate) continue;
    if (absence.fact.authorised == Authorised::kYes) continue;
    const Day day = vangnet::DaysOf(absence.fact.extent).first;
    if (day < SchoolYearFirstDay(today) || day > today) continue;
    if (!seen.emplace(day, absence.fact.school).second) continue;
    days.push_back(day);
    evidence.push_back(EvidenceOf(absence));
  }
  std::sort(days.begin(), days.end());
  const auto reached = HighestStageOfCount(rule.rule(), days);
  if (!reached.has_value()) return {};
  Finding finding = rule.Find(*reached, days.front());
  finding.value = static_cast<int64_t>(days.size());
  finding.evidence = evidence;
  return {finding};
}

Findings CategorySeen(const NaiveRule& rule, const vangnet::CategorySeenSettings& settings) {
  Findings findings;
  for (const auto& absence : rule.student.child.absences) {
    if (absence.fact.category != settings.category || absence.fact.authorised == Authorised::kYes) continue;
    std::optional<Day> first;
    for (const StudentDay& day : rule.student.days) {
      if (!rule.student.IsCompulsory(day.day) || rule.student.IsExempt(day.day)) continue;
      if (!first.has_value() && AbsenceCoversAnyMinute(absence.fact, day)) first = day.day;
    }
    if (!first.has_value() || rule.world().today > *first + settings.keep_days) continue;
    const bool luxury = settings.category == vangnet::AbsenceCategory::kLuxury;
    if (luxury && MeetsReport(rule.student, {*first, *first}, ReportKind::kLuxury)) continue;
    Finding finding = rule.Find({0, *first}, *first);
    finding.identity = IdentityOf(absence.key);
    finding.due_on = WorkingDaysAfter(rule.world().region, *first, settings.due_working_days);
    finding.school = rule.student.SchoolOf(*first);
    finding.evidence = {EvidenceOf(absence)};
    findings.push_back(finding);
  }
  return findings;
}

}  // namespace vangnet_testing
