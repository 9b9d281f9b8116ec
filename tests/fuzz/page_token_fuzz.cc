// Tokens of pages and of watches, as a client may make them up.
#include "services/runtime/page_token.h"
#include "tests/fuzz/fuzz_target.h"

namespace vangnet_testing {

void FuzzOne(std::string_view input) {
  const auto token = vangnet::DecodePageToken("changes", "", input);
  if (!token) return;
  const std::string again = vangnet::EncodePageToken("changes", "", *token);
  FuzzCheck(vangnet::DecodePageToken("changes", "", again) == token, "a token that is read is one that was given out");
  FuzzCheck(!vangnet::DecodePageToken("alerts", "", again), "a token is of its own listing");
  FuzzCheck(!vangnet::DecodePageToken("changes", "filter", again), "a token is of its own filter");
}

std::vector<std::string> Seeds() {
  std::vector<std::string> seeds;
  for (const vangnet::PageToken& token :
       {vangnet::PageToken{}, vangnet::PageToken{{1}, ""}, vangnet::PageToken{{}, "s-1"},
        vangnet::PageToken{{1, 0, uint64_t{1} << 63}, "12AB00"}}) {
    seeds.push_back(vangnet::EncodePageToken("changes", "", token));
    FuzzCheck(vangnet::DecodePageToken("changes", "", seeds.back()) == token, "a token comes back as it was given out");
  }
  return seeds;
}

}  // namespace vangnet_testing
