// ExplanationToText shows why a rule finds something, or what is missing, to a person at a terminal.
#ifndef VANGNET_CLI_EXPLANATION_TEXT_H_
#define VANGNET_CLI_EXPLANATION_TEXT_H_

#include <string>

#include "google/protobuf/timestamp.pb.h"
#include "vangnet/v1/student_service.pb.h"

namespace vangnet {

// The conclusion, a line a step with its records below it, and since when enough was known. "+" counts towards a
// finding, "-" stands in its way, "." is good to know.
// `student` is the key that was asked for: with records that came under another key of the child stands which.
std::string ExplanationToText(const v1::ExplainFindingResponse& explanation, const std::string& student);
// " under s-2" when `key`, of a record, is not `student`; else, and of records of schools, nothing.
std::string UnderKey(const std::string& key, const std::string& student);
// "3 March 2026 12:00 UTC".
std::string MomentWords(const google::protobuf::Timestamp& moment);

}  // namespace vangnet

#endif  // VANGNET_CLI_EXPLANATION_TEXT_H_
