#include "storage/state_cache.h"

#include <algorithm>
#include <utility>

#include "storage/packed_state.h"
#include "storage/rebuild_state.h"

namespace vangnet {
namespace {

// What a state costs beside its bytes and its key: the node of the table and the state itself.
constexpr uint64_t kStateOverheadBytes = 160;

}  // namespace

StateCache::StateCache(const KvStore& kv, uint64_t bytes_max) : kv_(kv), part_bytes_max_(bytes_max / kPartitionCount) {}

uint64_t StateCache::CostOf(const State& state) {
  return state.bytes.capacity() + state.key->capacity() + kStateOverheadBytes;
}

void StateCache::List::Add(State& state) {
  state.newer = nullptr;
  state.older = newest;
  if (newest != nullptr) newest->newer = &state;
  newest = &state;
  if (oldest == nullptr) oldest = &state;
}

void StateCache::List::Remove(State& state) {
  (state.newer != nullptr ? state.newer->older : newest) = state.older;
  (state.older != nullptr ? state.older->newer : oldest) = state.newer;
  state.newer = state.older = nullptr;
}

void StateCache::AddEvictable(const Part& part, State& state) {
  part.evictable.Add(state);
  part.evictable_bytes += CostOf(state);
}

void StateCache::RemoveEvictable(const Part& part, State& state) {
  part.evictable.Remove(state);
  part.evictable_bytes -= CostOf(state);
}

void StateCache::Evict(const Part& part) const {
  while (part.evictable_bytes > part_bytes_max_ && part.evictable.oldest != nullptr) {
    State& state = *part.evictable.oldest;
    part.bytes -= CostOf(state);
    RemoveEvictable(part, state);
    part.states.erase(part.states.find(std::string_view(*state.key)));
  }
}

absl::StatusOr<const StateCache::State*> StateCache::Find(const Part& part, std::string_view student) const {
  if (const auto at = part.states.find(student); at != part.states.end()) {
    State& state = at->second;
    if (!state.unwritten && part.evictable.newest != &state) {
      part.evictable.Remove(state);
      part.evictable.Add(state);
    }
    return &state;
  }
  // Read with the mutex held: a state that is published, written and evicted meanwhile must not be overtaken.
  auto stored = kv_.Get(Table::kStates, StateKey(student));
  if (!stored.ok()) return stored.status();
  if (!stored->has_value()) return nullptr;
  std::string bytes = **std::move(stored);
  if (!CheckState(bytes).ok()) {
    auto rebuilt = RebuildState(kv_, {SubjectKind::kStudent, std::string(student)});
    if (!rebuilt.ok()) return rebuilt.status();
    bytes = std::move(*rebuilt).Release();
  }
  const auto at = part.states.try_emplace(student).first;
  State& state = at->second;
  state.bytes = std::move(bytes);
  state.key = &at->first;
  part.bytes += CostOf(state);
  AddEvictable(part, state);
  return &state;
}

absl::Status StateCache::Read(std::string_view student, absl::FunctionRef<absl::Status(std::string_view)> read) const {
  const Part& part = PartOf(student);
  MutexLock lock(part.mutex);
  const auto state = Find(part, student);
  if (!state.ok()) return state.status();
  absl::Status status = read(*state == nullptr ? std::string_view() : (*state)->bytes);
  Evict(part);
  return status;
}

absl::StatusOr<std::string> StateCache::Get(std::string_view student) const {
  std::string copy;
  absl::Status status = Read(student, [&](std::string_view bytes) {
    copy = bytes;
    return absl::OkStatus();
  });
  if (!status.ok()) return status;
  return copy;
}

void StateCache::Publish(std::string_view student, std::string bytes) {
  Part& part = PartOf(student);
  MutexLock lock(part.mutex);
  auto at = part.states.find(student);
  if (at == part.states.end()) {
    at = part.states.try_emplace(student).first;
    at->second.key = &at->first;
  } else {
    if (!at->second.unwritten) RemoveEvictable(part, at->second);
    part.bytes -= CostOf(at->second);
  }
  State& state = at->second;
  state.bytes = std::move(bytes);
  if (!state.unwritten) part.unwritten.Add(state);
  state.unwritten = true;
  state.in_batch = false;
  part.bytes += CostOf(state);
}

void StateCache::AddUnwritten(std::string_view student, WriteBatch& batch) {
  const Part& part = PartOf(student);
  MutexLock lock(part.mutex);
  const auto at = part.states.find(student);
  if (at == part.states.end() || !at->second.unwritten) return;
  batch.Put(Table::kStates, StateKey(student), at->second.bytes);
  at->second.in_batch = true;
}

void StateCache::Written(std::string_view student) {
  Part& part = PartOf(student);
  MutexLock lock(part.mutex);
  const auto at = part.states.find(student);
  if (at == part.states.end() || !at->second.in_batch) return;
  at->second.in_batch = false;
  at->second.unwritten = false;
  part.unwritten.Remove(at->second);
  AddEvictable(part, at->second);
  Evict(part);
}

std::vector<std::string> StateCache::UnwrittenKeys(uint8_t partition, std::string_view first) const {
  std::vector<std::string> keys;
  {
    const Part& part = parts_[partition];
    MutexLock lock(part.mutex);
    for (const State* state = part.unwritten.newest; state != nullptr; state = state->older) {
      if (*state->key >= first) keys.push_back(*state->key);
    }
  }
  std::sort(keys.begin(), keys.end());
  return keys;
}

uint64_t StateCache::bytes() const {
  uint64_t bytes = 0;
  for (const Part& part : parts_) {
    MutexLock lock(part.mutex);
    bytes += part.bytes;
  }
  return bytes;
}

uint64_t StateCache::states() const {
  uint64_t states = 0;
  for (const Part& part : parts_) {
    MutexLock lock(part.mutex);
    states += part.states.size();
  }
  return states;
}

}  // namespace vangnet
