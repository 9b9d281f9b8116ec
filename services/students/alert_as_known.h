// AlertAsKnown is an alert as it was at an instant, from its history.
//
// What only a later evaluation said is left out: value, coverage, evidence, due day and the day its stage was reached
// are those of the last evaluation and are not kept in the history.
#ifndef VANGNET_SERVICES_STUDENTS_ALERT_AS_KNOWN_H_
#define VANGNET_SERVICES_STUDENTS_ALERT_AS_KNOWN_H_

#include <optional>

#include "absl/time/time.h"
#include "domain/alert.h"
#include "vangnet/v1/alert.pb.h"

namespace vangnet {

// Nothing: it was not raised yet.
std::optional<v1::Alert> AlertAsKnown(const Alert& alert, absl::Time at);

}  // namespace vangnet

#endif  // VANGNET_SERVICES_STUDENTS_ALERT_AS_KNOWN_H_
