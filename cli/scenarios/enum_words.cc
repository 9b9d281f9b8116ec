#include "cli/scenarios/enum_words.h"

#include <algorithm>
#include <cctype>

#include "vangnet/v1/record.pb.h"

namespace vangnet {
namespace {

using google::protobuf::EnumDescriptor;
using google::protobuf::EnumValueDescriptor;

}  // namespace

std::string WordOf(std::string_view text) {
  std::string word(text);
  std::transform(word.begin(), word.end(), word.begin(), [](char c) {
    return c == '_' ? '-' : static_cast<char>(std::tolower(static_cast<unsigned char>(c)));
  });
  return word;
}

std::string WordOf(const EnumValueDescriptor& value) {
  // ABSENCE_CATEGORY_UNKNOWN_CATEGORY says it twice.
  if (value.type() == v1::AbsenceCategory_descriptor() && value.number() == v1::ABSENCE_CATEGORY_UNKNOWN_CATEGORY) {
    return "unknown";
  }
  // The prefix of all values is that of the first, X_UNSPECIFIED.
  constexpr std::string_view kUnspecified = "UNSPECIFIED";
  const size_t prefix = value.type()->value(0)->name().size() - kUnspecified.size();
  return WordOf(std::string_view(value.name()).substr(prefix));
}

const EnumValueDescriptor* FindEnumWord(const EnumDescriptor& type, std::string_view word) {
  const std::string wanted = WordOf(word);
  for (int i = 1; i < type.value_count(); ++i) {
    if (WordOf(*type.value(i)) == wanted) return type.value(i);
  }
  return nullptr;
}

std::vector<std::string> WordsOf(const EnumDescriptor& type) {
  std::vector<std::string> words;
  for (int i = 1; i < type.value_count(); ++i) words.push_back(WordOf(*type.value(i)));
  return words;
}

}  // namespace vangnet
