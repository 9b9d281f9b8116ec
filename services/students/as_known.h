// AsKnown is the moment that a reader asks about: what was known then. Read from `as_known_on` or `as_known_on_day`.
#ifndef VANGNET_SERVICES_STUDENTS_AS_KNOWN_H_
#define VANGNET_SERVICES_STUDENTS_AS_KNOWN_H_

#include <algorithm>
#include <optional>
#include <string>
#include <vector>

#include "absl/time/time.h"
#include "domain/day.h"
#include "services/convert/wire.h"
#include "services/runtime/local_day.h"
#include "services/runtime/rpc_status.h"

namespace vangnet {

struct AsKnown {
  std::optional<absl::Time> at;  // none: now

  // The latest instant whose facts count.
  absl::Time until() const { return at.value_or(absl::InfiniteFuture()); }
  // The day it is in the region when nothing else is asked for. At an instant that lies ahead all is known that is
  // known now, and it is not that day yet.
  Day Today(absl::Time now, absl::TimeZone zone) const { return LocalDay(std::min(at.value_or(now), now), zone); }
};

// Reads the two fields of any request that has them; what is wrong is added to `violations`.
template <typename Request>
AsKnown ReadAsKnown(const Request& request, absl::TimeZone zone, std::vector<FieldViolation>& violations) {
  AsKnown as_known;
  if (request.has_as_known_on()) {
    const std::optional<absl::Time> at = FromProto(request.as_known_on());
    if (!at.has_value() || LocalDay(*at, zone) < kFirstDay) {
      violations.push_back({"as_known_on", "not an instant from 1990 to 9999"});
    } else {
      as_known.at = at;
    }
  }
  if (request.as_known_on_day().empty()) return as_known;
  const std::optional<Day> day = Day::Parse(request.as_known_on_day());
  if (!day.has_value() || *day < kFirstDay) {
    violations.push_back({"as_known_on_day", "not a day, YYYY-MM-DD, from 1990 on"});
  } else if (request.has_as_known_on()) {
    violations.push_back({"as_known_on_day", "not together with as_known_on"});
  } else {
    // Receipts are kept in whole microseconds.
    as_known.at = StartOf(*day + 1, zone) - absl::Microseconds(1);
  }
  return as_known;
}

}  // namespace vangnet

#endif  // VANGNET_SERVICES_STUDENTS_AS_KNOWN_H_
