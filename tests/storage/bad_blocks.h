// BadBlocks is a KvStore in memory of which blocks go bad, as those of a table on a disk that rots: what is in them no
// longer reads, what is written over it later does.
#ifndef VANGNET_TESTS_STORAGE_BAD_BLOCKS_H_
#define VANGNET_TESTS_STORAGE_BAD_BLOCKS_H_

#include <map>
#include <memory>
#include <optional>
#include <set>
#include <string>
#include <string_view>
#include <utility>

#include "storage/memory_kv_store.h"

namespace vangnet_testing {

// Of the thread that tests: damage is done while nobody else reads.
class BadBlocks : public vangnet::KvStore {
 public:
  using Table = vangnet::Table;

  // Of the table, the block of all keys from `first` to `last` that are there now.
  void Damage(Table table, std::string_view first, std::string_view last) {
    std::set<std::string, std::less<>>& bad = bad_[table];
    const auto at = kv_.NewIterator(table);
    for (at->Seek(first); at->Valid() && at->key() <= last; at->Next()) bad.emplace(at->key());
    written_.clear();
  }
  // Of the device, rather than of a checksum.
  void FailWith(absl::Status error) { error_ = std::move(error); }
  void DamagePartition(Table table, uint8_t partition) {
    const std::string first(1, static_cast<char>(partition));
    Damage(table, first, first + std::string(200, '\xff'));
  }

  absl::Status Write(const vangnet::WriteBatch& batch, vangnet::Durability durability) override {
    batch.ForEach([&](const auto& operation) { written_[operation.table].emplace(operation.key); });
    return kv_.Write(batch, durability);
  }
  absl::StatusOr<std::optional<std::string>> Get(Table table, std::string_view key) const override {
    if (IsBad(table, key) && !IsIn(written_, table, key)) return error_;
    return kv_.Get(table, key);
  }
  std::unique_ptr<vangnet::KvIterator> NewIterator(Table table) const override {
    return std::make_unique<Iterator>(*this, table);
  }

 private:
  // Merges what is newer with what lies below, and so reads the block all the same.
  class Iterator : public vangnet::KvIterator {
   public:
    Iterator(const BadBlocks& store, Table table) : store_(store), table_(table), at_(store.kv_.NewIterator(table)) {}
    void Seek(std::string_view key) override {
      at_->Seek(key);
      Look();
    }
    void SeekForPrev(std::string_view key) override {
      at_->SeekForPrev(key);
      Look();
    }
    void Next() override {
      at_->Next();
      Look();
    }
    void Prev() override {
      at_->Prev();
      Look();
    }
    bool Valid() const override { return status_.ok() && at_->Valid(); }
    std::string_view key() const override { return at_->key(); }
    std::string_view value() const override { return at_->value(); }
    absl::Status status() const override { return status_; }

   private:
    void Look() { status_ = at_->Valid() && store_.IsBad(table_, at_->key()) ? store_.error_ : absl::OkStatus(); }

    const BadBlocks& store_;
    const Table table_;
    const std::unique_ptr<vangnet::KvIterator> at_;
    absl::Status status_;
  };

  using Keys = std::map<Table, std::set<std::string, std::less<>>>;
  static bool IsIn(const Keys& keys, Table table, std::string_view key) {
    const auto at = keys.find(table);
    return at != keys.end() && at->second.contains(key);
  }
  bool IsBad(Table table, std::string_view key) const { return IsIn(bad_, table, key); }

  vangnet::MemoryKvStore kv_;
  absl::Status error_ = absl::DataLossError("block checksum mismatch");
  Keys bad_;
  Keys written_;  // since the damage was done
};

}  // namespace vangnet_testing

#endif  // VANGNET_TESTS_STORAGE_BAD_BLOCKS_H_
