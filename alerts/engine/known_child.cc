#include "alerts/engine/known_child.h"

#include <algorithm>
#include <utility>

#include "absl/status/status.h"
#include "alerts/engine/evaluator.h"
#include "alerts/explain/explain.h"

namespace vangnet {

absl::StatusOr<std::unique_ptr<const KnownChild>> KnownChild::Read(const FactStore& facts,
                                                                   const EngineConfiguration& configuration,
                                                                   std::string_view student, absl::Time at) {
  auto versions = ChildVersions::Read(facts, student);
  if (!versions.ok()) return versions.status();
  if (!versions->IsKnownAt(at)) {
    return absl::NotFoundError(at == absl::InfiniteFuture() ? "nothing is known of this child"
                                                            : "nothing was known of this child at that moment");
  }
  return std::unique_ptr<const KnownChild>(new KnownChild(configuration, *std::move(versions), at));
}

KnownChild::KnownChild(const EngineConfiguration& configuration, ChildVersions versions, absl::Time at)
    : configuration_(configuration),
      versions_(std::move(versions)),
      at_(at),
      history_(versions_.HistoryAt(at)),
      bare_book_(SchoolBook::Create(configuration.region, {})),
      book_(bare_book_->With(versions_.SchoolsAt(at))) {}

std::optional<absl::Time> KnownChild::KnownSince(const std::vector<StepRecord>& records) const {
  std::optional<absl::Time> since;
  for (const StepRecord& record : records) {
    const auto received = versions_.ReceivedAt(record.subject, record.key, record.revision);
    if (received && (!since || *received > *since)) since = received;
  }
  return since;
}

absl::StatusOr<std::optional<absl::Time>> KnownChild::FirstFound(size_t rule_index, Day day,
                                                                 const std::vector<Finding>& findings,
                                                                 const std::function<bool()>& is_cancelled) const {
  const auto is_among = [&](const Finding& found) {
    return std::ranges::any_of(findings, [&](const Finding& f) { return f.identity == found.identity; });
  };
  if (findings.empty()) return std::nullopt;
  for (const absl::Time instant : versions_.InstantsUntil(at_)) {
    if (is_cancelled()) return NobodyWaits();
    const auto book = bare_book_->With(versions_.SchoolsAt(instant));
    const auto found = FindingsOfRule(versions_.HistoryAt(instant), *book, policy(), rule_index, day);
    if (std::ranges::any_of(found, is_among)) return instant;
  }
  return std::nullopt;
}

}  // namespace vangnet
