// Records as JSON lines: protobuf's JSON mapping, with errors that name the field and hold no value of it.
#ifndef VANGNET_SERVICES_CONVERT_RECORD_JSON_H_
#define VANGNET_SERVICES_CONVERT_RECORD_JSON_H_

#include <optional>
#include <string>
#include <string_view>

#include "services/convert/reasons.h"
#include "vangnet/v1/record.pb.h"

namespace vangnet {

struct JsonProblem {
  Reason reason = Reason::kMalformedJson;
  std::string field;   // empty: not known
  std::string detail;  // of the syntax, in words; empty: none
};

// Parses one JSON object into `record`. Nothing: it went well. Cost: some ten microseconds.
std::optional<JsonProblem> ParseRecordJson(std::string_view json, v1::Record& record);

}  // namespace vangnet

#endif  // VANGNET_SERVICES_CONVERT_RECORD_JSON_H_
