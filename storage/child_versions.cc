#include "storage/child_versions.h"

#include <algorithm>
#include <iterator>
#include <set>
#include <utility>
#include <variant>

#include "domain/child_keys.h"

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

std::vector<Record> Received(const std::vector<ChildVersions::Version>& versions, absl::Time instant) {
  std::vector<Record> records;
  records.reserve(versions.size());
  for (const ChildVersions::Version& version : versions) {
    if (version.received_at <= instant) records.push_back(version.record);
  }
  return records;
}

const SameStudent* LinkOf(const ChildVersions::Version& version) {
  return version.record.fact ? std::get_if<SameStudent>(&*version.record.fact) : nullptr;
}

// Which of the keys that were ever joined were one child, at any instant.
class LinkHistory {
 public:
  explicit LinkHistory(const ChildVersions::ByKey& students) {
    for (const auto& [key, versions] : students) {
      for (const ChildVersions::Version& version : versions) {
        const SameStudent* same = LinkOf(version);
        // A link that is published at this very moment may name a key that was not read.
        if (same == nullptr || same->other == key || !students.contains(same->other)) continue;
        Linked& linked = keys_[key];
        linked.others.insert(same->other);
        linked.records.insert(version.record.key);
        keys_[same->other].named_by.emplace_back(version.received_at, key);
      }
    }
    for (auto& [key, linked] : keys_) {
      std::ranges::sort(linked.named_by);
      for (const ChildVersions::Version& version : students.at(key)) {
        if (!linked.records.contains(version.record.key)) continue;
        linked.versions.push_back(version);
        instants_.insert(version.received_at);
      }
    }
  }

  // Between two of these no link changed.
  const std::set<absl::Time>& instants() const { return instants_; }

  std::vector<std::string> KeysAt(std::string_view student, absl::Time instant) const {
    return ChildOf(student, [&](const std::string& key, const auto& visit) {
      const auto at = keys_.find(key);
      if (at == keys_.end()) return;
      for (const std::string& other : at->second.others) {
        if (Says(at->second, key, other, instant) && !visit(other)) return;
      }
      for (const auto& [first, other] : at->second.named_by) {
        if (first > instant) return;
        if (Says(keys_.find(other)->second, other, key, instant) && !visit(other)) return;
      }
    });
  }

 private:
  struct Linked {
    std::set<std::string> others;                              // that its own facts ever named
    std::set<RecordKey> records;                               // that ever said so
    std::vector<ChildVersions::Version> versions;              // of these
    std::vector<std::pair<absl::Time, std::string>> named_by;  // ascending
  };

  // Whether the facts of `key` join it with `other`.
  static bool Says(const Linked& linked, std::string_view key, std::string_view other, absl::Time instant) {
    const auto same = FoldStudent(std::string(key), Received(linked.versions, instant)).same_students;
    return std::ranges::any_of(same, [&](const auto& held) { return held.fact.other == other; });
  }

  std::map<std::string, Linked, std::less<>> keys_;
  std::set<absl::Time> instants_;
};

}  // namespace

absl::StatusOr<ChildVersions> ChildVersions::Read(const FactStore& facts, std::string_view student) {
  ChildVersions child(student);
  ByKey ever;
  for (const std::string& key : facts.KeysEverOf(student)) {
    auto versions = ReadVersions(facts, {SubjectKind::kStudent, key});
    if (!versions.ok()) return versions.status();
    ever.emplace(key, *std::move(versions));
  }
  child.keys_since_.emplace_back(absl::InfinitePast(), std::vector<std::string>{child.student_});
  const LinkHistory links(ever);
  for (const absl::Time instant : links.instants()) {
    std::vector<std::string> keys = links.KeysAt(student, instant);
    if (keys != child.keys_since_.back().second) child.keys_since_.emplace_back(instant, std::move(keys));
  }
  for (const auto& [since, keys] : child.keys_since_) {
    for (const std::string& key : keys) child.students_.insert(ever.extract(key));
  }
  for (const auto& [key, versions] : child.students_) {
    for (const Version& version : versions) {
      const auto* placement = version.record.fact ? std::get_if<Placement>(&*version.record.fact) : nullptr;
      if (placement != nullptr) child.schools_.try_emplace(placement->school);
    }
  }
  for (auto& [school, versions] : child.schools_) {
    auto read = ReadVersions(facts, {SubjectKind::kSchool, school});
    if (!read.ok()) return read.status();
    versions = *std::move(read);
  }
  return child;
}

std::vector<std::string> ChildVersions::KeysAt(absl::Time instant) const {
  const auto after = std::ranges::upper_bound(keys_since_, instant, {}, [](const auto& since) { return since.first; });
  return after == keys_since_.begin() ? keys_since_.front().second : std::prev(after)->second;
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
  for (const auto& [since, keys] : keys_since_) {
    if (since != absl::InfinitePast() && since <= until) instants.push_back(since);
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
