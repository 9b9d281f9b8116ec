#include "alerts/engine/region_findings.h"

#include <charconv>
#include <optional>
#include <set>
#include <utility>
#include <vector>

#include "absl/status/status.h"
#include "alerts/engine/evaluator.h"
#include "alerts/engine/region_scan.h"
#include "alerts/engine/worker_pool.h"
#include "alerts/rules/evaluate.h"
#include "storage/facts_as_known.h"
#include "storage/keys.h"

namespace vangnet {
namespace {

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

// The schools with what was read of each: keys of children ever placed there.
using PlacedAtSchools = FactsView::Placed;

// What it takes, encoded: about, and not less.
size_t BytesOf(const Finding& finding) {
  constexpr size_t kBeside = 160;         // days, names of rule and stage
  constexpr size_t kBesideEvidence = 20;  // tags, lengths and the revision
  size_t bytes =
      kBeside + finding.subject.key.size() + finding.rule.size() + finding.stage.size() + finding.school.size();
  for (const EvidenceRecord& evidence : finding.evidence) {
    bytes += kBesideEvidence + evidence.key.source.size() + evidence.key.record_id.size() + evidence.student.size();
  }
  return bytes;
}

// PageMaker fills one page.
class PageMaker {
 public:
  PageMaker(const FactsView& facts, const Rulebook& rulebook, const FindingsQuery& query, Position from, size_t max,
            int threads)
      : facts_(facts), rulebook_(rulebook), query_(query), from_(std::move(from)), max_(max), threads_(threads) {}

  absl::StatusOr<FindingsPage> Make() {
    const Rule* rule = FindRule(*rulebook_.policy, query_.rule);
    const bool schools = query_.student.empty() && (query_.rule.empty() || (rule != nullptr && IsOfSchools(*rule)));
    const bool students = query_.rule.empty() || (rule != nullptr && !IsOfSchools(*rule));
    absl::Status status;
    if (schools && from_.subject.kind == SubjectKind::kSchool) status = AddSchools();
    if (status.ok() && students && !full()) status = query_.student.empty() ? AddStudents() : AddStudent();
    if (!status.ok()) return status;
    return std::move(page_);
  }

 private:
  bool full() const { return !page_.next.empty(); }
  bool is_cancelled() const { return query_.is_cancelled && query_.is_cancelled(); }

  absl::Status AddStudent() {
    if (!facts_.HasStudent(query_.student)) return absl::OkStatus();
    const Subject subject{SubjectKind::kStudent, facts_.KeysOf(query_.student).front()};
    SubjectFacts facts;
    absl::Status read = ReadFacts(facts_, subject, facts);
    if (!read.ok() && !absl::IsDataLoss(read)) return read;
    auto evaluation = read.ok() ? EvaluateOn(facts, rulebook_, query_.day) : read;
    if (evaluation.ok()) {
      Add(subject, std::move(evaluation->findings));
    } else {
      page_.failed.push_back(subject);
    }
    return absl::OkStatus();
  }

  absl::Status AddStudents() {
    const std::string first = from_.subject.kind == SubjectKind::kStudent ? from_.subject.key : "";
    WorkerPool workers(threads_);
    RegionScan scan(
        facts_, rulebook_, query_.day, first, [this](const Finding& finding) { return Wanted(finding); },
        query_.is_cancelled, workers);
    while (!scan.done() && !full()) {
      auto children = scan.Next();
      if (!children.ok()) return children.status();
      for (EvaluatedChild& child : *children) {
        const Subject subject{SubjectKind::kStudent, std::move(child.student)};
        if (child.status.ok()) {
          Add(subject, std::move(child.findings));
        } else {
          page_.failed.push_back(subject);
        }
        if (full()) break;
      }
    }
    return absl::OkStatus();
  }

