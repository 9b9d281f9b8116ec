// Progress is what the engine must know again after a restart: the last day it turned, the configuration it evaluates
// under, how far the evaluation of everybody under it is, which schools have alerts, and which are to be evaluated why.
//
// Guarantees: each AddXxx changes the value at once and puts it into a batch; if the batch is not written, put back the
//   copy made before.
// Thread safety: none; the sweeper's.
// Errors: those of KvStore; DATA_LOSS: a stored day or queued school is none.
// Persisted: texts in table kMeta under "engine.day" (YYYY-MM-DD), "engine.configuration" (its version),
//   "engine.activation" ("s:" and the last student evaluated; absent: everybody was), "engine.school." with a
//   school's key for each school that has alerts open or to be reopened, and "engine.queued." with a school's key for
//   each school that is queued (the number of its occasion, then "b" for a backfill or "n"). Never rename.
#ifndef VANGNET_ALERTS_ENGINE_PROGRESS_H_
#define VANGNET_ALERTS_ENGINE_PROGRESS_H_

#include <map>
#include <optional>
#include <set>
#include <string>

#include "absl/status/status.h"
#include "absl/status/statusor.h"
#include "alerts/lifecycle/reconcile.h"
#include "domain/day.h"
#include "storage/kv_store.h"

namespace vangnet {

// Why a school is due today: because of what was found on the way.
struct QueuedSchool {
  Occasion occasion = Occasion::kFacts;
  bool backfill = true;  // only a backfill asked for it
  friend bool operator==(const QueuedSchool&, const QueuedSchool&) = default;
};
using QueuedSchools = std::map<std::string, QueuedSchool>;
// Adds a school, or one more reason for it: changed facts weigh most, and what is no backfill is told.
void QueueSchool(const std::string& school, QueuedSchool queued, QueuedSchools& schools);

class Progress {
 public:
  static absl::StatusOr<Progress> Load(const KvStore& kv);

  void AddDay(Day day, WriteBatch& batch);
  // A configuration under which nobody is to be evaluated but those who are pending or due: the first one, or one that
  // touches nobody.
  void AddConfiguration(const std::string& version, WriteBatch& batch);
  // Another configuration: everybody is to be looked at under it, from the beginning.
  void AddActivation(const std::string& version, WriteBatch& batch);
  // All students up to and with `student`, in the order of FactStore::ListStudents, were evaluated if they had to be.
  void AddActivated(const std::string& student, WriteBatch& batch);
  void AddActivationDone(WriteBatch& batch);
  void AddSchoolWithAlerts(const std::string& school, WriteBatch& batch);
  void AddSchoolWithoutAlerts(const std::string& school, WriteBatch& batch);
  void AddQueuedSchool(const std::string& school, QueuedSchool queued, WriteBatch& batch);
  // It is no longer queued.
  void AddSchoolEvaluated(const std::string& school, WriteBatch& batch);

  std::optional<Day> day() const { return day_; }
  // Of the configuration under which everybody was evaluated, or is being evaluated; none before the first.
  const std::optional<std::string>& configuration() const { return configuration_; }
  // The student after which the evaluation of everybody goes on (empty: the first); none: it is done.
  const std::optional<std::string>& activated_through() const { return activated_through_; }
  const std::set<std::string>& schools_with_alerts() const { return schools_with_alerts_; }
  const QueuedSchools& queued_schools() const { return queued_schools_; }

 private:
  std::optional<Day> day_;
  std::optional<std::string> configuration_;
  std::optional<std::string> activated_through_;
  std::set<std::string> schools_with_alerts_;
  QueuedSchools queued_schools_;
};

}  // namespace vangnet

#endif  // VANGNET_ALERTS_ENGINE_PROGRESS_H_
