#include "cli/scenarios/scenario_printer.h"

#include <algorithm>
#include <optional>
#include <string_view>
#include <utility>

#include "cli/json_text.h"
#include "cli/scenarios/finding_notation.h"
#include "cli/scenarios/words.h"
#include "services/convert/wire.h"

namespace vangnet {
namespace {

// A row of the table: what was expected beside what was found.
struct TableRow {
  bool differs = false;
  std::string expected;
  std::string found;
  friend bool operator==(const TableRow&, const TableRow&) = default;
};

std::string DayText(Day day) { return std::string(WeekdayName(day.weekday())) + " " + day.ToString(); }

std::string DaysText(const DayInterval& days) {
  return DayText(days.first) + (days.first == days.last ? "" : " .. " + DayText(days.last));
}

std::string Counted(size_t count, const std::string& what) {
  return std::to_string(count) + " " + what + (count == 1 ? "" : "s");
}

std::string Padded(const std::string& text, size_t width) {
  const auto characters = static_cast<size_t>(CharactersOf(text));
  return text + std::string(characters < width ? width - characters : 0, ' ');
}

// Rows of fields stand a little to the right of the finding's own.
std::string Indented(const FindingRow& row) { return (row.field.empty() ? "" : "  ") + row.text; }

// The order in which fields are shown; evidence after all of them.
size_t RankOf(const std::string& field) {
  constexpr std::string_view kOrder[] = {"", "since", "reached", "due", "value", "cause", "coverage", "at"};
  const auto* const place = std::find(std::begin(kOrder), std::end(kOrder), field);
  return place != std::end(kOrder) ? static_cast<size_t>(place - std::begin(kOrder))
                                   : std::size(kOrder) + std::stoul(field.substr(field.find(' ') + 1));
}

// Puts the fields of a finding that was expected beside those of the one that was found.
void AddFieldRows(const ComparedFinding& compared, std::vector<TableRow>& table) {
  const std::vector<FindingRow> expected = FindingRows(compared.expected->named);
  const std::vector<FindingRow> found = FindingRows(compared.found->finding);
  const bool is_whole = !compared.expected->json.empty();
  for (size_t e = 0, f = 0; e < expected.size() || f < found.size();) {
    const size_t rank_e = e < expected.size() ? RankOf(expected[e].field) : SIZE_MAX;
    const size_t rank_f = f < found.size() ? RankOf(found[f].field) : SIZE_MAX;
    TableRow row;
    if (rank_e <= rank_f) row.expected = Indented(expected[e++]);
    if (rank_f <= rank_e) row.found = Indented(found[f++]);
    const bool names_it = !row.expected.empty() || is_whole || (compared.expected->names_evidence && rank_f > 7);
    // A stage that is not named may be any: then the head differs only in having one more word.
    const bool is_head = rank_e == 0 && rank_f == 0;
    const bool any_stage = is_head && compared.expected->named.stage().empty() && !is_whole;
    row.differs = names_it && row.expected != row.found && !any_stage;
    table.push_back(std::move(row));
  }
}

void AddRows(const ComparedFinding& compared, std::vector<TableRow>& table) {
  if (compared.matches) {
    table.push_back(
        {false, FindingRows(compared.expected->named).front().text, FindingRows(compared.found->finding).front().text});
  } else if (compared.expected && compared.found) {
    AddFieldRows(compared, table);
  } else {
    const std::vector<FindingRow> rows =
        FindingRows(compared.expected ? compared.expected->named : compared.found->finding);
    for (const FindingRow& row : rows) {
      const std::string there = Indented(row);
      const std::string missing = row.field.empty() ? (compared.expected ? "(not found)" : "(not expected)") : "";
      table.push_back(compared.expected ? TableRow{true, there, missing} : TableRow{true, missing, there});
    }
  }
}

std::vector<TableRow> TableOf(const FailedDay& failed) {
  std::vector<TableRow> table;
  for (const ComparedFinding& compared : failed.findings) AddRows(compared, table);
  return table;
}

std::string TableToText(const std::vector<TableRow>& table) {
  size_t width = std::string_view("expected").size();
  for (const TableRow& row : table) width = std::max(width, static_cast<size_t>(CharactersOf(row.expected)));
  const auto line = [&](const char* mark, const std::string& left, const std::string& right) {
    std::string text = std::string("  ") + mark + " " + Padded(left, width) + "   " + right;
    text.erase(text.find_last_not_of(' ') + 1);
    return text + "\n";
  };
  std::string text = line(" ", "expected", "found");
  for (const TableRow& row : table) text += line(row.differs ? "!" : " ", row.expected, row.found);
  return text;
}

std::string StoriesToText(const FailedDay& failed) {
  std::string text;
  for (const ChildStory& story : failed.stories) {
    if (story.rows.empty()) continue;
    text += "\n    the days of " + story.student + ", seen on " + DayText(failed.day) + "\n";
    size_t width = 0;
    for (const DayStoryRow& row : story.rows) width = std::max(width, DaysText(row.days).size());
    for (const DayStoryRow& row : story.rows) {
      text += "      " + Padded(DaysText(row.days), width) + "   " + row.text + "\n";
    }
  }
  return text;
}

// Failed days in a row that differ in the same way.
struct Difference {
  DayInterval days;
  const FailedDay* first = nullptr;
  std::vector<TableRow> table;
};

std::vector<Difference> DifferencesOf(const std::vector<FailedDay>& failed) {
  std::vector<Difference> differences;
  for (const FailedDay& day : failed) {
    std::vector<TableRow> table = TableOf(day);
    if (!differences.empty() && differences.back().days.last + 1 == day.day && differences.back().table == table) {
      differences.back().days.last = day.day;
    } else {
      differences.push_back({{day.day, day.day}, &day, std::move(table)});
    }
  }
  return differences;
}

std::string FailedToText(const ScenarioOutcome& outcome) {
  const std::vector<FailedDay>& failed = outcome.result.failed;
  std::string text = "FAILED " + outcome.file + ": " + std::to_string(failed.size()) + " of " +
                     Counted(static_cast<size_t>(outcome.result.days), "day") +
                     (failed.size() == 1 ? " differs\n" : " differ\n");
  for (const std::string& line : outcome.scenario.title) text += "  # " + line + "\n";
  const std::vector<Difference> differences = DifferencesOf(failed);
  for (size_t i = 0; i < std::min(differences.size(), kDifferencesShownMax); ++i) {
    text += "\n  " + DaysText(differences[i].days) + "\n" + TableToText(differences[i].table);
    text += StoriesToText(*differences[i].first);
  }
  if (differences.size() > kDifferencesShownMax) {
    text += "\n  and otherwise on";
    for (size_t i = kDifferencesShownMax; i < differences.size(); ++i) {
      text += (i == kDifferencesShownMax ? " " : ", ") + DaysText(differences[i].days);
    }
    text += "\n";
  }
  return text + "\n";
}

std::string BrokenToText(const ScenarioOutcome& outcome) {
  std::string text = "BROKEN " + outcome.file + ": " + Counted(outcome.problems.size(), "problem") + "\n";
  for (const ScenarioProblem& problem : outcome.problems) {
    text += "  " + ProblemToString(outcome.file, problem) + "\n";
  }
  return text + "\n";
}

std::string FailedDayToJson(const std::string& file, const FailedDay& failed) {
  std::string expected;
  std::string found;
  for (const ComparedFinding& one : failed.findings) {
    if (one.expected) expected += (expected.empty() ? "" : ",") + FindingToJson(one.expected->named);
    if (one.found) found += (found.empty() ? "" : ",") + one.found->json;
  }
  return "{\"file\":" + JsonString(file) + ",\"day\":\"" + failed.day.ToString() + "\",\"expected\":[" + expected +
         "],\"found\":[" + found + "]}\n";
}

struct Counts {
  size_t passed = 0;
  size_t failed = 0;
  size_t broken = 0;
  size_t days = 0;
};

Counts Count(const std::vector<ScenarioOutcome>& outcomes) {
  Counts counts;
  for (const ScenarioOutcome& outcome : outcomes) {
    ++(!outcome.problems.empty() ? counts.broken : outcome.passed() ? counts.passed : counts.failed);
    counts.days += static_cast<size_t>(outcome.result.days);
  }
  return counts;
}

}  // namespace

std::string OutcomeToText(const ScenarioOutcome& outcome) {
  if (outcome.passed()) return "";
  return outcome.problems.empty() ? FailedToText(outcome) : BrokenToText(outcome);
}

std::string OutcomeToJson(const ScenarioOutcome& outcome) {
  const char* const word = !outcome.problems.empty() ? "BROKEN" : outcome.passed() ? "PASSED" : "FAILED";
  std::string text = "{\"file\":" + JsonString(outcome.file) + ",\"outcome\":\"" + word +
                     "\",\"days\":" + std::to_string(outcome.result.days) +
                     ",\"failedDays\":" + std::to_string(outcome.result.failed.size()) + "}\n";
  for (const ScenarioProblem& problem : outcome.problems) {
    text += "{\"file\":" + JsonString(outcome.file) + ",\"line\":" + std::to_string(problem.place.line) +
            ",\"column\":" + std::to_string(problem.place.column) + ",\"problem\":" + JsonString(problem.message) +
            "}\n";
  }
  for (const FailedDay& failed : outcome.result.failed) text += FailedDayToJson(outcome.file, failed);
  return text;
}

std::string SummaryToText(const std::vector<ScenarioOutcome>& outcomes) {
  const Counts counts = Count(outcomes);
  std::string text = Counted(outcomes.size(), "scenario") + ", " + Counted(counts.days, "day") + ": ";
  if (counts.failed + counts.broken == 0) return text + "all as expected\n";
  text += std::to_string(counts.passed) + " as expected, " + std::to_string(counts.failed) + " failed";
  if (counts.broken > 0) text += ", " + std::to_string(counts.broken) + " could not be run";
  return text + "\n";
}

std::string SummaryToJson(const std::vector<ScenarioOutcome>& outcomes) {
  const Counts counts = Count(outcomes);
  return "{\"passed\":" + std::to_string(counts.passed) + ",\"failed\":" + std::to_string(counts.failed) +
         ",\"broken\":" + std::to_string(counts.broken) + ",\"days\":" + std::to_string(counts.days) + "}\n";
}

}  // namespace vangnet
