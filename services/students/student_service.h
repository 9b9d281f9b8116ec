// StudentService serves vangnet.v1.StudentService: what is found of children, why, and what is known of them, worked
// out anew for whoever asks, as of now or as it was known at an instant.
//
// A page may take seconds, for it evaluates the region; it is worked out by the thread that runs `queue`, so that
// records go on coming in meanwhile. So is an explanation, and the first part of a timeline.
// Guarantees: nothing is worked out for a caller who is gone, nor much more when it goes meanwhile. After Stop whatever
//   waits is refused when its turn comes.
// Thread safety: gRPC calls it from its threads; Stop concurrently.
// Errors: as student_service.proto says; RESOURCE_EXHAUSTED: too many such calls wait already; UNAVAILABLE: the server
//   is shutting down.
#ifndef VANGNET_SERVICES_STUDENTS_STUDENT_SERVICE_H_
#define VANGNET_SERVICES_STUDENTS_STUDENT_SERVICE_H_

#include <grpcpp/support/server_callback.h>

#include <atomic>
#include <functional>
#include <memory>
#include <optional>
#include <string>

#include "absl/status/statusor.h"
#include "absl/time/time.h"
#include "alerts/engine/configuration.h"
#include "alerts/engine/known_child.h"
#include "alerts/engine/region_findings.h"
#include "services/runtime/clock.h"
#include "services/runtime/rpc.h"
#include "services/runtime/task_queue.h"
#include "services/students/as_known.h"
#include "services/students/timeline.h"
#include "storage/alert_store.h"
#include "storage/fact_store.h"
#include "vangnet/v1/student_service.grpc.pb.h"

namespace vangnet {

class StudentService final : public v1::StudentService::CallbackService {
 public:
  struct Options {
    absl::TimeZone time_zone;            // of the region: today is a day there
    std::function<Rulebook()> rulebook;  // that holds now
    // In use at an instant; none: now.
    std::function<absl::StatusOr<EngineConfiguration>(std::optional<absl::Time>)> configuration_at;
  };
  // All but `options` outlive the service.
  StudentService(const FactStore& facts, const AlertStore& alerts, RegionFindings& findings, TaskQueue& queue,
                 const Clock& clock, const Gate& gate, Options options);

  grpc::ServerUnaryReactor* ListFindings(grpc::CallbackServerContext* context, const v1::ListFindingsRequest* request,
                                         v1::ListFindingsResponse* response) override;
  grpc::ServerWriteReactor<v1::GetTimelineResponse>* GetTimeline(grpc::CallbackServerContext* context,
                                                                 const v1::GetTimelineRequest* request) override;
  grpc::ServerUnaryReactor* ExplainFinding(grpc::CallbackServerContext* context,
                                           const v1::ExplainFindingRequest* request,
                                           v1::ExplainFindingResponse* response) override;

  // From now on begins nothing: the server is shutting down.
  void Stop() { stopping_ = true; }

 private:
  // What a request gives in place of what is in use; null: it does not.
  struct GivenConfiguration {
    std::shared_ptr<const Policy> policy;
    std::shared_ptr<const Region> region;
  };
  // Why a call that waited in the queue is not begun; OK: it is.
  grpc::Status MayBegin(const grpc::CallbackServerContext& context) const;
  // Of a call that the queue did not take.
  grpc::Status NotTaken() const;
  // Authenticates, and lets the queue answer with what `answer` says; it is called with the Caller.
  template <typename Answer>
  grpc::ServerUnaryReactor* AnswerLater(grpc::CallbackServerContext* context, Answer answer);
  grpc::Status FillFindings(const grpc::CallbackServerContext& context, const Caller& caller,
                            const v1::ListFindingsRequest& request, v1::ListFindingsResponse& response);

  absl::StatusOr<FindingsPage> ListPage(const AsKnown& as_known, const FindingsQuery& query,
                                        const std::string& position, size_t page_size);
  grpc::Status StartTimeline(const Caller& caller, const v1::GetTimelineRequest& request, Timeline& timeline);
  grpc::Status FillExplanation(const grpc::CallbackServerContext& context, const Caller& caller,
                               const v1::ExplainFindingRequest& request, v1::ExplainFindingResponse& response);
  // The child under the configuration of that moment, but for what is given.
  absl::StatusOr<std::unique_ptr<const KnownChild>> ReadChild(const std::string& student, const AsKnown& as_known,
                                                              const GivenConfiguration& given);

  const FactStore& facts_;
  const AlertStore& alerts_;
  RegionFindings& findings_;
  TaskQueue& queue_;
  const Clock& clock_;
  const Gate& gate_;
  const Options options_;
  std::atomic<bool> stopping_ = false;
};

}  // namespace vangnet

#endif  // VANGNET_SERVICES_STUDENTS_STUDENT_SERVICE_H_
