#include "services/maintenance/store_export.h"

#include <array>
#include <memory>
#include <queue>
#include <string>
#include <utility>
#include <vector>

#include "google/protobuf/util/json_util.h"
#include "services/convert/wire.h"
#include "services/maintenance/archived_entries.h"
#include "storage/keys.h"
#include "storage/meta_numbers.h"
#include "storage/policy_store.h"
#include "storage/version_codec.h"

namespace vangnet {
namespace {

using archive::v1::ArchivedLine;

// The versions of all partitions in order of sequence.
class VersionsInOrder {
 public:
  absl::Status Start(const KvStore& kv) {
    for (size_t partition = 0; partition < kPartitionCount; ++partition) {
      partitions_[partition] = kv.NewIterator(Table::kVersions);
      partitions_[partition]->Seek(PartitionKey(static_cast<uint8_t>(partition)));
      if (absl::Status status = Enqueue(partition); !status.ok()) return status;
    }
    return absl::OkStatus();
  }
  bool Valid() const { return !queue_.empty(); }
  std::string_view value() const { return partitions_[queue_.top().second]->value(); }
  uint64_t sequence() const { return queue_.top().first; }
  absl::Status Next() {
    const size_t partition = queue_.top().second;
    queue_.pop();
    partitions_[partition]->Next();
    return Enqueue(partition);
  }

 private:
  using Head = std::pair<uint64_t, size_t>;  // sequence, partition

  absl::Status Enqueue(size_t partition) {
    const KvIterator& at = *partitions_[partition];
    if (!at.status().ok()) return at.status();
    if (!at.Valid() || at.key().substr(0, 1) != PartitionKey(static_cast<uint8_t>(partition))) return absl::OkStatus();
    const auto sequence = SequenceOfVersionKey(at.key());
    if (!sequence) return absl::DataLossError("a key of the table versions is broken");
    queue_.emplace(*sequence, partition);
    return absl::OkStatus();
  }

  std::array<std::unique_ptr<KvIterator>, kPartitionCount> partitions_;
  std::priority_queue<Head, std::vector<Head>, std::greater<>> queue_;
};

absl::Status FillVersion(std::string_view value, archive::v1::Version& archived) {
  const auto version = DecodeVersion(value);
  if (!version.ok()) return version.status();
  *archived.mutable_received_at() = ToProto(version->received_at);
  archived.set_backfill(version->backfill);
  const std::string_view canonical = version->canonical;
  if (!archived.mutable_record()->ParseFromArray(canonical.data(), static_cast<int>(canonical.size()))) {
    return absl::DataLossError("a stored record no longer parses");
  }
  // JSON has no place for fields without a name.
  archived.mutable_record()->DiscardUnknownFields();
  if (archived.record().SerializeAsString() != canonical) archived.set_canonical(std::string(canonical));
  return absl::OkStatus();
}

void Fill(const PolicyHold& hold, record::v1::StoredHold& archived) {
  archived.set_version(hold.files.version);
  archived.mutable_configuration()->set_policy(hold.files.policy);
  archived.mutable_configuration()->set_region(hold.files.region);
  archived.set_held_since_micros(absl::ToUnixMicros(hold.held_since));
  archived.set_students(hold.students);
  archived.set_students_with_new_alert(hold.students_with_new_alert);
  for (const auto& [rule, count] : hold.new_alerts_by_rule) {
    auto& new_alerts = *archived.add_new_alerts();
    new_alerts.set_rule(rule);
    new_alerts.set_count(count);
  }
  archived.set_students_with_ended_alert(hold.students_with_ended_alert);
  for (const auto& [rule, count] : hold.ended_alerts_by_rule) {
    auto& ended_alerts = *archived.add_ended_alerts();
    ended_alerts.set_rule(rule);
    ended_alerts.set_count(count);
  }
}

class StoreExport {
 public:
  StoreExport(KvStore& kv, const std::function<bool(std::string_view line)>& write) : kv_(kv), write_(write) {}

