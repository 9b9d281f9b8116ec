// The packed state of a child, from a disk that may lie.
#include <algorithm>
#include <utility>

#include "storage/fact_store.h"
#include "storage/packed_state.h"
#include "tests/fuzz/fuzz_target.h"
#include "tests/storage/facts.h"

namespace vangnet_testing {

void FuzzOne(std::string_view input) {
  const auto entries = vangnet::DecodeState(input);
  const auto names = vangnet::NamesIn(input);
  const auto sequences = vangnet::SequencesOf(input);
  const auto folded = vangnet::FoldedSequence(input);
  for (size_t kind = 0; kind < std::variant_size_v<vangnet::Fact>; ++kind) {
    const auto facts = vangnet::FactsOfKind(input, kind);
    if (!entries.ok()) continue;
    const auto of_kind = std::ranges::count_if(
        *entries, [&](const vangnet::StateEntry& entry) { return entry.fact && entry.fact->index() == kind; });
    FuzzCheck(facts.ok() && std::cmp_equal(facts->size(), of_kind), "facts are found by their kind");
  }
  vangnet::StudentHistory history;
  vangnet::HistoryReader reader(history);
  reader.Begin("s-1");
  const absl::Status read = reader.Add("s-1", input);
  if (read.ok()) reader.End();
  FuzzCheck(!entries.ok() || read.ok(), "a state that decodes is read into a history");
  vangnet::PackedState state{std::string(input)};
  const auto verdict = state.DecideAndFold({"las", "a"}, 3, 7, PlacedAt("12AB00"), uint64_t{1} << 40);
  if (!entries.ok()) return;
  FuzzCheck(names.ok() && sequences.ok() && folded.ok(), "a state that decodes tells all that it holds");
  FuzzCheck(sequences->size() >= entries->size(), "each record has a version");
  FuzzCheck(!verdict.ok() || vangnet::DecodeState(state.bytes()).ok(), "a state stays one when a version is folded in");
}

std::vector<std::string> Seeds() {
  std::vector<std::string> seeds;
  for (uint64_t seed = 1; seed <= 24; ++seed) {
    FactMaker maker(seed);
    vangnet::PackedState state;
    for (uint64_t sequence = 1; sequence <= seed; ++sequence) {
      const std::string id = "record-" + std::to_string(maker.Below(4));
      const auto fact = maker.Below(8) == 0 ? std::nullopt : std::optional(maker.MakeAny());
      FuzzCheck(state.DecideAndFold({"las", id}, 1 + maker.Below(9), 100 + maker.Below(3), fact, sequence).ok(),
                "a version folds into a sound state");
    }
    seeds.push_back(state.bytes());
  }
  return seeds;
}

}  // namespace vangnet_testing
