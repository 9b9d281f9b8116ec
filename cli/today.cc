#include "cli/today.h"

#include "absl/time/time.h"
#include "services/runtime/clock.h"
#include "services/runtime/local_day.h"

namespace vangnet {

absl::Time Now() { return SystemClock().Now(); }

Day Today(const std::string& zone) {
  absl::TimeZone time_zone;
  if (!absl::LoadTimeZone(zone, &time_zone)) time_zone = absl::UTCTimeZone();
  return LocalDay(Now(), time_zone);
}

}  // namespace vangnet
