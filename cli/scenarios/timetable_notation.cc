#include "cli/scenarios/timetable_notation.h"

#include <algorithm>

#include "cli/scenarios/days_clause.h"
#include "cli/scenarios/enum_words.h"
#include "services/convert/suggestion.h"

namespace vangnet {
namespace {

// The weekdays of a word such as `wed` or `mon-fri`; empty: it is none.
std::vector<Weekday> WeekdaysOf(const Word& word) {
  if (word.quoted) return {};
  const size_t dash = word.text.find('-');
  const std::optional<Weekday> first = ParseWeekday(std::string_view(word.text).substr(0, dash));
  if (!first || dash == std::string::npos) return first ? std::vector<Weekday>{*first} : std::vector<Weekday>{};
  const std::optional<Weekday> last = ParseWeekday(std::string_view(word.text).substr(dash + 1));
  std::vector<Weekday> weekdays;
  if (!last) return weekdays;
  for (int day = static_cast<int>(*first); day <= static_cast<int>(*last); ++day) {
    weekdays.push_back(static_cast<Weekday>(day));
  }
  return weekdays;
}

v1::DayPart PartOf(WordReader& words, const std::string& from) {
  if (words.TakeKeyword("morning")) return v1::DAY_PART_MORNING;
  if (words.TakeKeyword("afternoon")) return v1::DAY_PART_AFTERNOON;
  return from < "12:00" ? v1::DAY_PART_MORNING : v1::DAY_PART_AFTERNOON;
}

void ReadSessions(WordReader& words, v1::Timetable& timetable) {
  std::vector<Weekday> weekdays;
  while (!words.AtEnd()) {
    const std::vector<Weekday> more = WeekdaysOf(*words.Peek());
    if (more.empty()) break;
    words.Take();
    weekdays.insert(weekdays.end(), more.begin(), more.end());
  }
  if (!IsTimeNext(words)) words.Problem(words.place(), "a span of time, as 08:30-12:00, belongs behind the weekdays");
  while (IsTimeNext(words)) {
    const std::optional<TimeSpan> span = TakeTimeSpan(words);
    if (!span) continue;
    const v1::DayPart part = PartOf(words, span->from);
    for (const Weekday weekday : weekdays) {
      v1::Session& session = *timetable.add_sessions();
      session.set_weekday(static_cast<v1::Weekday>(weekday));
      session.set_from(span->from);
      session.set_until(span->until);
      session.set_part(part);
    }
  }
}

void ReadWeeks(WordReader& words, v1::Timetable& timetable) {
  const std::optional<Word> word = words.TakeText("every, odd or even");
  if (!word) return;
  const auto& type = *v1::TimetableWeeks_descriptor();
  const auto* const value = FindEnumWord(type, word->text);
  if (value == nullptr) {
    words.Problem(word->place, "\"" + word->text + "\" are no weeks: every, odd or even" +
                                   Suggestion(WordOf(word->text), WordsOf(type)));
    return;
  }
  timetable.set_weeks(static_cast<v1::TimetableWeeks>(value->number()));
}

void ReadClosure(WordReader& words, v1::Closure& closure) {
  const Place place = words.place();
  bool has_days = false;
  while (!words.AtEnd()) {
    const Word* const behind = words.Peek(1);
    if (words.IsNext("from") && behind != nullptr && behind->text.find(':') != std::string::npos) {
      words.Take();
      if (const auto time = TakeTime(words)) closure.set_closed_from(*time);
    } else if (IsDaysClauseNext(words)) {
      const DaysClause days = TakeDaysClause(words);
      if (days.first) closure.set_first_day(*days.first);
      if (days.last) closure.set_last_day(*days.last);
      has_days = true;
    } else if (words.TakeKeyword("name")) {
      if (const auto name = words.TakeText("the closure's name")) closure.set_name(name->text);
    } else {
      break;
    }
  }
  if (!has_days) words.Problem(place, "the days that are closed are missing, as 2026-10-17 .. 2026-10-25");
}

}  // namespace

bool ReadTimetableClause(WordReader& words, v1::Timetable& timetable) {
  if (IsDaysClauseNext(words)) {
    const DaysClause days = TakeDaysClause(words);
    if (days.first) timetable.set_first_day(*days.first);
    if (days.last) timetable.set_last_day(*days.last);
  } else if (words.TakeKeyword("weeks")) {
    ReadWeeks(words, timetable);
  } else if (words.TakeKeyword("group")) {
    if (const auto group = words.TakeText("the group")) timetable.set_group(group->text);
  } else if (!words.AtEnd() && !WeekdaysOf(*words.Peek()).empty()) {
    ReadSessions(words, timetable);
  } else {
    return false;
  }
  return true;
}

void SortSessions(v1::Timetable& timetable) {
  std::stable_sort(timetable.mutable_sessions()->begin(), timetable.mutable_sessions()->end(),
                   [](const v1::Session& one, const v1::Session& other) { return one.weekday() < other.weekday(); });
}

bool ReadCalendarClause(WordReader& words, v1::SchoolCalendar& calendar) {
  if (words.TakeKeyword("timetable")) {
    v1::Timetable& timetable = *calendar.add_timetables();
    while (!words.AtEnd() && ReadTimetableClause(words, timetable)) {
    }
    SortSessions(timetable);
  } else if (words.TakeKeyword("closed")) {
    ReadClosure(words, *calendar.add_closures());
  } else if (words.TakeKeyword("name")) {
    if (const auto name = words.TakeText("the school's name")) calendar.set_name(name->text);
  } else {
    return false;
  }
  return true;
}

}  // namespace vangnet
