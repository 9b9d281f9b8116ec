// Walks a text proto by its descriptor and reports every field that protobuf's parser would stop at.
//
// That parser gives up at the first mistake. What the scan reports it blanks out, so that the rest can be parsed and
// judged, with all places as they were. Cost: that of reading the text once, however long its lines are.
#ifndef VANGNET_SERVICES_CONVERT_TEXT_SCAN_H_
#define VANGNET_SERVICES_CONVERT_TEXT_SCAN_H_

#include <string>
#include <string_view>
#include <vector>

#include "google/protobuf/descriptor.h"
#include "services/convert/configuration.h"

namespace vangnet {

struct TextScan {
  std::vector<ConfigurationProblem> problems;  // in order of place
  std::string text;  // without what was reported, all open messages closed; same lines, same columns
};

// `text` as a text proto of the message `descriptor`.
TextScan ScanText(std::string_view text, const google::protobuf::Descriptor& descriptor);

}  // namespace vangnet

#endif  // VANGNET_SERVICES_CONVERT_TEXT_SCAN_H_
