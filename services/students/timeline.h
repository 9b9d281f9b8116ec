// Timeline is one call of GetTimeline: all that is known of one child, or was at an instant.
//
// Guarantees: versions in the order of their receipt, then day pictures, findings where they change, alerts. It works
//   on as fast as the caller takes it.
// Ownership and lifetime: owns itself; it is gone when the call is over.
// Thread safety: gRPC calls it; Start by one thread.
// Errors: those of FactStore and AlertStore.
// Limits and cost: holds the facts of one child, and a page of messages. Pictures are of the last day asked for.
#ifndef VANGNET_SERVICES_STUDENTS_TIMELINE_H_
#define VANGNET_SERVICES_STUDENTS_TIMELINE_H_

#include <grpcpp/support/server_callback.h>

#include <cstddef>
#include <cstdint>
#include <deque>
#include <memory>
#include <optional>
#include <string>
#include <utility>
#include <vector>

#include "absl/status/status.h"
#include "alerts/engine/known_child.h"
#include "alerts/rules/attendance.h"
#include "alerts/rules/student_days.h"
#include "domain/day.h"
#include "storage/alert_store.h"
#include "storage/child_versions.h"
#include "storage/fact_store.h"
#include "vangnet/v1/student_service.pb.h"

namespace vangnet {

class Timeline final : public grpc::ServerWriteReactor<v1::GetTimelineResponse> {
 public:
  // The stores outlive it. Nothing happens before Start or Refuse.
  Timeline(const FactStore& facts, const AlertStore& alerts) : facts_(facts), alerts_(alerts) {}

  // Sends what is known of the child, with pictures and findings of `days`; `today` is the day on which that was known.
  // How many versions there are.
  absl::StatusOr<size_t> Start(std::unique_ptr<const KnownChild> child, DayInterval days, Day today);
  // Sends the first message, or ends the call. After Start.
  void Proceed();
  // Ends the call, in place of Start.
  void Refuse(const grpc::Status& status) { Finish(status); }

  void OnWriteDone(bool ok) override;
  void OnDone() override { delete this; }

 private:
  absl::Status ReadAlerts(Day today);
  // Puts more messages into messages_; leaves it empty when there are no more.
  absl::Status Fill();
  absl::Status FillVersions();
  void FillPictures();
  void FillFindings();

  const FactStore& facts_;
  const AlertStore& alerts_;
  std::unique_ptr<const KnownChild> child_;
  DayInterval days_;
  std::vector<ChildVersions::Place> places_;
  std::optional<StudentDays> student_days_;
  std::optional<Attendance> attendance_;
  std::vector<v1::Alert> alerts_shown_;
  std::vector<Finding> findings_before_;

  // How far it is.
  size_t next_place_ = 0;
  Day next_picture_;
  Day next_findings_;
  size_t next_alert_ = 0;
  std::deque<v1::GetTimelineResponse> messages_;  // to be sent; the front is being sent
};

}  // namespace vangnet

#endif  // VANGNET_SERVICES_STUDENTS_TIMELINE_H_
