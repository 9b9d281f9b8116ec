// VerifyFindings evaluates every child and school again and compares what is found with the alerts that are kept.
//
// Evaluated is on the last day turned, under the configuration in use. Left out, and counted, is whoever the engine has
// not come to yet: with facts that are not evaluated, due, set aside, or waiting for a change of configuration; and
// schools as long as facts of any child wait.
// Guarantees: nothing is written; on a store that the engine kept there is no disagreement.
// Thread safety: a free function; nobody writes meanwhile.
// Cost: an evaluation of everybody on one thread.
#ifndef VANGNET_ALERTS_ENGINE_VERIFY_FINDINGS_H_
#define VANGNET_ALERTS_ENGINE_VERIFY_FINDINGS_H_

#include "absl/status/status.h"
#include "alerts/engine/configuration.h"
#include "storage/alert_store.h"
#include "storage/fact_store.h"
#include "storage/kv_store.h"
#include "storage/store_report.h"

namespace vangnet {

// Of the stores on `kv`. An error: the store cannot be read; what was found until then is in the report.
absl::Status VerifyFindings(const KvStore& kv, const FactStore& facts, const AlertStore& alerts,
                            const EngineConfiguration& configuration, StoreReport& report);

}  // namespace vangnet

#endif  // VANGNET_ALERTS_ENGINE_VERIFY_FINDINGS_H_
