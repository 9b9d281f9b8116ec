// Enum values as words of a scenario file: PLACEMENT_END_REASON_OTHER_SCHOOL is `other-school`.
//
// Guarantees: follows the descriptors of vangnet.v1, so a new value is a word at once. Case does not matter, and `_`
//   reads as `-`.
// Thread safety: free functions.
#ifndef VANGNET_CLI_SCENARIOS_ENUM_WORDS_H_
#define VANGNET_CLI_SCENARIOS_ENUM_WORDS_H_

#include <string>
#include <string_view>
#include <vector>

#include "google/protobuf/descriptor.h"

namespace vangnet {

// `text` in small letters, with `-` for `_`.
std::string WordOf(std::string_view text);
// The value's word.
std::string WordOf(const google::protobuf::EnumValueDescriptor& value);
// The value that `word` means; null: none. The unspecified value has no word.
const google::protobuf::EnumValueDescriptor* FindEnumWord(const google::protobuf::EnumDescriptor& type,
                                                          std::string_view word);
// All words of the type, in order of their numbers.
std::vector<std::string> WordsOf(const google::protobuf::EnumDescriptor& type);

}  // namespace vangnet

#endif  // VANGNET_CLI_SCENARIOS_ENUM_WORDS_H_
