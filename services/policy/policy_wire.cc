#include "services/policy/policy_wire.h"

#include <string>

#include "services/convert/wire.h"

namespace vangnet {

void ToProto(const ConfigurationFiles& files, v1::PolicyVersion* proto) {
  proto->set_version(files.version);
  proto->set_policy(files.policy);
  proto->set_region(files.region);
}

void ToProto(const StoredPolicy& policy, v1::PolicyVersion* proto) {
  ToProto(policy.files, proto);
  *proto->mutable_active_since() = ToProto(policy.active_since);
  if (policy.active_until) *proto->mutable_active_until() = ToProto(*policy.active_until);
}

void ToProto(const PolicyHold& hold, v1::HeldPolicy* proto) {
  ToProto(hold.files, proto->mutable_version());
  proto->set_students(hold.students);
  proto->set_students_with_new_alert(hold.students_with_new_alert);
  for (const auto& [rule, count] : hold.new_alerts_by_rule) (*proto->mutable_new_alerts_by_rule())[rule] = count;
  proto->set_students_with_ended_alert(hold.students_with_ended_alert);
  for (const auto& [rule, count] : hold.ended_alerts_by_rule) (*proto->mutable_ended_alerts_by_rule())[rule] = count;
  *proto->mutable_held_since() = ToProto(hold.held_since);
}

void ToProto(const FileProblem& problem, v1::PolicyProblem* proto) {
  proto->set_file(problem.file);
  proto->set_line(problem.problem.line);
  proto->set_column(problem.problem.column);
  proto->set_field(problem.problem.field);
  std::string description = problem.problem.message;
  if (!problem.problem.suggestion.empty()) description += "; " + problem.problem.suggestion;
  proto->set_description(description);
}

void ToProto(const Refusal& refusal, v1::RefusedReload* proto) {
  *proto->mutable_refused_at() = ToProto(refusal.refused_at);
  for (const FileProblem& problem : refusal.problems) ToProto(problem, proto->add_problems());
}

}  // namespace vangnet
