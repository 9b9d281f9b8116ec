// VerifyFacts checks everything that a FactStore and a PolicyStore keep against the versions, which are the truth:
// every version reads and has a sequence of its own without a hole; the packed states are those that folding the
// versions gives; placed and links name what the versions name; the counts of sources and of the quarantine are right;
// and the versions go as far as was acknowledged.
//
// What may lag behind the versions by the rules of storage/README.md is no disagreement: packed states must be right up
// to the cursor, placed and links up to what is evaluated.
// Not found: an entry that is gone without leaving anything that tells of it, such as the last refused record with its
//   count, or the configuration that waits for a person.
// Thread safety: a free function; nobody writes meanwhile.
// Cost: reads every table once; in memory are the packed states of one partition, and up to 48 bytes for each version.
#ifndef VANGNET_STORAGE_VERIFY_FACTS_H_
#define VANGNET_STORAGE_VERIFY_FACTS_H_

#include <cstdint>
#include <functional>
#include <optional>

#include "absl/status/status.h"
#include "storage/kv_store.h"
#include "storage/store_report.h"
#include "storage/version_codec.h"

namespace vangnet {

// Whether the bytes of a version that storage does not understand say the same as the rest of it.
using VersionCheck = std::function<absl::Status(const DecodedVersion&)>;

// `marked`: the last sequence that was acknowledged; none: there is no mark.
void VerifyFacts(KvStore& kv, std::optional<uint64_t> marked, const VersionCheck& check, StoreReport& report);

}  // namespace vangnet

#endif  // VANGNET_STORAGE_VERIFY_FACTS_H_
