// What PolicyService says, as wire messages.
#ifndef VANGNET_SERVICES_POLICY_POLICY_WIRE_H_
#define VANGNET_SERVICES_POLICY_POLICY_WIRE_H_

#include "services/policy/configuration_source.h"
#include "services/policy/policy_keeper.h"
#include "storage/policy_store.h"
#include "vangnet/v1/policy_service.pb.h"

namespace vangnet {

void ToProto(const StoredPolicy& policy, v1::PolicyVersion* proto);
void ToProto(const ConfigurationFiles& files, v1::PolicyVersion* proto);
void ToProto(const PolicyHold& hold, v1::HeldPolicy* proto);
void ToProto(const FileProblem& problem, v1::PolicyProblem* proto);
void ToProto(const Refusal& refusal, v1::RefusedReload* proto);

}  // namespace vangnet

#endif  // VANGNET_SERVICES_POLICY_POLICY_WIRE_H_
