#include "storage/placed_index.h"

#include "storage/keys.h"
#include "storage/rebuild_state.h"

namespace vangnet {

PlacedIndex::PlacedIndex(const KvStore& kv)
    : stored_(kv, Table::kPlaced, [&kv](uint8_t partition, MendedKeys::Keys& keys) {
        return ForEachVersion(kv, partition, [&](const DecodedVersion& version, uint64_t) {
          const Record& record = version.record;
          const auto* placement = record.fact ? std::get_if<Placement>(&*record.fact) : nullptr;
          if (placement != nullptr) keys.insert(PlacedKey(placement->school, record.subject.key));
          return absl::OkStatus();
        });
      }) {}

void PlacedIndex::Add(const std::string& school, const std::string& student) {
  if (stored_.is_any_made()) stored_.Added(PlacedKey(school, student));
  MutexLock lock(mutex_);
  by_student_[PartitionOf(student)][student].unwritten.insert(school);
  by_school_[school].insert(student);
}

absl::StatusOr<std::vector<std::string>> PlacedIndex::StudentsOf(std::string_view school) const {
  Keys students;
  {
    // Memory first: what is written and forgotten meanwhile is then on disk when the iterator is made.
    MutexLock lock(mutex_);
    if (const auto at = by_school_.find(school); at != by_school_.end()) students = at->second;
  }
  MendedKeys::Walk placed(stored_);
  for (int partition = 0; partition < kPartitionCount; ++partition) {
    const std::string prefix = PlacedPrefix(static_cast<uint8_t>(partition), school);
    for (placed.Seek(prefix); placed.Valid(); placed.Next()) {
      if (placed.key().substr(0, prefix.size()) != prefix) break;
      students.emplace(placed.key().substr(prefix.size()));
    }
    if (!placed.status().ok()) return placed.status();
  }
  return std::vector<std::string>(students.begin(), students.end());
}

absl::StatusOr<std::vector<std::string>> PlacedIndex::SchoolsAfter(std::string_view after, size_t max) const {
  Keys schools;
  {
    // Memory first, as above.
    MutexLock lock(mutex_);
    auto next = by_school_.upper_bound(after);
    for (size_t taken = 0; taken < max && next != by_school_.end(); ++taken, ++next) schools.insert(next->first);
  }
  MendedKeys::Walk placed(stored_);
  for (int number = 0; number < kPartitionCount; ++number) {
    const auto partition = static_cast<uint8_t>(number);
    const std::string prefix = PartitionKey(partition);
    placed.Seek(after.empty() ? prefix : AfterPlaced(partition, after));
    for (size_t taken = 0; taken < max && placed.Valid() && placed.key().substr(0, 1) == prefix; ++taken) {
      auto school = SchoolOfPlacedKey(placed.key());
      if (!school) return absl::DataLossError("a key of the table placed is broken");
      placed.Seek(AfterPlaced(partition, *school));
      schools.insert(*std::move(school));
    }
    if (!placed.status().ok()) return placed.status();
  }
  std::vector<std::string> first(schools.begin(), schools.end());
  if (first.size() > max) first.resize(max);
  return first;
}

absl::StatusOr<PlacedIndex::Placed> PlacedIndex::StudentsIn(uint8_t partition,
                                                            const std::function<bool(std::string_view)>& wanted) const {
  std::map<std::string, Keys, std::less<>> found;
  {
    // Memory first, as above.
    MutexLock lock(mutex_);
    for (const auto& [student, schools] : by_student_[partition]) {
      for (const std::string& school : schools.unwritten) {
        if (wanted(school)) found[school].insert(student);
      }
    }
  }
  const std::string prefix = PartitionKey(partition);
  MendedKeys::Walk placed(stored_);
  std::string of_school;     // prefix of the keys of the school that was asked about last
  Keys* students = nullptr;  // null: it is not wanted
  for (placed.Seek(prefix); placed.Valid() && placed.key().substr(0, 1) == prefix; placed.Next()) {
    if (of_school.empty() || placed.key().substr(0, of_school.size()) != of_school) {
      const auto school = SchoolOfPlacedKey(placed.key());
      if (!school) return absl::DataLossError("a key of the table placed is broken");
      of_school = PlacedPrefix(partition, *school);
      students = wanted(*school) ? &found[*school] : nullptr;
    }
    if (students != nullptr) students->emplace_hint(students->end(), placed.key().substr(of_school.size()));
  }
  if (!placed.status().ok()) return placed.status();
  Placed lists;
  for (const auto& [school, keys] : found) lists[school].assign(keys.begin(), keys.end());
  return lists;
}

void PlacedIndex::AddUnwritten(std::string_view student, WriteBatch& batch) {
  MutexLock lock(mutex_);
  Students& students = by_student_[PartitionOf(student)];
  const auto at = students.find(student);
  if (at == students.end()) return;
  at->second.in_batch = at->second.unwritten;
  for (const std::string& school : at->second.in_batch) batch.Put(Table::kPlaced, PlacedKey(school, student), "");
}

void PlacedIndex::Written(std::string_view student) {
  MutexLock lock(mutex_);
  Students& partition = by_student_[PartitionOf(student)];
  const auto at = partition.find(student);
  if (at == partition.end()) return;
  // A placement at the same school added meanwhile is on disk by the same key.
  for (const std::string& school : at->second.in_batch) {
    at->second.unwritten.erase(school);
    const auto students = by_school_.find(school);
    if (students == by_school_.end()) continue;
    if (const auto key = students->second.find(student); key != students->second.end()) students->second.erase(key);
    if (students->second.empty()) by_school_.erase(students);
  }
  at->second.in_batch.clear();
  if (at->second.unwritten.empty()) partition.erase(at);
}

}  // namespace vangnet
