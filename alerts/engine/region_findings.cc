#include "alerts/engine/region_findings.h"

#include <algorithm>
#include <charconv>
#include <map>
#include <optional>
#include <utility>

#include "absl/status/status.h"
#include "alerts/engine/evaluator.h"

namespace vangnet {
namespace {

constexpr size_t kKeysPerRead = 4096;

// Where a page begins: at finding `first` (from 0) of `subject`, or of the next subject when that one is gone.
struct Position {
  Subject subject{SubjectKind::kSchool, ""};
  size_t first = 0;
};

// "school 2 12AB00", "student 0 s-1".
std::string PositionToString(const Position& position) {
  const char* kind = position.subject.kind == SubjectKind::kSchool ? "school " : "student ";
  return kind + std::to_string(position.first) + " " + position.subject.key;
}

std::optional<Position> ParsePosition(std::string_view text) {
  Position position;
  if (text.empty()) return position;
  const size_t space = text.find(' ');
  if (space == std::string_view::npos) return std::nullopt;
  const std::string_view kind = text.substr(0, space);
  if (kind != "school" && kind != "student") return std::nullopt;
  position.subject.kind = kind == "school" ? SubjectKind::kSchool : SubjectKind::kStudent;
  text.remove_prefix(space + 1);
  const auto [end, error] = std::from_chars(text.data(), text.data() + text.size(), position.first);
  if (error != std::errc() || end == text.data() + text.size() || *end != ' ') return std::nullopt;
  position.subject.key = text.substr(static_cast<size_t>(end - text.data()) + 1);
  return position;
}

const Rule* FindRule(const Policy& policy, const std::string& id) {
  for (const Rule& rule : policy.rules) {
    if (rule.id == id) return &rule;
  }
  return nullptr;
}

bool IsOfSchools(const Rule& rule) {
  return std::holds_alternative<SchoolSilentSettings>(rule.settings) ||
         std::holds_alternative<UnknownSchoolSettings>(rule.settings);
}

// PageMaker fills one page.
class PageMaker {
 public:
  PageMaker(const FactStore& facts, const Rulebook& rulebook, const FindingsQuery& query, Position from, size_t max)
      : facts_(facts), rulebook_(rulebook), query_(query), from_(std::move(from)), max_(max) {}

  absl::StatusOr<FindingsPage> Make() {
    const Rule* rule = FindRule(*rulebook_.policy, query_.rule);
    const bool schools = query_.student.empty() && (query_.rule.empty() || (rule != nullptr && IsOfSchools(*rule)));
    const bool students = query_.rule.empty() || (rule != nullptr && !IsOfSchools(*rule));
    absl::Status status;
    if (schools && from_.subject.kind == SubjectKind::kSchool) status = AddSchools();
    if (status.ok() && students && !full()) status = AddStudents();
    if (!status.ok()) return status;
    return std::move(page_);
  }

 private:
  bool full() const { return !page_.next.empty(); }

  // The smallest keys of all children at or after the position, ascending.
  absl::StatusOr<std::vector<std::string>> ChildrenFrom(const std::string& first) const {
    std::vector<std::string> children;
    std::string after;
    while (true) {
      const auto keys = facts_.ListStudents(after, kKeysPerRead);
      if (!keys.ok()) return keys.status();
      if (keys->empty()) break;
      for (const std::string& key : *keys) {
        if (key >= first && facts_.KeysOf(key).front() == key) children.push_back(key);
      }
      after = keys->back();
    }
    std::sort(children.begin(), children.end());
    return children;
  }

  absl::StatusOr<std::vector<std::string>> StudentsWanted() const {
    const std::string first = from_.subject.kind == SubjectKind::kStudent ? from_.subject.key : "";
    if (query_.student.empty()) return ChildrenFrom(first);
    if (!facts_.HasStudent(query_.student)) return std::vector<std::string>();
    return std::vector<std::string>{facts_.KeysOf(query_.student).front()};
  }

