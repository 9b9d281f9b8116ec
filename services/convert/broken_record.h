// Looks into bytes that protobuf refused, or was not given, to say what is wrong with them and where.
#ifndef VANGNET_SERVICES_CONVERT_BROKEN_RECORD_H_
#define VANGNET_SERVICES_CONVERT_BROKEN_RECORD_H_

#include <string>
#include <string_view>

#include "services/convert/reasons.h"

namespace vangnet {

struct BrokenRecord {
  Reason reason = Reason::kMalformedRecord;  // or kInvalidUtf8
  std::string field;                         // the innermost that is known; empty: none
  std::string source;                        // when it could be read
};

// `wire` does not parse as a vangnet.v1.Record, or is too large to be parsed: then what is wrong is not said, and the
// source is. Not fast: broken records are rare.
BrokenRecord DiagnoseBrokenRecord(std::string_view wire);

// Whether `text` is valid UTF-8.
bool IsUtf8(std::string_view text);

}  // namespace vangnet

#endif  // VANGNET_SERVICES_CONVERT_BROKEN_RECORD_H_
