#include "alerts/engine/progress.h"

#include <memory>
#include <string_view>
#include <utility>

#include "storage/keys.h"

namespace vangnet {
namespace {

constexpr std::string_view kDay = "engine.day";
constexpr std::string_view kConfiguration = "engine.configuration";
constexpr std::string_view kActivation = "engine.activation";
// In front of the last student, so that "the first" is not an empty value.
constexpr std::string_view kActivatedThrough = "s:";
constexpr std::string_view kSchool = "engine.school.";

std::string KeyOfSchool(const std::string& school) { return MetaKey(std::string(kSchool) + school); }

absl::StatusOr<std::set<std::string>> LoadSchools(const KvStore& kv) {
  std::set<std::string> schools;
  const std::string prefix = MetaKey(kSchool);
  const std::unique_ptr<KvIterator> at = kv.NewIterator(Table::kMeta);
  for (at->Seek(prefix); at->Valid() && at->key().starts_with(prefix); at->Next()) {
    schools.emplace(at->key().substr(prefix.size()));
  }
  if (!at->status().ok()) return at->status();
  return schools;
}

}  // namespace

absl::StatusOr<Progress> Progress::Load(const KvStore& kv) {
  Progress progress;
  const auto day = kv.Get(Table::kMeta, MetaKey(kDay));
  if (!day.ok()) return day.status();
  if (day->has_value()) {
    progress.day_ = Day::Parse(**day);
    if (!progress.day_) return absl::DataLossError("the last day turned is not a day");
  }
  auto configuration = kv.Get(Table::kMeta, MetaKey(kConfiguration));
  if (!configuration.ok()) return configuration.status();
  progress.configuration_ = *std::move(configuration);
  const auto activation = kv.Get(Table::kMeta, MetaKey(kActivation));
  if (!activation.ok()) return activation.status();
  if (activation->has_value()) {
    if (!(*activation)->starts_with(kActivatedThrough)) return absl::DataLossError("the activation has no position");
    progress.activated_through_ = (*activation)->substr(kActivatedThrough.size());
  }
  auto schools = LoadSchools(kv);
  if (!schools.ok()) return schools.status();
  progress.schools_with_alerts_ = *std::move(schools);
  return progress;
}

void Progress::AddDay(Day day, WriteBatch& batch) {
  day_ = day;
  batch.Put(Table::kMeta, MetaKey(kDay), day.ToString());
}

void Progress::AddConfiguration(const std::string& version, WriteBatch& batch) {
  configuration_ = version;
  batch.Put(Table::kMeta, MetaKey(kConfiguration), version);
}

void Progress::AddActivation(const std::string& version, WriteBatch& batch) {
  AddConfiguration(version, batch);
  AddActivated("", batch);
}

void Progress::AddActivated(const std::string& student, WriteBatch& batch) {
  activated_through_ = student;
  batch.Put(Table::kMeta, MetaKey(kActivation), std::string(kActivatedThrough) + student);
}

void Progress::AddActivationDone(WriteBatch& batch) {
  activated_through_.reset();
  batch.Delete(Table::kMeta, MetaKey(kActivation));
}

void Progress::AddSchoolWithAlerts(const std::string& school, WriteBatch& batch) {
  if (schools_with_alerts_.insert(school).second) batch.Put(Table::kMeta, KeyOfSchool(school), "");
}

void Progress::AddSchoolWithoutAlerts(const std::string& school, WriteBatch& batch) {
  if (schools_with_alerts_.erase(school) > 0) batch.Delete(Table::kMeta, KeyOfSchool(school));
}

}  // namespace vangnet
