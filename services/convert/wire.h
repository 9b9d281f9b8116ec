// Domain values as wire messages and as the JSON of contract.md section 3.
#ifndef VANGNET_SERVICES_CONVERT_WIRE_H_
#define VANGNET_SERVICES_CONVERT_WIRE_H_

#include <optional>
#include <string>

#include "absl/time/time.h"
#include "domain/alert.h"
#include "domain/finding.h"
#include "google/protobuf/timestamp.pb.h"
#include "vangnet/v1/alert.pb.h"
#include "vangnet/v1/finding.pb.h"

namespace vangnet {

void ToProto(const Finding& finding, v1::Finding* proto);
// Without the etag, which is the lifecycle's to say (services/alerts/shown_alert.h).
void ToProto(const Alert& alert, v1::Alert* proto);
void ToProto(const AlertChange& change, v1::AlertChange* proto);
google::protobuf::Timestamp ToProto(absl::Time time);
// Nothing when it is none: an instant lies in the years 0001 to 9999, and its nanos are 0 to 999,999,999.
std::optional<absl::Time> FromProto(const google::protobuf::Timestamp& proto);
// One line without line end, keys in the order of contract.md section 3; `day` first when given.
std::string FindingToJson(const Finding& finding, std::optional<Day> day);
// The same of a wire message.
std::string FindingToJson(const v1::Finding& finding);
// Opaque alert id and back; nothing when `text` is none.
std::string AlertIdToString(uint64_t id);
std::optional<uint64_t> ParseAlertId(std::string_view text);

}  // namespace vangnet

#endif  // VANGNET_SERVICES_CONVERT_WIRE_H_
