#include "tests/faults/service_on_disk.h"

#include <algorithm>
#include <chrono>
#include <utility>

#include "alerts/engine/commands.h"
#include "storage/alert_codec.h"
#include "storage/fact_codec.h"
#include "storage/file_durable_mark.h"
#include "storage/keys.h"
#include "storage/rocksdb_open.h"
#include "tests/alerts/engine/engine_world.h"
#include "tests/faults/disk_calls.h"

namespace vangnet_testing {

using vangnet::Record;
using vangnet::Subject;
using vangnet::SubjectKind;

namespace {

constexpr size_t kAllAtOnce = 1'000'000;

std::string ContentOf(const Record& record) {
  std::string content = record.subject.key + "|" + record.key.source + "|" + record.key.record_id + "|";
  vangnet::StringList schools;
  vangnet::ByteWriter writer(content);
  vangnet::EncodeFact(record.fact, schools, writer);
  for (const std::string_view school : schools) content += "|" + std::string(school);
  return content;
}

}  // namespace

uint64_t DigestOf(const Record& record) { return vangnet::StableHash(ContentOf(record)); }

ServiceOnDisk::ServiceOnDisk(std::shared_ptr<SimulatedDisk> disk, const Options& options)
    : disk_(std::move(disk)), options_(options), configuration_(options.configuration) {
  if (configuration_.region != nullptr) return;
  configuration_ = {.region = std::make_shared<const vangnet::Region>(SmallRegion()),
                    .policy = std::make_shared<const vangnet::Policy>(SmallPolicy()),
                    .version = "1"};
}

absl::Status ServiceOnDisk::Start() {
  Kill();
  const auto begin = std::chrono::steady_clock::now();
  absl::Status status = Open();
  seconds_until_ready_ = std::chrono::duration<double>(std::chrono::steady_clock::now() - begin).count();
  if (!status.ok()) Kill();
  return status;
}

absl::Status ServiceOnDisk::Open() {
  MountDisk(disk_);
  env_ = &DiskEnv::Make(disk_, options_.options_file);
  const std::string directory = kMountPoint;
  vangnet::RocksdbKvStore::Options options;
  options.block_cache_bytes = uint64_t{1} << 20;
  options.log_bytes_max = options_.log_bytes_max;
  auto kv = vangnet::OpenRocksdb(env_->env(), directory + "/db", options);
  if (!kv.ok()) return kv.status();
  kv_ = *std::move(kv);
  auto mark = vangnet::FileDurableMark::Open(directory + "/mark");
  if (!mark.ok()) return mark.status();
  mark_ = *std::move(mark);
  auto facts = vangnet::FactStore::Open(
      *kv_, *mark_,
      {.states_behind_max = options_.states_behind_max, .accept_without_mark = options_.accept_without_mark});
  if (!facts.ok()) return facts.status();
  facts_ = *std::move(facts);
  auto alerts = vangnet::AlertStore::Open(*kv_);
  if (!alerts.ok()) return alerts.status();
  alerts_ = *std::move(alerts);
  auto sweeper = vangnet::Sweeper::Create(*kv_, *facts_, *alerts_, alert_writes_, configuration_, {});
  if (!sweeper.ok()) return sweeper.status();
  sweeper_ = *std::move(sweeper);
  return absl::OkStatus();
}

void ServiceOnDisk::Kill() {
  if (env_ != nullptr) env_->End();
  env_ = nullptr;
  sweeper_.reset();
  alerts_.reset();
  facts_.reset();
  mark_.reset();
  kv_.reset();
}

void ServiceOnDisk::Configure(vangnet::EngineConfiguration configuration) {
  configuration_ = std::move(configuration);
  if (sweeper_ != nullptr) sweeper_->SetConfiguration(configuration_);
}

absl::Status ServiceOnDisk::Send(const std::vector<Record>& records, absl::Time now, bool backfill) {
  vangnet::Chunk chunk;
  chunk.source = "las-1";
  chunk.backfill = backfill;
  for (const Record& record : records) {
    vangnet::IncomingRecord incoming;
    incoming.record = record;
    incoming.canonical = ContentOf(record);
    incoming.digest = DigestOf(record);
    chunk.records.push_back(std::move(incoming));
  }
  const auto results = facts_->Commit({chunk}, now);
  if (!results.ok()) return results.status();
  for (const vangnet::Outcome outcome : results->front().outcomes) {
    if (outcome == vangnet::Outcome::kConflict) return absl::UnknownError("a conflict that there is none");
    if (outcome == vangnet::Outcome::kUnreadable) return absl::DataLossError("a child does not read");
  }
  return absl::OkStatus();
}

absl::Status ServiceOnDisk::Sweep(vangnet::Day today, absl::Time now) {
  while (true) {
    // The pace of schools is measured in time: let there always be enough of it.
    now += absl::Seconds(2);
    const auto result = sweeper_->RunOnce({now, today});
    if (!result.ok()) return result.status();
    if (!result->set_aside.empty()) return absl::UnknownError("set aside: " + result->set_aside.front().second);
    if (!result->work_left) return absl::OkStatus();
  }
}

absl::Status ServiceOnDisk::Acknowledge(uint64_t alert_id, absl::Time now) {
  vangnet::AlertCommands commands(*kv_, *alerts_, alert_writes_);
  return commands.Acknowledge(alert_id, {/*etag=*/"", "team-north", /*note=*/""}, /*request_id=*/"", now).status();
}

absl::StatusOr<Holdings> ServiceOnDisk::ReadAll() const {
  Holdings holdings;
  std::vector<Subject> subjects;
  auto students = facts_->ListStudents("", kAllAtOnce);
  if (!students.ok()) return students.status();
  for (std::string& student : *students) subjects.push_back({SubjectKind::kStudent, std::move(student)});
  for (const auto& [school, facts] : facts_->GetSchools()) subjects.push_back({SubjectKind::kSchool, school});
  for (const Subject& subject : subjects) {
    auto state = facts_->GetState(subject);
    if (!state.ok()) return state.status();
    for (const vangnet::StateEntry& entry : *state) {
      holdings.records[{subject.key, entry.key.source, entry.key.record_id}] = {entry.revision, entry.digest};
    }
    auto versions = facts_->GetVersions(subject);
    if (!versions.ok()) return versions.status();
    holdings.versions += versions->size();
  }
  auto alerts = Alerts();
  if (!alerts.ok()) return alerts.status();
  holdings.alerts = *std::move(alerts);
  return holdings;
}

absl::StatusOr<std::vector<vangnet::Alert>> ServiceOnDisk::Alerts() const {
  return alerts_->ListAlerts(0, kAllAtOnce, [](const vangnet::Alert&) { return true; });
}

absl::StatusOr<std::vector<const vangnet::Alert*>> ServiceOnDisk::ParseAlerts() {
  std::map<uint64_t, ParsedAlert> before = std::exchange(parsed_, {});
  const auto at = kv_->NewIterator(vangnet::Table::kAlerts);
  for (at->Seek(""); at->Valid(); at->Next()) {
    const auto id = vangnet::IdOfAlertKey(at->key());
    if (!id) return absl::DataLossError("a key of the table alerts is broken");
    if (auto known = before.extract(*id); !known.empty() && known.mapped().bytes == at->value()) {
      parsed_.insert(std::move(known));
      continue;
    }
    auto alert = vangnet::DecodeAlert(at->value());
    if (!alert.ok()) return alert.status();
    parsed_.emplace(*id, ParsedAlert{std::string(at->value()), *std::move(alert)});
  }
  if (!at->status().ok()) return at->status();
  std::vector<const vangnet::Alert*> alerts;
  for (const auto& [id, parsed] : parsed_) alerts.push_back(&parsed.alert);
  return alerts;
}

absl::StatusOr<std::vector<Record>> ServiceOnDisk::VersionsOf(const Subject& subject) const {
  auto versions = facts_->GetVersions(subject);
  if (!versions.ok()) return versions.status();
  std::vector<Record> records;
  for (vangnet::StoredVersion& version : *versions) records.push_back(std::move(version.record));
  return records;
}

uint64_t CountRaisedTwice(const std::vector<vangnet::Alert>& alerts) {
  uint64_t count = 0;
  std::set<std::string> open;
  for (const vangnet::Alert& alert : alerts) {
    const vangnet::Finding& finding = alert.finding;
    const auto raised = std::count_if(alert.history.begin(), alert.history.end(), [](const auto& change) {
      return change.kind == vangnet::AlertChangeKind::kRaised;
    });
    if (raised != 1) ++count;
    if (alert.is_open() && !open.insert(finding.subject.key + " " + finding.rule + " " + finding.identity).second) {
      ++count;
    }
  }
  return count;
}

uint64_t CountAcknowledgementsMissing(const std::vector<vangnet::Alert>& alerts, std::set<uint64_t> acknowledged) {
  for (const vangnet::Alert& alert : alerts) {
    for (const vangnet::AlertChange& change : alert.history) {
      if (change.kind == vangnet::AlertChangeKind::kAcknowledged) acknowledged.erase(alert.id);
    }
  }
  return acknowledged.size();
}

std::vector<std::string> OpenAlertsOf(const Holdings& holdings) {
  std::vector<std::string> open;
  for (const vangnet::Alert& alert : holdings.alerts) {
    if (!alert.is_open()) continue;
    const vangnet::Finding& finding = alert.finding;
    open.push_back(finding.subject.key + " " + finding.rule + " " + finding.stage + " " + finding.identity + " since " +
                   finding.since.ToString());
  }
  std::sort(open.begin(), open.end());
  return open;
}

}  // namespace vangnet_testing
