// Numbers that a store keeps about itself, by name, in the table meta: a varint each.
#ifndef VANGNET_STORAGE_META_NUMBERS_H_
#define VANGNET_STORAGE_META_NUMBERS_H_

#include <cstdint>
#include <string>

#include "absl/status/statusor.h"
#include "storage/kv_store.h"

namespace vangnet {

// Names. Persisted.
inline constexpr char kSchemaMeta[] = "schema";               // storage/schema.h
inline constexpr char kCursorMeta[] = "cursor";               // up to it all are evaluated, and in states on disk
inline constexpr char kEvaluatedMeta[] = "evaluated";         // the last version up to which all are evaluated
inline constexpr char kLastSequenceMeta[] = "last_sequence";  // of a version
inline constexpr char kAlertCounterMeta[] = "alert_counter";  // ids of alerts given out
inline constexpr char kChangeLogMeta[] = "change_log";        // names the order of changes (AlertStore)
// Ids of rejections given out; stores of before have none, and then it is the highest that is kept.
inline constexpr char kRejectionCounterMeta[] = "rejection_counter";

std::string EncodeNumber(uint64_t number);
// Nothing stored: 0. DATA_LOSS: what is stored is no number.
absl::StatusOr<uint64_t> GetNumber(const KvStore& kv, const char* name);
// The last version up to which all are evaluated: not before the cursor, which programs older than that number moved
// with it.
absl::StatusOr<uint64_t> GetEvaluated(const KvStore& kv);

}  // namespace vangnet

#endif  // VANGNET_STORAGE_META_NUMBERS_H_
