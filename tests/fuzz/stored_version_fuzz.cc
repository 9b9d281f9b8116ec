// A version of a record, from a disk that may lie.
#include "storage/version_codec.h"
#include "tests/fuzz/fuzz_target.h"
#include "tests/storage/facts.h"

namespace vangnet_testing {

void FuzzOne(std::string_view input) {
  const auto version = vangnet::DecodeVersion(input);
  if (!version.ok()) return;
  std::string again;
  vangnet::EncodeVersion(version->record, version->digest, version->canonical, version->received_at, version->backfill,
                         again);
  const auto same = vangnet::DecodeVersion(again);
  FuzzCheck(same.ok() && same->record == version->record, "what decodes is what was encoded");
  FuzzCheck(same->canonical == version->canonical && same->received_at == version->received_at &&
                same->digest == version->digest && same->backfill == version->backfill,
            "with all that goes with it");
}

std::vector<std::string> Seeds() {
  std::vector<std::string> seeds;
  FactMaker maker(1);
  for (uint64_t i = 0; i < 3 * std::variant_size_v<vangnet::Fact>; ++i) {
    const auto incoming = Version(Student("s-" + std::to_string(i)), "r", 1 + i, maker.Make(i % 12), 0);
    vangnet::EncodeVersion(incoming.record, incoming.digest, incoming.canonical, absl::FromUnixSeconds(1'790'000'000),
                           i % 2 == 0, seeds.emplace_back());
  }
  return seeds;
}

}  // namespace vangnet_testing
