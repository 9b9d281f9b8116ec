// AlertAsKnown is an alert as it was at an instant, from its history.
//
// What it says of its finding follows the facts without a change of the alert, and is not kept: of an alert that was
// open then it is what was found then. Where nothing is (under another policy, or before the first evaluation of what
// had just come), all of that is left out but rule, stage, school and child.
#ifndef VANGNET_SERVICES_STUDENTS_ALERT_AS_KNOWN_H_
#define VANGNET_SERVICES_STUDENTS_ALERT_AS_KNOWN_H_

#include <optional>
#include <vector>

#include "absl/time/time.h"
#include "domain/alert.h"
#include "domain/finding.h"
#include "vangnet/v1/alert.pb.h"

namespace vangnet {

// Nothing: it was not raised yet. `found`: what was found of the child then, on the day that it was.
// absl::InfiniteFuture(): as it is.
std::optional<v1::Alert> AlertAsKnown(const Alert& alert, absl::Time at, const std::vector<Finding>& found);

}  // namespace vangnet

#endif  // VANGNET_SERVICES_STUDENTS_ALERT_AS_KNOWN_H_
