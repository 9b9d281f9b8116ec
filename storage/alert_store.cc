#include "storage/alert_store.h"

#include <algorithm>
#include <array>
#include <atomic>
#include <limits>
#include <queue>
#include <unordered_map>
#include <utility>

#include "domain/mutex.h"
#include "storage/alert_codec.h"
#include "storage/due_index.h"
#include "storage/keys.h"
#include "storage/meta_numbers.h"
#include "storage/recent_values.h"
#include "vangnet/record/v1/stored_alert.pb.h"

namespace vangnet {
namespace {

// Old entries removed by one call: a little more than one call adds, so that what is over goes away.
constexpr uint64_t kTrimmedAtOnce = 16;
constexpr uint64_t kForgottenAtOnce = 1000;
// Of alerts, and of evaluations: all of a region's twenty-four thousand children.
constexpr uint64_t kRecentBytesMax = uint64_t{16} << 20;

using RuleAndStage = std::pair<std::string, std::string>;

// Counts open alerts by rule and stage, as they change. A country has some hundred thousand of them, of a few rules:
// each costs a look-up when it changes, and none when the counts are asked for.
class OpenAlertCounts {
 public:
  // Nothing: the alert is closed.
  void Set(uint64_t id, std::optional<RuleAndStage> now) {
    if (const auto before = cells_.find(id); before != cells_.end()) {
      if (--before->second->second == 0) counts_.erase(before->second);
      cells_.erase(before);
    }
    if (!now.has_value()) return;
    const auto cell = counts_.try_emplace(*std::move(now), 0).first;
    ++cell->second;
    cells_.emplace(id, cell);
  }
  const std::map<RuleAndStage, uint64_t>& counts() const { return counts_; }

 private:
  std::map<RuleAndStage, uint64_t> counts_;  // none of 0
  std::unordered_map<uint64_t, std::map<RuleAndStage, uint64_t>::iterator> cells_;
};

// What is kept under the key; nothing: there is none.
template <typename T>
absl::StatusOr<std::optional<T>> ReadDecoded(const RecentValues& values, std::string_view key,
                                             absl::StatusOr<T> (*decode)(std::string_view)) {
  std::optional<T> found;
  const absl::Status status = values.Read(key, [&](const RecentValues::Value& stored) {
    if (!stored) return absl::OkStatus();
    auto decoded = decode(*stored);
    if (!decoded.ok()) return decoded.status();
    found = *std::move(decoded);
    return absl::OkStatus();
  });
  if (!status.ok()) return status;
  return found;
}

}  // namespace

class AlertStore::Impl {
 public:
  explicit Impl(KvStore& kv_in)
      : kv(kv_in),
        due(kv_in),
        alerts(kv_in, Table::kAlerts, kRecentBytesMax),
        evaluations(kv_in, Table::kEvaluations, kRecentBytesMax) {}

  absl::Status Open();
  absl::Status LoadOpenAlerts();
  void AddChange(const Alert& alert, size_t history_index, WriteBatch& batch);
  absl::StatusOr<bool> HasChange(uint64_t sequence) const;
  // What is kept of the subject's last evaluation, from its alerts and its due marks.
  absl::StatusOr<StoredEvaluation> MakeEvaluationAnew(const Subject& subject) const;
  absl::StatusOr<std::optional<record::v1::StoredAnswer>> ReadAnswer(std::string_view request_id) const;
  // The removal of answers that are too old, the oldest first.
  absl::Status AddForgotten(absl::Time now, uint64_t max, WriteBatch& batch) const;

  KvStore& kv;
  DueIndex due;
  RecentValues alerts;
  RecentValues evaluations;
  mutable std::atomic<uint64_t> evaluations_made = 0;  // anew

  uint64_t change_log = 0;

  // Owned by the thread that writes.
  uint64_t ids_given = 0;
  uint64_t ids_applied = 0;  // of them, those in batches that were written
  uint64_t changes_given = 0;
  uint64_t first_kept = 1;                                      // change
  std::map<uint64_t, std::optional<RuleAndStage>> staged_open;  // nothing: closed

