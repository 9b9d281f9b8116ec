// Walks over the keys and states of many children: what is on disk, and over it what is newer in memory.
#include <algorithm>
#include <iterator>
#include <map>
#include <utility>

#include "storage/fact_store_impl.h"
#include "storage/rebuild_state.h"

namespace vangnet {
namespace {

std::vector<std::string> Join(const std::vector<std::string>& a, const std::vector<std::string>& b) {
  std::vector<std::string> joined;
  std::set_union(a.begin(), a.end(), b.begin(), b.end(), std::back_inserter(joined));
  return joined;
}

// The states of one partition on disk, ascending by key; from the first block on that does not read, those that the
// versions make.
class StoredStates {
 public:
  StoredStates(const KvStore& kv, uint8_t partition, std::string_view first)
      : kv_(kv), partition_(partition), prefix_(PartitionKey(partition)), stored_(kv.NewIterator(Table::kStates)) {
    stored_->Seek(prefix_ + std::string(first));
    if (!stored_->Valid()) RebuildIfUnread(first);
  }

  bool Valid() const {
    if (rebuilt_) return next_ != rebuilt_->end();
    return stored_->Valid() && stored_->key().substr(0, 1) == prefix_;
  }
  std::string_view key() const { return rebuilt_ ? std::string_view(next_->first) : stored_->key().substr(1); }
  std::string_view value() const { return rebuilt_ ? std::string_view(next_->second) : stored_->value(); }
  // Goes on from `key`, which is where it is.
  void Next(std::string_view key) {
    if (rebuilt_) {
      ++next_;
      return;
    }
    stored_->Next();
    if (!stored_->Valid()) RebuildIfUnread(std::string(key) + '\0');  // no key lies between the two
  }
  absl::Status status() const { return rebuilt_ ? absl::OkStatus() : status_.ok() ? stored_->status() : status_; }

 private:
  void RebuildIfUnread(std::string_view first) {
    if (!absl::IsDataLoss(stored_->status())) return;
    auto states = RebuildStates(kv_, partition_, SubjectKind::kStudent);
    status_ = states.status();
    if (!states.ok()) return;
    rebuilt_ = *std::move(states);
    next_ = rebuilt_->lower_bound(std::string(first));
  }

  const KvStore& kv_;
  const uint8_t partition_;
  const std::string prefix_;
  const std::unique_ptr<KvIterator> stored_;
  std::optional<std::map<std::string, std::string>> rebuilt_;
  std::map<std::string, std::string>::const_iterator next_;
  absl::Status status_;
};

// The keys of one partition that have a state, and `others`, ascending, each once.
class StateWalk {
 public:
  StateWalk(const FactStore::Impl& store, uint8_t partition, std::string_view first,
            const std::vector<std::string>& others)
      // Memory first: what is written and evicted meanwhile is then on disk when the iterator is made.
      : in_memory_(Join(store.states.UnwrittenKeys(partition, first), others)), stored_(store.kv, partition, first) {}

  bool Next() {
    if (on_stored_) stored_.Next(key_);
    on_stored_ = stored_.Valid();
    const bool has_more = next_in_memory_ < in_memory_.size();
    if (!on_stored_ && !has_more) return false;
    is_in_memory_ = has_more && (!on_stored_ || in_memory_[next_in_memory_] <= stored_.key());
    if (is_in_memory_) {
      key_ = in_memory_[next_in_memory_++];
      // The disk's is passed over with it, when it is of the same child.
      on_stored_ = on_stored_ && stored_.key() == key_;
    } else {
      key_ = stored_.key();
    }
    return true;
  }

  const std::string& key() const { return key_; }
  // The state as it was on disk; none when it is to be asked for by key.
  std::optional<std::string_view> stored() const {
    return is_in_memory_ ? std::nullopt : std::optional<std::string_view>(stored_.value());
  }
  absl::Status status() const { return stored_.status(); }