  // The schools that can have a finding.
  absl::StatusOr<PlacedAtSchools> SchoolsToLookAt() {
    const auto wanted = [this](std::string_view school) {
      return school >= from_.subject.key && (query_.school.empty() || school == query_.school) &&
             CanHaveFindings(school, *rulebook_.book, *rulebook_.policy, query_.day);
    };
    std::vector<absl::StatusOr<PlacedAtSchools>> placed(kPartitionCount);
    WorkerPool(threads_).ForEach(kPartitionCount, [&](size_t i, size_t /*worker*/) {
      placed[i] = is_cancelled() ? NobodyWaits() : facts_.GetPlaced(static_cast<int>(i), wanted);
    });
    PlacedAtSchools schools;
    for (const auto& of_partition : placed) {
      if (!of_partition.ok()) return of_partition.status();
      for (const auto& [school, students] : *of_partition) {
        auto& all = schools[school];
        all.insert(all.end(), students.begin(), students.end());
      }
    }
    return schools;
  }

  // The school with those of `students` whose school of the day it is.
  absl::StatusOr<SubjectFacts> ReadSchool(const std::string& school, const std::vector<std::string>& students) {
    SubjectFacts read;
    read.subject = {SubjectKind::kSchool, school};
    // Of a school that is listed, a finding says nothing of its children, but that there are any.
    const bool one_is_enough = rulebook_.book->SchoolOf(school).is_listed();
    std::set<std::string> children;  // by the smallest key
    for (const std::string& student : students) {
      const std::vector<std::string> keys = facts_.KeysOf(student);
      if (!children.insert(keys.front()).second) continue;
      auto placements = facts_.GetPlacements(keys);
      if (absl::IsDataLoss(placements.status())) {  // as for the engine; AddStudents names the child
        read.unread = placements.status();
        continue;
      }
      if (!placements.ok()) return placements.status();
      const auto* placement = PlacementOn(*placements, query_.day);
      if (placement == nullptr || placement->fact.school != school) continue;
      read.placed.push_back(*std::move(placements));
      if (one_is_enough) break;
    }
    return read;
  }

  absl::Status AddSchools() {
    const auto schools = SchoolsToLookAt();
    if (!schools.ok()) return schools.status();
    for (const auto& [school, students] : *schools) {
      if (is_cancelled()) return NobodyWaits();
      const auto read = ReadSchool(school, students);
      if (!read.ok()) return read.status();
      auto evaluation = EvaluateOn(*read, rulebook_, query_.day);
      if (evaluation.ok()) {
        Add(read->subject, std::move(evaluation->findings));
      } else {
        page_.failed.push_back(read->subject);
      }
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

  void Add(const Subject& subject, std::vector<Finding> findings) {
    for (size_t i = subject == from_.subject ? from_.first : 0; i < findings.size(); ++i) {
      if (!Wanted(findings[i])) continue;
      const size_t bytes = BytesOf(findings[i]);
      if (page_.findings.size() == max_ || (!page_.findings.empty() && bytes_ + bytes > query_.bytes_max)) {
        page_.next = PositionToString({subject, i});
        return;
      }
      bytes_ += bytes;
      page_.findings.push_back(std::move(findings[i]));
    }
  }

  const FactsView& facts_;
  const Rulebook& rulebook_;
  const FindingsQuery& query_;
  const Position from_;
  const size_t max_;
  const int threads_;
  FindingsPage page_;
  size_t bytes_ = 0;  // of its findings
};

}  // namespace

absl::StatusOr<FindingsPage> RegionFindings::List(const Rulebook& active, const FindingsQuery& query,
                                                  std::string_view position, size_t max) {
  const auto from = ParsePosition(position);
  if (!from) return absl::InvalidArgumentError("the position is not one of a listing");
  const Rulebook current{CurrentBook(active), active.policy};
  return PageMaker(facts_, current, query, *from, max, threads_).Make();
}

absl::StatusOr<FindingsPage> RegionFindings::ListAsKnown(const EngineConfiguration& configuration, absl::Time at,
                                                         const FindingsQuery& query, std::string_view position,
                                                         size_t max) const {
  const auto from = ParsePosition(position);
  if (!from) return absl::InvalidArgumentError("the position is not one of a listing");
  const auto view = FactsAsKnown::Create(facts_, at);
  if (!view.ok()) return view.status();
  const Rulebook then{SchoolBook::Create(configuration.region, (*view)->GetSchools()), configuration.policy};
  return PageMaker(**view, then, query, *from, max, threads_).Make();
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
