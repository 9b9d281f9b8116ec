#include "services/convert/record_json.h"

#include <algorithm>

#include "google/protobuf/descriptor.h"
#include "google/protobuf/util/json_util.h"
#include "services/convert/broken_record.h"

namespace vangnet {
namespace {

bool IsName(std::string_view text) {
  return !text.empty() && text.size() <= 64 && std::all_of(text.begin(), text.end(), [](char c) {
    return (c >= 'a' && c <= 'z') || (c >= 'A' && c <= 'Z') || (c >= '0' && c <= '9') || c == '_';
  });
}

bool IsEnumOfRecord(std::string_view name) {
  return v1::Record::descriptor()->file()->pool()->FindEnumTypeByName(std::string(name)) != nullptr;
}

bool ConsumeSuffix(std::string_view& text, std::string_view suffix) {
  if (!text.ends_with(suffix)) return false;
  text.remove_suffix(suffix.size());
  return true;
}

// Reads protobuf's message, which is "(path): what" or "(path) key: what", and may hold values: those are left out.
JsonProblem Diagnose(std::string_view message) {
  JsonProblem result;
  if (message.starts_with('(')) {
    const size_t end = message.find(')');
    if (end == std::string_view::npos) return result;
    result.field = std::string(message.substr(1, end - 1));
    message.remove_prefix(end + 1);
  }
  constexpr std::string_view kTypePrefix = " for type type.googleapis.com/";
  if (ConsumeSuffix(message, ": Cannot find field.")) {
    result.reason = Reason::kUnknownField;
    if (message.starts_with(' ')) message.remove_prefix(1);
    if (IsName(message)) result.field += (result.field.empty() ? "" : ".") + std::string(message);
  } else if (message.starts_with(": invalid value oneof field '")) {
    result.reason = Reason::kOnlyOneAllowed;
    const bool fact = result.field.empty();
    result.field += fact ? "fact" : ".extent";
  } else if (const size_t type = message.rfind(kTypePrefix); type != std::string_view::npos) {
    if (IsEnumOfRecord(message.substr(type + kTypePrefix.size()))) result.reason = Reason::kUnknownEnumValue;
  } else if (result.field.empty() && !message.starts_with(": ")) {
    // The sentence about the syntax ends with its line; what follows quotes the text.
    result.detail = std::string(message.substr(0, message.find('\n')));
  }
  return result;
}

}  // namespace

std::optional<JsonProblem> ParseRecordJson(std::string_view json, v1::Record& record) {
  if (!IsUtf8(json)) return JsonProblem{Reason::kInvalidUtf8, "", ""};
  const google::protobuf::util::Status status = google::protobuf::util::JsonStringToMessage(
      google::protobuf::StringPiece(json.data(), json.size()), &record, google::protobuf::util::JsonParseOptions());
  if (status.ok()) return std::nullopt;
  const google::protobuf::StringPiece message = status.message();
  return Diagnose(std::string_view(message.data(), message.size()));
}

}  // namespace vangnet
