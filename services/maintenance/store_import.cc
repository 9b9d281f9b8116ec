#include "services/maintenance/store_import.h"

#include <algorithm>
#include <optional>
#include <string>
#include <utility>

#include "google/protobuf/util/json_util.h"
#include "google/protobuf/util/time_util.h"
#include "services/convert/digest.h"
#include "services/convert/record_reader.h"
#include "services/maintenance/archived_entries.h"
#include "services/maintenance/store_export.h"
#include "storage/alert_store.h"
#include "storage/keys.h"
#include "storage/meta_numbers.h"
#include "storage/policy_store.h"

namespace vangnet {
namespace {

using archive::v1::ArchivedLine;

constexpr size_t kGroupRecordsMax = 10'000;
constexpr size_t kSettledAtOnce = 1'000;  // subjects

absl::Status Malformed(const std::string& what) { return absl::InvalidArgumentError(what); }

absl::StatusOr<IncomingRecord> IncomingOf(const archive::v1::Version& version) {
  IncomingRecord incoming;
  incoming.canonical = version.canonical().empty() ? version.record().SerializeAsString() : version.canonical();
  auto record = RecordFromCanonical(incoming.canonical);
  if (!record.ok()) return Malformed(std::string(record.status().message()));
  incoming.record = *std::move(record);
  incoming.digest = ShortDigest(incoming.canonical);
  return incoming;
}

ConfigurationFiles FilesOf(const std::string& version, const record::v1::StoredConfiguration& configuration) {
  return {.version = version, .policy = configuration.policy(), .region = configuration.region()};
}

}  // namespace

class StoreImport::Unsynced : public KvStore {
 public:
  explicit Unsynced(KvStore& kv) : kv_(kv) {}
  absl::Status Write(const WriteBatch& batch, Durability) override { return kv_.Write(batch, Durability::kUnsynced); }
  absl::StatusOr<std::optional<std::string>> Get(Table table, std::string_view key) const override {
    return kv_.Get(table, key);
  }
  std::unique_ptr<KvIterator> NewIterator(Table table) const override { return kv_.NewIterator(table); }

