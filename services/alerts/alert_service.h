// AlertService serves vangnet.v1.AlertService: support teams list, watch and take up their alerts.
//
// Guarantees: the resume token of a listing was taken before its first page was read, so that watching from it misses
//   nothing.
// Cost: reading on in a long log or list is left to the thread that runs `reads`, a slice at a time.
// Thread safety: gRPC calls it from its threads; Wake and Stop may be called concurrently.
// Errors: as alert_service.proto says.
#ifndef VANGNET_SERVICES_ALERTS_ALERT_SERVICE_H_
#define VANGNET_SERVICES_ALERTS_ALERT_SERVICE_H_

#include <grpcpp/support/server_callback.h>

#include <functional>
#include <memory>
#include <optional>
#include <string>
#include <utility>
#include <vector>

#include "absl/time/time.h"
#include "alerts/engine/commands.h"
#include "domain/mutex.h"
#include "services/alerts/alert_watch.h"
#include "services/runtime/clock.h"
#include "services/runtime/open_calls.h"
#include "services/runtime/rpc.h"
#include "services/runtime/sliced_call.h"
#include "services/runtime/task_queue.h"
#include "storage/alert_store.h"
#include "storage/digest_store.h"
#include "storage/fact_store.h"
#include "vangnet/v1/alert_service.grpc.pb.h"

namespace vangnet {

class AlertService final : public v1::AlertService::CallbackService {
 public:
  // Called once for each alert that was acknowledged, and not when an answer is repeated.
  using CountAcknowledged = std::function<void()>;

  // All outlive the service.
  AlertService(const AlertStore& alerts, const DigestStore& digests, const FactStore& facts, AlertCommands& commands,
               TaskQueue& reads, const Clock& clock, const Gate& gate, CountAcknowledged count)
      : alerts_(alerts),
        digests_(digests),
        facts_(facts),
        commands_(commands),
        reads_(reads),
        clock_(clock),
        gate_(gate),
        count_(std::move(count)) {}

  grpc::ServerUnaryReactor* ListAlerts(grpc::CallbackServerContext* context, const v1::ListAlertsRequest* request,
                                       v1::ListAlertsResponse* response) override;
  grpc::ServerUnaryReactor* GetAlert(grpc::CallbackServerContext* context, const v1::GetAlertRequest* request,
                                     v1::GetAlertResponse* response) override;
  grpc::ServerWriteReactor<v1::WatchAlertsResponse>* WatchAlerts(grpc::CallbackServerContext* context,
                                                                 const v1::WatchAlertsRequest* request) override;
  grpc::ServerUnaryReactor* AcknowledgeAlert(grpc::CallbackServerContext* context,
                                             const v1::AcknowledgeAlertRequest* request,
                                             v1::AcknowledgeAlertResponse* response) override;
  grpc::ServerUnaryReactor* ListBackfillDigests(grpc::CallbackServerContext* context,
                                                const v1::ListBackfillDigestsRequest* request,
                                                v1::ListBackfillDigestsResponse* response) override;

  // Lets every watch send what there is to send. Called when alerts changed, and at least once a second.
  void Wake();
  // Ends every watch, and those that begin after it: the server is shutting down.
  void Stop() { watches_.Stop(); }

 private:
  // One call of ListAlerts.
  struct Listing {
    Caller caller;
    AlertFilter filter;
    std::string filter_bytes;
    size_t page_size = 0;
    uint64_t after = 0;     // the alert that was looked at last
    uint64_t snapshot = 0;  // the last change before the first page
    uint64_t last = 0;      // of those in the response
  };
  BegunCall BeginListing(const Caller& caller, const v1::ListAlertsRequest& request,
                         v1::ListAlertsResponse& response) const;
  // Looks at some alerts more; the answer once the page is full, or there are no more.
  std::optional<grpc::Status> FillAlerts(Listing& listing, v1::ListAlertsResponse& response) const;
  grpc::Status FillAlert(const Caller& caller, const v1::GetAlertRequest& request,
                         v1::GetAlertResponse& response) const;
  grpc::Status Acknowledge(const Caller& caller, const v1::AcknowledgeAlertRequest& request,
                           v1::AcknowledgeAlertResponse& response);
  grpc::Status FillDigests(const Caller& caller, const v1::ListBackfillDigestsRequest& request,
                           v1::ListBackfillDigestsResponse& response) const;
  // The alert, if there is one that the caller may see; else an error.
  absl::StatusOr<Alert> FindAlert(const Caller& caller, const std::string& alert_id) const;

  const AlertStore& alerts_;
  const DigestStore& digests_;
  const FactStore& facts_;
  AlertCommands& commands_;
  TaskQueue& reads_;
  const Clock& clock_;
  const Gate& gate_;
  const CountAcknowledged count_;
  OpenCalls<AlertWatch> watches_;
};

}  // namespace vangnet

#endif  // VANGNET_SERVICES_ALERTS_ALERT_SERVICE_H_
