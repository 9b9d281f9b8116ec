#include "services/alerts/alert_service.h"

#include <algorithm>
#include <optional>
#include <utility>
#include <variant>

#include "services/alerts/alert_filter.h"
#include "services/alerts/shown_alert.h"
#include "services/runtime/page_token.h"

namespace vangnet {

namespace {

constexpr int kPageDefault = 100;
constexpr int kPageMax = 1'000;
constexpr size_t kAlertsAtOnce = 1'024;  // looked at in a row: a few milliseconds
constexpr size_t kActorBytesMax = 128;
constexpr size_t kNoteBytesMax = 2'000;
constexpr size_t kRequestIdBytesMax = 64;

using Watch = grpc::ServerWriteReactor<v1::WatchAlertsResponse>;
using Refused = RefusedStream<v1::WatchAlertsResponse>;

grpc::Status TokenExpired() {
  return RpcError(grpc::StatusCode::OUT_OF_RANGE, "TOKEN_EXPIRED",
                  "changes from there on are no longer kept; list anew");
}

// An alert may be of any unit of the team, and of any school.
bool MaySee(const Caller& caller, const BackfillDigest& digest) {
  return caller.schools.all() && std::all_of(digest.units.begin(), digest.units.end(),
                                             [&caller](const auto& unit) { return caller.units.Contains(unit); });
}

void ShowDigest(const BackfillDigest& digest, v1::BackfillDigest* proto) {
  proto->set_digest_id(std::to_string(digest.id));
  proto->set_team(digest.team);
  for (const std::string& source : digest.sources) proto->add_sources(source);
  *proto->mutable_received_from() = ToProto(digest.received_from);
  *proto->mutable_received_until() = ToProto(digest.received_until);
  *proto->mutable_closed_at() = ToProto(digest.closed_at);
  for (const auto& [cell, count] : digest.changes) {
    v1::BackfillDigestChange* change = proto->add_changes();
    change->set_rule(cell.rule);
    change->set_stage(cell.stage);
    change->set_kind(static_cast<v1::AlertChangeKind>(cell.kind));
    change->set_count(static_cast<int64_t>(count));
  }
}

std::vector<FieldViolation> WrongWith(const v1::AcknowledgeAlertRequest& request) {
  std::vector<FieldViolation> violations;
  const auto check = [&violations](const char* field, const std::string& text, size_t bytes_max) {
    if (text.size() > bytes_max) {
      violations.push_back({field, "longer than " + std::to_string(bytes_max) + " bytes"});
    }
  };
  if (request.alert_id().empty()) violations.push_back({"alert_id", "required"});
  check("actor", request.actor(), kActorBytesMax);
  check("note", request.note(), kNoteBytesMax);
  check("request_id", request.request_id(), kRequestIdBytesMax);
  return violations;
}

}  // namespace

grpc::ServerUnaryReactor* AlertService::ListAlerts(grpc::CallbackServerContext* context,
                                                   const v1::ListAlertsRequest* request,
                                                   v1::ListAlertsResponse* response) {
  return AnswerInSlices(context, gate_, reads_,
                        [&](const Caller& caller) { return BeginListing(caller, *request, *response); });
}

BegunCall AlertService::BeginListing(const Caller& caller, const v1::ListAlertsRequest& request,
                                     v1::ListAlertsResponse& response) const {
  if (!caller.may_read()) return ToRpcStatus(absl::PermissionDeniedError("the caller may not read alerts"));
  std::vector<FieldViolation> violations;
  auto read = AlertFilter::Read(request.filter(), "filter", facts_, caller);
  if (auto* wrong = std::get_if<std::vector<FieldViolation>>(&read)) violations = std::move(*wrong);
  if (request.page_size() < 0 || request.page_size() > kPageMax) {
    violations.push_back({"page_size", "0 to " + std::to_string(kPageMax)});
  }
  const std::string filter_bytes = request.filter().SerializeAsString();
  uint64_t after = 0;
  uint64_t snapshot = alerts_.last_change();
  if (!request.page_token().empty()) {
    const std::optional<PageToken> token = DecodePageToken("alerts", filter_bytes, request.page_token());
    // Of another database the snapshot is a place in another order of changes.
    if (token.has_value() && token->numbers.size() == 3 && token->numbers[2] == alerts_.change_log()) {
      after = token->numbers[0];
      snapshot = token->numbers[1];
    } else {
      violations.push_back({"page_token", "not one of this listing"});
    }
  }
  if (!violations.empty()) return InvalidRequest(violations);
  const auto page_size = static_cast<size_t>(request.page_size() == 0 ? kPageDefault : request.page_size());
  const auto listing = std::make_shared<Listing>(Listing{.caller = caller,
                                                         .filter = std::get<AlertFilter>(std::move(read)),
                                                         .filter_bytes = filter_bytes,
                                                         .page_size = page_size,
                                                         .after = after,
                                                         .snapshot = snapshot});
  return [this, listing, &response] { return FillAlerts(*listing, response); };
}

std::optional<grpc::Status> AlertService::FillAlerts(Listing& listing, v1::ListAlertsResponse& response) const {
  const size_t room = listing.page_size - static_cast<size_t>(response.alerts_size());
  const absl::StatusOr<FoundAlerts> found = alerts_.FindAlerts(
      listing.after, kAlertsAtOnce, room + 1, [&listing](const Alert& alert) { return listing.filter.Matches(alert); },
      listing.filter.partitions());
  if (!found.ok()) return ToRpcStatus(found.status());
  const bool is_full = found->alerts.size() > room;
  for (size_t i = 0; i < found->alerts.size() - (is_full ? 1 : 0); ++i) {
    ShowAlert(found->alerts[i], response.add_alerts());
    listing.last = found->alerts[i].id;
  }
  listing.after = found->last;
  if (!is_full && found->has_more) return std::nullopt;
  if (is_full) {
    response.set_next_page_token(EncodePageToken("alerts", listing.filter_bytes,
                                                 {.numbers = {listing.last, listing.snapshot, alerts_.change_log()}}));
  }
  response.set_resume_token(ResumeToken({alerts_.change_log(), listing.snapshot}));
  gate_.access_log.Read({.caller = listing.caller,
                         .method = "AlertService.ListAlerts",
                         .student = listing.filter.student(),
                         .items = static_cast<size_t>(response.alerts_size())});
  return grpc::Status::OK;
}

grpc::ServerUnaryReactor* AlertService::GetAlert(grpc::CallbackServerContext* context,
                                                 const v1::GetAlertRequest* request, v1::GetAlertResponse* response) {
  return AnswerUnary(context, gate_, [&](const Caller& caller) { return FillAlert(caller, *request, *response); });
}

grpc::Status AlertService::FillAlert(const Caller& caller, const v1::GetAlertRequest& request,
                                     v1::GetAlertResponse& response) const {
  if (request.alert_id().empty()) return InvalidRequest({{"alert_id", "required"}});
  const absl::StatusOr<Alert> alert = FindAlert(caller, request.alert_id());
  if (!alert.ok()) return ToRpcStatus(alert.status());
  ShowAlert(*alert, response.mutable_alert());
  gate_.access_log.Read(
      {.caller = caller, .method = "AlertService.GetAlert", .student = alert->finding.subject.key, .items = 1});
  return grpc::Status::OK;
}

absl::StatusOr<Alert> AlertService::FindAlert(const Caller& caller, const std::string& alert_id) const {
  const std::optional<uint64_t> id = ParseAlertId(alert_id);
  if (!id.has_value()) return absl::NotFoundError("no such alert");
  absl::StatusOr<std::optional<Alert>> alert = alerts_.GetAlert(*id);
  if (!alert.ok()) return alert.status();
  // An alert of somebody else is not there: its existence is news about a child.
  if (!alert->has_value() || !AlertFilter::MaySee(caller, **alert)) return absl::NotFoundError("no such alert");
  return **std::move(alert);
}

Watch* AlertService::WatchAlerts(grpc::CallbackServerContext* context, const v1::WatchAlertsRequest* request) {
  const absl::StatusOr<Caller> caller = gate_.authenticator.Authenticate(context->peer());
  if (!caller.ok()) return new Refused(ToRpcStatus(caller.status()));
  if (!caller->may_read())
    return new Refused(ToRpcStatus(absl::PermissionDeniedError("the caller may not read alerts")));
  std::vector<FieldViolation> violations;
  auto filter = AlertFilter::Read(request->filter(), "filter", facts_, *caller);
  if (auto* wrong = std::get_if<std::vector<FieldViolation>>(&filter)) violations = std::move(*wrong);
  std::optional<ChangePlace> named;
  if (!request->resume_token().empty()) {
    named = ParseResumeToken(request->resume_token());
    if (!named.has_value()) violations.push_back({"resume_token", "not one of this service"});
  }
  if (!violations.empty()) return new Refused(InvalidRequest(violations));
  uint64_t position = alerts_.last_change();
  if (named.has_value()) {
    // Another name: it was given out by a database that a backup, or a new one, has since taken the place of, and what
    // it says lies before or behind that place here.
    if (named->log != alerts_.change_log() || named->change > position) return new Refused(TokenExpired());
    position = named->change;
    const absl::Status kept = alerts_.GetChangesAfter(position, 1).status();
    if (!kept.ok()) return new Refused(absl::IsOutOfRange(kept) ? TokenExpired() : ToRpcStatus(kept));
  }
  gate_.access_log.Read(
      {.caller = *caller, .method = "AlertService.WatchAlerts", .student = request->filter().student()});
  const std::shared_ptr<AlertWatch> watch =
      AlertWatch::Create(alerts_, reads_, std::get<AlertFilter>(std::move(filter)), position, clock_.Monotonic(),
                         [this](AlertWatch* over) { watches_.Remove(over); });
  watches_.Add(watch);
  return watch.get();
}

void AlertService::Wake() {
  const absl::Duration now = clock_.Monotonic();
  for (const std::shared_ptr<AlertWatch>& watch : watches_.All()) watch->Wake(now);
}

grpc::ServerUnaryReactor* AlertService::ListBackfillDigests(grpc::CallbackServerContext* context,
                                                            const v1::ListBackfillDigestsRequest* request,
                                                            v1::ListBackfillDigestsResponse* response) {
  return AnswerUnary(context, gate_, [&](const Caller& caller) { return FillDigests(caller, *request, *response); });
}

grpc::Status AlertService::FillDigests(const Caller& caller, const v1::ListBackfillDigestsRequest& request,
                                       v1::ListBackfillDigestsResponse& response) const {
  if (!caller.may_read()) return ToRpcStatus(absl::PermissionDeniedError("the caller may not read alerts"));
  std::vector<FieldViolation> violations;
  if (request.page_size() < 0 || request.page_size() > kPageMax) {
    violations.push_back({"page_size", "0 to " + std::to_string(kPageMax)});
  }
  uint64_t before = 0;
  if (!request.page_token().empty()) {
    const std::optional<PageToken> token = DecodePageToken("digests", request.team(), request.page_token());
    if (token.has_value() && token->numbers.size() == 1) {
      before = token->numbers[0];
    } else {
      violations.push_back({"page_token", "not one of this listing"});
    }
  }
  if (!violations.empty()) return InvalidRequest(violations);
  const auto page_size = static_cast<size_t>(request.page_size() == 0 ? kPageDefault : request.page_size());
  absl::StatusOr<std::vector<BackfillDigest>> digests =
      digests_.List(before, page_size + 1, [&](const BackfillDigest& digest) {
        return (request.team().empty() || digest.team == request.team()) && MaySee(caller, digest);
      });
  if (!digests.ok()) return ToRpcStatus(digests.status());
  if (digests->size() > page_size) {
    digests->pop_back();
    response.set_next_page_token(EncodePageToken("digests", request.team(), {.numbers = {digests->back().id}}));
  }
  for (const BackfillDigest& digest : *digests) ShowDigest(digest, response.add_digests());
  return grpc::Status::OK;
}

grpc::ServerUnaryReactor* AlertService::AcknowledgeAlert(grpc::CallbackServerContext* context,
                                                         const v1::AcknowledgeAlertRequest* request,
                                                         v1::AcknowledgeAlertResponse* response) {
  return AnswerUnary(context, gate_, [&](const Caller& caller) { return Acknowledge(caller, *request, *response); });
}

grpc::Status AlertService::Acknowledge(const Caller& caller, const v1::AcknowledgeAlertRequest& request,
                                       v1::AcknowledgeAlertResponse& response) {
  if (!caller.may_work()) return ToRpcStatus(absl::PermissionDeniedError("the caller may not work alerts"));
  const std::vector<FieldViolation> violations = WrongWith(request);
  if (!violations.empty()) return InvalidRequest(violations);
  const absl::StatusOr<Alert> seen = FindAlert(caller, request.alert_id());
  if (!seen.ok()) return ToRpcStatus(seen.status());
  // Request ids are the caller's own: another caller's are other ids.
  const std::string request_id = request.request_id().empty() ? "" : caller.name + "/" + request.request_id();
  const absl::StatusOr<Alert> alert = commands_.Acknowledge(
      seen->id,
      {.etag = request.etag(), .actor = caller.name.empty() ? request.actor() : caller.name, .note = request.note()},
      request_id, clock_.Now());
  if (absl::IsInvalidArgument(alert.status())) {
    return InvalidRequest({{"request_id", std::string(alert.status().message())}});
  }
  if (!alert.ok()) return ToRpcStatus(alert.status());
  // An answer that is repeated is of the alert as it was then.
  if (alert->history.size() > seen->history.size()) count_();
  ShowAlert(*alert, response.mutable_alert());
  gate_.access_log.Read(
      {.caller = caller, .method = "AlertService.AcknowledgeAlert", .student = alert->finding.subject.key, .items = 1});
  return grpc::Status::OK;
}

}  // namespace vangnet