 private:
  KvStore& kv_;
};

StoreImport::StoreImport(std::string path, DataDirectory directory)
    : path_(std::move(path)), directory_(std::move(directory)), kv_(std::make_unique<Unsynced>(*directory_.kv)) {}
StoreImport::~StoreImport() = default;

absl::StatusOr<std::unique_ptr<StoreImport>> StoreImport::Begin(const std::string& path) {
  auto directory = MakeDataDirectory(path);
  if (!directory.ok()) return directory.status();
  std::unique_ptr<StoreImport> import(new StoreImport(path, *std::move(directory)));
  auto facts = FactStore::Open(*import->kv_, import->mark_, {});
  if (!facts.ok()) return facts.status();
  import->facts_ = *std::move(facts);
  return import;
}

absl::Status StoreImport::Add(std::string_view text) {
  ArchivedLine line;
  const auto parsed = google::protobuf::util::JsonStringToMessage(
      google::protobuf::StringPiece(text.data(), text.size()), &line, google::protobuf::util::JsonParseOptions());
  // Its own message may quote the line.
  if (!parsed.ok()) {
    return Malformed(lines_ == 0 ? "not an export, or one of an older program, which had no header"
                                 : "not a line of an export");
  }
  if (ended_) return Malformed("a line behind the end");
  if (line.has_header() != (lines_ == 0)) return Malformed("the header is the first line, and no other");
  if (line.has_end()) {
    ended_ = true;
    if (line.end().lines() == lines_) return absl::OkStatus();
    return Malformed("there were " + std::to_string(line.end().lines()) + " lines before this one, not " +
                     std::to_string(lines_));
  }
  ++lines_;
  if (line.has_header()) return AddHeader(line.header());
  if (line.has_version()) return AddVersion(line.version());
  if (line.has_activation()) return AddActivation(line.activation());
  if (line.has_hold()) return AddHold(line.hold());
  WriteBatch batch;
  if (absl::Status status = AddEntry(line, batch); !status.ok()) return status;
  return kv_->Write(batch, Durability::kUnsynced);
}

absl::Status StoreImport::AddHeader(const archive::v1::Header& header) {
  if (header.form() != kArchiveForm) {
    return Malformed("an export of form " + std::to_string(header.form()) + "; this program reads form " +
                     std::to_string(kArchiveForm));
  }
  if (header.evaluated() > header.versions()) return Malformed("more is evaluated than there is");
  header_ = header;
  WriteBatch batch;
  if (header.alert_ids_given() > 0) {
    batch.Put(Table::kMeta, MetaKey(kAlertCounterMeta), EncodeNumber(header.alert_ids_given()));
  }
  if (header.rejection_ids_given() > 0) {
    batch.Put(Table::kMeta, MetaKey(kRejectionCounterMeta), EncodeNumber(header.rejection_ids_given()));
  }
  return batch.empty() ? absl::OkStatus() : kv_->Write(batch, Durability::kUnsynced);
}

absl::Status StoreImport::AddActivation(const archive::v1::Activation& activation) {
  WriteBatch batch;
  absl::Status added = PolicyStore(*kv_).AddActivation(FilesOf(activation.version(), activation.configuration()),
                                                       absl::FromUnixMicros(activation.active_since_micros()), batch);
  return added.ok() ? kv_->Write(batch, Durability::kUnsynced) : added;
}

absl::Status StoreImport::AddHold(const record::v1::StoredHold& stored) {
  PolicyHold hold;
  hold.files = FilesOf(stored.version(), stored.configuration());
  hold.held_since = absl::FromUnixMicros(stored.held_since_micros());
  hold.students = stored.students();
  hold.students_with_new_alert = stored.students_with_new_alert();
  for (const auto& rule : stored.new_alerts()) hold.new_alerts_by_rule[rule.rule()] = rule.count();
  hold.students_with_ended_alert = stored.students_with_ended_alert();
  for (const auto& rule : stored.ended_alerts()) hold.ended_alerts_by_rule[rule.rule()] = rule.count();
  return PolicyStore(*kv_).SetHold(hold);
}

absl::Status StoreImport::AddVersion(const archive::v1::Version& version) {
  if (!version.has_received_at() || !version.has_record()) return Malformed("receivedAt and record are required");
  const absl::Time received_at =
      absl::FromUnixMicros(google::protobuf::util::TimeUtil::TimestampToMicroseconds(version.received_at()));
  if (received_at < received_at_) return Malformed("received before the version before it");
  // What was evaluated and what was not never share a group.
  if (received_at > received_at_ || group_records_ >= kGroupRecordsMax || versions_ == header_.evaluated()) {
    if (absl::Status status = Commit(); !status.ok()) return status;
    received_at_ = received_at;
  }
  auto incoming = IncomingOf(version);
  if (!incoming.ok()) return incoming.status();
  if (group_.empty() || group_.back().backfill != version.backfill()) {
    // Without a source: how far those are has lines of its own.
    group_.emplace_back().backfill = version.backfill();
  }
  group_.back().records.push_back(*std::move(incoming));
  ++group_records_;
  ++versions_;
  return absl::OkStatus();
}

absl::Status StoreImport::Commit() {
  if (group_.empty()) return absl::OkStatus();
  const auto results = facts_->Commit(group_, received_at_);
  if (!results.ok()) return results.status();
  group_.clear();
  group_records_ = 0;
  for (const ChunkResult& result : *results) {
    const auto is_stored = [](Outcome outcome) { return outcome == Outcome::kAccepted || outcome == Outcome::kStale; };
    if (!std::all_of(result.outcomes.begin(), result.outcomes.end(), is_stored)) {
      return Malformed("one of the versions received at that moment is there already");
    }
  }
  const bool is_due = versions_ == header_.evaluated() || versions_ - settled_ >= kSettleEvery;
  return is_due && versions_ <= header_.evaluated() ? Settle() : absl::OkStatus();
}

absl::Status StoreImport::Settle() {
  facts_->ReleaseBackfill();
  for (auto subjects = facts_->TakePending(kSettledAtOnce); !subjects.empty();
       subjects = facts_->TakePending(kSettledAtOnce)) {
    WriteBatch batch;
    if (absl::Status status = facts_->AddEvaluated(subjects, batch); !status.ok()) return status;
    if (absl::Status status = kv_->Write(batch, Durability::kUnsynced); !status.ok()) return status;
    facts_->Evaluated(subjects);
  }
  settled_ = versions_;
  return absl::OkStatus();
}

absl::StatusOr<uint64_t> StoreImport::Finish(absl::Time now) {
  if (lines_ == 0) return Malformed("nothing is there, not even a header");
  if (!ended_) return Malformed("the export is cut off: its last line is missing");
  if (absl::Status status = Commit(); !status.ok()) return status;
  if (absl::Status status = facts_->WriteStates(); !status.ok()) return status;
  const uint64_t last = facts_->last_sequence();
  facts_.reset();
  if (last != header_.versions()) {
    return Malformed("the header speaks of " + std::to_string(header_.versions()) + " versions, and there are " +
                     std::to_string(last));
  }
  // A synced batch, which makes all before it durable. Ids go on as they were: the export may be of yesterday, but what
  // it was taken from is left for this.
  if (absl::Status status = BeginChangeLogAnew(*directory_.kv, now, /*ids=*/0); !status.ok()) return status;
  absl::Status finished = FinishDataDirectory(std::move(directory_), last, path_);
  if (!finished.ok()) return finished;
  return last;
}

}  // namespace vangnet
