#include "storage/facts_as_known.h"

#include <algorithm>
#include <set>
#include <utility>

#include "domain/child_keys.h"

namespace vangnet {
namespace {

constexpr size_t kKeysPerRead = 1024;

// Walks the keys of a partition, and passes over those of which nothing was known or that belong to a smaller key.
class ScanAsKnown : public StudentScan {
 public:
  ScanAsKnown(const FactStore& facts, const FactsAsKnown& view, int partition, std::string_view first)
      : facts_(facts), view_(view), partition_(partition), from_(first) {}

  bool Next() override {
    while (NextKey()) {
      const std::vector<std::string> keys = view_.KeysOf(student());
      if (keys.front() != student()) continue;
      // The smallest key of a child may have no records of its own: then a fact under another one names it.
      if (keys.size() > 1 || view_.HasStudent(student())) return true;
    }
    return false;
  }

  const std::string& student() const override { return keys_[next_ - 1]; }

  absl::StatusOr<const StudentHistory*> GetHistory() override {
    absl::Status status = view_.ReadHistory(view_.KeysOf(student()), history_);
    if (!status.ok()) return status;
    return &history_;
  }

  absl::Status status() const override { return status_; }

 private:
  bool NextKey() {
    if (next_ < keys_.size()) {
      ++next_;
      return true;
    }
    if (done_) return false;
    auto keys = facts_.ListPartition(partition_, from_, kKeysPerRead);
    status_ = keys.status();
    done_ = !keys.ok() || keys->size() < kKeysPerRead;
    if (!keys.ok() || keys->empty()) return false;
    keys_ = *std::move(keys);
    from_ = keys_.back() + '\0';  // the least key above the last
    next_ = 1;
    return true;
  }

  const FactStore& facts_;
  const FactsAsKnown& view_;
  const int partition_;
  std::string from_;
  std::vector<std::string> keys_;
  size_t next_ = 0;  // index after the current key
  bool done_ = false;
  absl::Status status_;
  StudentHistory history_;
};

}  // namespace

absl::StatusOr<std::unique_ptr<const FactsAsKnown>> FactsAsKnown::Create(const FactStore& facts, absl::Time at) {
  std::unique_ptr<FactsAsKnown> view(new FactsAsKnown(facts, at));
  if (absl::Status status = view->ReadLinks(); !status.ok()) return status;
  if (absl::Status status = view->ReadSchools(); !status.ok()) return status;
  return view;
}

absl::Status FactsAsKnown::ReadLinks() {
  std::map<std::string, std::set<std::string>, std::less<>> links;
  for (const std::string& student : facts_.KeysEverLinked()) {
    const auto received = GetReceived({SubjectKind::kStudent, student});
    if (!received.ok()) return received.status();
    for (const auto& same : FoldStudent(student, *received).same_students) {
      links[student].insert(same.fact.other);
      links[same.fact.other].insert(student);
    }
  }
  for (const auto& [student, others] : links) {
    if (joined_.contains(student)) continue;
    const auto keys = ChildOf(student, [&](const std::string& key, const auto& visit) {
      std::ranges::all_of(links.find(key)->second, visit);
    });
    if (keys.size() < 2) continue;
    for (const std::string& key : keys) joined_.emplace(key, keys);
  }
  return absl::OkStatus();
}

absl::Status FactsAsKnown::ReadSchools() {
  for (const auto& [school, now] : facts_.GetSchools()) {
    const auto versions = GetReceived({SubjectKind::kSchool, school});
    if (!versions.ok()) return versions.status();
    if (!versions->empty()) schools_.emplace(school, FoldSchool(*versions));
  }
  return absl::OkStatus();
}

absl::StatusOr<std::vector<Record>> FactsAsKnown::GetReceived(const Subject& subject) const {
  auto versions = facts_.GetVersions(subject);
  if (!versions.ok()) return versions.status();
  std::vector<Record> received;
  for (StoredVersion& version : *versions) {
    if (version.received_at <= at_) received.push_back(std::move(version.record));
  }
  return received;
}

std::vector<std::string> FactsAsKnown::KeysOf(std::string_view student) const {
  const auto found = joined_.find(student);
  return found == joined_.end() ? std::vector<std::string>{std::string(student)} : found->second;
}

bool FactsAsKnown::HasStudent(std::string_view student) const {
  const auto versions = GetReceived({SubjectKind::kStudent, std::string(student)});
  return !versions.ok() || !versions->empty();
}

absl::Status FactsAsKnown::ReadHistory(const std::vector<std::string>& keys, StudentHistory& history) const {
  if (keys.empty()) return absl::InvalidArgumentError("a child has at least one key");
  std::vector<Record> records;
  for (const std::string& key : keys) {
    auto received = GetReceived({SubjectKind::kStudent, key});
    if (!received.ok()) return received.status();
    for (Record& record : *received) records.push_back(std::move(record));
  }
  history = FoldStudent(keys.front(), records);
  return absl::OkStatus();
}

absl::StatusOr<StudentHistory> FactsAsKnown::GetPlacements(const std::vector<std::string>& keys) const {
  auto history = GetHistory(keys);
  if (!history.ok()) return history.status();
  StudentHistory placements;
  placements.student = std::move(history->student);
  placements.placements = std::move(history->placements);
  return placements;
}

std::unique_ptr<StudentScan> FactsAsKnown::Scan(int partition, std::string_view first) const {
  return std::make_unique<ScanAsKnown>(facts_, *this, partition, first);
}

absl::StatusOr<std::vector<std::string>> FactsAsKnown::GetStudentsEverPlacedAt(std::string_view school) const {
  return facts_.GetStudentsEverPlacedAt(school);
}

absl::StatusOr<FactsView::Placed> FactsAsKnown::GetPlaced(int partition,
                                                          const std::function<bool(std::string_view)>& wanted) const {
  return facts_.GetPlaced(partition, wanted);
}

}  // namespace vangnet
