#include "storage/school_states.h"

#include <utility>
#include <variant>

#include "storage/keys.h"
#include "storage/packed_state.h"
#include "storage/rebuild_state.h"

namespace vangnet {
namespace {

absl::StatusOr<SchoolFacts> FactsOf(const std::string& school, std::string_view bytes) {
  auto entries = DecodeState(bytes);
  if (!entries.ok()) return entries.status();
  SchoolFacts facts;
  for (StateEntry& entry : *entries) {
    if (!entry.fact) continue;
    if (auto* calendar = std::get_if<SchoolCalendar>(&*entry.fact)) {
      facts.calendars.push_back({std::move(entry.key), school, entry.revision, std::move(*calendar)});
    } else if (auto* complete = std::get_if<AttendanceComplete>(&*entry.fact)) {
      facts.completions.push_back({std::move(entry.key), school, entry.revision, std::move(*complete)});
    }
  }
  return facts;
}

}  // namespace

absl::Status SchoolStates::Load(const KvStore& kv) {
  for (int number = 0; number < kPartitionCount; ++number) {
    const auto partition = static_cast<uint8_t>(number);
    absl::Status status = LoadPartition(kv, partition);
    if (absl::IsDataLoss(status)) status = RebuildPartition(kv, partition);
    if (!status.ok()) return status;
  }
  return absl::OkStatus();
}

absl::Status SchoolStates::LoadPartition(const KvStore& kv, uint8_t partition) {
  const std::string prefix = PartitionKey(partition);
  const auto states = kv.NewIterator(Table::kSchools);
  for (states->Seek(prefix); states->Valid() && states->key().substr(0, 1) == prefix; states->Next()) {
    const auto school = NameOfStateKey(states->key());
    if (!school) return absl::DataLossError("a key of the table schools is broken");
    std::string bytes(states->value());
    if (!DecodeState(bytes).ok()) return absl::DataLossError("the state of a school is broken");
    if (absl::Status status = Publish(*school, std::move(bytes)); !status.ok()) return status;
  }
  return states->status();
}

absl::Status SchoolStates::RebuildPartition(const KvStore& kv, uint8_t partition) {
  auto states = RebuildStates(kv, partition, SubjectKind::kSchool);
  if (!states.ok()) return states.status();
  ++rebuilt_;
  for (auto& [school, bytes] : *states) {
    if (absl::Status status = Publish(school, std::move(bytes)); !status.ok()) return status;
  }
  return absl::OkStatus();
}

std::string SchoolStates::Get(std::string_view school) const {
  MutexLock lock(mutex_);
  const auto at = schools_.find(school);
  return at == schools_.end() ? std::string() : at->second.bytes;
}

absl::Status SchoolStates::Publish(const std::string& school, std::string bytes) {
  auto facts = FactsOf(school, bytes);
  if (!facts.ok()) return facts.status();
  MutexLock lock(mutex_);
  schools_[school] = {std::move(bytes), *std::move(facts)};
  return absl::OkStatus();
}

std::map<std::string, SchoolFacts, std::less<>> SchoolStates::GetAll() const {
  std::map<std::string, SchoolFacts, std::less<>> all;
  MutexLock lock(mutex_);
  for (const auto& [school, known] : schools_) all.emplace_hint(all.end(), school, known.facts);
  return all;
}

std::optional<SchoolFacts> SchoolStates::GetFacts(std::string_view school) const {
  MutexLock lock(mutex_);
  const auto at = schools_.find(school);
  if (at == schools_.end()) return std::nullopt;
  return at->second.facts;
}

std::vector<std::string> SchoolStates::NamesAfter(std::string_view after, size_t max) const {
  std::vector<std::string> names;
  MutexLock lock(mutex_);
  for (auto at = schools_.upper_bound(after); at != schools_.end() && names.size() < max; ++at)
    names.push_back(at->first);
  return names;
}

}  // namespace vangnet
