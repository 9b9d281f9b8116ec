#include "storage/acknowledged.h"

#include <algorithm>
#include <limits>
#include <string>

#include "storage/keys.h"
#include "storage/meta_numbers.h"

namespace vangnet {
namespace {

absl::StatusOr<uint64_t> FindLast(const KvStore& kv, bool unread_is_error) {
  auto last = GetNumber(kv, kLastSequenceMeta);
  if (!last.ok()) return last;
  const auto versions = kv.NewIterator(Table::kVersions);
  for (int partition = 0; partition < kPartitionCount; ++partition) {
    const auto sequence = SeekLastVersion(*versions, static_cast<uint8_t>(partition));
    if (!sequence.ok() && unread_is_error) return sequence.status();
    if (sequence.ok()) last = std::max(*last, sequence->value_or(0));
  }
  return last;
}

}  // namespace

absl::StatusOr<std::optional<uint64_t>> SeekLastVersion(KvIterator& versions, uint8_t partition) {
  versions.SeekForPrev(VersionKey(partition, std::numeric_limits<uint64_t>::max()));
  if (!versions.status().ok()) return versions.status();
  if (!versions.Valid() || versions.key().substr(0, 1) != PartitionKey(partition)) return std::nullopt;
  const auto sequence = SequenceOfVersionKey(versions.key());
  if (!sequence) return absl::DataLossError("a key of the table versions is broken");
  return sequence;
}

absl::StatusOr<uint64_t> LastVersionOf(const KvStore& kv) { return FindLast(kv, /*unread_is_error=*/true); }

absl::StatusOr<uint64_t> LastVersionThatReads(const KvStore& kv) { return FindLast(kv, /*unread_is_error=*/false); }

absl::Status CheckAcknowledged(uint64_t last, const absl::StatusOr<std::optional<uint64_t>>& marked) {
  const bool is_damaged = absl::IsDataLoss(marked.status());
  if (!marked.ok() && !is_damaged) return marked.status();
  if (is_damaged || (!marked->has_value() && last > 0)) {
    return absl::FailedPreconditionError(std::string("the mark of what was acknowledged is ") +
                                         (is_damaged ? "damaged" : "not there") + ", but the database holds " +
                                         std::to_string(last) +
                                         " record versions: whether acknowledged ones are missing cannot be told");
  }
  const uint64_t acknowledged = marked->value_or(0);
  if (last >= acknowledged) return absl::OkStatus();
  return absl::DataLossError(
      "the database ends at record version " + std::to_string(last) + " but version " + std::to_string(acknowledged) +
      " was acknowledged: " + std::to_string(acknowledged - last) + " acknowledged records are missing");
}

}  // namespace vangnet
