// MemoryDurableMark is a DurableMark in memory, for tests and simulations. It outlives the stores that are opened on
// it, as a file outlives a process.
//
// Thread safety: all methods may be called concurrently.
#ifndef VANGNET_STORAGE_MEMORY_DURABLE_MARK_H_
#define VANGNET_STORAGE_MEMORY_DURABLE_MARK_H_

#include <atomic>
#include <cstdint>
#include <optional>

#include "storage/durable_mark.h"

namespace vangnet {

class MemoryDurableMark : public DurableMark {
 public:
  absl::StatusOr<std::optional<uint64_t>> Read() override {
    return there_ ? std::optional<uint64_t>(sequence_.load()) : std::nullopt;
  }
  absl::Status Write(uint64_t sequence) override {
    if (failing_) return absl::InternalError("the mark was told to fail");
    sequence_ = sequence;
    there_ = true;
    ++writes_;
    return absl::OkStatus();
  }
  // Writes so far.
  uint64_t writes() const { return writes_; }
  // As if somebody had removed it.
  void Remove() { there_ = false; }
  // Every later Write fails and changes nothing.
  void FailWrites() { failing_ = true; }

 private:
  std::atomic<bool> there_ = false;
  std::atomic<uint64_t> sequence_ = 0;
  std::atomic<uint64_t> writes_ = 0;
  std::atomic<bool> failing_ = false;
};

}  // namespace vangnet

#endif  // VANGNET_STORAGE_MEMORY_DURABLE_MARK_H_
