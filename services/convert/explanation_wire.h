// Explanations as wire messages.
#ifndef VANGNET_SERVICES_CONVERT_EXPLANATION_WIRE_H_
#define VANGNET_SERVICES_CONVERT_EXPLANATION_WIRE_H_

#include "alerts/explain/explanation.h"
#include "vangnet/v1/student_service.pb.h"

namespace vangnet {

// Findings, conclusion and steps, in their order; when they became known is the caller's to add.
void ToProto(const Explanation& explanation, v1::ExplainFindingResponse* proto);

}  // namespace vangnet

#endif  // VANGNET_SERVICES_CONVERT_EXPLANATION_WIRE_H_
