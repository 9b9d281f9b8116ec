#include "services/ingest/ingest_service.h"

#include <algorithm>
#include <optional>
#include <utility>

#include "services/convert/wire.h"
#include "services/ingest/record_listing.h"
#include "services/ingest/rejection_replay.h"
#include "services/runtime/page_token.h"

namespace vangnet {

namespace {

constexpr int kRejectionPageDefault = 100;
constexpr int kRejectionPageMax = 1'000;
constexpr size_t kBytesPerRejection = 8;  // beside itself, in the response
constexpr size_t kRejectionsAtOnce = 32;

// The source that a request is about; the caller's only one when it names none. Empty, and a violation: there is none.
absl::StatusOr<std::string> SourceOf(const std::string& named, const Caller& caller,
                                     std::vector<FieldViolation>& violations) {
  if (!caller.may_send()) return absl::PermissionDeniedError("the caller may not read records of a source");
  if (named.empty()) {
    std::optional<std::string> only = caller.sources.only();
    if (!only.has_value()) violations.push_back({"source", "required; the caller has not just one"});
    return std::move(only).value_or("");
  }
  if (!caller.sources.Contains(named)) return absl::PermissionDeniedError("not a source of the caller");
  return named;
}

v1::Rejection ToRejection(QuarantinedRecord rejection) {
  v1::Rejection proto;
  proto.set_rejection_id(RejectionIdToString(rejection.id));
  proto.set_source(rejection.refused.source);
  proto.set_channel(rejection.channel);
  *proto.mutable_rejected_at() = ToProto(rejection.rejected_at);
  proto.set_reason(rejection.refused.reason);
  proto.set_field(rejection.refused.field);
  proto.set_description(rejection.refused.description);
  proto.set_raw_record(std::move(rejection.refused.raw));
  return proto;
}

}  // namespace

grpc::ServerUnaryReactor* IngestService::IngestRecords(grpc::CallbackServerContext* context,
                                                       const grpc::ByteBuffer* request, grpc::ByteBuffer* response) {
  grpc::ServerUnaryReactor* reactor = context->DefaultReactor();
  const absl::StatusOr<Caller> caller = gate_.authenticator.Authenticate(context->peer());
  if (!caller.ok()) {
    reactor->Finish(ToRpcStatus(caller.status()));
    return reactor;
  }
  grpc::ByteBuffer incoming(*request);
  grpc::Slice storage;
  const std::string_view wire = Flatten(incoming, storage);
  Ingest::Flow flow;
  ingest_.Take(wire, *caller, GroupCommitter::WhenFull::kRefuse, Ingest::Before::kAnswered, flow,
               [reactor, response](const grpc::Status& status, const std::string& encoded) {
                 if (status.ok()) *response = ToByteBuffer(encoded);
                 reactor->Finish(status);
               });
  return reactor;
}

grpc::ServerBidiReactor<grpc::ByteBuffer, grpc::ByteBuffer>* IngestService::StreamRecords(
    grpc::CallbackServerContext* context) {
  using Bidi = grpc::ServerBidiReactor<grpc::ByteBuffer, grpc::ByteBuffer>;
  absl::StatusOr<Caller> caller = gate_.authenticator.Authenticate(context->peer());
  if (!caller.ok()) return new RefusedCall<Bidi>(ToRpcStatus(caller.status()));
  const auto stream =
      RecordStream::Start(ingest_, *std::move(caller), [this](RecordStream* over) { streams_.Remove(over); });
  streams_.Add(stream);
  return stream.get();
}

grpc::ServerUnaryReactor* IngestService::GetSourceStatus(grpc::CallbackServerContext* context,
                                                         const v1::GetSourceStatusRequest* request,
                                                         v1::GetSourceStatusResponse* response) {
  return AnswerUnary(context, gate_,
                     [&](const Caller& caller) { return FillSourceStatus(caller, *request, *response); });
}

grpc::Status IngestService::FillSourceStatus(const Caller& caller, const v1::GetSourceStatusRequest& request,
                                             v1::GetSourceStatusResponse& response) const {
  std::vector<FieldViolation> violations;
  const absl::StatusOr<std::string> source = SourceOf(request.source(), caller, violations);
  if (!source.ok()) return ToRpcStatus(source.status());
  if (!violations.empty()) return InvalidRequest(violations);
  const absl::StatusOr<std::vector<ChannelStatus>> channels = facts_.GetSourceStatus(*source);
  if (!channels.ok()) return ToRpcStatus(channels.status());
  for (const ChannelStatus& channel : *channels) {
    if (!request.channel().empty() && channel.channel != request.channel()) continue;
    v1::ChannelStatus* status = response.add_channels();
    status->set_source(channel.source);
    status->set_channel(channel.channel);
    status->set_cursor(channel.cursor);
    status->set_sequence(PositionToString(channel.sequence));
    *status->mutable_received_at() = ToProto(channel.received_at);
    status->set_accepted(channel.accepted);
    status->set_duplicate(channel.duplicate);
    status->set_stale(channel.stale);
    status->set_rejected(channel.rejected);
  }
  return grpc::Status::OK;
}

grpc::ServerWriteReactor<v1::ListRecordsResponse>* IngestService::ListRecords(grpc::CallbackServerContext* context,
                                                                              const v1::ListRecordsRequest* request) {
  const absl::StatusOr<Caller> caller = gate_.authenticator.Authenticate(context->peer());
  if (!caller.ok()) return new RefusedStream<v1::ListRecordsResponse>(ToRpcStatus(caller.status()));
  std::vector<FieldViolation> violations;
  const absl::StatusOr<std::string> source = SourceOf(request->source(), *caller, violations);
  if (!source.ok()) return new RefusedStream<v1::ListRecordsResponse>(ToRpcStatus(source.status()));
  if (!violations.empty()) return new RefusedStream<v1::ListRecordsResponse>(InvalidRequest(violations));
  gate_.access_log.Read({.caller = *caller, .method = "IngestService.ListRecords", .student = ""});
  return RecordListing::Start(facts_, reads_, *source, request->school());
}

grpc::ServerUnaryReactor* IngestService::ListRejections(grpc::CallbackServerContext* context,
                                                        const v1::ListRejectionsRequest* request,
                                                        v1::ListRejectionsResponse* response) {
  return AnswerUnary(context, gate_, [&](const Caller& caller) { return FillRejections(caller, *request, *response); });
}

grpc::Status IngestService::FillRejections(const Caller& caller, const v1::ListRejectionsRequest& request,
                                           v1::ListRejectionsResponse& response) const {
  std::vector<FieldViolation> violations;
  const absl::StatusOr<std::string> source = SourceOf(request.source(), caller, violations);
  if (!source.ok()) return ToRpcStatus(source.status());
  if (request.page_size() < 0 || request.page_size() > kRejectionPageMax) {
    violations.push_back({"page_size", "0 to " + std::to_string(kRejectionPageMax)});
  }
  uint64_t before = 0;
  // Whether a token is one of the listing can only be told when the source is known.
  if (!request.page_token().empty() && !source->empty()) {
    const std::optional<PageToken> token = DecodePageToken("rejections", *source, request.page_token());
    if (token.has_value() && token->numbers.size() == 1) {
      before = token->numbers.front();
    } else {
      violations.push_back({"page_token", "not one of this listing"});
    }
  }
  if (!violations.empty()) return InvalidRequest(violations);
  const auto page_size = static_cast<size_t>(request.page_size() == 0 ? kRejectionPageDefault : request.page_size());
  const absl::StatusOr<bool> has_more = AddRejections(*source, before, page_size, response);
  if (!has_more.ok()) return ToRpcStatus(has_more.status());
  if (*has_more) {
    const uint64_t last = *ParseRejectionId(response.rejections(response.rejections_size() - 1).rejection_id());
    response.set_next_page_token(EncodePageToken("rejections", *source, {.numbers = {last}}));
  }
  response.set_dropped(facts_.rejections_dropped(*source));
  gate_.access_log.Read({.caller = caller,
                         .method = "IngestService.ListRejections",
                         .student = "",
                         .items = static_cast<size_t>(response.rejections_size())});
  return grpc::Status::OK;
}

absl::StatusOr<bool> IngestService::AddRejections(const std::string& source, uint64_t before, size_t page_size,
                                                  v1::ListRejectionsResponse& response) const {
  size_t bytes = 0;
  while (true) {
    // One more than there is room for says that there are more.
    const size_t wanted = std::min(kRejectionsAtOnce, page_size + 1 - static_cast<size_t>(response.rejections_size()));
    absl::StatusOr<std::vector<QuarantinedRecord>> rejections = facts_.ListRejections(source, before, wanted);
    if (!rejections.ok()) return rejections.status();
    for (QuarantinedRecord& rejection : *rejections) {
      before = rejection.id;
      v1::Rejection listed = ToRejection(std::move(rejection));
      bytes += listed.ByteSizeLong() + kBytesPerRejection;
      const auto count = static_cast<size_t>(response.rejections_size());
      if (count == page_size || (count > 0 && bytes > kPageBytesMax)) return true;
      *response.add_rejections() = std::move(listed);
    }
    if (rejections->size() < wanted) return false;
  }
}

grpc::ServerUnaryReactor* IngestService::ReplayRejections(grpc::CallbackServerContext* context,
                                                          const v1::ReplayRejectionsRequest* request,
                                                          v1::ReplayRejectionsResponse* response) {
  grpc::ServerUnaryReactor* reactor = context->DefaultReactor();
  const absl::StatusOr<Caller> caller = gate_.authenticator.Authenticate(context->peer());
  if (!caller.ok()) {
    reactor->Finish(ToRpcStatus(caller.status()));
    return reactor;
  }
  std::vector<FieldViolation> violations = WrongIds(*request);
  const absl::StatusOr<std::string> source = SourceOf(request->source(), *caller, violations);
  if (!source.ok() || !violations.empty()) {
    reactor->Finish(source.ok() ? InvalidRequest(violations) : ToRpcStatus(source.status()));
    return reactor;
  }
  ReplayRejected({.facts = facts_,
                  .ingest = ingest_,
                  .caller = *caller,
                  .source = *source,
                  .request = *request,
                  .response = *response,
                  .is_cancelled = [context] { return context->IsCancelled(); }},
                 reads_, [reactor](const grpc::Status& status) { reactor->Finish(status); });
  return reactor;
}

}  // namespace vangnet