  absl::StatusOr<uint64_t> Run() {
    if (absl::Status status = WriteHeader(); !status.ok()) return status;
    if (absl::Status status = WriteConfigurations(); !status.ok()) return status;
    if (absl::Status status = WriteVersions(); !status.ok()) return status;
    absl::Status entries = ReadEntries(kv_, [this](const ArchivedLine& line) { return Write(line); });
    if (!entries.ok()) return entries;
    ArchivedLine end;
    end.mutable_end()->set_lines(lines_);
    if (absl::Status status = Write(end); !status.ok()) return status;
    return versions_;
  }

 private:
  absl::Status Write(const ArchivedLine& line) {
    std::string text;
    if (!google::protobuf::util::MessageToJsonString(line, &text).ok()) {
      return absl::DataLossError("what is stored has no JSON form");
    }
    if (!write_(text)) return absl::CancelledError("the export was stopped");
    ++lines_;
    return absl::OkStatus();
  }

  absl::Status WriteHeader() {
    const auto versions = GetNumber(kv_, kLastSequenceMeta);
    if (!versions.ok()) return versions.status();
    const auto evaluated = GetEvaluated(kv_);
    if (!evaluated.ok()) return evaluated.status();
    const auto ids_given = GetNumber(kv_, kAlertCounterMeta);
    if (!ids_given.ok()) return ids_given.status();
    const auto rejections_given = GetNumber(kv_, kRejectionCounterMeta);
    if (!rejections_given.ok()) return rejections_given.status();
    ArchivedLine line;
    line.mutable_header()->set_form(kArchiveForm);
    line.mutable_header()->set_versions(*versions);
    line.mutable_header()->set_evaluated(*evaluated);
    line.mutable_header()->set_alert_ids_given(*ids_given);
    line.mutable_header()->set_rejection_ids_given(*rejections_given);
    return Write(line);
  }

  absl::Status WriteConfigurations() {
    const PolicyStore policies(kv_);
    const auto newest = policies.List(0, /*max=*/1, /*bytes_max=*/0);
    if (!newest.ok()) return newest.status();
    const uint64_t count = newest->empty() ? 0 : newest->front().number;
    // One at a time: each has the texts of its files.
    for (uint64_t number = 1; number <= count; ++number) {
      const auto policy = policies.List(number + 1, /*max=*/1, /*bytes_max=*/0);
      if (!policy.ok()) return policy.status();
      if (policy->empty() || policy->front().number != number) return absl::DataLossError("an activation is missing");
      ArchivedLine line;
      auto& activation = *line.mutable_activation();
      activation.set_version(policy->front().files.version);
      activation.mutable_configuration()->set_policy(policy->front().files.policy);
      activation.mutable_configuration()->set_region(policy->front().files.region);
      activation.set_active_since_micros(absl::ToUnixMicros(policy->front().active_since));
      if (absl::Status status = Write(line); !status.ok()) return status;
    }
    const auto hold = policies.GetHold();
    if (!hold.ok()) return hold.status();
    if (!hold->has_value()) return absl::OkStatus();
    ArchivedLine line;
    Fill(**hold, *line.mutable_hold());
    return Write(line);
  }

  absl::Status WriteVersions() {
    VersionsInOrder versions;
    if (absl::Status status = versions.Start(kv_); !status.ok()) return status;
    for (; versions.Valid(); ++versions_) {
      ArchivedLine line;
      absl::Status status = FillVersion(versions.value(), *line.mutable_version());
      if (!status.ok()) {
        return absl::DataLossError("version " + std::to_string(versions.sequence()) + ": " +
                                   std::string(status.message()));
      }
      if (status = Write(line); !status.ok()) return status;
      if (status = versions.Next(); !status.ok()) return status;
    }
    return absl::OkStatus();
  }

  KvStore& kv_;
  const std::function<bool(std::string_view line)>& write_;
  uint64_t lines_ = 0;
  uint64_t versions_ = 0;
};

}  // namespace

absl::StatusOr<uint64_t> ExportStore(KvStore& kv, const std::function<bool(std::string_view line)>& write) {
  return StoreExport(kv, write).Run();
}

}  // namespace vangnet
