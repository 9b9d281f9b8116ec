#include "storage/state_cache.h"

#include <algorithm>
#include <new>
#include <utility>

#include "storage/packed_state.h"
#include "storage/rebuild_state.h"

namespace vangnet {
namespace {

// What a state costs beside its own piece of memory: its place in the table, at the table's mean load, and what the
// allocator rounds up.
constexpr uint64_t kPlaceBytes = 14;
constexpr uint64_t kRoundedUpBytes = 24;

}  // namespace

StateCache::StateCache(const KvStore& kv, uint64_t bytes_max) : kv_(kv), part_bytes_max_(bytes_max / kPartitionCount) {}

StateCache::State* StateCache::State::Make(std::string_view key, std::string_view bytes) {
  void* const memory = ::operator new(sizeof(State) + key.size() + bytes.size());
  auto* const state = new (memory) State();
  state->key_size = static_cast<uint16_t>(key.size());
  state->bytes_size = static_cast<uint32_t>(bytes.size());
  char* const text = reinterpret_cast<char*>(state + 1);
  std::copy(key.begin(), key.end(), text);
  std::copy(bytes.begin(), bytes.end(), text + key.size());
  return state;
}

void StateCache::Free::operator()(State* state) const { ::operator delete(state); }

uint64_t StateCache::CostOf(const State& state) {
  return sizeof(State) + state.key_size + state.bytes_size + kPlaceBytes + kRoundedUpBytes;
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
    part.states.erase(part.states.find(state.key()));
  }
}

absl::StatusOr<const StateCache::State*> StateCache::Find(const Part& part, std::string_view student) const {
  if (const auto at = part.states.find(student); at != part.states.end()) {
    State& state = **at;
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
  State& state = **part.states.emplace(State::Make(student, bytes)).first;
  part.bytes += CostOf(state);
  AddEvictable(part, state);
  return &state;
}

absl::Status StateCache::Read(std::string_view student, absl::FunctionRef<absl::Status(std::string_view)> read) const {
  const Part& part = PartOf(student);
  MutexLock lock(part.mutex);
  const auto state = Find(part, student);
  if (!state.ok()) return state.status();
  absl::Status status = read(*state == nullptr ? std::string_view() : (*state)->bytes());
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

void StateCache::Publish(std::string_view student, std::string_view bytes) {
  OwnedState made(State::Make(student, bytes));
  State& state = *made;
  const Part& part = PartOf(student);
  MutexLock lock(part.mutex);
  const auto at = part.states.find(student);
  if (at == part.states.end()) {
    part.states.insert(std::move(made));
  } else {
    State& before = **at;
    part.bytes -= CostOf(before);
    if (before.unwritten) {
      part.unwritten.Remove(before);
    } else {
      RemoveEvictable(part, before);
    }
    // Of the same key: the table finds it where it was.
    const_cast<OwnedState&>(*at) = std::move(made);
  }
  state.unwritten = true;
  part.unwritten.Add(state);
  part.bytes += CostOf(state);
}

void StateCache::AddUnwritten(std::string_view student, WriteBatch& batch) {
  const Part& part = PartOf(student);
  MutexLock lock(part.mutex);
  const auto at = part.states.find(student);
  if (at == part.states.end() || !(*at)->unwritten) return;
  batch.Put(Table::kStates, StateKey(student), (*at)->bytes());
  (*at)->in_batch = true;
}

void StateCache::Written(std::string_view student) {
  const Part& part = PartOf(student);
  MutexLock lock(part.mutex);
  const auto at = part.states.find(student);
  if (at == part.states.end() || !(*at)->in_batch) return;
  State& state = **at;
  state.in_batch = false;
  state.unwritten = false;
  part.unwritten.Remove(state);
  AddEvictable(part, state);
  Evict(part);
}

std::vector<std::string> StateCache::UnwrittenKeys(uint8_t partition, std::string_view first) const {
  std::vector<std::string> keys;
  {
    const Part& part = parts_[partition];
    MutexLock lock(part.mutex);
    for (const State* state = part.unwritten.newest; state != nullptr; state = state->older) {
      if (state->key() >= first) keys.emplace_back(state->key());
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
