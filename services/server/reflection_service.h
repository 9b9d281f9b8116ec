// ReflectionService serves grpc.reflection.v1: which services there are and what their messages look like. Debian's
// gRPC only has v1alpha.
//
// Guarantees: resolves everything compiled into this program, the google.rpc error details among it.
// Thread safety: gRPC calls it from its threads.
#ifndef VANGNET_SERVICES_SERVER_REFLECTION_SERVICE_H_
#define VANGNET_SERVICES_SERVER_REFLECTION_SERVICE_H_

#include <grpcpp/support/server_callback.h>

#include <string>
#include <vector>

#include "grpc/reflection/v1/reflection.grpc.pb.h"

namespace vangnet {

class ReflectionService final : public grpc::reflection::v1::ServerReflection::CallbackService {
 public:
  // `services` are the full names that a listing gives.
  explicit ReflectionService(std::vector<std::string> services) : services_(std::move(services)) {}

  grpc::ServerBidiReactor<grpc::reflection::v1::ServerReflectionRequest,
                          grpc::reflection::v1::ServerReflectionResponse>*
  ServerReflectionInfo(grpc::CallbackServerContext* context) override;

 private:
  const std::vector<std::string> services_;
};

// The answer to one question.
grpc::reflection::v1::ServerReflectionResponse AnswerReflection(
    const grpc::reflection::v1::ServerReflectionRequest& request, const std::vector<std::string>& services);

}  // namespace vangnet

#endif  // VANGNET_SERVICES_SERVER_REFLECTION_SERVICE_H_
