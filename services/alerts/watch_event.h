// WatchEventOf says what a watcher with a filter is sent for one change of an alert.
//
// Pure: it is worked out from the alert's own history, so that it is the same whether the watcher was there all the
// time or resumes from a token.
#ifndef VANGNET_SERVICES_ALERTS_WATCH_EVENT_H_
#define VANGNET_SERVICES_ALERTS_WATCH_EVENT_H_

#include <optional>

#include "domain/alert.h"
#include "services/alerts/alert_filter.h"
#include "vangnet/v1/alert_service.pb.h"

namespace vangnet {

// CHANGED: the alert was in the filter after the change. LEFT: it was before, and not after. Nothing: neither.
// `change` is one of the alert's history; `alert` is the alert as it is now.
std::optional<v1::WatchEventKind> WatchEventOf(const Alert& alert, const AlertChange& change,
                                               const AlertFilter& filter);

// The state of an alert after a change of this kind. `before` is its state before; none: it was not there.
AlertState StateAfter(AlertChangeKind kind, std::optional<AlertState> before);

}  // namespace vangnet

#endif  // VANGNET_SERVICES_ALERTS_WATCH_EVENT_H_
