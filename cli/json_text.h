// JsonString writes text as a JSON string.
#ifndef VANGNET_CLI_JSON_TEXT_H_
#define VANGNET_CLI_JSON_TEXT_H_

#include <string>
#include <string_view>

namespace vangnet {

// `text` in quotes, escaped as RFC 8259 asks; bytes that are no UTF-8 pass through.
std::string JsonString(std::string_view text);

}  // namespace vangnet

#endif  // VANGNET_CLI_JSON_TEXT_H_