  absl::Status AddStudents() {
    const auto students = StudentsWanted();
    if (!students.ok()) return students.status();
    for (const std::string& student : *students) {
      const Subject subject{SubjectKind::kStudent, student};
      const auto read = ReadFacts(facts_, subject);
      if (read.ok()) {
        Add(subject, EvaluateOn(*read, rulebook_, query_.day));
      } else if (absl::IsDataLoss(read.status())) {
        page_.failed.push_back(subject);
      } else {
        return read.status();
      }
      if (full()) break;
    }
    return absl::OkStatus();
  }

  // The children of each school of the day, with nothing but their placements.
  absl::StatusOr<std::map<std::string, SubjectFacts>> SchoolsOfTheDay() {
    std::map<std::string, SubjectFacts> schools;
    const auto children = ChildrenFrom("");
    if (!children.ok()) return children.status();
    for (const std::string& child : *children) {
      auto read = ReadFacts(facts_, {SubjectKind::kStudent, child});
      if (absl::IsDataLoss(read.status())) continue;  // AddStudents names it
      if (!read.ok()) return read.status();
      const auto* placement = PlacementOn(read->history, query_.day);
      if (placement == nullptr || placement->fact.school < from_.subject.key) continue;
      if (!query_.school.empty() && placement->fact.school != query_.school) continue;
      SubjectFacts& school = schools[placement->fact.school];
      school.subject = {SubjectKind::kSchool, placement->fact.school};
      StudentHistory& placed = school.placed.emplace_back();
      placed.student = child;
      placed.placements = std::move(read->history.placements);
    }
    return schools;
  }

  absl::Status AddSchools() {
    const auto schools = SchoolsOfTheDay();
    if (!schools.ok()) return schools.status();
    for (const auto& [school, read] : *schools) {
      Add(read.subject, EvaluateOn(read, rulebook_, query_.day));
      if (full()) break;
    }
    return absl::OkStatus();
  }

  bool Wanted(const Finding& finding) const {
    if (!query_.rule.empty() && finding.rule != query_.rule) return false;
    if (!query_.school.empty() && finding.school != query_.school) return false;
    const Rule* rule = FindRule(*rulebook_.policy, finding.rule);
    return rule != nullptr && !rule->shadow;
  }

  void Add(const Subject& subject, absl::StatusOr<Evaluation> evaluation) {
    if (!evaluation.ok()) {
      page_.failed.push_back(subject);
      return;
    }
    for (size_t i = subject == from_.subject ? from_.first : 0; i < evaluation->findings.size(); ++i) {
      Finding& finding = evaluation->findings[i];
      if (!Wanted(finding)) continue;
      if (page_.findings.size() == max_) {
        page_.next = PositionToString({subject, i});
        return;
      }
      page_.findings.push_back(std::move(finding));
    }
  }

  const FactStore& facts_;
  const Rulebook& rulebook_;
  const FindingsQuery& query_;
  const Position from_;
  const size_t max_;
  FindingsPage page_;
};

}  // namespace

absl::StatusOr<FindingsPage> RegionFindings::List(const Rulebook& active, const FindingsQuery& query,
                                                  std::string_view position, size_t max) {
  const auto from = ParsePosition(position);
  if (!from) return absl::InvalidArgumentError("the position is not one of a listing");
  const Rulebook current{CurrentBook(active), active.policy};
  return PageMaker(facts_, current, query, *from, max).Make();
}

std::shared_ptr<const SchoolBook> RegionFindings::CurrentBook(const Rulebook& active) {
  MutexLock lock(mutex_);
  // Read before the facts, which may then only be newer than it says.
  const uint64_t sequence = facts_.last_sequence();
  if (book_ == nullptr || made_from_ != active.book || made_at_sequence_ != sequence) {
    book_ = active.book->With(facts_.GetSchools());
    made_from_ = active.book;
    made_at_sequence_ = sequence;
  }
  return book_;
}

}  // namespace vangnet
