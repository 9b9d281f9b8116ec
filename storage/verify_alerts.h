// VerifyAlerts checks what an AlertStore and a DigestStore keep against itself: every alert, evaluation, due mark,
// change, answer and digest reads; those that name each other do so both ways; none is missing in a row of numbers.
//
// Whether alerts are the right ones is another question: alerts/engine/verify_findings.h.
// Not found: an entry that is gone without leaving anything that tells of it, such as an answer with its age.
// Thread safety: a free function; nobody writes meanwhile.
// Cost: reads every table once; in memory are some tens of bytes for each alert, and the key of each child that is due.
#ifndef VANGNET_STORAGE_VERIFY_ALERTS_H_
#define VANGNET_STORAGE_VERIFY_ALERTS_H_

#include "storage/kv_store.h"
#include "storage/store_report.h"

namespace vangnet {

void VerifyAlerts(KvStore& kv, StoreReport& report);

}  // namespace vangnet

#endif  // VANGNET_STORAGE_VERIFY_ALERTS_H_
