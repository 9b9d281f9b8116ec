#include "services/policy/policy_service.h"

#include <optional>
#include <string>
#include <utility>
#include <vector>

#include "services/policy/policy_wire.h"
#include "services/runtime/page_token.h"
#include "services/runtime/sliced_call.h"

namespace vangnet {
namespace {

constexpr int kPageDefault = 20;
constexpr int kPageMax = 100;
// Longer texts are checked by the thread for reads: a megabyte full of mistakes takes most of a second.
constexpr size_t kCheckedAtOnceBytesMax = size_t{64} << 10;

grpc::Status RefusedFiles(const std::vector<FileProblem>& problems) {
  std::vector<FieldViolation> violations;
  for (const FileProblem& problem : problems) violations.push_back({problem.problem.field, ProblemToString(problem)});
  return InvalidRequest(violations);
}

}  // namespace

PolicyService::PolicyService(const PolicyStore& policies, PolicyKeeper& keeper, Backtests& backtests, TaskQueue& queue,
                             TaskQueue& reads, const Gate& gate, Options options)
    : policies_(policies),
      keeper_(keeper),
      backtests_(backtests),
      queue_(queue),
      reads_(reads),
      gate_(gate),
      options_(std::move(options)) {}

grpc::ServerUnaryReactor* PolicyService::GetPolicy(grpc::CallbackServerContext* context, const v1::GetPolicyRequest*,
                                                   v1::GetPolicyResponse* response) {
  return AnswerUnary(context, gate_, [&](const Caller&) { return FillPolicy(*response); });
}

grpc::Status PolicyService::FillPolicy(v1::GetPolicyResponse& response) const {
  const auto active = policies_.GetActive();
  if (!active.ok()) return ToRpcStatus(active.status());
  const auto hold = policies_.GetHold();
  if (!hold.ok()) return ToRpcStatus(hold.status());
  if (*active) ToProto(**active, response.mutable_active());
  response.set_activating(options_.activating());
  if (*hold) ToProto(**hold, response.mutable_held());
  if (const std::optional<Refusal> refusal = keeper_.refusal()) ToProto(*refusal, response.mutable_refused());
  return grpc::Status::OK;
}

grpc::ServerUnaryReactor* PolicyService::ListPolicies(grpc::CallbackServerContext* context,
                                                      const v1::ListPoliciesRequest* request,
                                                      v1::ListPoliciesResponse* response) {
  return AnswerUnary(context, gate_, [&](const Caller&) { return FillPolicies(*request, *response); });
}

grpc::Status PolicyService::FillPolicies(const v1::ListPoliciesRequest& request,
                                         v1::ListPoliciesResponse& response) const {
  std::vector<FieldViolation> violations;
  if (request.page_size() < 0 || request.page_size() > kPageMax) {
    violations.push_back({"page_size", "0 to " + std::to_string(kPageMax)});
  }
  uint64_t before = 0;
  if (!request.page_token().empty()) {
    const std::optional<PageToken> token = DecodePageToken("policies", "", request.page_token());
    if (token.has_value() && token->numbers.size() == 1) {
      before = token->numbers.front();
    } else {
      violations.push_back({"page_token", "not one of this listing"});
    }
  }
  if (!violations.empty()) return InvalidRequest(violations);
  const auto page_size = static_cast<size_t>(request.page_size() == 0 ? kPageDefault : request.page_size());
  const auto policies = policies_.List(before, page_size, kPageBytesMax);
  if (!policies.ok()) return ToRpcStatus(policies.status());
  for (const StoredPolicy& policy : *policies) ToProto(policy, response.add_versions());
  // The first of all has number 1.
  if (!policies->empty() && policies->back().number > 1) {
    response.set_next_page_token(EncodePageToken("policies", "", {.numbers = {policies->back().number}}));
  }
  return grpc::Status::OK;
}

grpc::ServerUnaryReactor* PolicyService::CheckPolicy(grpc::CallbackServerContext* context,
                                                     const v1::CheckPolicyRequest* request,
                                                     v1::CheckPolicyResponse* response) {
  const bool is_long = request->policy().size() + request->region().size() > kCheckedAtOnceBytesMax;
  return AnswerInSlices(context, gate_, reads_, [this, request, response, is_long](const Caller&) -> BegunCall {
    return [this, request, response, waits = is_long]() mutable -> std::optional<grpc::Status> {
      if (std::exchange(waits, false)) return std::nullopt;
      return FillCheck(*request, *response);
    };
  });
}

grpc::Status PolicyService::FillCheck(const v1::CheckPolicyRequest& request, v1::CheckPolicyResponse& response) const {
  const auto active = policies_.GetActive();
  if (!active.ok()) return ToRpcStatus(active.status());
  ConfigurationSources sources = {.region = {.path = "", .name = "region", .text = request.region()},
                                  .policy = {.path = "", .name = "policy", .text = request.policy()}};
  if (*active && request.region().empty()) sources.region.text = (*active)->files.region;
  if (*active && request.policy().empty()) sources.policy.text = (*active)->files.policy;
  const ReadConfiguration read = ReadSources(sources);
  for (const FileProblem& problem : read.problems) ToProto(problem, response.add_problems());
  std::vector<FileProblem> warnings = read.warnings;
  if (const std::optional<EngineConfiguration>& configuration = read.configuration) {
    const auto advise = [&](const char* file, std::vector<ConfigurationProblem> advice) {
      for (ConfigurationProblem& odd : advice) warnings.push_back({file, std::move(odd)});
    };
    advise("region", AdviseOnRegionText(configuration->region_text, *configuration->region, options_.today()));
    advise("policy", AdviseOnPolicyText(configuration->policy_text, *configuration->policy, configuration->region.get(),
                                        options_.today()));
  }
  Shorten(warnings);
  for (const FileProblem& warning : warnings) ToProto(warning, response.add_warnings());
  return grpc::Status::OK;
}

grpc::ServerUnaryReactor* PolicyService::AnswerLater(grpc::CallbackServerContext* context,
                                                     std::function<grpc::Status()> answer) {
  grpc::ServerUnaryReactor* reactor = context->DefaultReactor();
  const absl::StatusOr<Caller> caller = gate_.authenticator.Authenticate(context->peer());
  absl::Status refused = caller.status();
  if (caller.ok() && caller->role != Role::kOperator) {
    refused = absl::PermissionDeniedError("only an operator may change the policy");
  } else if (caller.ok() && !queue_.Add([reactor, answer = std::move(answer)] { reactor->Finish(answer()); })) {
    refused = absl::ResourceExhaustedError("too many reloads are waiting");
  }
  if (!refused.ok()) reactor->Finish(ToRpcStatus(refused));
  return reactor;
}

grpc::ServerUnaryReactor* PolicyService::ReloadPolicy(grpc::CallbackServerContext* context,
                                                      const v1::ReloadPolicyRequest*,
                                                      v1::ReloadPolicyResponse* response) {
  return AnswerLater(context, [this, response] { return Reload(*response); });
}

grpc::Status PolicyService::Reload(v1::ReloadPolicyResponse& response) {
  const auto reload = keeper_.ReloadFiles();
  if (!reload.ok()) return ToRpcStatus(reload.status());
  if (reload->outcome == ReloadOutcome::kRefused) return RefusedFiles(reload->problems);
  response.set_unchanged(reload->outcome == ReloadOutcome::kUnchanged);
  if (reload->outcome == ReloadOutcome::kHeld) {
    ToProto(reload->files, response.mutable_version());
    ToProto(*reload->hold, response.mutable_held());
    return grpc::Status::OK;
  }
  const auto active = policies_.GetActive();
  if (!active.ok()) return ToRpcStatus(active.status());
  if (*active) ToProto(**active, response.mutable_version());
  return grpc::Status::OK;
}

grpc::ServerUnaryReactor* PolicyService::ConfirmPolicy(grpc::CallbackServerContext* context,
                                                       const v1::ConfirmPolicyRequest* request,
                                                       v1::ConfirmPolicyResponse* response) {
  return AnswerLater(context, [this, request, response] { return Confirm(*request, *response); });
}

grpc::Status PolicyService::Confirm(const v1::ConfirmPolicyRequest& request, v1::ConfirmPolicyResponse& response) {
  if (request.version().empty()) return InvalidRequest({{"version", "required"}});
  const absl::Status confirmed = keeper_.Confirm(request.version());
  if (absl::IsAborted(confirmed)) {
    const std::string message(confirmed.message().data(), confirmed.message().size());
    return RpcError(grpc::StatusCode::ABORTED, "ANOTHER_POLICY_HELD", message);
  }
  if (!confirmed.ok()) return ToRpcStatus(confirmed);
  const auto active = policies_.GetActive();
  if (!active.ok()) return ToRpcStatus(active.status());
  if (*active) ToProto(**active, response.mutable_version());
  return grpc::Status::OK;
}

grpc::ServerWriteReactor<v1::BacktestPolicyResponse>* PolicyService::BacktestPolicy(
    grpc::CallbackServerContext* context, const v1::BacktestPolicyRequest* request) {
  return backtests_.Begin(context, request);
}

}  // namespace vangnet
