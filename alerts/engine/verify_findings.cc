#include "alerts/engine/verify_findings.h"

#include <algorithm>
#include <map>
#include <set>
#include <string>
#include <utility>
#include <vector>

#include "alerts/engine/progress.h"
#include "alerts/engine/region_school_days.h"
#include "alerts/engine/subject_evaluation.h"
#include "alerts/lifecycle/reconcile.h"
#include "alerts/rules/school_book.h"
#include "storage/keys.h"

namespace vangnet {
namespace {

constexpr size_t kBatch = 1024;

// "long-absence early": what an alert is about.
std::string Quoted(const Finding& finding) { return finding.rule + " " + finding.stage; }

class FindingsVerifier {
 public:
  FindingsVerifier(const FactStore& facts, const AlertStore& alerts, Rulebook rulebook, Progress progress,
                   StoreReport& report)
      : facts_(facts),
        alerts_(alerts),
        evaluator_(facts, alerts),
        rulebook_(std::move(rulebook)),
        progress_(std::move(progress)),
        report_(report) {}

  absl::Status Run() {
    if (absl::Status status = ReadWaiting(); !status.ok()) return status;
    for (int partition = 0; partition < kPartitionCount; ++partition) {
      if (absl::Status status = VerifyPartition(partition); !status.ok()) return status;
    }
    if (absl::Status status = VerifySchools(); !status.ok()) return status;
    return VerifyClosed();
  }

 private:
  // Facts of a school are facts of all who were ever placed there.
  absl::Status ReadWaiting() {
    for (const auto& [school, unused] : facts_.GetSchools()) {
      if (!facts_.IsPending({SubjectKind::kSchool, school})) continue;
      auto students = facts_.GetStudentsEverPlacedAt(school);
      if (!students.ok()) return students.status();
      waiting_.insert(students->begin(), students->end());
    }
    return absl::OkStatus();
  }

  absl::Status VerifyPartition(int partition) {
    std::string first;
    while (true) {
      const auto students = facts_.ListPartition(partition, first, kBatch);
      if (!students.ok()) return students.status();
      for (const std::string& student : *students) {
        if (absl::Status status = VerifySubject({SubjectKind::kStudent, student}); !status.ok()) return status;
      }
      if (students->size() < kBatch) return absl::OkStatus();
      first = students->back() + '\0';
    }
  }

  absl::Status VerifySchools() {
    std::set<std::string> schools = progress_.schools_with_alerts();
    for (const auto& [school, unused] : facts_.GetSchools()) schools.insert(school);
    for (const auto& [school, unused] : rulebook_.book->region().schools) schools.insert(school);
    for (const std::string& school : schools) {
      if (absl::Status status = VerifySubject({SubjectKind::kSchool, school}); !status.ok()) return status;
    }
    return absl::OkStatus();
  }

  // Alerts that were closed lately are listed by their subjects, so that they can be opened again.
  absl::Status VerifyClosed() {
    const auto is_recent = [&](const Alert& alert) {
      if (!alert.closed_on) return false;
      const int days =
          CountRegionSchoolDays(*rulebook_.book, *alert.closed_on + 1, *progress_.day(), kReopenSchoolDaysMax + 1);
      return days <= kReopenSchoolDaysMax;
    };
    uint64_t after = 0;
    while (true) {
      const auto closed = alerts_.ListAlerts(after, kBatch, is_recent);
      if (!closed.ok()) return closed.status();
      for (const Alert& alert : *closed) {
        const auto evaluation = alerts_.GetEvaluation(alert.finding.subject);
        if (!evaluation.ok()) return evaluation.status();
        const auto& listed = evaluation->alerts;
        if (std::find(listed.begin(), listed.end(), alert.id) != listed.end()) continue;
        report_.Add(Table::kEvaluations, NameOf(alert.finding.subject) + " does not know alert " +
                                             std::to_string(alert.id) + ", which was closed lately");
      }
      if (closed->size() < kBatch) return absl::OkStatus();
      after = closed->back().id;
    }
  }

