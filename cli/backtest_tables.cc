#include "cli/backtest_tables.h"

#include <algorithm>
#include <map>
#include <optional>
#include <string_view>
#include <utility>
#include <vector>

#include "domain/day.h"

namespace vangnet {
namespace {

using TextOf = const std::string& (v1::BacktestCount::*)() const;

// Rows of numbers behind a name, as wide as they need.
class Table {
 public:
  explicit Table(std::vector<std::string> heading) { Add(std::move(heading)); }
  void Add(std::vector<std::string> row) {
    widths_.resize(std::max(widths_.size(), row.size()));
    for (size_t i = 0; i < row.size(); ++i) widths_[i] = std::max(widths_[i], row[i].size());
    rows_.push_back(std::move(row));
  }
  std::string ToString() const {
    std::string text;
    for (const std::vector<std::string>& row : rows_) {
      std::string line;
      for (size_t i = 0; i < row.size(); ++i) {
        const std::string padding(widths_[i] - row[i].size(), ' ');
        line += i == 0 ? row[i] + padding : "  " + padding + row[i];
      }
      text += line + "\n";
    }
    return text;
  }

 private:
  std::vector<std::vector<std::string>> rows_;
  std::vector<size_t> widths_;
};

void Add(const v1::BacktestCount& count, v1::BacktestCount& sum) {
  sum.set_before(sum.before() + count.before());
  sum.set_after(sum.after() + count.after());
  sum.set_gained(sum.gained() + count.gained());
  sum.set_lost(sum.lost() + count.lost());
  sum.set_earlier(sum.earlier() + count.earlier());
  sum.set_later(sum.later() + count.later());
  sum.set_different(sum.different() + count.different());
}

// A number, or a dot: a table of noughts hides the rest.
std::string Number(uint64_t number) { return number == 0 ? "." : std::to_string(number); }

std::vector<std::string> RowOf(const std::string& name, const v1::BacktestCount& sum) {
  return {name.empty() ? "(none)" : name,
          Number(sum.before()),
          Number(sum.after()),
          Number(sum.gained()),
          Number(sum.lost()),
          Number(sum.earlier()),
          Number(sum.later()),
          Number(sum.different())};
}

std::vector<std::string> Heading(const std::string& name) {
  return {name, "before", "after", "gained", "lost", "earlier", "later", "different"};
}

std::map<std::string, v1::BacktestCount> SumBy(const v1::BacktestTotals& totals, TextOf text) {
  std::map<std::string, v1::BacktestCount> sums;
  for (const v1::BacktestCount& count : totals.counts()) Add(count, sums[(count.*text)()]);
  return sums;
}

bool HasChange(const v1::BacktestCount& sum) {
  return sum.before() != sum.after() || sum.gained() + sum.lost() + sum.earlier() + sum.later() + sum.different() != 0;
}

std::string TableBy(const v1::BacktestTotals& totals, const std::string& name, TextOf text) {
  Table table(Heading(name));
  v1::BacktestCount all;
  for (const auto& [key, sum] : SumBy(totals, text)) {
    table.Add(RowOf(key, sum));
    Add(sum, all);
  }
  table.Add(RowOf("all", all));
  return "\n" + table.ToString();
}

std::string SchoolTable(const v1::BacktestTotals& totals) {
  Table table(Heading("SCHOOL"));
  size_t changed = 0;
  for (const auto& [key, sum] : SumBy(totals, &v1::BacktestCount::school)) {
    if (!HasChange(sum)) continue;
    ++changed;
    table.Add(RowOf(key, sum));
  }
  return changed == 0 ? "" : "\n" + table.ToString();
}

std::string OneDecimal(uint64_t sum, uint64_t parts) {
  const uint64_t tenths = (sum * 10 + parts / 2) / parts;
  return std::to_string(tenths / 10) + "." + std::to_string(tenths % 10);
}

// What each team would have had to take up: new findings a week, on average and in the busiest week.
std::string LoadTable(const v1::BacktestTotals& totals) {
  const std::optional<Day> first = Day::Parse(totals.from());
  const std::optional<Day> last = Day::Parse(totals.until());
  if (!first.has_value() || !last.has_value()) return "";
  const auto weeks = static_cast<uint64_t>((last->monday() - first->monday()) / 7 + 1);
  std::map<std::string, std::map<std::string, v1::BacktestCount>> teams;
  for (const v1::BacktestCount& count : totals.counts()) Add(count, teams[count.team()][count.week()]);
  Table table({"TEAM, new findings a week", "before", "after", "busiest before", "busiest after"});
  for (const auto& [team, team_weeks] : teams) {
    v1::BacktestCount sum, busiest;
    for (const auto& [unused, count] : team_weeks) {
      Add(count, sum);
      busiest.set_before(std::max(busiest.before(), count.before()));
      busiest.set_after(std::max(busiest.after(), count.after()));
    }
    table.Add({team, OneDecimal(sum.before(), weeks), OneDecimal(sum.after(), weeks), Number(busiest.before()),
               Number(busiest.after())});
  }
  return "\n" + table.ToString();
}

std::string EpisodeText(const v1::FindingEpisode& episode) {
  std::string text = episode.first_shown() + " to " + episode.last_shown() + " (";
  for (const v1::EpisodeStage& stage : episode.stages()) {
    if (stage.first_shown() != episode.first_shown()) text += ", ";
    text += stage.stage();
    if (stage.first_shown() != episode.first_shown()) text += " " + stage.first_shown();
  }
  return text + ")";
}

std::string_view ChangeWord(v1::BacktestChange change) {
  switch (change) {
    case v1::BACKTEST_CHANGE_GAINED:
      return "gained   ";
    case v1::BACKTEST_CHANGE_LOST:
      return "lost     ";
    case v1::BACKTEST_CHANGE_EARLIER:
      return "earlier  ";
    case v1::BACKTEST_CHANGE_LATER:
      return "later    ";
    default:
      return "different";
  }
}

}  // namespace

std::string DifferenceText(const v1::BacktestDifference& difference) {
  const v1::FindingEpisode& shown = difference.has_after() ? difference.after() : difference.before();
  const v1::Finding& finding = shown.finding();
  std::string text(ChangeWord(difference.change()));
  text += "  " + (finding.student().empty() ? "school " + finding.school() : finding.student()) + "  " +
          finding.rule() + "  " + EpisodeText(shown);
  if (difference.has_after() && difference.has_before()) text += ", was " + EpisodeText(difference.before());
  if (difference.change() == v1::BACKTEST_CHANGE_DIFFERENT) text += ", from " + difference.differs_on();
  return text + "  team " + shown.team();
}

std::string BacktestTables(const v1::BacktestTotals& totals) {
  std::string text = totals.from() + " to " + totals.until() + ", " + std::to_string(totals.subjects()) +
                     " children and schools; findings counted where they begin\n";
  if (totals.failed() > 0) text += std::to_string(totals.failed()) + " of them could not be replayed\n";
  text += TableBy(totals, "RULE", &v1::BacktestCount::rule);
  text += TableBy(totals, "TEAM", &v1::BacktestCount::team);
  text += LoadTable(totals);
  text += TableBy(totals, "UNIT", &v1::BacktestCount::unit);
  text += SchoolTable(totals);
  return text + TableBy(totals, "WEEK", &v1::BacktestCount::week);
}

}  // namespace vangnet
