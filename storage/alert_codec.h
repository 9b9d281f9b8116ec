// Alerts and evaluations as values of their tables. Alert: its state (1 byte), then a vangnet.record.v1.StoredAlert;
// evaluation: a vangnet.record.v1.StoredEvaluationState.
//
// Persisted. Errors: DATA_LOSS on bytes that were not written as such.
#ifndef VANGNET_STORAGE_ALERT_CODEC_H_
#define VANGNET_STORAGE_ALERT_CODEC_H_

#include <string>
#include <string_view>
#include <utility>

#include "absl/status/statusor.h"
#include "domain/alert.h"
#include "storage/alert_store.h"

namespace vangnet {

std::string EncodeAlert(const Alert& alert);
absl::StatusOr<Alert> DecodeAlert(std::string_view bytes);
// Whether the alert is open, by the first byte alone.
bool IsOpenAlert(std::string_view bytes);
// What DecodeAlert gives as rule and stage of the finding, for a start, which counts open alerts by them and needs no
// more. What follows them is not looked at: a start with 100,000 alerts takes 0.25 s for 0.57 (tests/bench/README.md).
absl::StatusOr<std::pair<std::string_view, std::string_view>> RuleAndStageOf(std::string_view bytes);

std::string EncodeEvaluation(const StoredEvaluation& evaluation);
absl::StatusOr<StoredEvaluation> DecodeEvaluation(std::string_view bytes);

}  // namespace vangnet

#endif  // VANGNET_STORAGE_ALERT_CODEC_H_
