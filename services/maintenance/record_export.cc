#include "services/maintenance/record_export.h"

#include <array>
#include <memory>
#include <queue>
#include <string>
#include <utility>
#include <vector>

#include "google/protobuf/util/json_util.h"
#include "services/convert/wire.h"
#include "storage/keys.h"
#include "storage/version_codec.h"
#include "vangnet/v1/maintenance_service.pb.h"

namespace vangnet {
namespace {

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

absl::StatusOr<std::string> LineOf(std::string_view value) {
  const auto version = DecodeVersion(value);
  if (!version.ok()) return version.status();
  v1::ExportedRecord exported;
  *exported.mutable_received_at() = ToProto(version->received_at);
  exported.set_backfill(version->backfill);
  const std::string_view canonical = version->canonical;
  if (!exported.mutable_record()->ParseFromArray(canonical.data(), static_cast<int>(canonical.size()))) {
    return absl::DataLossError("a stored record no longer parses");
  }
  // JSON has no place for fields without a name.
  exported.mutable_record()->DiscardUnknownFields();
  if (exported.record().SerializeAsString() != canonical) exported.set_canonical(std::string(canonical));
  std::string line;
  const auto status = google::protobuf::util::MessageToJsonString(exported, &line);
  if (!status.ok()) return absl::DataLossError("a stored record has no JSON form");
  return line;
}

}  // namespace

absl::StatusOr<uint64_t> ExportRecords(const KvStore& kv, const std::function<bool(std::string_view line)>& write) {
  VersionsInOrder versions;
  if (absl::Status status = versions.Start(kv); !status.ok()) return status;
  uint64_t written = 0;
  while (versions.Valid()) {
    const auto line = LineOf(versions.value());
    if (!line.ok()) {
      return absl::DataLossError("version " + std::to_string(versions.sequence()) + ": " +
                                 std::string(line.status().message()));
    }
    if (!write(*line)) break;
    ++written;
    if (absl::Status status = versions.Next(); !status.ok()) return status;
  }
  return written;
}

}  // namespace vangnet
