#include "services/convert/digest.h"

#include <array>
#include <cstdlib>
#include <memory>

#include "google/protobuf/io/coded_stream.h"
#include "google/protobuf/wire_format_lite.h"
#include "openssl/evp.h"
#include "vangnet/v1/record.pb.h"

namespace vangnet {
namespace {

using google::protobuf::internal::WireFormatLite;
using Sha256 = std::array<unsigned char, 32>;

// OpenSSL fails here only without memory or without SHA-256: nothing can be stored then.
void Must(int result) {
  if (result != 1) std::abort();
}

struct ContextDeleter {
  void operator()(EVP_MD_CTX* context) const { EVP_MD_CTX_free(context); }
};

// The encoding in two pieces: before and after the revision. Fields stand in order of their number.
struct Content {
  std::string_view before;
  std::string_view after;
};

Content WithoutRevision(std::string_view canonical) {
  google::protobuf::io::CodedInputStream in(reinterpret_cast<const uint8_t*>(canonical.data()),
                                            static_cast<int>(canonical.size()));
  while (true) {
    const auto start = static_cast<size_t>(in.CurrentPosition());
    const uint32_t tag = in.ReadTag();
    const int number = WireFormatLite::GetTagFieldNumber(tag);
    if (tag == 0 || number > v1::Record::kRevisionFieldNumber || !WireFormatLite::SkipField(&in, tag)) break;
    if (number < v1::Record::kRevisionFieldNumber) continue;
    return {canonical.substr(0, start), canonical.substr(static_cast<size_t>(in.CurrentPosition()))};
  }
  return {canonical, {}};
}

Sha256 Digest(std::string_view canonical) {
  // Fetching an algorithm costs more than the digest of a record: once a thread.
  thread_local const std::unique_ptr<EVP_MD_CTX, ContextDeleter> context = [] {
    std::unique_ptr<EVP_MD_CTX, ContextDeleter> fresh(EVP_MD_CTX_new());
    Must(EVP_DigestInit_ex(fresh.get(), EVP_sha256(), nullptr));
    return fresh;
  }();
  const Content content = WithoutRevision(canonical);
  Sha256 result;
  Must(EVP_DigestInit_ex(context.get(), nullptr, nullptr));
  Must(EVP_DigestUpdate(context.get(), content.before.data(), content.before.size()));
  Must(EVP_DigestUpdate(context.get(), content.after.data(), content.after.size()));
  Must(EVP_DigestFinal_ex(context.get(), result.data(), nullptr));
  return result;
}

}  // namespace

std::string FullDigest(std::string_view canonical) {
  const Sha256 digest = Digest(canonical);
  return std::string(digest.begin(), digest.end());
}

uint64_t ShortDigest(std::string_view canonical) {
  const Sha256 digest = Digest(canonical);
  uint64_t result = 0;
  for (size_t i = 0; i < sizeof result; ++i) result = result << 8 | digest[i];
  return result;
}

}  // namespace vangnet
