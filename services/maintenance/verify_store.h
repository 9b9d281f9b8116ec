// VerifyStore checks everything that a data directory or a backup holds: versions, states, indexes, alerts, and that
// they are what the rules find (storage/verify_facts.h, storage/verify_alerts.h, alerts/engine/verify_findings.h).
//
// Guarantees: nothing is written. What stops one part of the check is told, and the other parts are made.
// Thread safety: a free function.
// Cost: those of the three, about the time of an evaluation of everybody.
#ifndef VANGNET_SERVICES_MAINTENANCE_VERIFY_STORE_H_
#define VANGNET_SERVICES_MAINTENANCE_VERIFY_STORE_H_

#include "services/maintenance/data_directory.h"
#include "storage/store_report.h"

namespace vangnet {

StoreReport VerifyStore(const DataDirectory& directory);

}  // namespace vangnet

#endif  // VANGNET_SERVICES_MAINTENANCE_VERIFY_STORE_H_
