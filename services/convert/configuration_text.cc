#include "services/convert/configuration_text.h"

#include <algorithm>
#include <tuple>

#include "google/protobuf/io/tokenizer.h"
#include "google/protobuf/stubs/logging.h"
#include "services/convert/broken_record.h"
#include "services/convert/text_scan.h"

namespace vangnet {
namespace {

using google::protobuf::Descriptor;
using google::protobuf::FieldDescriptor;
using google::protobuf::TextFormat;

constexpr std::string_view kByteOrderMark = "\xef\xbb\xbf";

// What protobuf's parser still objects to after the scan.
class ParserErrors : public google::protobuf::io::ErrorCollector {
 public:
  explicit ParserErrors(std::vector<ConfigurationProblem>& problems) : problems_(problems) {}
  void AddError(int line, int column, const std::string& message) override {
    problems_.push_back({line + 1, column + 1, "", "syntax: " + message});
  }

 private:
  std::vector<ConfigurationProblem>& problems_;
};

std::string ParentOf(const std::string& field) {
  const size_t dot = field.rfind('.');
  return dot == std::string::npos ? "" : field.substr(0, dot);
}

// Goes down from `tree` by `path` as far as the text has it, and notes the place of the last field found.
struct Locator {
  const TextFormat::ParseInfoTree* tree;
  const Descriptor* descriptor;
  TextFormat::ParseLocation place;  // line -1: the file as a whole

  void Go(const FieldPath& path) {
    if (path.parent != nullptr) Go(*path.parent);
    if (path.name[0] == '\0' || tree == nullptr || descriptor == nullptr) return;
    const FieldDescriptor* field = descriptor->FindFieldByName(path.name);
    if (field == nullptr) {  // the name of a oneof
      tree = nullptr;
      return;
    }
    const int index = field->is_repeated() ? std::max(path.index, 0) : -1;
    const TextFormat::ParseLocation found = tree->GetLocation(field, index);
    if (found.line < 0) {
      tree = nullptr;
      return;
    }
    place = found;
    descriptor = field->message_type();
    tree = descriptor == nullptr ? nullptr : tree->GetTreeForNested(field, index);
  }
};

// Whether all texts in the message are UTF-8: the parser lets escapes such as "\377" through.
bool TextsAreUtf8(const google::protobuf::Message& message) {
  const google::protobuf::LogSilencer quiet;
  const std::unique_ptr<google::protobuf::Message> copy(message.New());
  return copy->ParseFromString(message.SerializeAsString());
}

// `text` with \xNN for each byte that is part of no character: answers hold UTF-8 only.
std::string Readable(std::string_view text) {
  constexpr char kDigits[] = "0123456789abcdef";
  constexpr size_t kCharacterBytesMax = 4;
  if (IsUtf8(text)) return std::string(text);
  std::string readable;
  while (!text.empty()) {
    size_t size = 1;
    while (size <= kCharacterBytesMax && !IsUtf8(text.substr(0, size))) ++size;
    if (size > kCharacterBytesMax) {
      const auto byte = static_cast<unsigned char>(text[0]);
      readable += {'\\', 'x', kDigits[byte >> 4], kDigits[byte & 15]};
      size = 1;
    } else {
      readable += text.substr(0, size);
    }
    text.remove_prefix(std::min(size, text.size()));
  }
  return readable;
}

}  // namespace

ConfigurationText::ConfigurationText(std::string_view text, google::protobuf::Message& message)
    : descriptor_(message.GetDescriptor()) {
  // Some editors begin a file in UTF-8 with the mark of its byte order.
  if (text.starts_with(kByteOrderMark)) text.remove_prefix(kByteOrderMark.size());
  if (!IsUtf8(text)) {
    problems_.push_back({0, 0, "", "the file is not valid UTF-8"});
    unread_anywhere_ = true;  // all of it
    return;
  }
  TextScan scan = ScanText(text, *descriptor_);
  for (const ConfigurationProblem& problem : scan.problems) {
    unread_in_.insert(ParentOf(problem.field));
    unread_anywhere_ = unread_anywhere_ || problem.field.empty();
  }
  problems_ = std::move(scan.problems);
  const bool clean = problems_.empty();
  std::vector<ConfigurationProblem> rest;
  ParserErrors errors(rest);
  TextFormat::Parser parser;
  parser.RecordErrorsTo(&errors);
  parser.WriteLocationsTo(&places_);
  parser.ParseFromString(scan.text, &message);
  // After a mistake that was reported, what the parser says is mostly its consequence.
  if (clean) problems_ = std::move(rest);
  if (clean && !problems_.empty()) unread_anywhere_ = true;
  if (!TextsAreUtf8(message)) problems_.push_back({0, 0, "", "a text in the file is not valid UTF-8"});
}

void ConfigurationText::Add(Reason reason, const FieldPath& path) {
  if (reason == Reason::kRequired) {
    Missing(path, ReasonSentence(reason));
  } else {
    Error(path, ReasonSentence(reason));
  }
}

void ConfigurationText::Error(const FieldPath& path, const std::string& message, const std::string& suggestion) {
  problems_.push_back(Problem(path, message, suggestion));
}

void ConfigurationText::Missing(const FieldPath& path, const std::string& message) {
  if (!IsUnread(path)) Error(path, message);
}

void ConfigurationText::Warn(const FieldPath& path, const std::string& message, const std::string& suggestion) {
  warnings_.push_back(Problem(path, message, suggestion));
}

ConfigurationProblem ConfigurationText::Problem(const FieldPath& path, std::string_view message,
                                                std::string_view suggestion) const {
  Locator locator{&places_, descriptor_, {}};
  locator.Go(path);
  return {locator.place.line + 1, locator.place.column + 1, path.ToString(), Readable(message), Readable(suggestion)};
}

// A field that was misspelt is known by another name, so any unread neighbour counts.
bool ConfigurationText::IsUnread(const FieldPath& path) const {
  return unread_anywhere_ || unread_in_.contains(ParentOf(path.ToString()));
}

void ConfigurationText::Sort(std::vector<ConfigurationProblem>& problems) {
  std::stable_sort(problems.begin(), problems.end(), [](const ConfigurationProblem& a, const ConfigurationProblem& b) {
    return std::tie(a.line, a.column) < std::tie(b.line, b.column);
  });
}

}  // namespace vangnet
