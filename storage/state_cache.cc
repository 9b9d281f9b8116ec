#include "storage/state_cache.h"

#include <algorithm>
#include <cstddef>
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

constexpr size_t kCacheLineBytes = 64;
// A mean state, its header and its key (tests/bench/README.md, rule state in memory).
constexpr size_t kFetchedBytes = 7 * kCacheLineBytes;

}  // namespace

StateCache::StateCache(const KvStore& kv, uint64_t bytes_max) : kv_(kv), part_bytes_max_(bytes_max / kPartitionCount) {}

StateCache::State* StateCache::State::Make(std::string_view key, std::string_view bytes) {
  static_assert(kTextOffset == offsetof(State, in_batch) + sizeof(bool));
  void* const memory = ::operator new(std::max(sizeof(State), kTextOffset + key.size() + bytes.size()));
  auto* const state = new (memory) State();
  state->key_size = static_cast<uint8_t>(key.size());
  state->bytes_size = static_cast<uint32_t>(bytes.size());
  char* const text = static_cast<char*>(memory) + kTextOffset;
  std::copy(key.begin(), key.end(), text);
  std::copy(bytes.begin(), bytes.end(), text + key.size());
  return state;
}

void StateCache::State::Fetch() const {
  const char* const begin = reinterpret_cast<const char*>(this);
  for (size_t at = 0; at < kFetchedBytes; at += kCacheLineBytes) __builtin_prefetch(begin + at);
}

void StateCache::Free::operator()(State* state) const { ::operator delete(state); }

uint64_t StateCache::CostOf(const State& state) {
  return State::kTextOffset + state.key_size + state.bytes_size + kPlaceBytes + kRoundedUpBytes;
}

void StateCache::List::Add(State& state) {
  state.newer = nullptr;
  state.older = newest;
  if (newest != nullptr) newest->newer = &state;
  newest = &state;
  if (oldest == nullptr) oldest = &state;
}

void StateCache::List::Replace(State& before, State& after) {
  after.newer = before.newer;
  after.older = before.older;
  (after.newer != nullptr ? after.newer->older : newest) = &after;
  (after.older != nullptr ? after.older->newer : oldest) = &after;
}

void StateCache::List::Remove(State& state) {
  (state.newer != nullptr ? state.newer->older : newest) = state.older;
  (state.older != nullptr ? state.older->newer : oldest) = state.newer;
  state.newer = state.older = nullptr;
}

void StateCache::Evict(const Part& part) const {
  while (part.bytes > part_bytes_max_ && part.evictable.oldest != nullptr) {
    State& state = *part.evictable.oldest;
    part.bytes -= CostOf(state);
    part.evictable.Remove(state);
    part.states.erase(part.states.find(state.key()));
  }
}

void StateCache::FetchPlace(std::string_view student) const {
  const Part& part = PartOf(student);
  MutexLock lock(part.mutex);
  part.states.prefetch(student);
}

void StateCache::FetchState(std::string_view student) const {
  const Part& part = PartOf(student);
  MutexLock lock(part.mutex);
  (void)part.states.contains(Candidate{student});
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
  const auto stored = kv_.Get(Table::kStates, StateKey(student));
  if (absl::IsDataLoss(stored.status())) return FindUnreadable(part, student);
  if (!stored.ok()) return stored.status();
  if (!stored->has_value()) return nullptr;
  if (!CheckState(**stored).ok()) return RebuildOne(part, student);
  State& state = **part.states.emplace(State::Make(student, **stored)).first;
  part.bytes += CostOf(state);
  part.evictable.Add(state);
  return &state;
}

absl::StatusOr<const StateCache::State*> StateCache::FindUnreadable(const Part& part, std::string_view student) const {
  // Later it may be that the filter says yes of somebody who was never there, or that another block breaks.
  if (part.is_rebuilt) return RebuildOne(part, student);
  // A block has dozens of states: all of them for the price of one.
  const auto rebuilt = RebuildStates(kv_, PartitionOf(student), SubjectKind::kStudent);
  if (!rebuilt.ok()) return rebuilt.status();
  part.is_rebuilt = true;
  for (const auto& [key, bytes] : *rebuilt) {
    if (!part.states.contains(key)) AddRebuilt(part, key, bytes);
  }
  const auto at = part.states.find(student);
  return at == part.states.end() ? nullptr : at->get();
}

