// What a group of chunks would become, without storing it.
#include <optional>
#include <unordered_map>

#include "storage/fact_store_impl.h"

namespace vangnet {

absl::StatusOr<std::vector<ChunkResult>> FactStore::Preview(const std::vector<Chunk>& group) const {
  // As the group would leave them; nothing: it does not read.
  std::unordered_map<Subject, std::optional<PackedState>, SubjectHash> states;
  uint64_t sequence = last_sequence();
  std::vector<ChunkResult> results;
  results.reserve(group.size());
  for (const Chunk& chunk : group) {
    ChunkResult& result = results.emplace_back();
    for (const IncomingRecord& incoming : chunk.records) {
      const Record& record = incoming.record;
      const auto [at, is_new] = states.try_emplace(record.subject);
      if (is_new) {
        auto packed = impl_->GetPacked(record.subject);
        if (!packed.ok() && !absl::IsDataLoss(packed.status())) return packed.status();
        if (packed.ok()) at->second = PackedState(*std::move(packed));
      }
      result.sequences.push_back(0);
      if (!at->second) {
        result.outcomes.push_back(Outcome::kUnreadable);
        continue;
      }
      auto verdict = at->second->DecideAndFold(record.key, record.revision, incoming.digest, record.fact, ++sequence);
      if (!verdict.ok()) return verdict.status();
      result.outcomes.push_back(verdict->outcome);
    }
  }
  return results;
}

}  // namespace vangnet
