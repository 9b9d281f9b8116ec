// PageToken is a place in a listing or a stream, given out as opaque text and checked when it comes back.
//
// A token is bound to what it was given out for (`kind`) and to the filter it goes with: with another filter it is
// refused instead of giving a listing with holes. The checksum guards against mistakes, not against forgers: a token
// gives no right that the caller does not have.
// Thread safety: free functions.
#ifndef VANGNET_SERVICES_RUNTIME_PAGE_TOKEN_H_
#define VANGNET_SERVICES_RUNTIME_PAGE_TOKEN_H_

#include <cstddef>
#include <cstdint>
#include <optional>
#include <string>
#include <string_view>
#include <vector>

namespace vangnet {

struct PageToken {
  std::vector<uint64_t> numbers = {};  // at most 15
  std::string text = {};
  friend bool operator==(const PageToken&, const PageToken&) = default;
};

// `filter` is the deterministic encoding of all of the request that the listing depends on.
std::string EncodePageToken(std::string_view kind, std::string_view filter, const PageToken& token);
// Nothing when `encoded` was not made with this kind and filter.
std::optional<PageToken> DecodePageToken(std::string_view kind, std::string_view filter, std::string_view encoded);

// What the items of a page may take: a caller takes no message above 4 MiB unless it says otherwise.
inline constexpr size_t kPageBytesMax = size_t{3} << 20;

// An opaque durable position as text that sorts as the number does; empty for 0, which is none.
std::string PositionToString(uint64_t sequence);
// The same of a `sequence` above 0, behind `text`.
void AppendPosition(uint64_t sequence, std::string& text);
inline constexpr size_t kPositionBytes = 16;

}  // namespace vangnet

#endif  // VANGNET_SERVICES_RUNTIME_PAGE_TOKEN_H_
