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
constexpr std::string_view kQueued = "engine.queued.";
constexpr char kBackfill = 'b';
constexpr char kNoBackfill = 'n';

std::string KeyOf(std::string_view name, const std::string& school) { return MetaKey(std::string(name) + school); }

// By what follows the name in the key.
absl::StatusOr<std::map<std::string, std::string>> LoadAll(const KvStore& kv, std::string_view name) {
  std::map<std::string, std::string> values;
  const std::string prefix = MetaKey(name);
  const std::unique_ptr<KvIterator> at = kv.NewIterator(Table::kMeta);
  for (at->Seek(prefix); at->Valid() && at->key().starts_with(prefix); at->Next()) {
    values.emplace(at->key().substr(prefix.size()), at->value());
  }
  if (!at->status().ok()) return at->status();
  return values;
}

std::string EncodeQueued(const QueuedSchool& queued) {
  return std::to_string(static_cast<int>(queued.occasion)) + (queued.backfill ? kBackfill : kNoBackfill);
}

std::optional<QueuedSchool> DecodeQueued(std::string_view text) {
  for (const Occasion occasion : {Occasion::kFacts, Occasion::kTime, Occasion::kConfiguration, Occasion::kJoined}) {
    for (const bool backfill : {true, false}) {
      if (text == EncodeQueued({occasion, backfill})) return QueuedSchool{occasion, backfill};
    }
  }
  return std::nullopt;
}

}  // namespace

void QueueSchool(const std::string& school, QueuedSchool queued, QueuedSchools& schools) {
  const auto [at, inserted] = schools.try_emplace(school, queued);
  if (inserted) return;
  if (queued.occasion == Occasion::kFacts) at->second.occasion = Occasion::kFacts;
  at->second.backfill = at->second.backfill && queued.backfill;
}

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
  const auto schools = LoadAll(kv, kSchool);
  if (!schools.ok()) return schools.status();
  for (const auto& [school, unused] : *schools) progress.schools_with_alerts_.insert(school);
  const auto queued = LoadAll(kv, kQueued);
  if (!queued.ok()) return queued.status();
  for (const auto& [school, text] : *queued) {
    const std::optional<QueuedSchool> decoded = DecodeQueued(text);
    if (!decoded) return absl::DataLossError("a school is queued for no known reason");
    progress.queued_schools_.emplace(school, *decoded);
  }
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
  if (schools_with_alerts_.insert(school).second) batch.Put(Table::kMeta, KeyOf(kSchool, school), "");
}

void Progress::AddSchoolWithoutAlerts(const std::string& school, WriteBatch& batch) {
  if (schools_with_alerts_.erase(school) > 0) batch.Delete(Table::kMeta, KeyOf(kSchool, school));
}

void Progress::AddQueuedSchool(const std::string& school, QueuedSchool queued, WriteBatch& batch) {
  const auto known = queued_schools_.find(school);
  const bool is_new = known == queued_schools_.end();
  const QueuedSchool before = is_new ? queued : known->second;
  QueueSchool(school, queued, queued_schools_);
  const QueuedSchool& after = queued_schools_.at(school);
  if (is_new || after != before) batch.Put(Table::kMeta, KeyOf(kQueued, school), EncodeQueued(after));
}

void Progress::AddSchoolEvaluated(const std::string& school, WriteBatch& batch) {
  if (queued_schools_.erase(school) > 0) batch.Delete(Table::kMeta, KeyOf(kQueued, school));
}

}  // namespace vangnet
