// Explanations as wire messages.
#ifndef VANGNET_SERVICES_STUDENTS_EXPLANATION_WIRE_H_
#define VANGNET_SERVICES_STUDENTS_EXPLANATION_WIRE_H_

#include "alerts/engine/known_child.h"
#include "alerts/explain/explanation.h"
#include "vangnet/v1/student_service.pb.h"

namespace vangnet {

// With the moment each step became known to `child`.
void ToProto(const Explanation& explanation, const KnownChild& child, v1::ExplainFindingResponse& proto);

}  // namespace vangnet

#endif  // VANGNET_SERVICES_STUDENTS_EXPLANATION_WIRE_H_
