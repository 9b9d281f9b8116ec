// BackfillDigest is what a backfill brought one team: the changes of alerts that nobody was told of one by one,
// counted.
#ifndef VANGNET_DOMAIN_BACKFILL_DIGEST_H_
#define VANGNET_DOMAIN_BACKFILL_DIGEST_H_

#include <compare>
#include <cstdint>
#include <map>
#include <set>
#include <string>

#include "absl/time/time.h"
#include "domain/alert.h"

namespace vangnet {

// What is counted together: changes of this kind to this stage.
struct DigestCell {
  std::string rule;
  std::string stage;
  AlertChangeKind kind = AlertChangeKind::kRaised;
  friend auto operator<=>(const DigestCell&, const DigestCell&) = default;
};

struct BackfillDigest {
  uint64_t id = 0;  // ascending by closed_at, from 1; 0: the backfill is not over
  std::string team;
  std::set<std::string> units;    // of the alerts; the empty one: alerts of no unit
  std::set<std::string> sources;  // whose records changed the children of the alerts
  absl::Time received_from;       // of the oldest and the newest of the records, as far as they are known
  absl::Time received_until;
  absl::Time closed_at;
  std::map<DigestCell, uint64_t> changes;
  friend bool operator==(const BackfillDigest&, const BackfillDigest&) = default;
};

}  // namespace vangnet

#endif  // VANGNET_DOMAIN_BACKFILL_DIGEST_H_
