#include "services/schools/school_service.h"

#include <algorithm>
#include <map>
#include <optional>
#include <set>
#include <string>
#include <utility>
#include <variant>
#include <vector>

#include "services/convert/wire.h"
#include "services/runtime/page_token.h"
#include "vangnet/v1/record.pb.h"

namespace vangnet {

namespace {

constexpr int kPageDefault = 100;
constexpr int kPageMax = 1'000;

}  // namespace

grpc::ServerUnaryReactor* SchoolService::ListSchools(grpc::CallbackServerContext* context,
                                                     const v1::ListSchoolsRequest* request,
                                                     v1::ListSchoolsResponse* response) {
  return AnswerUnary(context, gate_, [&](const Caller& caller) { return FillSchools(caller, *request, *response); });
}

grpc::Status SchoolService::FillSchools(const Caller& caller, const v1::ListSchoolsRequest& request,
                                        v1::ListSchoolsResponse& response) const {
  std::vector<FieldViolation> violations;
  if (request.page_size() < 0 || request.page_size() > kPageMax) {
    violations.push_back({"page_size", "0 to " + std::to_string(kPageMax)});
  }
  std::optional<PageToken> after;
  if (!request.page_token().empty()) {
    after = DecodePageToken("schools", "", request.page_token());
    if (!after.has_value()) violations.push_back({"page_token", "not one of this listing"});
  }
  if (!violations.empty()) return InvalidRequest(violations);
  const auto page_size = static_cast<size_t>(request.page_size() == 0 ? kPageDefault : request.page_size());
  const std::shared_ptr<const Region> region = region_();
  const std::map<std::string, SchoolFacts, std::less<>> sent = facts_.GetSchools();
  std::string last = after.has_value() ? after->text : "";
  while (true) {
    const absl::StatusOr<std::vector<std::string>> schools = SchoolsAfter(last, page_size + 1, *region, sent);
    if (!schools.ok()) return ToRpcStatus(schools.status());
    for (const std::string& school : *schools) {
      if (!caller.schools.Contains(school)) continue;
      if (static_cast<size_t>(response.schools_size()) == page_size) {
        const std::string& shown = response.schools(response.schools_size() - 1).school();
        response.set_next_page_token(EncodePageToken("schools", "", {.text = shown}));
        return grpc::Status::OK;
      }
      const auto facts = sent.find(school);
      const absl::Status described =
          Describe(school, *region, facts == sent.end() ? nullptr : &facts->second, *response.add_schools());
      if (!described.ok()) return ToRpcStatus(described);
    }
    if (schools->size() <= page_size) return grpc::Status::OK;
    last = schools->back();  // Some were not the caller's to see.
  }
}

absl::StatusOr<std::vector<std::string>> SchoolService::SchoolsAfter(
    const std::string& after, size_t max, const Region& region,
    const std::map<std::string, SchoolFacts, std::less<>>& sent) const {
  absl::StatusOr<std::vector<std::string>> schools = facts_.ListSchoolsEverPlacedAt(after, max);
  if (!schools.ok()) return schools.status();
  const auto add_from = [&](const auto& known) {
    auto next = known.upper_bound(after);
    for (size_t taken = 0; taken < max && next != known.end(); ++taken, ++next) schools->push_back(next->first);
  };
  add_from(region.schools);
  add_from(sent);
  std::ranges::sort(*schools);
  schools->erase(std::unique(schools->begin(), schools->end()), schools->end());
  if (schools->size() > max) schools->resize(max);
  return schools;
}

grpc::ServerUnaryReactor* SchoolService::GetSchool(grpc::CallbackServerContext* context,
                                                   const v1::GetSchoolRequest* request,
                                                   v1::GetSchoolResponse* response) {
  return AnswerUnary(context, gate_, [&](const Caller& caller) { return FillSchool(caller, *request, *response); });
}

grpc::Status SchoolService::FillSchool(const Caller& caller, const v1::GetSchoolRequest& request,
                                       v1::GetSchoolResponse& response) const {
  if (request.school().empty()) return InvalidRequest({{"school", "required"}});
  const std::shared_ptr<const Region> region = region_();
  const std::optional<SchoolFacts> sent = facts_.GetSchool(request.school());
  v1::School school;
  const absl::Status described = Describe(request.school(), *region, sent.has_value() ? &*sent : nullptr, school);
  if (!described.ok()) return ToRpcStatus(described);
  const bool is_known = school.configured() || sent.has_value() || school.students_ever() > 0;
  if (!is_known || !caller.schools.Contains(request.school())) {
    return ToRpcStatus(absl::NotFoundError("neither configured nor heard of"));
  }
  *response.mutable_school() = std::move(school);
  return ToRpcStatus(FillCalendar({SubjectKind::kSchool, request.school()}, response));
}

absl::Status SchoolService::FillCalendar(const Subject& school, v1::GetSchoolResponse& response) const {
  const absl::StatusOr<std::vector<StateEntry>> state = facts_.GetState(school);
  if (!state.ok()) return state.status();
  for (const StateEntry& entry : *state) {
    if (!entry.fact.has_value() || !std::holds_alternative<SchoolCalendar>(*entry.fact)) continue;
    // As it was sent: no rule needs the names of closures, so the facts are without.
    const absl::StatusOr<StoredVersion> version = facts_.GetVersion(school, entry.sequence);
    if (!version.ok()) return version.status();
    v1::Record sent;
    if (!sent.ParseFromString(version->canonical)) {
      return absl::DataLossError("a version no longer parses");
    }
    response.mutable_timetables()->MergeFrom(sent.school_calendar().timetables());
    response.mutable_closures()->MergeFrom(sent.school_calendar().closures());
  }
  return absl::OkStatus();
}

absl::Status SchoolService::Describe(const std::string& school, const Region& region, const SchoolFacts* sent,
                                     v1::School& described) const {
  described.set_school(school);
  const auto configured = region.schools.find(school);
  if (configured != region.schools.end()) {
    described.set_configured(true);
    described.set_name(configured->second.name);
    described.set_unit(configured->second.unit);
  }
  const absl::StatusOr<std::vector<std::string>> students = facts_.GetStudentsEverPlacedAt(school);
  if (!students.ok()) return students.status();
  described.set_students_ever(students->size());
  if (sent == nullptr) return absl::OkStatus();
  std::optional<Day> complete_through;
  for (const Recorded<SchoolCalendar>& calendar : sent->calendars) {
    described.set_own_calendar(described.own_calendar() || !calendar.fact.timetables.empty());
    if (described.name().empty()) described.set_name(calendar.fact.name);
  }
  for (const Recorded<AttendanceComplete>& completion : sent->completions) {
    complete_through = std::max(complete_through, std::optional(completion.fact.through_day));
  }
  if (complete_through.has_value()) described.set_complete_through(complete_through->ToString());
  const Subject subject{SubjectKind::kSchool, school};
  const absl::StatusOr<std::vector<StateEntry>> state = facts_.GetState(subject);
  if (!state.ok()) return state.status();
  std::set<std::string> sources;
  for (const StateEntry& entry : *state) sources.insert(entry.key.source);
  for (const std::string& source : sources) described.add_sources(source);
  const absl::StatusOr<std::optional<StoredVersion>> last = facts_.GetLastVersion(subject);
  if (!last.ok()) return last.status();
  if (last->has_value()) *described.mutable_last_received_at() = ToProto((*last)->received_at);
  return absl::OkStatus();
}

}  // namespace vangnet
