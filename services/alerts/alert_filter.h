// AlertFilter is which alerts a caller wants to see, and may see: the filter of the request within its scope.
//
// Thread safety: its const methods may be called concurrently; LearnKeys by nobody beside them.
#ifndef VANGNET_SERVICES_ALERTS_ALERT_FILTER_H_
#define VANGNET_SERVICES_ALERTS_ALERT_FILTER_H_

#include <optional>
#include <set>
#include <string>
#include <variant>
#include <vector>

#include "absl/time/time.h"
#include "domain/alert.h"
#include "services/runtime/caller.h"
#include "services/runtime/rpc_status.h"
#include "storage/alert_store.h"
#include "storage/fact_store.h"
#include "vangnet/v1/alert_service.pb.h"

namespace vangnet {

class AlertFilter {
 public:
  // How an alert stood after one of its changes; the rest of what is filtered by does not change with it.
  struct Standing {
    AlertState state = AlertState::kOpen;
    std::string stage;
    absl::Time changed_at;
    AlertPlace place;
  };

  // Everything that is wrong with the filter; `field` is its path in the request. `facts` says under which keys a
  // child is known, and outlives the filter.
  static std::variant<AlertFilter, std::vector<FieldViolation>> Read(const v1::AlertFilter& filter,
                                                                     const std::string& field, const FactStore& facts,
                                                                     const Caller& caller);

  // Looks up the keys of the child asked for once more, and keeps those it had: two keys may be joined while somebody
  // watches, and an alert that was seen under a key is not lost when they are parted. Cheap: a walk in memory.
  void LearnKeys();

  // The alert as it is now.
  bool Matches(const Alert& alert) const;
  // The alert as it stood.
  bool Matches(const Alert& alert, const Standing& standing) const;
  // Whether the caller may see the alert, whatever was asked for.
  static bool MaySee(const Caller& caller, const Alert& alert) { return MaySee(caller, alert.place()); }
  bool MaySee(const Alert& alert) const { return MaySee(caller_, alert.place()); }
  // The child asked for; empty: none.
  const std::string& student() const { return filter_.student(); }
  // Outside of which nothing matches.
  AlertPartitions partitions() const;

 private:
  static bool MaySee(const Caller& caller, const AlertPlace& place);
  AlertFilter(v1::AlertFilter filter, const Caller& caller, const FactStore& facts)
      : filter_(std::move(filter)), caller_(caller), facts_(&facts) {}

  v1::AlertFilter filter_;
  Caller caller_;
  const FactStore* facts_;
  std::set<std::string> student_keys_;
  std::optional<absl::Time> opened_since_;
  std::optional<absl::Time> changed_since_;
};

}  // namespace vangnet

#endif  // VANGNET_SERVICES_ALERTS_ALERT_FILTER_H_
