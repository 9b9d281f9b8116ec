#include "storage/due_index.h"

#include <algorithm>
#include <utility>

#include "storage/alert_codec.h"

namespace vangnet {
namespace {

// The marks that the evaluations of a partition ask for.
absl::Status AddMarks(const KvStore& kv, uint8_t partition, MendedKeys::Keys& keys) {
  const std::string prefix = PartitionKey(partition);
  const auto evaluations = kv.NewIterator(Table::kEvaluations);
  for (evaluations->Seek(prefix); evaluations->Valid(); evaluations->Next()) {
    if (evaluations->key().substr(0, 1) != prefix) break;
    const auto subject = SubjectOfEvaluationKey(evaluations->key());
    if (!subject) return absl::DataLossError("a key of the table evaluations is broken");
    const auto evaluation = DecodeEvaluation(evaluations->value());
    if (!evaluation.ok()) return evaluation.status();
    if (evaluation->due != kDayMax) keys.insert(DueKey(evaluation->due, *subject));
    if (!evaluation->set_aside.empty()) keys.insert(DueKey(kDayMax, *subject));
  }
  return evaluations->status();
}

}  // namespace

DueIndex::DueIndex(const KvStore& kv)
    : stored_(kv, Table::kDue,
              [&kv](uint8_t partition, MendedKeys::Keys& keys) { return AddMarks(kv, partition, keys); }) {}

void DueIndex::Begin() {
  if (!added_.empty() || !removed_.empty()) return;
  MutexLock lock(mutex_);
  is_staged_ = true;
}

void DueIndex::AddMark(Day day, const Subject& subject, WriteBatch& batch) {
  Begin();
  std::string key = DueKey(day, subject);
  batch.Put(Table::kDue, key, "");
  added_.push_back(std::move(key));
  added_days_.push_back(day);
}

void DueIndex::RemoveMark(Day day, const Subject& subject, WriteBatch& batch) {
  Begin();
  std::string key = DueKey(day, subject);
  batch.Delete(Table::kDue, key);
  removed_.push_back(std::move(key));
  removed_days_.push_back(day);
}

void DueIndex::Applied() {
  if (stored_.is_any_made()) {
    for (const std::string& key : removed_) stored_.Removed(key);
    for (const std::string& key : added_) stored_.Added(key);
  }
  MutexLock lock(mutex_);
  for (std::string& key : added_) {
    Part& part = parts_[static_cast<uint8_t>(key[0])];
    ++part.changes;
    if (key < part.least) part.least = std::move(key);
  }
  if (counted_) {
    const auto counts = [until = counted_->day](Day day) { return day <= until; };
    counted_->marks += static_cast<uint64_t>(std::count_if(added_days_.begin(), added_days_.end(), counts));
    counted_->marks -= static_cast<uint64_t>(std::count_if(removed_days_.begin(), removed_days_.end(), counts));
  }
  if (!added_days_.empty() || !removed_days_.empty()) ++batches_;
  End();
}

void DueIndex::Discard() {
  MutexLock lock(mutex_);
  End();
}

void DueIndex::End() {
  is_staged_ = false;
  added_.clear();
  added_days_.clear();
  removed_.clear();
  removed_days_.clear();
}

absl::Status DueIndex::Scan(uint8_t partition, Day day, const std::function<bool(const DueMark&)>& see) const {
  // Marks on kDayMax say something else.
  const std::string until = DuePrefix(partition, std::min(day, kDayMax - 1) + 1);
  Part before;
  {
    MutexLock lock(mutex_);
    before = parts_[partition];
  }
  if (before.least >= until) return absl::OkStatus();
  MendedKeys::Walk marks(stored_);
  marks.Seek(before.least.empty() ? PartitionKey(partition) : before.least);
  // The first mark there is, also when it is later than `day`: nothing below it needs to be looked at again.
  std::string least = PartitionKey(static_cast<uint8_t>(partition + 1));
  if (marks.Valid() && marks.key() < least) least = marks.key();
  for (; marks.Valid() && marks.key() < until; marks.Next()) {
    const auto mark = MarkOfDueKey(marks.key());
    if (!mark) return absl::DataLossError("a key of the table due is broken");
    if (!see(*mark)) break;
  }
  if (!marks.status().ok()) return marks.status();
  MutexLock lock(mutex_);
  // Marks that were added meanwhile may be below what the iterator saw.
  if (parts_[partition].changes == before.changes) parts_[partition].least = std::move(least);
  return absl::OkStatus();
}

absl::StatusOr<std::vector<Subject>> DueIndex::Find(Day day, size_t max,
                                                    const std::function<bool(const Subject&)>& wanted) const {
  std::vector<Subject> subjects;
  int partition = 0;
  {
    MutexLock lock(mutex_);
    partition = first_partition_;
  }
  for (int seen = 0; seen < kPartitionCount; ++seen, partition = (partition + 1) % kPartitionCount) {
    absl::Status status = Scan(static_cast<uint8_t>(partition), day, [&](const DueMark& mark) {
      if (!wanted || wanted(mark.subject)) subjects.push_back(mark.subject);
      return subjects.size() < max;
    });
    if (!status.ok()) return status;
    if (subjects.size() == max) break;
  }
  MutexLock lock(mutex_);
  first_partition_ = partition;
  return subjects;
}

absl::StatusOr<uint64_t> DueIndex::Count(Day day) const {
  const Day until = std::min(day, kDayMax - 1);
  uint64_t batches = 0;
  bool was_staged = false;
  {
    MutexLock lock(mutex_);
    if (counted_ && counted_->day == until) return counted_->marks;
    batches = batches_;
    was_staged = is_staged_;
  }
  uint64_t count = 0;
  for (int partition = 0; partition < kPartitionCount; ++partition) {
    absl::Status status = Scan(static_cast<uint8_t>(partition), until, [&](const DueMark&) {
      ++count;
      return true;
    });
    if (!status.ok()) return status;
  }
  MutexLock lock(mutex_);
  // A batch that was applied meanwhile, or is yet to be, may be in this count or not.
  if (batches_ == batches && !was_staged && !is_staged_) counted_ = Counted{until, count};
  return count;
}

absl::StatusOr<std::vector<Subject>> DueIndex::FindSetAside() const {
  std::vector<Subject> subjects;
  MendedKeys::Walk marks(stored_);
  for (int partition = 0; partition < kPartitionCount; ++partition) {
    const std::string prefix = DuePrefix(static_cast<uint8_t>(partition), kDayMax);
    for (marks.Seek(prefix); marks.Valid() && marks.key().substr(0, prefix.size()) == prefix; marks.Next()) {
      auto mark = MarkOfDueKey(marks.key());
      if (!mark) return absl::DataLossError("a key of the table due is broken");
      subjects.push_back(std::move(mark->subject));
    }
    if (!marks.status().ok()) return marks.status();
  }
  return subjects;
}

absl::StatusOr<std::vector<Day>> DueIndex::DaysOf(const Subject& subject) const {
  const std::string prefix = PartitionKey(PartitionOf(subject.key));
  std::vector<Day> days;
  MendedKeys::Walk marks(stored_);
  for (marks.Seek(prefix); marks.Valid() && marks.key().substr(0, prefix.size()) == prefix; marks.Next()) {
    const auto mark = MarkOfDueKey(marks.key());
    if (!mark) return absl::DataLossError("a key of the table due is broken");
    if (mark->subject == subject) days.push_back(mark->day);
  }
  if (!marks.status().ok()) return marks.status();
  return days;
}

}  // namespace vangnet
