// ReservedKvStore is a KvStore that writes nothing while the disk is all but full (DiskReserve::MayWrite): a write that
// fails in the middle of the log would end the process, one that was not begun is tried again later.
//
// Guarantees, thread safety: as the store within.
// Ownership and lifetime: owns the store; `reserve` outlives it.
#ifndef VANGNET_SERVICES_SERVER_RESERVED_KV_STORE_H_
#define VANGNET_SERVICES_SERVER_RESERVED_KV_STORE_H_

#include <memory>
#include <optional>
#include <string>
#include <string_view>
#include <utility>
#include <vector>

#include "services/runtime/disk_reserve.h"
#include "storage/kv_store.h"

namespace vangnet {

class ReservedKvStore final : public KvStore {
 public:
  ReservedKvStore(std::unique_ptr<KvStore> store, const DiskReserve& reserve)
      : store_(std::move(store)), reserve_(reserve) {}

  absl::Status Write(const WriteBatch& batch, Durability durability) override {
    if (absl::Status room = reserve_.MayWrite(); !room.ok()) return room;
    return store_->Write(batch, durability);
  }
  absl::StatusOr<std::optional<std::string>> Get(Table table, std::string_view key) const override {
    return store_->Get(table, key);
  }
  std::unique_ptr<KvIterator> NewIterator(Table table) const override { return store_->NewIterator(table); }
  std::vector<std::pair<std::string, uint64_t>> Figures() const override { return store_->Figures(); }

 private:
  std::unique_ptr<KvStore> store_;
  const DiskReserve& reserve_;
};

}  // namespace vangnet

#endif  // VANGNET_SERVICES_SERVER_RESERVED_KV_STORE_H_
