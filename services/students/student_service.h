// StudentService serves vangnet.v1.StudentService: what is found of children, worked out anew for whoever asks.
//
// A page may take seconds, for it evaluates the region; it is worked out by the thread that runs `queue`, so that
// records go on coming in meanwhile.
// Thread safety: gRPC calls it from its threads.
// Errors: as student_service.proto says; RESOURCE_EXHAUSTED: too many such calls wait already.
#ifndef VANGNET_SERVICES_STUDENTS_STUDENT_SERVICE_H_
#define VANGNET_SERVICES_STUDENTS_STUDENT_SERVICE_H_

#include <grpcpp/support/server_callback.h>

#include <functional>

#include "absl/time/time.h"
#include "alerts/engine/region_findings.h"
#include "services/runtime/clock.h"
#include "services/runtime/rpc.h"
#include "services/runtime/task_queue.h"
#include "vangnet/v1/student_service.grpc.pb.h"

namespace vangnet {

class StudentService final : public v1::StudentService::CallbackService {
 public:
  struct Options {
    absl::TimeZone time_zone;            // of the region: today is a day there
    std::function<Rulebook()> rulebook;  // that holds now
  };
  // All but `options` outlive the service.
  StudentService(RegionFindings& findings, TaskQueue& queue, const Clock& clock, const Gate& gate, Options options);

  grpc::ServerUnaryReactor* ListFindings(grpc::CallbackServerContext* context, const v1::ListFindingsRequest* request,
                                         v1::ListFindingsResponse* response) override;

 private:
  grpc::Status FillFindings(const Caller& caller, const v1::ListFindingsRequest& request,
                            v1::ListFindingsResponse& response);

  RegionFindings& findings_;
  TaskQueue& queue_;
  const Clock& clock_;
  const Gate& gate_;
  const Options options_;
};

}  // namespace vangnet

#endif  // VANGNET_SERVICES_STUDENTS_STUDENT_SERVICE_H_
