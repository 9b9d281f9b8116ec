#include "cli/scenarios/days_clause.h"

namespace vangnet {
namespace {

std::string WireDay(Day day) { return day == kDayMin || day == kDayMax ? "" : day.ToString(); }

bool IsTime(WordReader& words, Place place, const std::string& text) {
  if (ParseMinuteOfDay(text)) return true;
  const bool lacks_zero = ParseMinuteOfDay("0" + text).has_value();
  words.Problem(place, "\"" + text + "\" is no time: a time is written HH:MM, 00:00 to 24:00" +
                           (lacks_zero ? "; did you mean 0" + text + "?" : ""));
  return false;
}

}  // namespace

bool IsDaysClauseNext(const WordReader& words) {
  return words.IsNext("from") || words.IsNext("until") || words.IsDaysNext();
}

DaysClause TakeDaysClause(WordReader& words) {
  if (words.TakeKeyword("from")) {
    const std::optional<Day> day = words.TakeDay();
    return {.first = day ? std::optional(day->ToString()) : std::nullopt, .last = std::nullopt};
  }
  if (words.TakeKeyword("until")) {
    const std::optional<Day> day = words.TakeDay();
    return {.first = std::nullopt, .last = day ? std::optional(day->ToString()) : std::nullopt};
  }
  const std::optional<DayInterval> days = words.TakeDays();
  if (!days) return {};
  return {.first = WireDay(days->first), .last = WireDay(days->last)};
}

bool IsTimeNext(const WordReader& words) {
  const Word* const word = words.Peek();
  return word != nullptr && !word->quoted && !word->text.empty() && word->text[0] >= '0' && word->text[0] <= '9' &&
         word->text.find(':') != std::string::npos;
}

std::optional<TimeSpan> TakeTimeSpan(WordReader& words) {
  const std::optional<Word> word = words.TakeText("a span of time, as 09:00-10:30,");
  if (!word) return std::nullopt;
  const size_t dash = word->text.find('-');
  if (dash == std::string::npos) {
    words.Problem(word->place, "\"" + word->text + "\" is no span of time: write both ends, as 09:00-10:30");
    return std::nullopt;
  }
  TimeSpan span{.from = word->text.substr(0, dash), .until = word->text.substr(dash + 1)};
  const Place until_place{word->place.line, word->place.column + static_cast<int>(dash) + 1};
  const bool from_holds = IsTime(words, word->place, span.from);
  if (!IsTime(words, until_place, span.until) || !from_holds) return std::nullopt;
  return span;
}

std::optional<std::string> TakeTime(WordReader& words) {
  const std::optional<Word> word = words.TakeText("a time, as 12:00,");
  if (!word || !IsTime(words, word->place, word->text)) return std::nullopt;
  return word->text;
}

}  // namespace vangnet
