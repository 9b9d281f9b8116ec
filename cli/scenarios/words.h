// Words of a scenario file: what a line is cut into, and a reader that takes them one after the other.
//
// A word ends at a space. "In quotes" is one word, with \" and \\ inside. `..` between days is a word of its own, with
// or without spaces around it. A `#` at the beginning of a word makes the rest of the line a comment.
//
// Thread safety: values; a WordReader is for one thread.
#ifndef VANGNET_CLI_SCENARIOS_WORDS_H_
#define VANGNET_CLI_SCENARIOS_WORDS_H_

#include <optional>
#include <string>
#include <string_view>
#include <vector>

#include "cli/scenarios/scenario_problem.h"
#include "domain/day.h"

namespace vangnet {

struct Word {
  std::string text;
  Place place;
  bool quoted = false;  // then it is never a keyword
};

// Cuts a line; `line_number` from 1. A quote that is not closed is a problem.
std::vector<Word> CutWords(std::string_view line, int line_number, ScenarioProblems& problems);

// The number of characters of UTF-8 text.
int CharactersOf(std::string_view text);

// A day that stands in `text` as somebody may write it, such as 7-9-2026; for suggestions.
std::optional<Day> GuessDay(std::string_view text);

class WordReader {
 public:
  // Both outlive the reader. `end` is where something missing at the end is missing.
  WordReader(const std::vector<Word>& words, Place end, ScenarioProblems& problems)
      : words_(words), end_(end), problems_(problems) {}

  bool AtEnd() const { return next_ == words_.size(); }
  // Null at the end. `ahead` words further on.
  const Word* Peek(size_t ahead = 0) const { return next_ + ahead < words_.size() ? &words_[next_ + ahead] : nullptr; }
  // The next word; not at the end.
  const Word& Take() { return words_[next_++]; }
  // Passes over the next word when it is this keyword.
  bool TakeKeyword(std::string_view keyword);
  bool IsNext(std::string_view keyword) const;
  // Where the next word stands, or the end.
  Place place() const { return AtEnd() ? end_ : words_[next_].place; }
  void SkipAll() { next_ = words_.size(); }

  void Problem(Place place, std::string message) { problems_.push_back({place, std::move(message)}); }
  // The word behind a keyword, called `what` in the problem when there is none.
  std::optional<Word> TakeText(std::string_view what);
  std::optional<Day> TakeDay();
  std::optional<uint64_t> TakeNumber(std::string_view what);
  // DAY, DAY .. DAY, DAY .. or .. DAY; an end that is left out is kDayMin or kDayMax.
  std::optional<DayInterval> TakeDays();
  // Whether days come next: a digit and a dash, `..`, or a weekday before a day.
  bool IsDaysNext() const;

 private:
  const std::vector<Word>& words_;
  const Place end_;
  ScenarioProblems& problems_;
  size_t next_ = 0;
};

// "mon" or "monday" and so on, in any case; nothing when it is none.
std::optional<Weekday> ParseWeekday(std::string_view text);
// "Mon" and so on.
const char* WeekdayName(Weekday weekday);

}  // namespace vangnet

#endif  // VANGNET_CLI_SCENARIOS_WORDS_H_
