// ExplanationToText shows why a rule finds something, or what is missing, to a person at a terminal.
#ifndef VANGNET_CLI_EXPLANATION_TEXT_H_
#define VANGNET_CLI_EXPLANATION_TEXT_H_

#include <string>

#include "google/protobuf/timestamp.pb.h"
#include "vangnet/v1/student_service.pb.h"

namespace vangnet {

// The conclusion, a line a step with its records below it, and since when enough was known. "+" counts towards a
// finding, "-" stands in its way, "." is good to know.
std::string ExplanationToText(const v1::ExplainFindingResponse& explanation);
// "3 March 2026 12:00 UTC".
std::string MomentWords(const google::protobuf::Timestamp& moment);

}  // namespace vangnet

#endif  // VANGNET_CLI_EXPLANATION_TEXT_H_
