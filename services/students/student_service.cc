#include "services/students/student_service.h"

#include <optional>
#include <string>
#include <utility>
#include <vector>

#include "services/convert/wire.h"
#include "services/runtime/local_day.h"
#include "services/runtime/page_token.h"

namespace vangnet {

namespace {

constexpr int kPageDefault = 1'000;
constexpr int kPageMax = 10'000;

// All of the request that the listing depends on. Today becomes a day with the first page: a listing that goes on
// past midnight stays on the day it began.
std::string FilterOf(const v1::ListFindingsRequest& request, const std::string& day) {
  v1::ListFindingsRequest filter = request;
  filter.set_day(day);
  filter.clear_page_size();
  filter.clear_page_token();
  return filter.SerializeAsString();
}

}  // namespace

StudentService::StudentService(RegionFindings& findings, TaskQueue& queue, const Clock& clock, const Gate& gate,
                               Options options)
    : findings_(findings), queue_(queue), clock_(clock), gate_(gate), options_(std::move(options)) {}

grpc::ServerUnaryReactor* StudentService::ListFindings(grpc::CallbackServerContext* context,
                                                       const v1::ListFindingsRequest* request,
                                                       v1::ListFindingsResponse* response) {
  grpc::ServerUnaryReactor* reactor = context->DefaultReactor();
  const absl::StatusOr<Caller> caller = gate_.authenticator.Authenticate(context->peer());
  if (!caller.ok()) {
    reactor->Finish(ToRpcStatus(caller.status()));
    return reactor;
  }
  const bool queued = queue_.Add([this, reactor, caller = *caller, request, response] {
    reactor->Finish(FillFindings(caller, *request, *response));
  });
  if (!queued) {
    reactor->Finish(ToRpcStatus(absl::ResourceExhaustedError("too many listings of findings are waiting")));
  }
  return reactor;
}

grpc::Status StudentService::FillFindings(const Caller& caller, const v1::ListFindingsRequest& request,
                                          v1::ListFindingsResponse& response) {
  // Findings are not bound to a unit, as alerts are; who may see only some must read alerts.
  if (!caller.may_read() || !caller.units.all() || !caller.schools.all()) {
    return ToRpcStatus(absl::PermissionDeniedError("the caller may not read findings of the whole region"));
  }
  std::vector<FieldViolation> violations;
  std::optional<Day> day = LocalDay(clock_.Now(), options_.time_zone);
  if (!request.day().empty()) {
    day = Day::Parse(request.day());
    if (!day.has_value() || *day < kFirstDay) violations.push_back({"day", "not a day, YYYY-MM-DD, from 1990 on"});
  }
  if (request.page_size() < 0 || request.page_size() > kPageMax) {
    violations.push_back({"page_size", "0 to " + std::to_string(kPageMax)});
  }
  const std::string filter = FilterOf(request, request.day());
  std::string position;
  if (!request.page_token().empty()) {
    const std::optional<PageToken> token = DecodePageToken("findings", filter, request.page_token());
    if (token.has_value() && token->numbers.size() == 1) {
      position = token->text;
      day = Day(static_cast<int32_t>(token->numbers.front()));
    } else {
      violations.push_back({"page_token", "not one of this listing"});
    }
  }
  if (!violations.empty()) return InvalidRequest(violations);
  const auto page_size = static_cast<size_t>(request.page_size() == 0 ? kPageDefault : request.page_size());
  const absl::StatusOr<FindingsPage> page =
      findings_.List(options_.rulebook(),
                     {.day = *day, .student = request.student(), .school = request.school(), .rule = request.rule()},
                     position, page_size);
  if (!page.ok()) return ToRpcStatus(page.status());
  for (const Finding& finding : page->findings) ToProto(finding, response.add_findings());
  if (!page->next.empty()) {
    const auto days = static_cast<uint32_t>(day->days_since_epoch());
    response.set_next_page_token(EncodePageToken("findings", filter, {.numbers = {days}, .text = page->next}));
  }
  gate_.access_log.Read({.caller = caller,
                         .method = "StudentService.ListFindings",
                         .student = request.student(),
                         .items = page->findings.size()});
  return grpc::Status::OK;
}

}  // namespace vangnet
