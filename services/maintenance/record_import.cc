#include "services/maintenance/record_import.h"

#include <algorithm>
#include <optional>
#include <string>
#include <utility>

#include "google/protobuf/util/json_util.h"
#include "google/protobuf/util/time_util.h"
#include "services/convert/digest.h"
#include "services/convert/record_reader.h"
#include "storage/keys.h"
#include "vangnet/v1/maintenance_service.pb.h"

namespace vangnet {
namespace {

// The channel that the versions are counted under; the sources' own channels begin anew.
constexpr char kChannel[] = "import";
constexpr size_t kGroupRecordsMax = 10'000;

absl::Status Malformed(const std::string& what) { return absl::InvalidArgumentError(what); }

absl::StatusOr<IncomingRecord> IncomingOf(const v1::ExportedRecord& exported) {
  IncomingRecord incoming;
  incoming.canonical = exported.canonical().empty() ? exported.record().SerializeAsString() : exported.canonical();
  auto record = RecordFromCanonical(incoming.canonical);
  if (!record.ok()) return Malformed(std::string(record.status().message()));
  incoming.record = *std::move(record);
  incoming.digest = ShortDigest(incoming.canonical);
  return incoming;
}

}  // namespace

class RecordImport::Unsynced : public KvStore {
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

RecordImport::RecordImport(std::string path, DataDirectory directory)
    : path_(std::move(path)), directory_(std::move(directory)), kv_(std::make_unique<Unsynced>(*directory_.kv)) {}
RecordImport::~RecordImport() = default;

absl::StatusOr<std::unique_ptr<RecordImport>> RecordImport::Begin(const std::string& path) {
  auto directory = MakeDataDirectory(path);
  if (!directory.ok()) return directory.status();
  std::unique_ptr<RecordImport> import(new RecordImport(path, *std::move(directory)));
  auto facts = FactStore::Open(*import->kv_, import->mark_, {});
  if (!facts.ok()) return facts.status();
  import->facts_ = *std::move(facts);
  return import;
}

absl::Status RecordImport::Add(std::string_view line) {
  v1::ExportedRecord exported;
  const auto parsed = google::protobuf::util::JsonStringToMessage(
      google::protobuf::StringPiece(line.data(), line.size()), &exported, google::protobuf::util::JsonParseOptions());
  // Its own message may quote the line.
  if (!parsed.ok()) return Malformed("not a line of an export");
  if (!exported.has_received_at() || !exported.has_record()) return Malformed("receivedAt and record are required");
  const absl::Time received_at =
      absl::FromUnixMicros(google::protobuf::util::TimeUtil::TimestampToMicroseconds(exported.received_at()));
  if (received_at < received_at_) return Malformed("received before the line before it");
  if (received_at > received_at_ || group_records_ >= kGroupRecordsMax) {
    if (absl::Status status = Commit(); !status.ok()) return status;
    received_at_ = received_at;
  }
  auto incoming = IncomingOf(exported);
  if (!incoming.ok()) return incoming.status();
  const std::string& source = incoming->record.key.source;
  if (group_.empty() || group_.back().source != source || group_.back().backfill != exported.backfill()) {
    Chunk& chunk = group_.emplace_back();
    chunk.source = source;
    chunk.channel = kChannel;
    chunk.backfill = exported.backfill();
  }
  group_.back().records.push_back(*std::move(incoming));
  ++group_records_;
  return absl::OkStatus();
}

absl::Status RecordImport::Commit() {
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
  return absl::OkStatus();
}

absl::StatusOr<uint64_t> RecordImport::Finish() {
  if (absl::Status status = Commit(); !status.ok()) return status;
  const uint64_t last = facts_->last_sequence();
  facts_.reset();
  if (last == 0) return Malformed("there are no records in it");
  // A synced batch makes all before it durable; one that says nothing new will do.
  const auto schema = directory_.kv->Get(Table::kMeta, MetaKey("schema"));
  if (!schema.ok()) return schema.status();
  WriteBatch batch;
  batch.Put(Table::kMeta, MetaKey("schema"), schema->value_or(""));
  if (absl::Status status = directory_.kv->Write(batch, Durability::kSynced); !status.ok()) return status;
  absl::Status finished = FinishDataDirectory(std::move(directory_), last, path_);
  if (!finished.ok()) return finished;
  return last;
}

}  // namespace vangnet