  // What readers see.
  std::atomic<uint64_t> last_change = 0;
  std::atomic<uint64_t> first_change = 1;
  mutable Mutex mutex;
  OpenAlertCounts open VANGNET_GUARDED_BY(mutex);
  Mutex listeners_mutex;
  std::map<uint64_t, std::function<void(uint64_t)>> listeners VANGNET_GUARDED_BY(listeners_mutex);
  uint64_t last_listener VANGNET_GUARDED_BY(listeners_mutex) = 0;
};

absl::Status BeginChangeLogAnew(KvStore& kv, absl::Time now, uint64_t ids) {
  const auto given = GetNumber(kv, kAlertCounterMeta);
  if (!given.ok()) return given.status();
  WriteBatch batch;
  batch.Put(Table::kMeta, MetaKey(kChangeLogMeta), EncodeNumber(static_cast<uint64_t>(absl::ToUnixMicros(now))));
  batch.Put(Table::kMeta, MetaKey(kAlertCounterMeta), EncodeNumber(*given + ids));
  return kv.Write(batch, Durability::kSynced);
}

absl::Status NameNewChangeLog(KvStore& kv, absl::Time now) {
  for (const char* name : {kAlertCounterMeta, kChangeLogMeta}) {
    const auto number = GetNumber(kv, name);
    if (!number.ok()) return number.status();
    if (*number != 0) return absl::OkStatus();
  }
  return BeginChangeLogAnew(kv, now, static_cast<uint64_t>(std::max<int64_t>(absl::ToUnixMicros(now), 0)));
}

absl::StatusOr<std::unique_ptr<AlertStore>> AlertStore::Open(KvStore& kv) {
  auto impl = std::make_unique<Impl>(kv);
  if (absl::Status status = impl->Open(); !status.ok()) return status;
  return std::unique_ptr<AlertStore>(new AlertStore(std::move(impl)));
}

AlertStore::AlertStore(std::unique_ptr<Impl> impl) : impl_(std::move(impl)) {}
AlertStore::~AlertStore() = default;

absl::Status AlertStore::Impl::Open() {
  const auto counter = GetNumber(kv, kAlertCounterMeta);
  if (!counter.ok()) return counter.status();
  ids_given = *counter;
  const auto log = GetNumber(kv, kChangeLogMeta);
  if (!log.ok()) return log.status();
  change_log = *log;
  const auto changes = kv.NewIterator(Table::kChanges);
  changes->SeekForPrev(ChangeKey(std::numeric_limits<uint64_t>::max()));
  if (changes->Valid()) {
    const auto last = SequenceOfChangeKey(changes->key());
    changes->Seek(PartitionKey(kNodePartition));
    const auto first = changes->Valid() ? SequenceOfChangeKey(changes->key()) : std::nullopt;
    if (!first || !last) return absl::DataLossError("a key of the table changes is broken");
    changes_given = *last + kUnsyncedChangesMax;
    ids_given += kUnsyncedChangesMax;
    first_kept = *first;
  }
  if (!changes->status().ok()) return changes->status();
  ids_applied = ids_given;
  last_change = changes_given;
  first_change = first_kept;
  return LoadOpenAlerts();
}

absl::Status AlertStore::Impl::LoadOpenAlerts() {
  MutexLock lock(mutex);
  const auto alerts = kv.NewIterator(Table::kAlerts);
  for (alerts->Seek(""); alerts->Valid(); alerts->Next()) {
    if (!IsOpenAlert(alerts->value())) continue;
    const auto id = IdOfAlertKey(alerts->key());
    if (!id) return absl::DataLossError("a key of the table alerts is broken");
    const auto cell = RuleAndStageOf(alerts->value());
    if (!cell.ok()) return cell.status();
    open.Set(*id, RuleAndStage(*cell));
  }
  return alerts->status();
}

uint64_t AlertStore::AllocateId(const Subject& subject) {
  // The partition of the subject is in the id, so that an alert is found by its id without an index on the side.
  return ++impl_->ids_given * kPartitionCount + PartitionOf(subject.key);
}

void AlertStore::Impl::AddChange(const Alert& alert, size_t history_index, WriteBatch& batch) {
  record::v1::StoredChangeEntry stored;
  stored.set_alert(alert.id);
  stored.set_history_index(static_cast<uint32_t>(history_index));
  stored.set_kind(static_cast<uint32_t>(alert.history[history_index].kind));
  batch.Put(Table::kChanges, ChangeKey(++changes_given), stored.SerializeAsString());
  for (uint64_t i = 0; i < kTrimmedAtOnce && changes_given - first_kept >= kChangesMax; ++i) {
    batch.Delete(Table::kChanges, ChangeKey(first_kept++));
  }
}

absl::StatusOr<bool> AlertStore::Impl::HasChange(uint64_t sequence) const {
  const auto change = kv.Get(Table::kChanges, ChangeKey(sequence));
  if (!change.ok()) return change.status();
  return change->has_value();
}

void AlertStore::AddAlert(const Alert& alert, const std::vector<AlertChange>& changes, WriteBatch& batch) {
  impl_->alerts.Put(AlertKey(alert.id), EncodeAlert(alert), batch);
  const size_t added = std::min(changes.size(), alert.history.size());
  // With every change, not only with a new alert: ids that a start passed over must be in the first batch that is
  // synced.
  if (added > 0) batch.Put(Table::kMeta, MetaKey(kAlertCounterMeta), EncodeNumber(impl_->ids_given));
  for (size_t i = alert.history.size() - added; i < alert.history.size(); ++i) impl_->AddChange(alert, i, batch);
  auto& staged = impl_->staged_open[alert.id];
  staged.reset();
  if (alert.is_open()) staged.emplace(alert.finding.rule, alert.finding.stage);
}

void AlertStore::AddEvaluation(const Subject& subject, const StoredEvaluation& before, const StoredEvaluation& after,
                               WriteBatch& batch) {
  if (before == after) return;
  if (after == StoredEvaluation()) {
    impl_->evaluations.Delete(EvaluationKey(subject), batch);
  } else {
    impl_->evaluations.Put(EvaluationKey(subject), EncodeEvaluation(after), batch);
  }
  if (before.due != after.due) {
    if (before.due != kDayMax) impl_->due.RemoveMark(before.due, subject, batch);
    if (after.due != kDayMax) impl_->due.AddMark(after.due, subject, batch);
  }
  if (before.set_aside.empty() != after.set_aside.empty()) {
    if (after.set_aside.empty()) {
      impl_->due.RemoveMark(kDayMax, subject, batch);
    } else {
      impl_->due.AddMark(kDayMax, subject, batch);
    }
  }
}

absl::StatusOr<std::optional<record::v1::StoredAnswer>> AlertStore::Impl::ReadAnswer(
    std::string_view request_id) const {
  const auto stored = kv.Get(Table::kRequests, RequestKey(request_id));
  if (!stored.ok()) return stored.status();
  std::optional<record::v1::StoredAnswer> answer;
  if (stored->has_value() && !answer.emplace().ParseFromString(**stored)) {
    return absl::DataLossError("an entry of the table requests is broken");
  }
  return answer;
}

absl::Status AlertStore::Impl::AddForgotten(absl::Time now, uint64_t max, WriteBatch& batch) const {
  const int64_t oldest = std::max<int64_t>(absl::ToUnixMicros(now), 0) - absl::ToInt64Microseconds(kAnswersKept);
  const auto ages = kv.NewIterator(Table::kRequests);
  ages->Seek(RequestAgeKey(0, ""));
  for (uint64_t i = 0; i < max && ages->Valid(); ++i, ages->Next()) {
    const auto age = AgeOfRequestAgeKey(ages->key());
    if (!age || static_cast<int64_t>(age->micros) >= oldest) break;
    batch.Delete(Table::kRequests, ages->key());
    batch.Delete(Table::kRequests, RequestKey(age->request_id));
  }
  return ages->status();
}

absl::Status AlertStore::AddForgottenAnswers(absl::Time now, WriteBatch& batch) const {
  return impl_->AddForgotten(now, kForgottenAtOnce, batch);
}

absl::Status AlertStore::AddAnswer(std::string_view request_id, std::string_view answer, absl::Time now,
                                   WriteBatch& batch) {
  // An id that comes again after its answer is too old has one age, the new one.
  const auto before = impl_->ReadAnswer(request_id);
  if (!before.ok()) return before.status();
  if (*before) {
    batch.Delete(Table::kRequests, RequestAgeKey(static_cast<uint64_t>((*before)->answered_at_micros()), request_id));
  }
  // What is too old and does not read stays: no command fails because of it.
  const absl::Status forgotten = impl_->AddForgotten(now, kTrimmedAtOnce, batch);
  if (!forgotten.ok() && !absl::IsDataLoss(forgotten)) return forgotten;
  const int64_t micros = std::max<int64_t>(absl::ToUnixMicros(now), 0);
  // Behind the deletions, which may be of the same id.
  record::v1::StoredAnswer stored;
  stored.set_answered_at_micros(micros);
  stored.set_answer(std::string(answer));
  batch.Put(Table::kRequests, RequestKey(request_id), stored.SerializeAsString());
  batch.Put(Table::kRequests, RequestAgeKey(static_cast<uint64_t>(micros), request_id), "");
  return absl::OkStatus();
}

void AlertStore::Applied() {
  impl_->due.Applied();
  // Before anybody hears of the changes.
  impl_->alerts.Applied();
  impl_->evaluations.Applied();
  {
    MutexLock lock(impl_->mutex);
    for (auto& [id, now] : impl_->staged_open) impl_->open.Set(id, std::move(now));
  }
  impl_->staged_open.clear();
  impl_->ids_applied = impl_->ids_given;
  impl_->first_change = impl_->first_kept;
  impl_->last_change = impl_->changes_given;
  MutexLock lock(impl_->listeners_mutex);
  for (const auto& [handle, listener] : impl_->listeners) listener(impl_->changes_given);
}

void AlertStore::Discard() {
  impl_->due.Discard();
  impl_->alerts.Discard();
  impl_->evaluations.Discard();
  impl_->staged_open.clear();
  impl_->ids_given = impl_->ids_applied;
  impl_->first_kept = impl_->first_change;
  impl_->changes_given = impl_->last_change;
}

absl::StatusOr<StoredEvaluation> AlertStore::GetEvaluation(const Subject& subject) const {
  auto stored = ReadDecoded(impl_->evaluations, EvaluationKey(subject), DecodeEvaluation);
  if (absl::IsDataLoss(stored.status())) return impl_->MakeEvaluationAnew(subject);
  if (!stored.ok()) return stored.status();
  return (*std::move(stored)).value_or(StoredEvaluation());
}

absl::StatusOr<StoredEvaluation> AlertStore::Impl::MakeEvaluationAnew(const Subject& subject) const {
  StoredEvaluation made;
  const std::string prefix = PartitionKey(PartitionOf(subject.key));
  const auto stored = kv.NewIterator(Table::kAlerts);
  for (stored->Seek(prefix); stored->Valid() && stored->key().substr(0, prefix.size()) == prefix; stored->Next()) {
    const auto alert = DecodeAlert(stored->value());
    if (!alert.ok()) return alert.status();
    // Closed ones that may not be reopened any more are among them: whoever evaluates the subject leaves those away.
    if (alert->finding.subject == subject) made.alerts.push_back(alert->id);
  }
  if (!stored->status().ok()) return stored->status();
  const auto days = due.DaysOf(subject);
  if (!days.ok()) return days.status();
  for (const Day day : *days) {
    if (day == kDayMax) {
      made.set_aside = "why is not known: what was kept of the last evaluation did not read";
    } else {
      made.due = day;
    }
  }
  ++evaluations_made;
  return made;
}

absl::StatusOr<std::optional<Alert>> AlertStore::GetAlert(uint64_t id) const {
  return ReadDecoded(impl_->alerts, AlertKey(id), DecodeAlert);
}

absl::StatusOr<std::vector<Subject>> AlertStore::GetDue(Day day, size_t max,
                                                        const std::function<bool(const Subject&)>& wanted) const {
  return impl_->due.Find(day, max, wanted);
}

absl::StatusOr<uint64_t> AlertStore::CountDue(Day day) const { return impl_->due.Count(day); }

absl::StatusOr<std::vector<Subject>> AlertStore::GetSetAside() const { return impl_->due.FindSetAside(); }

uint64_t AlertStore::repairs() const { return impl_->due.rebuilt() + impl_->evaluations_made; }

AlertPartitions AlertPartitionsOf(const std::vector<std::string>& keys) {
  AlertPartitions partitions;
  for (const std::string& key : keys) partitions.set(PartitionOf(key));
  return keys.empty() ? partitions.set() : partitions;
}

absl::StatusOr<std::vector<Alert>> AlertStore::ListAlerts(uint64_t after, size_t max,
                                                          const std::function<bool(const Alert&)>& wanted,
                                                          AlertPartitions partitions) const {
  auto found = FindAlerts(after, std::numeric_limits<size_t>::max(), max, wanted, partitions);
  if (!found.ok()) return found.status();
  return std::move(found->alerts);
}

absl::StatusOr<FoundAlerts> AlertStore::FindAlerts(uint64_t after, size_t looked_max, size_t found_max,
                                                   const std::function<bool(const Alert&)>& wanted,
                                                   AlertPartitions partitions) const {
  // Ids ascend within each partition: the least of the partitions' next ones is the next of all.
  std::array<std::unique_ptr<KvIterator>, kPartitionCount> iterators;
  using Next = std::pair<uint64_t, size_t>;
  std::priority_queue<Next, std::vector<Next>, std::greater<>> queue;
  const auto enqueue = [&](size_t partition) -> absl::Status {
    const KvIterator& at = *iterators[partition];
    if (!at.status().ok()) return at.status();
    if (!at.Valid() || static_cast<uint8_t>(at.key()[0]) != partition) return absl::OkStatus();
    const auto id = IdOfAlertKey(at.key());
    if (!id) return absl::DataLossError("a key of the table alerts is broken");
    queue.emplace(*id, partition);
    return absl::OkStatus();
  };
  for (size_t partition = 0; partition < kPartitionCount; ++partition) {
    if (!partitions.test(partition)) continue;
    uint64_t first = after - after % kPartitionCount + partition;
    if (first <= after) first += kPartitionCount;
    iterators[partition] = impl_->kv.NewIterator(Table::kAlerts);
    iterators[partition]->Seek(AlertKey(first));
    if (absl::Status status = enqueue(partition); !status.ok()) return status;
  }
  FoundAlerts found;
  for (size_t looked = 0; !queue.empty() && looked < looked_max && found.alerts.size() < found_max; ++looked) {
    const size_t partition = queue.top().second;
    found.last = queue.top().first;
    queue.pop();
    auto alert = DecodeAlert(iterators[partition]->value());
    if (!alert.ok()) return alert.status();
    if (!wanted || wanted(*alert)) found.alerts.push_back(*std::move(alert));
    iterators[partition]->Next();
    if (absl::Status status = enqueue(partition); !status.ok()) return status;
  }
  found.has_more = !queue.empty();
  return found;
}

absl::StatusOr<std::vector<StoredChange>> AlertStore::GetChangesAfter(uint64_t sequence, size_t max) const {
  const uint64_t last = impl_->last_change;
  const auto no_longer_kept = [](uint64_t before) {
    return absl::OutOfRangeError("changes up to " + std::to_string(before - 1) + " are no longer kept");
  };
  if (sequence + 1 < impl_->first_change) return no_longer_kept(impl_->first_change);
  const auto changes = impl_->kv.NewIterator(Table::kChanges);
  changes->Seek(ChangeKey(sequence + 1));
  // Nobody goes on from a change that a loss of power took, for what was told with it may never come, nor from one that
  // was taken away since this call began.
  const auto next = changes->Valid() ? SequenceOfChangeKey(changes->key()) : std::nullopt;
  if (next != sequence + 1 && sequence != last) {
    const auto is_kept = impl_->HasChange(sequence);
    if (!is_kept.ok()) return is_kept.status();
    if (!*is_kept) return no_longer_kept(next.value_or(sequence + 1));
  }
  std::vector<StoredChange> result;
  std::unordered_map<uint64_t, std::optional<Alert>> seen;
  for (; changes->Valid() && result.size() < max; changes->Next()) {
    const auto number = SequenceOfChangeKey(changes->key());
    record::v1::StoredChangeEntry stored;
    if (!number || !stored.ParseFromArray(changes->value().data(), static_cast<int>(changes->value().size()))) {
      return absl::DataLossError("an entry of the table changes is broken");
    }
    if (*number > last) break;
    const auto [at, is_new] = seen.try_emplace(stored.alert());
    if (is_new) {
      auto alert = GetAlert(stored.alert());
      if (!alert.ok()) return alert.status();
      at->second = *std::move(alert);
    }
    if (!at->second) continue;  // Erased together with its child.
    if (stored.history_index() >= at->second->history.size()) {
      return absl::DataLossError("alert " + std::to_string(stored.alert()) + " lacks a change of its history");
    }
    result.push_back({*number, stored.alert(), at->second->history[stored.history_index()]});
  }
  if (!changes->status().ok()) return changes->status();
  return result;
}

uint64_t AlertStore::last_change() const { return impl_->last_change; }

uint64_t AlertStore::change_log() const { return impl_->change_log; }

std::map<std::pair<std::string, std::string>, uint64_t> AlertStore::CountOpen() const {
  MutexLock lock(impl_->mutex);
  return impl_->open.counts();
}

absl::StatusOr<std::optional<std::string>> AlertStore::GetAnswer(std::string_view request_id, absl::Time now) const {
  const auto answer = impl_->ReadAnswer(request_id);
  if (!answer.ok()) return answer.status();
  const bool is_kept =
      answer->has_value() && absl::FromUnixMicros((*answer)->answered_at_micros()) >= now - kAnswersKept;
  return is_kept ? std::optional<std::string>((*answer)->answer()) : std::nullopt;
}

uint64_t AlertStore::AddListener(std::function<void(uint64_t last_change)> listener) {
  MutexLock lock(impl_->listeners_mutex);
  impl_->listeners.emplace(++impl_->last_listener, std::move(listener));
  return impl_->last_listener;
}

void AlertStore::RemoveListener(uint64_t handle) {
  MutexLock lock(impl_->listeners_mutex);
  impl_->listeners.erase(handle);
}

}  // namespace vangnet
