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

void StateCache::Link(const Part& part, State& state) {
  state.newer = nullptr;
  state.older = part.newest;
  if (part.newest != nullptr) part.newest->newer = &state;
  part.newest = &state;
  if (part.oldest == nullptr) part.oldest = &state;
  part.evictable_bytes += CostOf(state);
}

void StateCache::Unlink(const Part& part, State& state) {
  (state.newer != nullptr ? state.newer->older : part.newest) = state.older;
  (state.older != nullptr ? state.older->newer : part.oldest) = state.newer;
  state.newer = state.older = nullptr;
  part.evictable_bytes -= CostOf(state);
}

void StateCache::Evict(const Part& part) const {
  while (part.evictable_bytes > part_bytes_max_ && part.oldest != nullptr) {
    State& state = *part.oldest;
    part.bytes -= CostOf(state);
    Unlink(part, state);
    part.states.erase(part.states.find(std::string_view(*state.key)));
  }
}

absl::StatusOr<std::string> StateCache::Get(std::string_view student) const {
  const Part& part = PartOf(student);
  MutexLock lock(part.mutex);
  if (const auto at = part.states.find(student); at != part.states.end()) {
    State& state = at->second;
    if (!state.unwritten && part.newest != &state) {
      Unlink(part, state);
      Link(part, state);
    }
    return state.bytes;
  }
  // Read with the mutex held: a state that is published, written and evicted meanwhile must not be overtaken.
  auto stored = kv_.Get(Table::kStates, StateKey(student));
  if (!stored.ok()) return stored.status();
  if (!stored->has_value()) return std::string();
  std::string bytes = **std::move(stored);
  if (!DecodeState(bytes).ok()) {
    auto rebuilt = RebuildState(kv_, {SubjectKind::kStudent, std::string(student)});
    if (!rebuilt.ok()) return rebuilt.status();
    bytes = std::move(*rebuilt).Release();
  }
  const auto at = part.states.emplace(student, State()).first;
  State& state = at->second;
  state.bytes = bytes;
  state.key = &at->first;
  part.bytes += CostOf(state);
  Link(part, state);
  Evict(part);
  return bytes;
}

void StateCache::Publish(std::string_view student, std::string bytes) {
  const Part& part = PartOf(student);
  MutexLock lock(part.mutex);
  auto at = part.states.find(student);
  if (at == part.states.end()) {
    at = part.states.emplace(student, State()).first;
    at->second.key = &at->first;
  } else {
    if (!at->second.unwritten) Unlink(part, at->second);
    part.bytes -= CostOf(at->second);
  }
  State& state = at->second;
  state.bytes = std::move(bytes);
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
  const Part& part = PartOf(student);
  MutexLock lock(part.mutex);
  const auto at = part.states.find(student);
  if (at == part.states.end() || !at->second.in_batch) return;
  at->second.in_batch = false;
  at->second.unwritten = false;
  Link(part, at->second);
  Evict(part);
}

std::vector<std::string> StateCache::UnwrittenKeys(uint8_t partition) const {
  std::vector<std::string> keys;
  const Part& part = parts_[partition];
  MutexLock lock(part.mutex);
  for (const auto& [key, state] : part.states) {
    if (state.unwritten) keys.push_back(key);
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
