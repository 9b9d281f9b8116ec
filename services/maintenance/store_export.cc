#include "services/maintenance/store_export.h"

#include <algorithm>
#include <map>
#include <string>
#include <utility>

#include "domain/day.h"
#include "google/protobuf/util/json_util.h"
#include "services/convert/wire.h"
#include "services/maintenance/archived_entries.h"
#include "services/maintenance/versions_in_order.h"
#include "storage/acknowledged.h"
#include "storage/meta_numbers.h"
#include "storage/policy_store.h"
#include "storage/version_codec.h"

namespace vangnet {
namespace {

using archive::v1::ArchivedLine;

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
  StoreExport(KvStore& kv, Unreadable unreadable, const std::function<bool(std::string_view line)>& write)
      : kv_(kv), unreadable_(unreadable), write_(write) {}

  absl::StatusOr<ExportedVersions> Run() {
    if (absl::Status status = CountVersions(); !status.ok()) return status;
    if (absl::Status status = WriteHeader(); !status.ok()) return status;
    if (absl::Status status = WriteConfigurations(); !status.ok()) return status;
    if (absl::Status status = WriteVersions(); !status.ok()) return status;
    absl::Status entries = ReadEntries(kv_, [this](const ArchivedLine& line) {
      return versions_.missing == 0 ? Write(line) : WriteBesideMissing(line);
    });
    if (!entries.ok()) return entries;
    ArchivedLine end;
    end.mutable_end()->set_lines(lines_);
    if (absl::Status status = Write(end); !status.ok()) return status;
    return versions_;
  }

 private:
  // The header says how many there will be.
  absl::Status CountVersions() {
    const bool is_whole = unreadable_ == Unreadable::kIsAnError;
    const auto last = is_whole ? LastVersionOf(kv_) : LastVersionThatReads(kv_);
    if (!last.ok()) return last.status();
    last_sequence_ = versions_.written = *last;
    if (is_whole) return absl::OkStatus();
    versions_.written = 0;
    absl::Status read = ReadVersions([this](const ArchivedLine& line) {
      ++versions_.written;
      ++unaccounted_[line.version().record().source()];
      return absl::OkStatus();
    });
    versions_.missing = last_sequence_ - versions_.written;
    return read;
  }

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
    const auto evaluated = GetEvaluated(kv_);
    if (!evaluated.ok()) return evaluated.status();
    const auto ids_given = GetNumber(kv_, kAlertCounterMeta);
    if (!ids_given.ok()) return ids_given.status();
    const auto rejections_given = GetNumber(kv_, kRejectionCounterMeta);
    if (!rejections_given.ok()) return rejections_given.status();
    ArchivedLine line;
    line.mutable_header()->set_form(kArchiveForm);
    line.mutable_header()->set_versions(versions_.written);
    line.mutable_header()->set_evaluated(versions_.missing == 0 ? *evaluated : 0);
    line.mutable_header()->set_alert_ids_given(*ids_given);
    line.mutable_header()->set_rejection_ids_given(*rejections_given);
    return Write(line);
  }

  // An entry beside versions of which some are missing. What was found may stand on those: everybody is due, also
  // whoever has no version left. A source has no cursor: it sends everything again, what is missing too. Its counts are
  // those of what is there; of several channels the first has them all.
  absl::Status WriteBesideMissing(ArchivedLine line) {
    if (line.has_evaluation()) line.mutable_evaluation()->mutable_state()->set_due(kFirstDay.days_since_epoch());
    if (line.has_channel()) {
      record::v1::StoredChannel& status = *line.mutable_channel()->mutable_status();
      status.clear_cursor();
      status.set_sequence(std::min(status.sequence(), versions_.written));
      status.set_accepted(std::exchange(unaccounted_[line.channel().source()], 0));
      status.set_stale(0);
    }
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
    uint64_t written = 0;
    absl::Status status = ReadVersions([&](const ArchivedLine& line) {
      ++written;
      return Write(line);
    });
    if (!status.ok() || written == versions_.written) return status;
    return absl::DataLossError("the last record version is " + std::to_string(versions_.written) + ", but " +
                               std::to_string(written) + " are there");
  }

  absl::Status ReadVersions(const std::function<absl::Status(const ArchivedLine& line)>& use) {
    VersionsInOrder versions(kv_, last_sequence_, unreadable_);
    absl::Status status = versions.Start();
    for (; status.ok() && versions.Valid(); status = versions.Next()) {
      ArchivedLine line;
      if (absl::Status filled = FillVersion(versions.value(), *line.mutable_version()); !filled.ok()) {
        if (unreadable_ == Unreadable::kIsPassedOver) continue;
        return absl::DataLossError("version " + std::to_string(versions.sequence()) + ": " +
                                   std::string(filled.message()));
      }
      if (absl::Status used = use(line); !used.ok()) return used;
    }
    return status;
  }

  KvStore& kv_;
  const Unreadable unreadable_;
  const std::function<bool(std::string_view line)>& write_;
  uint64_t last_sequence_ = 0;
  ExportedVersions versions_;
  std::map<std::string, uint64_t> unaccounted_;  // versions that read, by source
  uint64_t lines_ = 0;
};

}  // namespace

absl::StatusOr<ExportedVersions> ExportStore(KvStore& kv, Unreadable unreadable,
                                             const std::function<bool(std::string_view line)>& write) {
  return StoreExport(kv, unreadable, write).Run();
}

}  // namespace vangnet
