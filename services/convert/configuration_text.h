// ConfigurationText is one configuration file being read: the message, the place of each of its fields, and what is
// wrong with it so far.
//
// Guarantees: mistakes of syntax do not hide mistakes of meaning, nor cause any: what is missing because it could not
//   be read is not reported again. What is said of a file is UTF-8, whatever is in it.
// Thread safety: one thread at a time.
#ifndef VANGNET_SERVICES_CONVERT_CONFIGURATION_TEXT_H_
#define VANGNET_SERVICES_CONVERT_CONFIGURATION_TEXT_H_

#include <string>
#include <string_view>
#include <unordered_set>
#include <utility>
#include <vector>

#include "google/protobuf/message.h"
#include "google/protobuf/text_format.h"
#include "services/convert/configuration.h"
#include "services/convert/field_path.h"
#include "services/convert/field_reader.h"

namespace vangnet {

class ConfigurationText : public FieldProblems {
 public:
  // Parses `text` into `message`, as much of it as can be; `message` outlives this.
  ConfigurationText(std::string_view text, google::protobuf::Message& message);

  void Add(Reason reason, const FieldPath& path) override;
  void Error(const FieldPath& path, const std::string& message, const std::string& suggestion = "");
  // Something required is not there, unless it is there and could not be read.
  void Missing(const FieldPath& path, const std::string& message);
  // Whether something at `path`, or beside it, is there and could not be read.
  bool IsUnread(const FieldPath& path) const;
  void Warn(const FieldPath& path, const std::string& message, const std::string& suggestion = "");

  // `value` when nothing is wrong.
  template <typename T>
  Configuration<T> Finish(T value) {
    Configuration<T> result;
    Sort(problems_);
    Sort(warnings_);
    if (problems_.empty()) result.value = std::move(value);
    result.problems = std::move(problems_);
    result.warnings = std::move(warnings_);
    return result;
  }

 private:
  ConfigurationProblem Problem(const FieldPath& path, std::string_view message, std::string_view suggestion) const;
  static void Sort(std::vector<ConfigurationProblem>& problems);

  const google::protobuf::Descriptor* const descriptor_;
  google::protobuf::TextFormat::ParseInfoTree places_;
  // Where a field could not be read, the message that it is in.
  std::unordered_set<std::string> unread_in_;
  bool unread_anywhere_ = false;
  std::vector<ConfigurationProblem> problems_;
  std::vector<ConfigurationProblem> warnings_;
};

}  // namespace vangnet

#endif  // VANGNET_SERVICES_CONVERT_CONFIGURATION_TEXT_H_
