#include "storage/memory_kv_store.h"

#include <algorithm>
#include <cstdlib>
#include <iterator>

namespace vangnet {

// Looks at the table as it was when the iterator was made. Takes the store's mutex for each step and keeps its own
// copy of where it is, so that writes go on meanwhile.
class MemoryKvStore::Iterator : public KvIterator {
 public:
  Iterator(const MemoryKvStore& store, Table table, uint64_t moment) : store_(store), table_(table), moment_(moment) {}
  ~Iterator() override {
    MutexLock lock(store_.mutex_);
    const auto reader = store_.readers_.find(moment_);
    if (--reader->second == 0) store_.readers_.erase(reader);
  }
  void Seek(std::string_view key) override {
    MutexLock lock(store_.mutex_);
    SettleForward(map().lower_bound(key));
  }
  void SeekForPrev(std::string_view key) override {
    MutexLock lock(store_.mutex_);
    SettleBackward(map().upper_bound(key));
  }
  void Next() override {
    MutexLock lock(store_.mutex_);
    SettleForward(map().upper_bound(key_));
  }
  void Prev() override {
    MutexLock lock(store_.mutex_);
    SettleBackward(map().lower_bound(key_));
  }
  bool Valid() const override { return valid_; }
  std::string_view key() const override { return key_; }
  std::string_view value() const override { return value_; }
  absl::Status status() const override { return absl::OkStatus(); }

 private:
  const TableMap& map() const VANGNET_REQUIRES(store_.mutex_) { return store_.tables_[static_cast<size_t>(table_)]; }
  // Takes the key when it has a value at the iterator's moment.
  bool Take(const TableMap::value_type& entry) {
    const auto after = std::upper_bound(entry.second.begin(), entry.second.end(), moment_,
                                        [](uint64_t moment, const Version& version) { return moment < version.write; });
    if (after == entry.second.begin() || !std::prev(after)->value.has_value()) return false;
    key_ = entry.first;
    value_ = *std::prev(after)->value;
    valid_ = true;
    return true;
  }
  void SettleForward(TableMap::const_iterator at) VANGNET_REQUIRES(store_.mutex_) {
    valid_ = false;
    while (at != map().end() && !Take(*at)) ++at;
  }
  // Settles on the last key before `end`.
  void SettleBackward(TableMap::const_iterator end) VANGNET_REQUIRES(store_.mutex_) {
    valid_ = false;
    while (end != map().begin() && !Take(*std::prev(end))) --end;
  }

  const MemoryKvStore& store_;
  const Table table_;
  const uint64_t moment_;
  bool valid_ = false;
  std::string key_;
  std::string value_;
};

MemoryKvStore::~MemoryKvStore() {
  MutexLock lock(mutex_);
  // The same hard rule as RocksDB's, so that tests on memory find what would abort on disk.
  if (!readers_.empty()) std::abort();
}

absl::Status MemoryKvStore::Write(const WriteBatch& batch, Durability durability) {
  MutexLock lock(mutex_);
  if (!failure_.ok() && spared_ == 0) return failure_;
  if (spared_ > 0) --spared_;
  Apply(batch);
  if (durability == Durability::kSynced) {
    unsynced_.clear();
    ++syncs_;
  }
  return absl::OkStatus();
}

void MemoryKvStore::Apply(const WriteBatch& batch) {
  ++last_write_;
  const uint64_t oldest = OldestReader();
  auto& undo = unsynced_.emplace_back();
  // A plain loop: in a lambda Clang would not see that the mutex is held.
  std::vector<WriteBatch::Operation> operations;
  batch.ForEach([&](const WriteBatch::Operation& operation) { operations.push_back(operation); });
  for (const WriteBatch::Operation& operation : operations) {
    TableMap& table = tables_[static_cast<size_t>(operation.table)];
    const auto [at, is_new] = table.try_emplace(std::string(operation.key));
    auto& versions = at->second;
    undo.push_back({{operation.table, at->first}, is_new ? std::nullopt : versions.back().value});
    std::optional<std::string> value;
    if (!operation.is_delete) value.emplace(operation.value);
    if (!versions.empty() && versions.back().write == last_write_) {
      versions.back().value = std::move(value);
    } else {
      versions.push_back({last_write_, std::move(value)});
    }
    Prune(versions, oldest);
    if (versions.size() == 1 && !versions.front().value.has_value()) table.erase(at);
  }
}

uint64_t MemoryKvStore::OldestReader() const { return readers_.empty() ? last_write_ : readers_.begin()->first; }

void MemoryKvStore::Prune(std::vector<Version>& versions, uint64_t oldest) {
  // The last version at or before `oldest` is seen by the oldest reader; those before it by nobody.
  size_t seen = 0;
  while (seen + 1 < versions.size() && versions[seen + 1].write <= oldest) ++seen;
  versions.erase(versions.begin(), versions.begin() + static_cast<ptrdiff_t>(seen));
}

absl::StatusOr<std::optional<std::string>> MemoryKvStore::Get(Table table, std::string_view key) const {
  MutexLock lock(mutex_);
  const TableMap& map = tables_[static_cast<size_t>(table)];
  const auto at = map.find(key);
  if (at == map.end()) return std::optional<std::string>();
  return at->second.back().value;
}

std::unique_ptr<KvIterator> MemoryKvStore::NewIterator(Table table) const {
  MutexLock lock(mutex_);
  ++readers_[last_write_];
  return std::make_unique<Iterator>(*this, table, last_write_);
}

std::vector<std::pair<std::string, uint64_t>> MemoryKvStore::Figures() const {
  MutexLock lock(mutex_);
  uint64_t keys = 0;
  for (const TableMap& table : tables_) keys += table.size();
  return {{"keys", keys}};
}

void MemoryKvStore::DropUnsynced(size_t survivors) {
  MutexLock lock(mutex_);
  while (unsynced_.size() > survivors) {
    // Undone as writes of their own: an iterator that is alive keeps what it saw.
    ++last_write_;
    auto& undo = unsynced_.back();
    for (auto change = undo.rbegin(); change != undo.rend(); ++change) {
      TableMap& table = tables_[static_cast<size_t>(change->first.first)];
      auto& versions = table[change->first.second];
      if (!versions.empty() && versions.back().write == last_write_) {
        versions.back().value = change->second;
      } else {
        versions.push_back({last_write_, change->second});
      }
    }
    unsynced_.pop_back();
  }
}

size_t MemoryKvStore::unsynced() const {
  MutexLock lock(mutex_);
  return unsynced_.size();
}

uint64_t MemoryKvStore::syncs() const {
  MutexLock lock(mutex_);
  return syncs_;
}

void MemoryKvStore::FailWrites(absl::Status status, size_t spared) {
  MutexLock lock(mutex_);
  failure_ = std::move(status);
  spared_ = spared;
}

}  // namespace vangnet
