// An alert as callers see it: the wire message with the etag that commands take back.
#ifndef VANGNET_SERVICES_ALERTS_SHOWN_ALERT_H_
#define VANGNET_SERVICES_ALERTS_SHOWN_ALERT_H_

#include "alerts/lifecycle/acknowledge.h"
#include "domain/alert.h"
#include "services/convert/wire.h"
#include "vangnet/v1/alert.pb.h"

namespace vangnet {

inline void ShowAlert(const Alert& alert, v1::Alert* proto) {
  ToProto(alert, proto);
  proto->set_etag(EtagOf(alert));
}

}  // namespace vangnet

#endif  // VANGNET_SERVICES_ALERTS_SHOWN_ALERT_H_