 private:
  const std::vector<std::string> in_memory_;
  size_t next_in_memory_ = 0;
  StoredStates stored_;
  std::string key_;
  bool on_stored_ = false;  // the iterator is on the current key
  bool is_in_memory_ = false;
};

// Adds the records of `source` that a state on disk has. DATA_LOSS: it does not read.
absl::Status AddRecordsOf(std::string_view source, const Subject& child, std::string_view packed,
                          SourceRecords& found) {
  // Most children have none of most sources, and the names stand in front.
  const auto names = NamesIn(packed);
  if (!names.ok()) return names.status();
  if (std::find(names->begin(), names->end(), source) == names->end()) return absl::OkStatus();
  auto entries = DecodeState(packed);
  if (!entries.ok()) return entries.status();
  for (StateEntry& entry : *entries) {
    if (entry.key.source == source) found.records.emplace_back(child, std::move(entry));
  }
  return absl::OkStatus();
}

class StoredStudentScan : public StudentScan {
 public:
  StoredStudentScan(const FactStore::Impl& store, uint8_t partition, std::string_view first)
      // The smallest key of a child may have no records of its own: then only a link names it.
      : store_(store), walk_(store, partition, first, store.links.KeysIn(partition, first)) {}

  bool Next() override {
    while (walk_.Next()) {
      keys_.clear();
      if (!store_.links.MayBeJoined(walk_.key())) return true;
      keys_ = store_.links.KeysOf(walk_.key());
      if (keys_.front() == walk_.key()) return true;
    }
    return false;
  }

  const std::string& student() const override { return walk_.key(); }

  absl::StatusOr<const StudentHistory*> GetHistory() override {
    if (keys_.size() < 2) {
      reader_.Begin(walk_.key());
      const auto stored = walk_.stored();
      if (stored && reader_.Add(walk_.key(), *stored).ok()) {
        reader_.End();
        return &history_;
      }
      // It is in memory, or does not read: then it is made anew from the versions.
      if (keys_.empty()) keys_.push_back(walk_.key());
    }
    absl::Status status = store_.ReadHistory(keys_, std::nullopt, history_);
    if (!status.ok()) return status;
    return &history_;
  }

  absl::Status status() const override { return walk_.status(); }

 private:
  const FactStore::Impl& store_;
  StateWalk walk_;
  std::vector<std::string> keys_;  // of the child; none: the one key alone
  StudentHistory history_;
  HistoryReader reader_{history_};
};

}  // namespace

std::unique_ptr<StudentScan> FactStore::Scan(int partition, std::string_view first) const {
  return std::make_unique<StoredStudentScan>(*impl_, static_cast<uint8_t>(partition), first);
}

absl::StatusOr<std::vector<std::string>> FactStore::ListStudents(std::string_view after, size_t max) const {
  std::vector<std::string> students;
  // No key lies between the two.
  std::string first = after.empty() ? std::string() : std::string(after) + '\0';
  for (int partition = after.empty() ? 0 : PartitionOf(after); partition < kPartitionCount; ++partition) {
    auto listed = ListPartition(partition, first, max - students.size());
    if (!listed.ok()) return listed.status();
    std::move(listed->begin(), listed->end(), std::back_inserter(students));
    if (students.size() >= max) break;
    first.clear();
  }
  return students;
}

absl::StatusOr<SourceRecords> FactStore::FindRecordsOf(std::string_view source, std::string_view after, size_t keys_max,
                                                       size_t records_max) const {
  SourceRecords found;
  std::string first = after.empty() ? std::string() : std::string(after) + '\0';
  size_t looked = 0;
  for (int partition = after.empty() ? 0 : PartitionOf(after); partition < kPartitionCount; ++partition) {
    StateWalk walk(*impl_, static_cast<uint8_t>(partition), first, {});
    while (walk.Next()) {
      const Subject child{SubjectKind::kStudent, walk.key()};
      const auto stored = walk.stored();
      if (!stored || !AddRecordsOf(source, child, *stored, found).ok()) {
        // It is in memory, or does not read: then it is made anew from the versions.
        const auto packed = impl_->states.Get(child.key);
        absl::Status added = packed.ok() ? AddRecordsOf(source, child, *packed, found) : packed.status();
        if (!added.ok()) return added;
      }
      found.last = child.key;
      found.has_more = ++looked >= keys_max || found.records.size() >= records_max;
      if (found.has_more) return found;
    }
    if (!walk.status().ok()) return walk.status();
    first.clear();
  }
  return found;
}

absl::StatusOr<std::vector<std::string>> FactStore::ListPartition(int partition, std::string_view first,
                                                                  size_t max) const {
  std::vector<std::string> students;
  const auto part = static_cast<uint8_t>(partition);
  StateWalk walk(*impl_, part, first, impl_->links.KeysIn(part, first));
  while (students.size() < max && walk.Next()) students.push_back(walk.key());
  if (!walk.status().ok()) return walk.status();
  return students;
}

}  // namespace vangnet
