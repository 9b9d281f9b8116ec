// Alert is one episode of one finding, for one child or school, from the first sight of it to its end.
#ifndef VANGNET_DOMAIN_ALERT_H_
#define VANGNET_DOMAIN_ALERT_H_

#include <cstdint>
#include <optional>
#include <string>
#include <vector>

#include "absl/time/time.h"
#include "domain/finding.h"
#include "domain/region.h"

namespace vangnet {

// Values are those of the wire. Persisted: never renumber.
enum class AlertState : uint8_t { kOpen = 1, kAcknowledged, kResolved, kWithdrawn };
enum class AlertChangeKind : uint8_t {
  kRaised = 1,
  kStageRaised,
  kStageLowered,
  kUpdated,
  kResolved,
  kWithdrawn,
  kReopened,
  kAcknowledged
};

// Whose an alert is.
struct AlertPlace {
  std::string school;
  std::string unit;
  std::string team;
  friend bool operator==(const AlertPlace&, const AlertPlace&) = default;
};

struct AlertChange {
  AlertChangeKind kind = AlertChangeKind::kRaised;
  absl::Time changed_at;
  std::optional<Day> day;  // the day it was evaluated for; none on what persons do
  std::string stage;       // after the change
  std::string actor;       // empty: Vangnet
  std::string note;
  bool backfill = false;  // nobody is notified
  // Whose the alert was before the change, when the change moved it.
  std::optional<AlertPlace> moved_from = std::nullopt;
  friend bool operator==(const AlertChange&, const AlertChange&) = default;
};

struct Alert {
  uint64_t id = 0;  // allocated when raised, never used again
  Finding finding;  // as last evaluated while it held
  AlertState state = AlertState::kOpen;
  std::string unit;
  std::string team;  // never empty
  std::vector<Audience> audiences;
  absl::Time opened_at;
  absl::Time changed_at;
  std::optional<absl::Time> closed_at;
  Day last_shown;                // last day on which the finding was evaluated and held
  std::optional<Day> closed_on;  // the day evaluated when it was resolved or withdrawn
  std::string acknowledged_by;
  std::vector<AlertChange> history;  // oldest first, never empty
  friend bool operator==(const Alert&, const Alert&) = default;
  AlertPlace place() const { return {finding.school, unit, team}; }
  bool is_open() const { return state == AlertState::kOpen || state == AlertState::kAcknowledged; }
};

}  // namespace vangnet

#endif  // VANGNET_DOMAIN_ALERT_H_
