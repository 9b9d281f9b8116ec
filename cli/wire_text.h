// Wire messages as text for people and as JSON lines for programs.
#ifndef VANGNET_CLI_WIRE_TEXT_H_
#define VANGNET_CLI_WIRE_TEXT_H_

#include <string>

#include "vangnet/v1/alert.pb.h"
#include "vangnet/v1/alert_service.pb.h"

namespace vangnet {

// Protobuf's JSON mapping, one line without line end.
std::string MessageToJson(const google::protobuf::Message& message);
// The heading and the line of a table of alerts.
std::string AlertTableHeading();
std::string AlertTableLine(const v1::Alert& alert);
// What a backfill brought a team: a line that says whose and when, and an indented one for each rule, stage and kind.
std::string DigestText(const v1::BackfillDigest& digest);
// One change, on one line.
std::string WatchLine(const v1::WatchAlertsResponse& event);

}  // namespace vangnet

#endif  // VANGNET_CLI_WIRE_TEXT_H_
