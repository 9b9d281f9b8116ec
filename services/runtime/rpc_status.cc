#include "services/runtime/rpc_status.h"

#include "absl/strings/cord.h"
#include "google/rpc/error_details.pb.h"
#include "google/rpc/status.pb.h"

namespace vangnet {

namespace {

constexpr int kRetryAfterSeconds = 1;
// Details travel in the trailers, in base64, and callers of gRPC take 8 KiB of those: with more the whole error is
// lost.
constexpr size_t kViolationBytesMax = 4 << 10;
// Where a status keeps the reason it was given.
constexpr char kReasonPayload[] = "vangnet/reason";

grpc::Status WithDetails(const google::rpc::Status& rich) {
  return grpc::Status(static_cast<grpc::StatusCode>(rich.code()), rich.message(), rich.SerializeAsString());
}

google::rpc::Status DetailedStatus(grpc::StatusCode code, const std::string& reason, const std::string& message) {
  google::rpc::Status rich;
  rich.set_code(static_cast<int>(code));
  rich.set_message(message);
  google::rpc::ErrorInfo info;
  info.set_reason(reason);
  info.set_domain("vangnet");
  rich.add_details()->PackFrom(info);
  return rich;
}

const char* ReasonOf(absl::StatusCode code) {
  switch (code) {
    case absl::StatusCode::kOk:
      return "OK";
    case absl::StatusCode::kCancelled:
      return "CANCELLED";
    case absl::StatusCode::kInvalidArgument:
      return "INVALID_REQUEST";
    case absl::StatusCode::kDeadlineExceeded:
      return "DEADLINE_EXCEEDED";
    case absl::StatusCode::kNotFound:
      return "NOT_FOUND";
    case absl::StatusCode::kAlreadyExists:
      return "ALREADY_EXISTS";
    case absl::StatusCode::kPermissionDenied:
      return "PERMISSION_DENIED";
    case absl::StatusCode::kResourceExhausted:
      return "TOO_MUCH_AT_ONCE";
    case absl::StatusCode::kFailedPrecondition:
      return "FAILED_PRECONDITION";
    case absl::StatusCode::kAborted:
      return "ETAG_MISMATCH";
    case absl::StatusCode::kOutOfRange:
      return "TOKEN_EXPIRED";
    case absl::StatusCode::kUnimplemented:
      return "UNIMPLEMENTED";
    case absl::StatusCode::kUnavailable:
      return "UNAVAILABLE";
    case absl::StatusCode::kDataLoss:
      return "DATA_LOSS";
    case absl::StatusCode::kUnauthenticated:
      return "UNAUTHENTICATED";
    case absl::StatusCode::kInternal:
    case absl::StatusCode::kUnknown:
    default:
      return "INTERNAL";
  }
}

}  // namespace

grpc::Status InvalidRequest(const std::vector<FieldViolation>& violations) {
  google::rpc::BadRequest bad;
  const auto add = [&bad](const std::string& field, const std::string& description) {
    auto* added = bad.add_field_violations();
    added->set_field(field);
    added->set_description(description);
  };
  size_t bytes = 0;
  for (size_t i = 0; i < violations.size(); ++i) {
    constexpr size_t kBytesBeside = 8;  // tags and lengths
    bytes += violations[i].field.size() + violations[i].description.size() + kBytesBeside;
    if (bytes > kViolationBytesMax && i > 0) {
      add("", std::to_string(violations.size() - i) + " more");
      break;
    }
    add(violations[i].field, violations[i].description);
  }
  const FieldViolation& first = violations.front();
  const std::string message = first.field.empty() ? first.description : first.field + ": " + first.description;
  google::rpc::Status rich = DetailedStatus(grpc::StatusCode::INVALID_ARGUMENT, "INVALID_REQUEST", message);
  rich.add_details()->PackFrom(bad);
  return WithDetails(rich);
}

grpc::Status RpcError(grpc::StatusCode code, const std::string& reason, const std::string& message) {
  google::rpc::Status rich = DetailedStatus(code, reason, message);
  if (code == grpc::StatusCode::UNAVAILABLE || code == grpc::StatusCode::RESOURCE_EXHAUSTED) {
    google::rpc::RetryInfo retry;
    retry.mutable_retry_delay()->set_seconds(kRetryAfterSeconds);
    rich.add_details()->PackFrom(retry);
  }
  return WithDetails(rich);
}

absl::Status WithReason(absl::Status status, const std::string& reason) {
  status.SetPayload(kReasonPayload, absl::Cord(reason));
  return status;
}

grpc::Status ToRpcStatus(const absl::Status& status) {
  if (status.ok()) return grpc::Status::OK;
  const std::string message(status.message().data(), status.message().size());
  if (status.code() == absl::StatusCode::kInvalidArgument) return InvalidRequest({{"", message}});
  const auto given = status.GetPayload(kReasonPayload);
  const std::string reason = given.has_value() ? std::string(*given) : ReasonOf(status.code());
  return RpcError(static_cast<grpc::StatusCode>(status.code()), reason, message);
}

grpc::Status CallerIsGone() { return grpc::Status(grpc::StatusCode::CANCELLED, "the caller is gone"); }

grpc::Status ShuttingDown() { return ToRpcStatus(absl::UnavailableError("the server is shutting down")); }

grpc::Status TooManyWaiting(const std::string& what) {
  return ToRpcStatus(absl::ResourceExhaustedError("too many " + what + " are waiting"));
}

}  // namespace vangnet
