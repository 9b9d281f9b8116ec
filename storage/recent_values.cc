#include "storage/recent_values.h"

#include <utility>

namespace vangnet {
namespace {

// What a value costs beside its bytes and its key's: its place in the table, at the table's mean load, and what the
// allocator rounds up.
constexpr uint64_t kOverheadBytes = 100;

}  // namespace

uint64_t RecentValues::CostOf(std::string_view key, const Value& value) {
  return key.size() + (value ? value->size() : 0) + kOverheadBytes;
}

const RecentValues::Value& RecentValues::Keep(Part& part, std::string key, Value value) const {
  const uint64_t cost = CostOf(key, value);
  if (part.now_bytes + cost > half_bytes_max_ && !part.now.empty()) {
    part.before = std::exchange(part.now, {});
    part.now_bytes = 0;
  }
  part.now_bytes += cost;
  return part.now.insert_or_assign(std::move(key), std::move(value)).first->second;
}

absl::Status RecentValues::Read(std::string_view key, absl::FunctionRef<absl::Status(const Value&)> read) const {
  Part& part = parts_[PartOf(key)];
  MutexLock lock(part.mutex);
  if (const auto at = part.now.find(key); at != part.now.end()) return read(at->second);
  if (const auto at = part.before.find(key); at != part.before.end()) {
    Value value = std::move(at->second);
    part.before.erase(at);
    return read(Keep(part, std::string(key), std::move(value)));
  }
  // Read with the mutex held: a value that is written and told of meanwhile must not be overtaken by the one before it.
  auto stored = kv_.Get(table_, key);
  if (!stored.ok()) return stored.status();
  return read(Keep(part, std::string(key), *std::move(stored)));
}

void RecentValues::Put(std::string key, std::string value, WriteBatch& batch) {
  batch.Put(table_, key, value);
  staged_.emplace_back(std::move(key), std::move(value));
}

void RecentValues::Delete(std::string key, WriteBatch& batch) {
  batch.Delete(table_, key);
  staged_.emplace_back(std::move(key), std::nullopt);
}

void RecentValues::Applied() {
  for (auto& [key, value] : staged_) Replace(std::move(key), std::move(value));
  staged_.clear();
}

void RecentValues::Discard() { staged_.clear(); }

void RecentValues::Replace(std::string key, Value value) {
  Part& part = parts_[PartOf(key)];
  MutexLock lock(part.mutex);
  if (const auto at = part.now.find(key); at != part.now.end()) {
    part.now_bytes -= CostOf(key, at->second);
    part.now.erase(at);
  }
  part.before.erase(key);
  Keep(part, std::move(key), std::move(value));
}

uint64_t RecentValues::bytes() const {
  uint64_t bytes = 0;
  for (const Part& part : parts_) {
    MutexLock lock(part.mutex);
    for (const Values* values : {&part.now, &part.before}) {
      for (const auto& [key, value] : *values) bytes += CostOf(key, value);
    }
  }
  return bytes;
}

}  // namespace vangnet
