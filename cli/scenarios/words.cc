#include "cli/scenarios/words.h"

#include <algorithm>
#include <array>
#include <cctype>
#include <charconv>
#include <cstdio>

namespace vangnet {
namespace {

constexpr std::array<const char*, 7> kWeekdays = {"Monday", "Tuesday",  "Wednesday", "Thursday",
                                                  "Friday", "Saturday", "Sunday"};

bool IsSpace(char c) { return c == ' ' || c == '\t' || c == '\r'; }

bool IsDigit(char c) { return c >= '0' && c <= '9'; }

bool IsSameText(std::string_view one, std::string_view other) {
  return std::equal(one.begin(), one.end(), other.begin(), other.end(), [](char a, char b) {
    return std::tolower(static_cast<unsigned char>(a)) == std::tolower(static_cast<unsigned char>(b));
  });
}

// Reads a word in quotes from its opening quote on; false: it is not closed.
bool TakeQuoted(std::string_view line, size_t& at, std::string& text) {
  for (++at; at < line.size(); ++at) {
    if (line[at] == '"') {
      ++at;
      return true;
    }
    const bool escaped = line[at] == '\\' && at + 1 < line.size() && (line[at + 1] == '"' || line[at + 1] == '\\');
    text += line[escaped ? ++at : at];
  }
  return false;
}

// Where the word that begins at `at` ends. `..` is cut off from days that touch it, but not from a path such as ../x.
size_t EndOfWord(std::string_view line, size_t at) {
  const size_t space = std::min(line.find_first_of(" \t\r", at), line.size());
  const std::string_view word = line.substr(at, space - at);
  if (word.starts_with("..")) return word.size() > 2 && !IsDigit(word[2]) ? space : at + 2;
  const size_t dots = IsDigit(word[0]) ? word.find("..") : std::string_view::npos;
  return dots == std::string_view::npos ? space : at + dots;
}

bool LooksLikeDay(const Word& word) {
  return !word.quoted && !word.text.empty() && IsDigit(word.text[0]) &&
         word.text.find_first_of("-/.") != std::string::npos && word.text.find(':') == std::string::npos;
}

}  // namespace

int CharactersOf(std::string_view text) {
  return static_cast<int>(
      std::count_if(text.begin(), text.end(), [](char c) { return (static_cast<unsigned char>(c) & 0xc0) != 0x80; }));
}

std::vector<Word> CutWords(std::string_view line, int line_number, ScenarioProblems& problems) {
  std::vector<Word> words;
  size_t at = 0;
  while (at < line.size()) {
    if (IsSpace(line[at])) {
      ++at;
      continue;
    }
    if (line[at] == '#') break;
    Word word{.text = "", .place = {line_number, CharactersOf(line.substr(0, at)) + 1}};
    if (line[at] == '"') {
      word.quoted = true;
      if (!TakeQuoted(line, at, word.text)) problems.push_back({word.place, "this quote is not closed"});
    } else {
      const size_t end = EndOfWord(line, at);
      word.text = std::string(line.substr(at, end - at));
      at = end;
    }
    words.push_back(std::move(word));
  }
  return words;
}

std::optional<Day> GuessDay(std::string_view text) {
  std::array<int, 3> numbers{};
  size_t count = 0;
  for (size_t at = 0; at < text.size();) {
    const size_t end = std::min(text.find_first_of("-/.", at), text.size());
    if (count == 3) return std::nullopt;
    const auto [stop, error] = std::from_chars(text.data() + at, text.data() + end, numbers[count]);
    if (error != std::errc() || stop != text.data() + end) return std::nullopt;
    ++count;
    at = end + 1;
  }
  if (count != 3) return std::nullopt;
  if (numbers[0] <= 31 && numbers[2] >= 1000) std::swap(numbers[0], numbers[2]);  // day first, as the Dutch write it
  char iso[32];
  std::snprintf(iso, sizeof(iso), "%04d-%02d-%02d", numbers[0], numbers[1], numbers[2]);
  return Day::Parse(iso);
}

bool WordReader::IsNext(std::string_view keyword) const {
  const Word* const word = Peek();
  return word != nullptr && !word->quoted && word->text == keyword;
}

bool WordReader::TakeKeyword(std::string_view keyword) {
  if (!IsNext(keyword)) return false;
  ++next_;
  return true;
}

std::optional<Word> WordReader::TakeText(std::string_view what) {
  if (AtEnd()) {
    Problem(end_, std::string(what) + " is missing");
    return std::nullopt;
  }
  return Take();
}

std::optional<Day> WordReader::TakeDay() {
  std::optional<Weekday> weekday;
  Place weekday_place;
  if (!AtEnd() && !Peek()->quoted) {
    weekday = ParseWeekday(Peek()->text);
    weekday_place = place();
    if (weekday) ++next_;
  }
  const std::optional<Word> word = TakeText("a day, as YYYY-MM-DD,");
  if (!word) return std::nullopt;
  const std::optional<Day> day = Day::Parse(word->text);
  if (!day) {
    const std::optional<Day> guess = GuessDay(word->text);
    Problem(word->place, "\"" + word->text + "\" is no day: a day is written YYYY-MM-DD and must exist" +
                             (guess ? "; did you mean " + guess->ToString() + "?" : ""));
    return std::nullopt;
  }
  if (*day < kFirstDay) {
    Problem(word->place, word->text + " is too early: the first day there is, is " + kFirstDay.ToString());
    return std::nullopt;
  }
  if (weekday && day->weekday() != *weekday) {
    Problem(weekday_place, day->ToString() + " is a " + kWeekdays[static_cast<size_t>(day->weekday()) - 1]);
  }
  return day;
}

std::optional<uint64_t> WordReader::TakeNumber(std::string_view what) {
  const std::optional<Word> word = TakeText(what);
  if (!word) return std::nullopt;
  uint64_t number = 0;
  const char* const end = word->text.data() + word->text.size();
  const auto [stop, error] = std::from_chars(word->text.data(), end, number);
  if (error != std::errc() || stop != end) {
    Problem(word->place, std::string(what) + " is a whole number, not \"" + word->text + "\"");
    return std::nullopt;
  }
  return number;
}

bool WordReader::IsDaysNext() const {
  if (AtEnd() || Peek()->quoted) return false;
  if (Peek()->text == ".." || LooksLikeDay(*Peek())) return true;
  return ParseWeekday(Peek()->text) && Peek(1) != nullptr && LooksLikeDay(*Peek(1));
}

std::optional<DayInterval> WordReader::TakeDays() {
  DayInterval days;
  const Place first_place = place();
  const bool begins_open = IsNext("..");
  if (!begins_open) {
    const std::optional<Day> first = TakeDay();
    if (!first) {
      if (TakeKeyword("..") && IsDaysNext()) TakeDay();
      return std::nullopt;
    }
    days.first = *first;
  }
  if (!TakeKeyword("..")) {
    days.last = days.first;
    return days;
  }
  if (!IsDaysNext()) {
    if (!begins_open) return days;
    Problem(first_place, "no day stands on either side of ..");
    return std::nullopt;
  }
  const Place last_place = place();
  const std::optional<Day> last = TakeDay();
  if (!last) return std::nullopt;
  days.last = *last;
  if (days.last < days.first) {
    Problem(last_place, last->ToString() + " lies before " + days.first.ToString());
    return std::nullopt;
  }
  return days;
}

std::optional<Weekday> ParseWeekday(std::string_view text) {
  for (size_t i = 0; i < kWeekdays.size(); ++i) {
    const std::string_view name = kWeekdays[i];
    if (IsSameText(text, name) || IsSameText(text, name.substr(0, 3))) return static_cast<Weekday>(i + 1);
  }
  return std::nullopt;
}

const char* WeekdayName(Weekday weekday) {
  constexpr std::array<const char*, 7> kNames = {"Mon", "Tue", "Wed", "Thu", "Fri", "Sat", "Sun"};
  return kNames[static_cast<size_t>(weekday) - 1];
}

}  // namespace vangnet
