// Record versions as values of the table versions: all that a school system said, and all that a packed state is
// folded from.
//
// Layout: format (1 byte) · received_at, microseconds · flags (1 byte; 1: backfill) · kind of subject (1 byte) · key of
//   subject · source · record_id · revision · digest (8 bytes) · fact, its schools before it · canonical bytes to the
//   end. The names repeat what the canonical bytes say; compression takes that back, and folding needs no protobuf.
// Persisted. A new layout takes a new format number; every format ever written stays readable.
// Errors: DATA_LOSS on bytes that no version was written as; never anything worse.
#ifndef VANGNET_STORAGE_VERSION_CODEC_H_
#define VANGNET_STORAGE_VERSION_CODEC_H_

#include <cstdint>
#include <string>
#include <string_view>

#include "absl/status/statusor.h"
#include "absl/time/time.h"
#include "domain/record.h"

namespace vangnet {

// A version taken apart. `canonical` looks into the bytes that were decoded.
struct DecodedVersion {
  absl::Time received_at;
  bool backfill = false;
  Record record;
  uint64_t digest = 0;
  std::string_view canonical;
};

// Replaces `bytes` by the value of a version.
void EncodeVersion(const Record& record, uint64_t digest, std::string_view canonical, absl::Time received_at,
                   bool backfill, std::string& bytes);
absl::StatusOr<DecodedVersion> DecodeVersion(std::string_view bytes);

}  // namespace vangnet

#endif  // VANGNET_STORAGE_VERSION_CODEC_H_
