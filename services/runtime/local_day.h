// The civil day of an instant: where a clock becomes a school day.
#ifndef VANGNET_SERVICES_RUNTIME_LOCAL_DAY_H_
#define VANGNET_SERVICES_RUNTIME_LOCAL_DAY_H_

#include "absl/time/civil_time.h"
#include "absl/time/time.h"
#include "domain/day.h"

namespace vangnet {

inline Day LocalDay(absl::Time time, absl::TimeZone zone) {
  return Day(static_cast<int32_t>(absl::ToCivilDay(time, zone) - absl::CivilDay(1970, 1, 1)));
}

// The first instant of `day`.
inline absl::Time StartOf(Day day, absl::TimeZone zone) {
  return absl::FromCivil(absl::CivilDay(1970, 1, 1) + day.days_since_epoch(), zone);
}

}  // namespace vangnet

#endif  // VANGNET_SERVICES_RUNTIME_LOCAL_DAY_H_
