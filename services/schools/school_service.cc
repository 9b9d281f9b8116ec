#include "services/schools/school_service.h"

#include <algorithm>
#include <iterator>
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
constexpr size_t kSchoolsAtOnce = 16;  // some thousand seeks: a few milliseconds

}  // namespace

grpc::ServerUnaryReactor* SchoolService::ListSchools(grpc::CallbackServerContext* context,
                                                     const v1::ListSchoolsRequest* request,
                                                     v1::ListSchoolsResponse* response) {
  return AnswerInSlices(context, gate_, reads_,
                        [&](const Caller& caller) { return BeginListing(caller, *request, *response); });
}

BegunCall SchoolService::BeginListing(const Caller& caller, const v1::ListSchoolsRequest& request,
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
  const auto listing = std::make_shared<Listing>(
      Listing{.caller = caller,
              .region = region_(),
              .page_size = static_cast<size_t>(request.page_size() == 0 ? kPageDefault : request.page_size()),
              .last = after.has_value() ? after->text : ""});
  return [this, listing, &response] { return FillSchools(*listing, response); };
}

std::optional<grpc::Status> SchoolService::FillSchools(Listing& listing, v1::ListSchoolsResponse& response) const {
  const absl::StatusOr<std::vector<std::string>> schools = SchoolsAfter(listing.last, kSchoolsAtOnce, *listing.region);
  if (!schools.ok()) return ToRpcStatus(schools.status());
  for (const std::string& school : *schools) {
    listing.last = school;
    if (!listing.caller.schools.Contains(school)) continue;
    if (static_cast<size_t>(response.schools_size()) == listing.page_size) {
      const std::string& shown = response.schools(response.schools_size() - 1).school();
      response.set_next_page_token(EncodePageToken("schools", "", {.text = shown}));
      return grpc::Status::OK;
    }
    const auto entries = facts_.GetState({SubjectKind::kSchool, school});
    if (!entries.ok()) return ToRpcStatus(entries.status());
    const absl::Status described = Describe(school, *listing.region, *entries, *response.add_schools());
    if (!described.ok()) return ToRpcStatus(described);
  }
  if (schools->size() < kSchoolsAtOnce) return grpc::Status::OK;
  return std::nullopt;
}

absl::StatusOr<std::vector<std::string>> SchoolService::SchoolsAfter(const std::string& after, size_t max,
                                                                     const Region& region) const {
  const absl::StatusOr<std::vector<std::string>> known = facts_.ListSchools(after, max);
  if (!known.ok()) return known.status();
  std::vector<std::string> configured;
  for (auto at = region.schools.upper_bound(after); at != region.schools.end() && configured.size() < max; ++at) {
    configured.push_back(at->first);
  }
  std::vector<std::string> schools;
  std::ranges::set_union(*known, configured, std::back_inserter(schools));
  if (schools.size() > max) schools.resize(max);
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
  const Subject subject{SubjectKind::kSchool, request.school()};
  const absl::StatusOr<std::vector<StateEntry>> entries = facts_.GetState(subject);
  if (!entries.ok()) return ToRpcStatus(entries.status());
  v1::School school;
  const absl::Status described = Describe(request.school(), *region, *entries, school);
  if (!described.ok()) return ToRpcStatus(described);
  const bool is_known = school.configured() || !entries->empty() || school.students_ever() > 0;
  if (!is_known || !caller.schools.Contains(request.school())) {
    return ToRpcStatus(absl::NotFoundError("neither configured nor heard of"));
  }
  *response.mutable_school() = std::move(school);
  return ToRpcStatus(FillCalendar(subject, *entries, response));
}

absl::Status SchoolService::FillCalendar(const Subject& school, const std::vector<StateEntry>& entries,
                                         v1::GetSchoolResponse& response) const {
  for (const StateEntry& entry : entries) {
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

absl::Status SchoolService::Describe(const std::string& school, const Region& region,
                                     const std::vector<StateEntry>& entries, v1::School& described) const {
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
  std::optional<Day> complete_through;
  std::set<std::string> sources;
  for (const StateEntry& entry : entries) {
    sources.insert(entry.key.source);
    if (!entry.fact.has_value()) continue;
    if (const auto* calendar = std::get_if<SchoolCalendar>(&*entry.fact)) {
      described.set_own_calendar(described.own_calendar() || !calendar->timetables.empty());
      if (described.name().empty()) described.set_name(calendar->name);
    } else if (const auto* complete = std::get_if<AttendanceComplete>(&*entry.fact)) {
      complete_through = std::max(complete_through, std::optional(complete->through_day));
    }
  }
  if (complete_through.has_value()) described.set_complete_through(complete_through->ToString());
  for (const std::string& source : sources) described.add_sources(source);
  const absl::StatusOr<std::optional<StoredVersion>> last = facts_.GetLastVersion({SubjectKind::kSchool, school});
  if (!last.ok()) return last.status();
  if (last->has_value()) *described.mutable_last_received_at() = ToProto((*last)->received_at);
  return absl::OkStatus();
}

}  // namespace vangnet
