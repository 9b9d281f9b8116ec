#include "services/policy/backtests.h"

#include <string>
#include <utility>
#include <vector>

#include "services/convert/backtest_messages.h"
#include "services/convert/configuration.h"
#include "services/policy/backtest_subjects.h"
#include "services/runtime/day_field.h"
#include "services/runtime/local_day.h"

namespace vangnet {
namespace {

using Refused = RefusedStream<v1::BacktestPolicyResponse>;

}  // namespace

Backtests::Backtests(const FactStore& facts, const Clock& clock, const Gate& gate, Options options)
    : facts_(facts), clock_(clock), gate_(gate), options_(std::move(options)), queue_(1) {}

grpc::ServerWriteReactor<v1::BacktestPolicyResponse>* Backtests::Begin(grpc::CallbackServerContext* context,
                                                                       const v1::BacktestPolicyRequest* request) {
  const absl::StatusOr<Caller> caller = gate_.authenticator.Authenticate(context->peer());
  if (!caller.ok()) return new Refused(ToRpcStatus(caller.status()));
  if (!caller->may_read() || !caller->units.all() || !caller->schools.all()) {
    return new Refused(
        ToRpcStatus(absl::PermissionDeniedError("the caller may not read findings of the whole region")));
  }
  Plan plan;
  const std::vector<FieldViolation> violations = ReadPlan(*request, plan);
  if (!violations.empty()) return new Refused(InvalidRequest(violations));
  const std::shared_ptr<BacktestStream> stream = BacktestStream::Create();
  if (const grpc::Status refused = Enter(stream); !refused.ok()) {
    stream->End(refused);
    return stream.get();
  }
  gate_.access_log.Read({.caller = *caller, .method = "PolicyService.BacktestPolicy", .student = ""});
  const bool queued = queue_.Add([this, stream, plan = std::move(plan)] { Run(plan, *stream); });
  if (!queued) stream->End(ShuttingDown());
  return stream.get();
}

std::vector<FieldViolation> Backtests::ReadPlan(const v1::BacktestPolicyRequest& request, Plan& plan) const {
  std::vector<FieldViolation> violations;
  const Day today = LocalDay(clock_.Now(), options_.time_zone);
  DayInterval& days = plan.options.days;
  days.last = ReadDay("until", request.until(), today, violations);
  days.first = ReadDay("from", request.from(), AddMonths(days.last, -12), violations);
  const bool are_days = violations.empty();
  if (days.last > today) violations.push_back({"until", "after today"});
  if (are_days && days.last < days.first) violations.push_back({"from", "after until"});
  plan.before = options_.rulebook();
  plan.policy = plan.before.policy;
  if (!request.policy().empty()) plan.policy = TakeGiven("policy", ReadPolicy(request.policy()), violations);
  if (!request.region().empty()) plan.region = TakeGiven("region", ReadRegion(request.region()), violations);
  plan.options.with_shadow = request.with_shadow();
  plan.options.every_rule_twice = request.every_rule_twice();
  plan.differences = request.differences();
  return violations;
}

grpc::Status Backtests::Enter(const std::shared_ptr<BacktestStream>& stream) {
  MutexLock lock(mutex_);
  if (stopped_) return ShuttingDown();
  if (running_ != nullptr) return ToRpcStatus(absl::ResourceExhaustedError("another backtest runs"));
  running_ = stream;
  return grpc::Status::OK;
}

void Backtests::Leave() {
  MutexLock lock(mutex_);
  running_.reset();
}

void Backtests::Run(const Plan& plan, BacktestStream& stream) {
  const grpc::Status status = Replay(plan, stream);
  // First, so that a caller who was answered may ask again at once.
  Leave();
  stream.End(status);
}

grpc::Status Backtests::Replay(const Plan& plan, BacktestStream& stream) const {
  // The book of the rules in use may lag behind the facts of the schools.
  const auto book = plan.before.book->With(facts_.GetSchools());
  const Backtest backtest({book, plan.before.policy},
                          {plan.region == nullptr ? book : book->WithRegion(plan.region), plan.policy}, plan.options);
  const auto is_cancelled = [&stream] { return stream.is_cancelled(); };
  const auto subjects = BacktestSubjectsOf(facts_, backtest, is_cancelled);
  if (!subjects.ok()) return ToRpcStatus(subjects.status());
  BacktestMessages messages({.differences = plan.differences,
                             .send = [&stream](v1::BacktestPolicyResponse message) { stream.Send(std::move(message)); },
                             .is_cancelled = is_cancelled});
  const ForEach one_by_one = [](size_t n, const std::function<void(size_t)>& work) {
    for (size_t i = 0; i < n; ++i) work(i);
  };
  const auto result = RunBacktest(*subjects, one_by_one, messages);
  if (!result.ok()) return ToRpcStatus(result.status());
  messages.SendTotals(plan.options.days, subjects->count, *result);
  return grpc::Status::OK;
}

void Backtests::Stop() {
  std::shared_ptr<BacktestStream> running;
  {
    MutexLock lock(mutex_);
    stopped_ = true;
    running = running_;
  }
  if (running != nullptr) running->Cancel(ShuttingDown());
  queue_.Stop();
}

}  // namespace vangnet
