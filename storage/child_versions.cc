#include "storage/child_versions.h"

#include <algorithm>
#include <set>
#include <utility>
#include <variant>

namespace vangnet {
namespace {

absl::StatusOr<std::vector<ChildVersions::Version>> ReadVersions(const FactStore& facts, const Subject& subject) {
  auto stored = facts.GetVersions(subject);
  if (!stored.ok()) return stored.status();
  std::vector<ChildVersions::Version> versions;
  versions.reserve(stored->size());
  for (StoredVersion& version : *stored) {
    versions.push_back({version.sequence, version.received_at, std::move(version.record)});
  }
  return versions;
}

}  // namespace

absl::StatusOr<ChildVersions> ChildVersions::Read(const FactStore& facts, std::string_view student) {
  ChildVersions child(student);
  for (const std::string& key : facts.KeysEverOf(student)) {
    auto versions = ReadVersions(facts, {SubjectKind::kStudent, key});
    if (!versions.ok()) return versions.status();
    for (const Version& version : *versions) {
      const auto* placement = version.record.fact ? std::get_if<Placement>(&*version.record.fact) : nullptr;
      if (placement != nullptr) child.schools_.try_emplace(placement->school);
    }
    child.students_.emplace(key, *std::move(versions));
  }
  for (auto& [school, versions] : child.schools_) {
    auto read = ReadVersions(facts, {SubjectKind::kSchool, school});
    if (!read.ok()) return read.status();
    versions = *std::move(read);
  }
  return child;
}

std::vector<Record> ChildVersions::Received(const std::vector<Version>& versions, absl::Time instant) {
  std::vector<Record> records;
  records.reserve(versions.size());
  for (const Version& version : versions) {
    if (version.received_at <= instant) records.push_back(version.record);
  }
  return records;
}

std::vector<std::vector<std::string>> ChildVersions::ChildrenAt(absl::Time instant) const {
  std::map<std::string, std::set<std::string>> joined;
  for (const auto& [key, versions] : students_) {
    for (const auto& same : FoldStudent(key, Received(versions, instant)).same_students) {
      // A link that is published at this very moment may name a key that was not read.
      if (!students_.contains(same.fact.other)) continue;
      joined[key].insert(same.fact.other);
      joined[same.fact.other].insert(key);
    }
  }
  std::vector<std::vector<std::string>> children;
  std::set<std::string> seen;
  for (const auto& [first, versions] : students_) {
    if (!seen.insert(first).second) continue;
    std::vector<std::string> keys = {first};
    for (size_t next = 0; next < keys.size(); ++next) {
      for (const std::string& other : joined[keys[next]]) {
        if (seen.insert(other).second) keys.push_back(other);
      }
    }
    if (keys.size() > kChildKeysMax) {
      for (std::string& key : keys) children.push_back({std::move(key)});
    } else {
      std::ranges::sort(keys);
      children.push_back(std::move(keys));
    }
  }
  return children;
}

std::vector<std::string> ChildVersions::KeysAt(absl::Time instant) const {
  if (students_.size() > 1) {
    for (std::vector<std::string>& keys : ChildrenAt(instant)) {
      if (std::ranges::binary_search(keys, student_)) return std::move(keys);
    }
  }
  return {student_};
}

bool ChildVersions::IsKnownAt(absl::Time instant) const {
  return std::ranges::any_of(KeysAt(instant), [&](const std::string& key) {
    const auto& versions = students_.at(key);
    return !versions.empty() && versions.front().received_at <= instant;
  });
}

StudentHistory ChildVersions::HistoryAt(absl::Time instant) const {
  const std::vector<std::string> keys = KeysAt(instant);
  std::vector<Record> records;
  for (const std::string& key : keys) {
    for (Record& record : Received(students_.at(key), instant)) records.push_back(std::move(record));
  }
  return FoldStudent(keys.front(), records);
}

std::map<std::string, SchoolFacts, std::less<>> ChildVersions::SchoolsAt(absl::Time instant) const {
  std::map<std::string, SchoolFacts, std::less<>> schools;
  for (const auto& [school, versions] : schools_) {
    const std::vector<Record> records = Received(versions, instant);
    if (!records.empty()) schools.emplace(school, FoldSchool(records));
  }
  return schools;
}

std::vector<absl::Time> ChildVersions::InstantsUntil(absl::Time until) const {
  std::vector<absl::Time> instants;
  for (const ByKey* subjects : {&students_, &schools_}) {
    for (const auto& [key, versions] : *subjects) {
      for (const Version& version : versions) {
        if (version.received_at <= until) instants.push_back(version.received_at);
      }
    }
  }
  std::sort(instants.begin(), instants.end());
  instants.erase(std::unique(instants.begin(), instants.end()), instants.end());
  return instants;
}

std::optional<absl::Time> ChildVersions::ReceivedAt(const Subject& subject, const RecordKey& key,
                                                    uint64_t revision) const {
  const ByKey& subjects = subject.kind == SubjectKind::kStudent ? students_ : schools_;
  const auto versions = subjects.find(subject.key);
  if (versions == subjects.end()) return std::nullopt;
  const auto found = std::ranges::find_if(versions->second, [&](const Version& version) {
    return version.record.revision == revision && version.record.key == key;
  });
  return found == versions->second.end() ? std::nullopt : std::optional<absl::Time>(found->received_at);
}

std::vector<ChildVersions::Place> ChildVersions::PlacesAt(absl::Time instant) const {
  std::vector<Place> places;
  for (const std::string& key : KeysAt(instant)) {
    std::map<RecordKey, uint64_t> highest;
    for (const Version& version : students_.at(key)) {
      uint64_t& revision = highest[version.record.key];
      if (version.received_at <= instant) revision = std::max(revision, version.record.revision);
    }
    for (const Version& version : students_.at(key)) {
      if (version.received_at > instant) continue;
      places.push_back({key, version.sequence, version.record.revision == highest[version.record.key]});
    }
  }
  std::ranges::sort(places, {}, &Place::sequence);
  return places;
}

}  // namespace vangnet
