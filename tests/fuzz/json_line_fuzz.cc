// A line of JSON: refused with a reason, or the record that its wire bytes are.
#include "services/convert/record_reader.h"
#include "tests/fuzz/fuzz_target.h"
#include "tests/fuzz/sound_records.h"

namespace vangnet_testing {

void FuzzOne(std::string_view input) {
  const auto result = TheReader().ReadJson(input, {});
  if (const auto* refused = std::get_if<vangnet::RefusedRecord>(&result)) {
    FuzzCheck(!refused->reason.empty(), "a line is refused with a reason");
    return;
  }
  const auto& incoming = std::get<vangnet::IncomingRecord>(result);
  const auto wire = vangnet::JsonToWire(input);
  FuzzCheck(wire.ok(), "what is accepted as JSON can be sent");
  const auto sent = TheReader().ReadWire(*wire, {});
  const auto* same = std::get_if<vangnet::IncomingRecord>(&sent);
  FuzzCheck(same != nullptr && same->canonical == incoming.canonical, "JSON and wire are the same record");
  const auto json = vangnet::CanonicalToJson(incoming.canonical);
  FuzzCheck(json.ok() && json->find('\n') == std::string::npos, "a record is one line");
  const auto shown = TheReader().ReadJson(*json, {});
  const auto* back = std::get_if<vangnet::IncomingRecord>(&shown);
  FuzzCheck(back != nullptr && back->canonical == incoming.canonical, "a record that is shown can be sent again");
}

std::vector<std::string> Seeds() { return SoundJson(); }

}  // namespace vangnet_testing
