// Advice on configurations that are in order, with its places in their texts.
#include <charconv>

#include "alerts/rules/policy_advice.h"
#include "domain/region_advice.h"
#include "services/convert/configuration.h"
#include "services/convert/configuration_text.h"
#include "vangnet/config/v1/policy.pb.h"
#include "vangnet/config/v1/region.pb.h"

namespace vangnet {
namespace {

using google::protobuf::FieldDescriptor;
using google::protobuf::Message;

// One step of the path of an advice: name, name[2] or name["key"].
struct PathStep {
  std::string name;
  std::string_view entry;  // what stands between the brackets; empty: no brackets
};

// Takes the first step off `path`, in which at most one entry is named by its key.
PathStep TakeStep(std::string_view& path) {
  const size_t end = path.find_first_of(".[");
  PathStep step{std::string(path.substr(0, end)), ""};
  path.remove_prefix(std::min(end, path.size()));
  if (path.starts_with('[')) {
    const bool is_key = path.starts_with("[\"");
    const size_t close = is_key ? path.rfind("\"]") + 1 : path.find(']');
    step.entry = path.substr(1, close - 1);
    path.remove_prefix(close + 1);
  }
  if (path.starts_with('.')) path.remove_prefix(1);
  return step;
}

// The entry of a list whose key, which is its first field, is `key`; 0 when there is none.
int IndexOfKey(const Message& message, const FieldDescriptor& list, std::string_view key) {
  const auto& reflection = *message.GetReflection();
  const FieldDescriptor* key_field = list.message_type()->FindFieldByNumber(1);
  for (int i = 0; i < reflection.FieldSize(message, &list); ++i) {
    const Message& entry = reflection.GetRepeatedMessage(message, &list, i);
    if (entry.GetReflection()->GetString(entry, key_field) == key) return i;
  }
  return 0;
}

int IndexOf(const Message& message, const FieldDescriptor& list, std::string_view entry) {
  if (entry.starts_with('"')) return IndexOfKey(message, list, entry.substr(1, entry.size() - 2));
  int index = 0;
  std::from_chars(entry.data(), entry.data() + entry.size(), index);
  return index;
}

// Warns at `path` within `message`, which is at `parent`.
void Warn(ConfigurationText& text, const Message& message, std::string_view path, const FieldPath& parent,
          const Advice& advice) {
  if (path.empty()) {
    text.Warn(parent, advice.text, advice.suggestion);
    return;
  }
  const PathStep step = TakeStep(path);
  const FieldDescriptor* field = message.GetDescriptor()->FindFieldByName(step.name);
  const bool is_entry = field != nullptr && field->is_repeated() && !step.entry.empty();
  const int index = is_entry ? IndexOf(message, *field, step.entry) : -1;
  const FieldPath here = parent.Sub(step.name.c_str(), index);
  if (field == nullptr || field->type() != FieldDescriptor::TYPE_MESSAGE || path.empty()) {
    text.Warn(here, advice.text, advice.suggestion);
  } else if (is_entry) {
    Warn(text, message.GetReflection()->GetRepeatedMessage(message, field, index), path, here, advice);
  } else {
    Warn(text, message.GetReflection()->GetMessage(message, field), path, here, advice);
  }
}

template <typename Proto>
std::vector<ConfigurationProblem> Place(std::string_view text, const std::vector<Advice>& advice) {
  Proto proto;
  ConfigurationText placed(text, proto);
  for (const Advice& one : advice) Warn(placed, proto, one.field, FieldPath(), one);
  return placed.Finish(true).warnings;
}

}  // namespace

std::vector<ConfigurationProblem> AdviseOnPolicyText(std::string_view text, const Policy& policy, const Region* region,
                                                     Day today) {
  return Place<config::v1::Policy>(text, AdviseOnPolicy(policy, region, today));
}

std::vector<ConfigurationProblem> AdviseOnRegionText(std::string_view text, const Region& region, Day today) {
  return Place<config::v1::Region>(text, AdviseOnRegion(region, today));
}

}  // namespace vangnet
