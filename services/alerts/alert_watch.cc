#include "services/alerts/alert_watch.h"

#include <utility>

#include "services/alerts/shown_alert.h"
#include "services/alerts/watch_event.h"
#include "services/convert/wire.h"
#include "services/runtime/page_token.h"

namespace vangnet {

namespace {

constexpr size_t kChangesAtOnce = 64;

}  // namespace

std::shared_ptr<AlertWatch> AlertWatch::Create(const AlertStore& store, TaskQueue& queue, AlertFilter filter,
                                               uint64_t position, absl::Duration now,
                                               std::function<void(AlertWatch*)> on_done) {
  std::shared_ptr<AlertWatch> watch(new AlertWatch(store, queue, std::move(filter), position, now, std::move(on_done)));
  watch->self_ = watch;
  watch->AddMessage(v1::WATCH_EVENT_KIND_POSITION);
  watch->Wake(now);
  return watch;
}

AlertWatch::AlertWatch(const AlertStore& store, TaskQueue& queue, AlertFilter filter, uint64_t position,
                       absl::Duration now, std::function<void(AlertWatch*)> on_done)
    : store_(store),
      queue_(queue),
      on_done_(std::move(on_done)),
      filter_(std::move(filter)),
      position_(position),
      now_(now),
      sent_(now) {}

void AlertWatch::Wake(absl::Duration now) {
  {
    MutexLock lock(mutex_);
    now_ = now;
    if (busy_) again_ = true;
    if (busy_ || ending_) return;
    busy_ = true;
  }
  Proceed();
}

void AlertWatch::End(const grpc::Status& status) {
  {
    MutexLock lock(mutex_);
    if (ending_) return;
    ending_ = true;
    end_ = status;
    if (busy_) return;
    busy_ = true;
  }
  Proceed();
}

void AlertWatch::OnCancel() { End(CallerIsGone()); }

void AlertWatch::OnWriteDone(bool ok) {
  messages_.pop_front();
  if (!ok) OnCancel();
  Proceed();
}

void AlertWatch::OnDone() {
  on_done_(this);
  self_.reset();
}

v1::WatchAlertsResponse& AlertWatch::AddMessage(v1::WatchEventKind kind) {
  v1::WatchAlertsResponse& message = messages_.emplace_back();
  message.set_kind(kind);
  message.set_resume_token(ResumeToken({store_.change_log(), position_}));
  return message;
}

absl::Status AlertWatch::Fill(bool& has_more) {
  for (size_t looked = 0; looked < kChangesInARow; looked += kChangesAtOnce) {
    const absl::StatusOr<std::vector<StoredChange>> changes = store_.GetChangesAfter(position_, kChangesAtOnce);
    if (!changes.ok() || changes->empty()) return changes.status();
    // After the changes were read: an alert is raised under a joined key only when the link is there to be seen.
    filter_.LearnKeys();
    const absl::Status added = AddMessages(*changes);
    if (!added.ok() || !messages_.empty()) return added;
  }
  has_more = true;
  return absl::OkStatus();
}

absl::Status AlertWatch::AddMessages(const std::vector<StoredChange>& changes) {
  for (const StoredChange& change : changes) {
    position_ = change.sequence;
    const absl::StatusOr<std::optional<Alert>> alert = store_.GetAlert(change.alert);
    if (!alert.ok()) return alert.status();
    if (!alert->has_value()) continue;  // erased since
    const std::optional<v1::WatchEventKind> kind = WatchEventOf(**alert, change.change, filter_);
    if (!kind.has_value()) continue;
    v1::WatchAlertsResponse& message = AddMessage(*kind);
    if (filter_.MaySee(**alert)) {
      ShowAlert(**alert, message.mutable_alert());
      ToProto(change.change, message.mutable_change());
    } else {  // it went to somebody else: which one it was is all the caller may know
      message.mutable_alert()->set_alert_id(AlertIdToString(change.alert));
    }
  }
  return absl::OkStatus();
}

void AlertWatch::Proceed() {
  for (;;) {
    bool has_more = false;
    const absl::Status read = messages_.empty() && !is_ending() ? Fill(has_more) : absl::OkStatus();
    std::optional<grpc::Status> end;
    bool goes_on = false;
    {
      MutexLock lock(mutex_);
      if (!read.ok() && !ending_) {
        ending_ = true;
        end_ = ToRpcStatus(read);
      }
      if (ending_) {
        end = end_;  // busy_ stays: nothing is done after Finish
      } else if (has_more && now_ - sent_ < kHeartbeatEvery) {
        goes_on = true;
      } else if (messages_.empty() && again_) {
        again_ = false;
        continue;
      } else if (messages_.empty() && now_ - sent_ < kHeartbeatEvery) {
        busy_ = false;
        return;
      } else {
        if (messages_.empty()) AddMessage(v1::WATCH_EVENT_KIND_HEARTBEAT);
        sent_ = now_;
      }
    }
    if (goes_on) {
      if (!queue_.Continue([this] { Proceed(); })) Finish(ShuttingDown());
    } else if (end.has_value()) {
      Finish(*end);
    } else {
      StartWrite(&messages_.front());
    }
    return;
  }
}

bool AlertWatch::is_ending() const {
  MutexLock lock(mutex_);
  return ending_;
}

std::string ResumeToken(const ChangePlace& place) {
  return EncodePageToken("changes", "", {.numbers = {place.change, place.log}});
}

std::optional<ChangePlace> ParseResumeToken(const std::string& token) {
  const std::optional<PageToken> parsed = DecodePageToken("changes", "", token);
  if (!parsed.has_value()) return std::nullopt;
  const std::vector<uint64_t>& numbers = parsed->numbers;
  if (numbers.size() == 2) return ChangePlace{.log = numbers[1], .change = numbers[0]};
  // As it was when orders of changes had no names.
  if (numbers.size() == 1) return ChangePlace{.change = numbers[0]};
  return std::nullopt;
}

}  // namespace vangnet
