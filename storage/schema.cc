#include "storage/schema.h"

#include <array>
#include <optional>
#include <string>
#include <string_view>
#include <utility>

#include "storage/keys.h"
#include "storage/meta_numbers.h"
#include "storage/packed_state.h"

namespace vangnet {
namespace {

// The tables that an upgrade goes through, in this order.
constexpr std::array kUpgradedTables = {Table::kStates, Table::kSchools};

// How far an upgrade came: everything before `key` of `table` is rewritten.
struct Position {
  Table table = kUpgradedTables.front();
  std::string key;
};

std::string EncodePosition(const Position& position) {
  return std::string(1, static_cast<char>(position.table)) + position.key;
}

absl::StatusOr<Position> DecodePosition(std::string_view bytes) {
  for (const Table table : kUpgradedTables) {
    if (!bytes.empty() && bytes[0] == static_cast<char>(table)) return Position{table, std::string(bytes.substr(1))};
  }
  return absl::DataLossError("the position of the upgrade in the table meta is broken");
}

// Nothing: no upgrade is under way.
absl::StatusOr<std::optional<Position>> GetPosition(const KvStore& kv) {
  const auto stored = kv.Get(Table::kMeta, MetaKey(kUpgradeMeta));
  if (!stored.ok()) return stored.status();
  if (!stored->has_value()) return std::nullopt;
  auto position = DecodePosition(**stored);
  if (!position.ok()) return position.status();
  return *std::move(position);
}

// The value as this program writes it; nothing: it is as it should be, or broken, and then made anew when it is used.
std::optional<std::string> Upgraded(Table table, std::string_view key, std::string_view value) {
  if (table == Table::kMeta && key == MetaKey(kSchemaMeta)) return EncodeNumber(kSchema);
  if (table != Table::kStates && table != Table::kSchools) return std::nullopt;
  auto state = UpgradeState(value);
  if (!state.ok()) return std::nullopt;
  return *std::move(state);
}

absl::Status WriteBatchAndPosition(WriteBatch& batch, const Position& position, KvStore& kv) {
  batch.Put(Table::kMeta, MetaKey(kUpgradeMeta), EncodePosition(position));
  const absl::Status written = kv.Write(batch, Durability::kUnsynced);
  batch.Clear();
  return written;
}

absl::Status Rewrite(Position position, size_t batch_bytes, KvStore& kv) {
  bool reached = false;
  for (const Table table : kUpgradedTables) {
    reached = reached || table == position.table;
    if (!reached) continue;
    if (table != position.table) position = {table, ""};
    WriteBatch batch;
    const auto values = kv.NewIterator(table);
    for (values->Seek(position.key); values->Valid(); values->Next()) {
      if (batch.bytes() >= batch_bytes) {
        position.key = values->key();
        if (absl::Status status = WriteBatchAndPosition(batch, position, kv); !status.ok()) return status;
      }
      if (const auto value = Upgraded(table, values->key(), values->value())) batch.Put(table, values->key(), *value);
    }
    if (!values->status().ok()) return values->status();
    if (absl::Status status = kv.Write(batch, Durability::kUnsynced); !status.ok()) return status;
  }
  WriteBatch done;
  done.Delete(Table::kMeta, MetaKey(kUpgradeMeta));
  return kv.Write(done, Durability::kSynced);
}

// What an older store would be after an upgrade.
class UpgradedView : public KvStore {
 public:
  explicit UpgradedView(std::unique_ptr<KvStore> kv) : kv_(std::move(kv)) {}

  absl::Status Write(const WriteBatch& batch, Durability durability) override { return kv_->Write(batch, durability); }
  absl::StatusOr<std::optional<std::string>> Get(Table table, std::string_view key) const override {
    if (table == Table::kMeta && key == MetaKey(kUpgradeMeta)) return std::nullopt;
    auto value = kv_->Get(table, key);
    if (!value.ok() || !value->has_value()) return value;
    if (auto upgraded = Upgraded(table, key, **value)) *value = *std::move(upgraded);
    return value;
  }
  std::unique_ptr<KvIterator> NewIterator(Table table) const override {
    return std::make_unique<Iterator>(table, kv_->NewIterator(table));
  }
  std::vector<std::pair<std::string, uint64_t>> Figures() const override { return kv_->Figures(); }

 private:
  class Iterator : public KvIterator {
   public:
    Iterator(Table table, std::unique_ptr<KvIterator> values) : table_(table), values_(std::move(values)) {}
    void Seek(std::string_view key) override {
      values_->Seek(key);
      if (IsAtPosition()) values_->Next();
      Look();
    }
    void SeekForPrev(std::string_view key) override {
      values_->SeekForPrev(key);
      if (IsAtPosition()) values_->Prev();
      Look();
    }
    void Next() override {
      values_->Next();
      if (IsAtPosition()) values_->Next();
      Look();
    }
    void Prev() override {
      values_->Prev();
      if (IsAtPosition()) values_->Prev();
      Look();
    }
    bool Valid() const override { return values_->Valid(); }
    std::string_view key() const override { return values_->key(); }
    std::string_view value() const override { return upgraded_ ? *upgraded_ : values_->value(); }
    absl::Status status() const override { return values_->status(); }

   private:
    // Of the upgrade, which is over in what is shown.
    bool IsAtPosition() const {
      return table_ == Table::kMeta && values_->Valid() && values_->key() == MetaKey(kUpgradeMeta);
    }
    void Look() {
      upgraded_.reset();
      if (values_->Valid()) upgraded_ = Upgraded(table_, values_->key(), values_->value());
    }

    const Table table_;
    const std::unique_ptr<KvIterator> values_;
    std::optional<std::string> upgraded_;
  };

  const std::unique_ptr<KvStore> kv_;
};

}  // namespace

absl::StatusOr<bool> IsOfOlderSchema(const KvStore& kv) {
  const auto schema = GetNumber(kv, kSchemaMeta);
  if (!schema.ok()) return schema.status();
  const auto position = GetPosition(kv);
  if (!position.ok()) return position.status();
  return (*schema > 0 && *schema < kSchema) || (*schema == kSchema && position->has_value());
}

absl::Status UpgradeSchema(KvStore& kv, size_t batch_bytes) {
  const auto schema = GetNumber(kv, kSchemaMeta);
  if (!schema.ok()) return schema.status();
  if (*schema > kSchema) {
    return absl::FailedPreconditionError("the database has schema " + std::to_string(*schema) +
                                         ", written by a newer program; this one knows schemas up to " +
                                         std::to_string(kSchema));
  }
  if (*schema < kSchema) {
    WriteBatch begin;
    begin.Put(Table::kMeta, MetaKey(kSchemaMeta), EncodeNumber(kSchema));
    if (*schema > 0) begin.Put(Table::kMeta, MetaKey(kUpgradeMeta), EncodePosition({}));
    if (absl::Status status = kv.Write(begin, Durability::kSynced); !status.ok()) return status;
  }
  const auto position = GetPosition(kv);
  if (!position.ok()) return position.status();
  return position->has_value() ? Rewrite(**position, batch_bytes, kv) : absl::OkStatus();
}

absl::StatusOr<std::unique_ptr<KvStore>> ShowUpgraded(std::unique_ptr<KvStore> kv) {
  const auto older = IsOfOlderSchema(*kv);
  if (!older.ok()) return older.status();
  if (*older) return std::make_unique<UpgradedView>(std::move(kv));
  return kv;
}

}  // namespace vangnet
