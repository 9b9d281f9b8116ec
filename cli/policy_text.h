// The policy service's answers as text for people.
#ifndef VANGNET_CLI_POLICY_TEXT_H_
#define VANGNET_CLI_POLICY_TEXT_H_

#include <string>
#include <vector>

#include "vangnet/v1/policy_service.grpc.pb.h"

namespace vangnet {

// "in use since 2026-11-23 13:00:00 UTC", with its end if it has one.
std::string IntervalText(const v1::PolicyVersion& version);
// What waits, why, and how to go on: a few lines.
std::string HeldText(const v1::HeldPolicy& held);
// "FILE:LINE:COLUMN: FIELD: MESSAGE".
std::string ProblemText(const v1::PolicyProblem& problem);
// All that is wrong, from the details of a refused reload; the message when it has none.
std::vector<std::string> ViolationTexts(const grpc::Status& status);

}  // namespace vangnet

#endif  // VANGNET_CLI_POLICY_TEXT_H_