absl::StatusOr<const StateCache::State*> StateCache::RebuildOne(const Part& part, std::string_view student) const {
  auto rebuilt = RebuildState(kv_, {SubjectKind::kStudent, std::string(student)});
  if (!rebuilt.ok()) return rebuilt.status();
  return rebuilt->empty() ? nullptr : AddRebuilt(part, student, rebuilt->bytes());
}

const StateCache::State* StateCache::AddRebuilt(const Part& part, std::string_view student,
                                                std::string_view bytes) const {
  State& state = **part.states.emplace(State::Make(student, bytes)).first;
  // As if it had changed now: so it is written over what does not read.
  state.unwritten = true;
  state.first_unwritten = static_cast<uint32_t>(part.last_sequence);
  part.bytes += CostOf(state);
  part.unwritten_bytes += CostOf(state);
  part.unwritten.Add(state);
  ++rebuilt_;
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

void StateCache::Publish(std::string_view student, std::string_view bytes, uint64_t sequence) {
  OwnedState made(State::Make(student, bytes));
  State& state = *made;
  state.unwritten = true;
  state.first_unwritten = static_cast<uint32_t>(sequence);
  Part& part = PartOf(student);
  MutexLock lock(part.mutex);
  part.last_sequence = sequence;
  part.bytes += CostOf(state);
  part.unwritten_bytes += CostOf(state);
  const auto at = part.states.find(student);
  if (at == part.states.end()) {
    part.unwritten.Add(state);
    part.states.insert(std::move(made));
    return;
  }
  State& before = **at;
  part.bytes -= CostOf(before);
  if (before.unwritten) {
    // Where it was, also when it is being written: should that fail, its first version is still not on disk.
    state.first_unwritten = before.first_unwritten;
    part.unwritten_bytes -= CostOf(before);
    part.unwritten.Replace(before, state);
  } else {
    part.evictable.Remove(before);
    part.unwritten.Add(state);
  }
  // Of the same key: the table finds it where it was.
  const_cast<OwnedState&>(*at) = std::move(made);
}

void StateCache::Start(uint64_t cursor) {
  for (Part& part : parts_) {
    MutexLock lock(part.mutex);
    part.last_sequence = cursor + 1;
  }
}

uint64_t StateCache::FirstUnwritten(const Part& part, const State& state) {
  return part.last_sequence - (static_cast<uint32_t>(part.last_sequence) - state.first_unwritten);
}

uint64_t StateCache::AddBehind(uint64_t through, uint64_t due, size_t max, WriteBatch& batch) {
  in_batch_.clear();
  uint64_t complete = through;
  for (size_t i = 0; i < parts_.size(); ++i) {
    Part& part = parts_[(next_part_ + i) % parts_.size()];
    MutexLock lock(part.mutex);
    uint64_t left_bytes = part.unwritten_bytes;
    State* state = part.unwritten.oldest;
    for (; state != nullptr && in_batch_.size() < max; state = state->newer) {
      if (FirstUnwritten(part, *state) > due && left_bytes <= part_bytes_max_ / 2) break;
      batch.Put(Table::kStates, StateKey(state->key()), state->bytes());
      state->in_batch = true;
      left_bytes -= CostOf(*state);
      in_batch_.emplace_back(state->key());
    }
    if (state != nullptr) complete = std::min(complete, FirstUnwritten(part, *state) - 1);
  }
  next_part_ = (next_part_ + 1) % parts_.size();
  return complete;
}

void StateCache::Written() {
  for (const std::string& student : in_batch_) {
    Part& part = PartOf(student);
    MutexLock lock(part.mutex);
    const auto at = part.states.find(student);
    if (at == part.states.end() || !(*at)->in_batch) continue;
    State& state = **at;
    state.in_batch = false;
    state.unwritten = false;
    part.unwritten.Remove(state);
    part.unwritten_bytes -= CostOf(state);
    part.evictable.Add(state);
    Evict(part);
  }
  in_batch_.clear();
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
