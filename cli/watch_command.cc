// vangnet watch: every change of an alert as it happens, over interruptions of the connection.
#include <iostream>

#include "cli/alert_filter_flags.h"
#include "cli/command.h"
#include "cli/retry_pause.h"
#include "cli/server_connection.h"
#include "cli/unknown_names.h"
#include "cli/wire_text.h"
#include "vangnet/v1/alert_service.grpc.pb.h"

namespace vangnet {
namespace {

struct Watch {
  v1::WatchAlertsRequest request;  // its token moves on with every message
  int64_t changes_left = 0;
  bool json = false;
};

void Print(const v1::WatchAlertsResponse& event, Watch& watch) {
  if (event.kind() != v1::WATCH_EVENT_KIND_CHANGED && event.kind() != v1::WATCH_EVENT_KIND_LEFT) return;
  std::cout << (watch.json ? MessageToJson(event) : WatchLine(event)) << std::endl;
  --watch.changes_left;
}

// Follows one call until it ends; OK when enough has been seen. Any message is progress.
grpc::Status Follow(v1::AlertService::Stub& service, Watch& watch, RetryPause& pause) {
  grpc::ClientContext context;
  const auto stream = service.WatchAlerts(&context, watch.request);
  for (v1::WatchAlertsResponse event; stream->Read(&event);) {
    pause.Reset();
    Print(event, watch);
    if (!event.resume_token().empty()) watch.request.set_resume_token(event.resume_token());
    if (watch.changes_left == 0) return grpc::Status::OK;
  }
  const grpc::Status status = stream->Finish();
  // A watch has no end of its own: the server shut down in good order.
  return status.ok() ? grpc::Status(grpc::StatusCode::UNAVAILABLE, "the server ended the watch") : status;
}

bool IsPassing(const grpc::Status& status) {
  switch (status.error_code()) {
    case grpc::StatusCode::UNAVAILABLE:
    case grpc::StatusCode::RESOURCE_EXHAUSTED:  // too slow a reader: go on from the token
    case grpc::StatusCode::CANCELLED:
    case grpc::StatusCode::INTERNAL:  // a connection cut in the middle of a message
      return true;
    default:
      return false;
  }
}

absl::StatusOr<ExitCode> Run(const Arguments& arguments) {
  const absl::StatusOr<v1::AlertFilter> filter = AlertFilterOf(arguments);
  if (!filter.ok()) return filter.status();
  const absl::StatusOr<int64_t> count = arguments.GetInteger("count", -1, 1, INT64_MAX);
  if (!count.ok()) return count.status();
  Watch watch{.request = {}, .changes_left = *count, .json = arguments.Has("json")};
  *watch.request.mutable_filter() = *filter;
  watch.request.set_resume_token(arguments.Get("from"));
  const ServerConnection server(arguments);
  const auto service = v1::AlertService::NewStub(server.channel());
  RetryPause pause;
  for (int seconds = kFirstConnectionSeconds;; seconds = kReconnectionSeconds) {
    if (absl::Status status = server.WaitUntilReachable(seconds); !status.ok()) return status;
    if (seconds == kFirstConnectionSeconds) NoteUnknownNames("watch", server, *filter, arguments);
    const grpc::Status status = Follow(*service, watch, pause);
    if (status.ok()) return ExitCode::kFine;
    if (!IsPassing(status)) return RpcStatus(status, server);
    std::cerr << "vangnet watch: " << status.error_message() << "; goes on from " << watch.request.resume_token()
              << "\n";
    if (!pause.Wait()) return RpcStatus(status, server);
  }
}

}  // namespace

Command WatchCommand() {
  return {.name = "watch",
          .operands = "",
          .summary = "follows alerts as they change",
          .description =
              "Prints every change of an alert after --from, at least once and in order, and goes on by itself when\n"
              "the server went away and came back.",
          .flags = WithServerFlags(WithAlertFilterFlags(
              {{.name = "from", .value_name = "TOKEN", .help = "resume token; default from now on"},
               {.name = "count", .value_name = "N", .help = "ends after so many changes"}})),
          .run = &Run};
}

}  // namespace vangnet
