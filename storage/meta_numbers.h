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
inline constexpr char kCursorMeta[] = "cursor";               // the last version up to which all are evaluated
inline constexpr char kLastSequenceMeta[] = "last_sequence";  // of a version
inline constexpr char kAlertCounterMeta[] = "alert_counter";  // ids of alerts given out

std::string EncodeNumber(uint64_t number);
// Nothing stored: 0. DATA_LOSS: what is stored is no number.
absl::StatusOr<uint64_t> GetNumber(const KvStore& kv, const char* name);

}  // namespace vangnet

#endif  // VANGNET_STORAGE_META_NUMBERS_H_
