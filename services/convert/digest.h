// The digest of a record's content: SHA-256 of its canonical encoding without the revision
// (ingest_service.proto, ListRecordsResponse.digest).
//
// Persisted, and compared by senders: never changed. Thread safety: free functions. Cost: some 300 ns.
#ifndef VANGNET_SERVICES_CONVERT_DIGEST_H_
#define VANGNET_SERVICES_CONVERT_DIGEST_H_

#include <cstdint>
#include <string>
#include <string_view>

namespace vangnet {

// 32 bytes. `canonical` as IncomingRecord::canonical.
std::string FullDigest(std::string_view canonical);
// Its first eight bytes, big endian.
uint64_t ShortDigest(std::string_view canonical);

}  // namespace vangnet

#endif  // VANGNET_SERVICES_CONVERT_DIGEST_H_
