// Errors as callers get them: a gRPC status with google.rpc details (contract.md section 2).
//
// Every error has one ErrorInfo of domain "vangnet" with a reason; a malformed request a BadRequest with all that is
// wrong with it, up to 4 KiB; UNAVAILABLE and RESOURCE_EXHAUSTED from load a RetryInfo. Messages never hold a child's
// data. Thread safety: free functions.
#ifndef VANGNET_SERVICES_RUNTIME_RPC_STATUS_H_
#define VANGNET_SERVICES_RUNTIME_RPC_STATUS_H_

#include <grpcpp/support/status.h>

#include <string>
#include <vector>

#include "absl/status/status.h"

namespace vangnet {

// One thing that is wrong with a request.
struct FieldViolation {
  std::string field;  // path from the request; empty: the request as a whole
  std::string description;
};

// INVALID_ARGUMENT, reason INVALID_REQUEST. `violations` is not empty.
grpc::Status InvalidRequest(const std::vector<FieldViolation>& violations);
// An error with a reason of its own, UPPER_SNAKE. RetryInfo goes with UNAVAILABLE and RESOURCE_EXHAUSTED.
grpc::Status RpcError(grpc::StatusCode code, const std::string& reason, const std::string& message);
// `status`, which is an error, with a reason that ToRpcStatus gives instead of the one by its code.
absl::Status WithReason(absl::Status status, const std::string& reason);
// The same with the reason that `status` was given, or has by its code: ABORTED is ETAG_MISMATCH, and so on.
grpc::Status ToRpcStatus(const absl::Status& status);

// Of calls that are not carried out, or not to their end. CANCELLED:
grpc::Status CallerIsGone();
// UNAVAILABLE:
grpc::Status ShuttingDown();
// RESOURCE_EXHAUSTED: "too many WHAT are waiting".
grpc::Status TooManyWaiting(const std::string& what);

}  // namespace vangnet

#endif  // VANGNET_SERVICES_RUNTIME_RPC_STATUS_H_
