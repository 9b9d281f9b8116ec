// Acknowledge says that a person has taken up an alert. EtagOf names the version of an alert that was seen.
//
// Guarantees: pure; acknowledging twice is not an error. The first stays who took the alert up; whoever comes later,
//   and what is noted, is kept in its history. The same once more, without a note, changes nothing.
// Thread safety: free functions over values.
// Errors:
//   ABORTED              the alert changed since the etag was read: read it again and decide anew
//   FAILED_PRECONDITION  the alert is resolved or withdrawn
#ifndef VANGNET_ALERTS_LIFECYCLE_ACKNOWLEDGE_H_
#define VANGNET_ALERTS_LIFECYCLE_ACKNOWLEDGE_H_

#include <string>

#include "absl/status/statusor.h"
#include "absl/time/time.h"
#include "alerts/lifecycle/reconcile.h"
#include "domain/alert.h"

namespace vangnet {

struct Acknowledgement {
  std::string etag;  // empty: whatever it is
  std::string actor;
  std::string note;
};

// The alert after it; no changes when that says nothing new.
absl::StatusOr<AlertUpdate> Acknowledge(const Alert& alert, const Acknowledgement& acknowledgement, absl::Time now);

// Another value after every entry in the history of the alert; silent growth of its value or evidence keeps it.
std::string EtagOf(const Alert& alert);

}  // namespace vangnet

#endif  // VANGNET_ALERTS_LIFECYCLE_ACKNOWLEDGE_H_