  // Whether the engine has yet to come to one of the keys of a child.
  bool Waits(const Subject& subject, const StoredEvaluation& evaluation) {
    if (evaluation.due <= *progress_.day() || !evaluation.set_aside.empty()) return true;
    if (subject.kind == SubjectKind::kSchool) {
      return facts_.pending() > 0 || progress_.queued_schools().contains(subject.key);
    }
    if (const auto known = waits_.find(subject.key); known != waits_.end()) return known->second;
    const std::vector<std::string> keys = facts_.KeysEverOf(subject.key);
    const bool waits = std::ranges::any_of(keys, [&](const std::string& key) {
      return facts_.IsPending({SubjectKind::kStudent, key}) || waiting_.contains(key);
    });
    // It is the same for all of them, and a placeholder joins tens of thousands.
    if (keys.size() > 1) {
      for (const std::string& key : keys) waits_.emplace(key, waits);
    }
    return waits;
  }

  absl::Status VerifySubject(const Subject& subject) {
    // Not kFacts: what is gone and why is not asked, only whether anything is.
    const SubjectTask task{subject, Occasion::kConfiguration};
    auto outcome = evaluator_.Evaluate(task, rulebook_, *progress_.day());
    if (absl::IsDataLoss(outcome.status())) {
      report_.Add(Table::kEvaluations, NameOf(subject) + ": " + std::string(outcome.status().message()));
      return absl::OkStatus();
    }
    if (!outcome.ok()) return outcome.status();
    const bool is_student = subject.kind == SubjectKind::kStudent;
    if (Waits(subject, outcome->before)) {
      report_.Count(is_student ? "students not evaluated yet" : "schools not evaluated yet");
      return absl::OkStatus();
    }
    report_.Count(is_student ? "students evaluated again" : "schools evaluated again");
    if (!outcome->status.ok()) {
      report_.Add(Table::kEvaluations, NameOf(subject) + " cannot be evaluated: " + outcome->status.ToString());
      return absl::OkStatus();
    }
    Compare(subject, *std::move(outcome));
    return absl::OkStatus();
  }

  void Compare(const Subject& subject, SubjectOutcome outcome) {
    ReconcileInput input;
    input.alerts = std::move(outcome.known);
    input.findings = std::move(outcome.findings);
    input.occasion = outcome.occasion;
    input.today = *progress_.day();
    input.now = facts_.last_received_at();
    for (const AlertUpdate& update : Reconcile(input, *rulebook_.policy).updates) {
      const std::string name = update.alert.id == 0 ? "" : ", alert " + std::to_string(update.alert.id) + ",";
      if (update.alert.id == 0) {
        report_.Add(Table::kAlerts,
                    NameOf(subject) + " has no alert of " + Quoted(update.alert.finding) + ", which is found of it");
      } else if (!update.alert.is_open()) {
        report_.Add(Table::kAlerts,
                    NameOf(subject) + name + " is open and what it says is not found: " + Quoted(update.alert.finding));
      } else {
        report_.Add(Table::kAlerts,
                    NameOf(subject) + name + " differs from what is found: " + Quoted(update.alert.finding));
      }
    }
  }

  const FactStore& facts_;
  const AlertStore& alerts_;
  SubjectEvaluator evaluator_;
  const Rulebook rulebook_;
  const Progress progress_;
  StoreReport& report_;
  std::set<std::string> waiting_;      // children of schools whose facts wait
  std::map<std::string, bool> waits_;  // of keys that were ever joined with another
};

}  // namespace

absl::Status VerifyFindings(const KvStore& kv, const FactStore& facts, const AlertStore& alerts,
                            const EngineConfiguration& configuration, StoreReport& report) {
  auto progress = Progress::Load(kv);
  if (absl::IsDataLoss(progress.status())) {
    report.Add(Table::kMeta, std::string(progress.status().message()));
    return absl::OkStatus();
  }
  if (!progress.ok()) return progress.status();
  const char* reason = nullptr;
  if (!progress->day()) reason = "no day was ever turned";
  if (progress->activated_through()) reason = "a change of configuration is under way";
  if (progress->configuration() != configuration.version) reason = "they were made under another configuration";
  if (reason != nullptr) {
    report.Skip(std::string("alerts were not compared with findings: ") + reason);
    return absl::OkStatus();
  }
  Rulebook rulebook{SchoolBook::Create(configuration.region, facts.GetSchools()), configuration.policy};
  return FindingsVerifier(facts, alerts, std::move(rulebook), *std::move(progress), report).Run();
}

}  // namespace vangnet
