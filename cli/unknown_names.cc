#include "cli/unknown_names.h"

#include <algorithm>
#include <iostream>

#include "cli/as_known_flag.h"
#include "services/convert/configuration.h"
#include "vangnet/v1/policy_service.grpc.pb.h"
#include "vangnet/v1/school_service.grpc.pb.h"
#include "vangnet/v1/student_service.grpc.pb.h"

namespace vangnet {
namespace {

std::string Quoted(const std::string& name) { return "'" + name + "'"; }

bool IsKnownChild(const ServerConnection& server, const std::string& student, const Arguments& arguments) {
  v1::GetTimelineRequest request;
  request.set_student(student);
  if (!SetAsKnown(arguments, request).ok()) return true;
  grpc::ClientContext context;
  SetDeadline(context);
  const auto stream = v1::StudentService::NewStub(server.channel())->GetTimeline(&context, request);
  v1::GetTimelineResponse first;
  if (stream->Read(&first)) {  // the rest of it is for nobody
    context.TryCancel();
    while (stream->Read(&first)) {
    }
    stream->Finish();
    return true;
  }
  return stream->Finish().error_code() != grpc::StatusCode::NOT_FOUND;
}

bool IsKnownSchool(const ServerConnection& server, const std::string& school) {
  v1::GetSchoolRequest request;
  request.set_school(school);
  grpc::ClientContext context;
  SetDeadline(context);
  v1::GetSchoolResponse response;
  return v1::SchoolService::NewStub(server.channel())->GetSchool(&context, request, &response).error_code() !=
         grpc::StatusCode::NOT_FOUND;
}

void AddOfPolicy(const Policy& policy, const v1::AlertFilter& filter, std::vector<std::string>& notes) {
  const auto rule = std::ranges::find(policy.rules, filter.rule(), &Rule::id);
  const bool is_rule = filter.rule().empty() || rule != policy.rules.end();
  if (!is_rule) notes.push_back("no rule " + Quoted(filter.rule()) + " in the policy in use");
  if (filter.stage().empty()) return;
  const auto has_stage = [&filter](const Rule& of) {
    return std::ranges::find(of.stages, filter.stage(), &Stage::name) != of.stages.end();
  };
  if (std::ranges::none_of(policy.rules, has_stage)) {
    notes.push_back("no stage " + Quoted(filter.stage()) + " in the policy in use");
  } else if (is_rule && !filter.rule().empty() && !has_stage(*rule)) {
    notes.push_back("the rule " + Quoted(filter.rule()) + " has no stage " + Quoted(filter.stage()));
  }
}

void AddOfRegion(const Region& region, const v1::AlertFilter& filter, std::vector<std::string>& notes) {
  if (!filter.unit().empty() && !region.units.contains(filter.unit())) {
    notes.push_back("no unit " + Quoted(filter.unit()) + " in the region in use");
  }
  if (!filter.team().empty() && !region.teams.contains(filter.team())) {
    notes.push_back("no team " + Quoted(filter.team()) + " in the region in use");
  }
}

void AddOfConfiguration(const ServerConnection& server, const v1::AlertFilter& filter,
                        std::vector<std::string>& notes) {
  grpc::ClientContext context;
  SetDeadline(context);
  v1::GetPolicyResponse response;
  const grpc::Status status = v1::PolicyService::NewStub(server.channel())->GetPolicy(&context, {}, &response);
  if (!status.ok() || !response.has_active()) return;
  if (const auto policy = ReadPolicy(response.active().policy()); policy.value) {
    AddOfPolicy(*policy.value, filter, notes);
  }
  if (const auto region = ReadRegion(response.active().region()); region.value) {
    AddOfRegion(*region.value, filter, notes);
  }
}

}  // namespace

std::vector<std::string> UnknownNames(const ServerConnection& server, const v1::AlertFilter& filter,
                                      const Arguments& arguments) {
  std::vector<std::string> notes;
  if (!filter.student().empty() && !IsKnownChild(server, filter.student(), arguments)) {
    const bool then = arguments.Has("as-known-on");
    notes.push_back("nothing " + std::string(then ? "was" : "is") + " known of a child " + Quoted(filter.student()) +
                    (then ? " then" : ""));
  }
  if (!filter.school().empty() && !IsKnownSchool(server, filter.school())) {
    notes.push_back("no school " + Quoted(filter.school()) + " is configured or was heard of");
  }
  const bool of_configuration =
      !filter.rule().empty() || !filter.stage().empty() || !filter.unit().empty() || !filter.team().empty();
  if (of_configuration) AddOfConfiguration(server, filter, notes);
  return notes;
}

void NoteUnknownNames(const char* command, const ServerConnection& server, const v1::AlertFilter& filter,
                      const Arguments& arguments) {
  for (const std::string& note : UnknownNames(server, filter, arguments)) {
    std::cerr << "vangnet " << command << ": note: " << note << "\n";
  }
}

}  // namespace vangnet
