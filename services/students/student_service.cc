#include "services/students/student_service.h"

#include <algorithm>
#include <optional>
#include <string>
#include <utility>
#include <vector>

#include "alerts/explain/explain.h"
#include "services/convert/configuration.h"
#include "services/convert/explanation_wire.h"
#include "services/convert/wire.h"
#include "services/runtime/day_field.h"
#include "services/runtime/local_day.h"
#include "services/runtime/page_token.h"

namespace vangnet {

namespace {

constexpr int kPageDefault = 1'000;
constexpr int kPageMax = 10'000;
constexpr int kTimelineYearsMax = 5;

// All of the request that the listing depends on. Today becomes a day with the first page: a listing that goes on
// past midnight stays on the day it began.
std::string FilterOf(const v1::ListFindingsRequest& request, const std::string& day) {
  v1::ListFindingsRequest filter = request;
  filter.set_day(day);
  filter.clear_page_size();
  filter.clear_page_token();
  return filter.SerializeAsString();
}

// Findings and facts are not bound to a unit, as alerts are; who may see only some must read alerts.
bool MayReadChildren(const Caller& caller) { return caller.may_read() && caller.units.all() && caller.schools.all(); }

grpc::Status Denied() {
  return ToRpcStatus(absl::PermissionDeniedError("the caller may not read what is known of children"));
}

}  // namespace

StudentService::StudentService(const FactStore& facts, const AlertStore& alerts, RegionFindings& findings,
                               TaskQueue& queue, const Clock& clock, const Gate& gate, Options options)
    : facts_(facts),
      alerts_(alerts),
      findings_(findings),
      queue_(queue),
      clock_(clock),
      gate_(gate),
      options_(std::move(options)) {}

grpc::Status StudentService::MayBegin(const grpc::CallbackServerContext& context) const {
  if (context.IsCancelled()) return CallerIsGone();
  return stopping_ ? ShuttingDown() : grpc::Status::OK;
}

grpc::Status StudentService::NotTaken() const {
  return stopping_ ? ShuttingDown() : TooManyWaiting("listings of findings, timelines and explanations");
}

template <typename Answer>
grpc::ServerUnaryReactor* StudentService::AnswerLater(grpc::CallbackServerContext* context, Answer answer) {
  grpc::ServerUnaryReactor* reactor = context->DefaultReactor();
  const absl::StatusOr<Caller> caller = gate_.authenticator.Authenticate(context->peer());
  if (!caller.ok()) {
    reactor->Finish(ToRpcStatus(caller.status()));
    return reactor;
  }
  const bool queued = queue_.Add([this, context, reactor, caller = *caller, answer] {
    const grpc::Status begun = MayBegin(*context);
    reactor->Finish(begun.ok() ? answer(caller) : begun);
  });
  if (!queued) reactor->Finish(NotTaken());
  return reactor;
}

grpc::ServerUnaryReactor* StudentService::ListFindings(grpc::CallbackServerContext* context,
                                                       const v1::ListFindingsRequest* request,
                                                       v1::ListFindingsResponse* response) {
  return AnswerLater(context, [this, context, request, response](const Caller& caller) {
    return FillFindings(*context, caller, *request, *response);
  });
}

grpc::Status StudentService::FillFindings(const grpc::CallbackServerContext& context, const Caller& caller,
                                          const v1::ListFindingsRequest& request, v1::ListFindingsResponse& response) {
  if (!MayReadChildren(caller)) return Denied();
  std::vector<FieldViolation> violations;
  const AsKnown as_known = ReadAsKnown(request, options_.time_zone, violations);
  const absl::Time now = clock_.Now();
  Day day = ReadEvaluatedDay("day", request.day(), as_known.Today(now, options_.time_zone),
                             LocalDay(now, options_.time_zone), violations);
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
  const FindingsQuery query = {.day = day,
                               .student = request.student(),
                               .school = request.school(),
                               .rule = request.rule(),
                               .bytes_max = kPageBytesMax,
                               .is_cancelled = [&context] { return context.IsCancelled(); }};
  const absl::StatusOr<FindingsPage> page = ListPage(as_known, query, position, page_size);
  if (!page.ok()) return ToRpcStatus(page.status());
  if (!request.student().empty() && !page->failed.empty()) {
    return ToRpcStatus(absl::DataLossError("what is stored of this child does not read"));
  }
  response.set_not_evaluated(static_cast<int32_t>(page->failed.size()));
  for (const Finding& finding : page->findings) ToProto(finding, response.add_findings());
  if (!page->next.empty()) {
    const auto days = static_cast<uint32_t>(day.days_since_epoch());
    response.set_next_page_token(EncodePageToken("findings", filter, {.numbers = {days}, .text = page->next}));
  }
  gate_.access_log.Read({.caller = caller,
                         .method = "StudentService.ListFindings",
                         .student = request.student(),
                         .items = page->findings.size()});
  return grpc::Status::OK;
}

absl::StatusOr<FindingsPage> StudentService::ListPage(const AsKnown& as_known, const FindingsQuery& query,
                                                      const std::string& position, size_t page_size) {
  if (!as_known.at.has_value()) return findings_.List(options_.rulebook(), query, position, page_size);
  const auto configuration = options_.configuration_at(as_known.at);
  if (!configuration.ok()) return configuration.status();
  return findings_.ListAsKnown(*configuration, *as_known.at, query, position, page_size);
}

absl::StatusOr<std::unique_ptr<const KnownChild>> StudentService::ReadChild(const std::string& student,
                                                                            const AsKnown& as_known,
                                                                            const GivenConfiguration& given) {
  absl::StatusOr<EngineConfiguration> configuration = options_.configuration_at(as_known.at);
  if (!configuration.ok()) return configuration.status();
  if (given.policy != nullptr) configuration->policy = given.policy;
  if (given.region != nullptr) configuration->region = given.region;
  return KnownChild::Read(facts_, *configuration, student, as_known.until());
}

grpc::ServerWriteReactor<v1::GetTimelineResponse>* StudentService::GetTimeline(grpc::CallbackServerContext* context,
                                                                               const v1::GetTimelineRequest* request) {
  auto* timeline = new Timeline(facts_, alerts_);
  const absl::StatusOr<Caller> caller = gate_.authenticator.Authenticate(context->peer());
  if (!caller.ok()) {
    timeline->Refuse(ToRpcStatus(caller.status()));
    return timeline;
  }
  const bool queued = queue_.Add([this, context, timeline, caller = *caller, request = *request] {
    const grpc::Status begun = MayBegin(*context);
    const grpc::Status started = begun.ok() ? StartTimeline(caller, request, *timeline) : begun;
    if (!started.ok()) {
      timeline->Refuse(started);
    } else {
      timeline->Proceed();
    }
  });
  if (!queued) timeline->Refuse(NotTaken());
  return timeline;
}

grpc::Status StudentService::StartTimeline(const Caller& caller, const v1::GetTimelineRequest& request,
                                           Timeline& timeline) {
  if (!MayReadChildren(caller)) return Denied();
  std::vector<FieldViolation> violations;
  if (request.student().empty()) violations.push_back({"student", "required"});
  const AsKnown as_known = ReadAsKnown(request, options_.time_zone, violations);
  const absl::Time now = clock_.Now();
  const size_t wrong_before = violations.size();
  const Day until = ReadEvaluatedDay("until", request.until(), as_known.Today(now, options_.time_zone),
                                     LocalDay(now, options_.time_zone), violations);
  const Day from = ReadDay("from", request.from(), SchoolYearStart(until), violations);
  // Days are compared when both are days.
  const bool are_days = violations.size() == wrong_before;
  if (are_days && from > until) violations.push_back({"from", "after until"});
  if (are_days && until >= AddMonths(from, 12 * kTimelineYearsMax)) {
    violations.push_back({"from", "more than " + std::to_string(kTimelineYearsMax) + " years before until"});
  }
  GivenConfiguration given;
  if (!request.policy().empty()) given.policy = TakeGiven("policy", ReadPolicy(request.policy()), violations);
  if (!request.region().empty()) given.region = TakeGiven("region", ReadRegion(request.region()), violations);
  if (!violations.empty()) return InvalidRequest(violations);
  auto child = ReadChild(request.student(), as_known, given);
  if (!child.ok()) return ToRpcStatus(child.status());
  const absl::StatusOr<size_t> versions =
      timeline.Start(*std::move(child), {from, until}, as_known.Today(now, options_.time_zone));
  if (!versions.ok()) return ToRpcStatus(versions.status());
  // Before the first of it is given: whoever breaks off has read what was sent.
  gate_.access_log.Read(
      {.caller = caller, .method = "StudentService.GetTimeline", .student = request.student(), .items = *versions});
  return grpc::Status::OK;
}

grpc::ServerUnaryReactor* StudentService::ExplainFinding(grpc::CallbackServerContext* context,
                                                         const v1::ExplainFindingRequest* request,
                                                         v1::ExplainFindingResponse* response) {
  return AnswerLater(context, [this, context, request, response](const Caller& caller) {
    return FillExplanation(*context, caller, *request, *response);
  });
}

grpc::Status StudentService::FillExplanation(const grpc::CallbackServerContext& context, const Caller& caller,
                                             const v1::ExplainFindingRequest& request,
                                             v1::ExplainFindingResponse& response) {
  if (!MayReadChildren(caller)) return Denied();
  std::vector<FieldViolation> violations;
  if (request.student().empty()) violations.push_back({"student", "required"});
  if (request.rule().empty()) violations.push_back({"rule", "required"});
  const AsKnown as_known = ReadAsKnown(request, options_.time_zone, violations);
  const absl::Time now = clock_.Now();
  const Day day = ReadEvaluatedDay("day", request.day(), as_known.Today(now, options_.time_zone),
                                   LocalDay(now, options_.time_zone), violations);
  if (!violations.empty()) return InvalidRequest(violations);
  const auto child = ReadChild(request.student(), as_known, {});
  if (!child.ok()) return ToRpcStatus(child.status());
  const Policy& policy = (*child)->policy();
  const auto rule = std::ranges::find(policy.rules, request.rule(), &Rule::id);
  if (rule == policy.rules.end()) return ToRpcStatus(absl::NotFoundError("the policy has no such rule"));
  if (IsAboutSchools(*rule)) {
    return InvalidRequest(
        {{"rule", "it is about schools, and finds nothing of a child; list the findings of a school"}});
  }
  const auto index = static_cast<size_t>(rule - policy.rules.begin());
  const Explanation explanation = Explain((*child)->history(), (*child)->book(), policy, index, day);
  ToProto(explanation, &response);
  for (int i = 0; i < response.steps_size(); ++i) {
    const auto since = (*child)->KnownSince(explanation.steps[static_cast<size_t>(i)].records);
    if (since) *response.mutable_steps(i)->mutable_known_since() = ToProto(*since);
  }
  const auto found =
      (*child)->FirstFound(index, day, explanation.findings, [&context] { return context.IsCancelled(); });
  if (!found.ok()) return CallerIsGone();
  if (found->has_value()) *response.mutable_known_since() = ToProto(**found);
  response.set_policy_version((*child)->configuration().version);
  gate_.access_log.Read(
      {.caller = caller, .method = "StudentService.ExplainFinding", .student = request.student(), .items = 1});
  return grpc::Status::OK;
}

}  // namespace vangnet
