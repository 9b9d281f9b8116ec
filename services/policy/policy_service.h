// PolicyService serves vangnet.v1.PolicyService: the region and policy in use, and how others come into use.
//
// Reloading and confirming may take long, for everybody is tried first; the thread that runs `queue` does it.
// Thread safety: gRPC calls it from its threads.
// Errors: as policy_service.proto says; RESOURCE_EXHAUSTED: too many reloads wait already.
#ifndef VANGNET_SERVICES_POLICY_POLICY_SERVICE_H_
#define VANGNET_SERVICES_POLICY_POLICY_SERVICE_H_

#include <grpcpp/support/server_callback.h>

#include <functional>

#include "services/policy/backtests.h"
#include "services/policy/policy_keeper.h"
#include "services/runtime/rpc.h"
#include "services/runtime/task_queue.h"
#include "storage/policy_store.h"
#include "vangnet/v1/policy_service.grpc.pb.h"

namespace vangnet {

class PolicyService final : public v1::PolicyService::CallbackService {
 public:
  struct Options {
    std::function<bool()> activating;  // not everybody was evaluated under the one in use yet
    std::function<Day()> today;        // in the region
  };
  // All but `options` outlive the service.
  // `queue` is for what changes the policy, `reads` for texts that are long.
  PolicyService(const PolicyStore& policies, PolicyKeeper& keeper, Backtests& backtests, TaskQueue& queue,
                TaskQueue& reads, const Gate& gate, Options options);

  grpc::ServerUnaryReactor* GetPolicy(grpc::CallbackServerContext* context, const v1::GetPolicyRequest* request,
                                      v1::GetPolicyResponse* response) override;
  grpc::ServerUnaryReactor* ListPolicies(grpc::CallbackServerContext* context, const v1::ListPoliciesRequest* request,
                                         v1::ListPoliciesResponse* response) override;
  grpc::ServerUnaryReactor* CheckPolicy(grpc::CallbackServerContext* context, const v1::CheckPolicyRequest* request,
                                        v1::CheckPolicyResponse* response) override;
  grpc::ServerUnaryReactor* ReloadPolicy(grpc::CallbackServerContext* context, const v1::ReloadPolicyRequest* request,
                                         v1::ReloadPolicyResponse* response) override;
  grpc::ServerUnaryReactor* ConfirmPolicy(grpc::CallbackServerContext* context, const v1::ConfirmPolicyRequest* request,
                                          v1::ConfirmPolicyResponse* response) override;
  grpc::ServerWriteReactor<v1::BacktestPolicyResponse>* BacktestPolicy(
      grpc::CallbackServerContext* context, const v1::BacktestPolicyRequest* request) override;

 private:
  grpc::Status FillPolicy(v1::GetPolicyResponse& response) const;
  grpc::Status FillPolicies(const v1::ListPoliciesRequest& request, v1::ListPoliciesResponse& response) const;
  grpc::Status FillCheck(const v1::CheckPolicyRequest& request, v1::CheckPolicyResponse& response) const;
  grpc::Status Reload(v1::ReloadPolicyResponse& response);
  grpc::Status Confirm(const v1::ConfirmPolicyRequest& request, v1::ConfirmPolicyResponse& response);
  // Lets the queue's thread answer, if the caller may change what is in use.
  grpc::ServerUnaryReactor* AnswerLater(grpc::CallbackServerContext* context, std::function<grpc::Status()> answer);

  const PolicyStore& policies_;
  PolicyKeeper& keeper_;
  Backtests& backtests_;
  TaskQueue& queue_;
  TaskQueue& reads_;
  const Gate& gate_;
  const Options options_;
};

}  // namespace vangnet

#endif  // VANGNET_SERVICES_POLICY_POLICY_SERVICE_H_
