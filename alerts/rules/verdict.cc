#include "alerts/rules/verdict.h"

#include <utility>

namespace vangnet {

Finding& Verdict::Add(Subject subject, const ReachedStage& stage, Day since) {
  found_ = true;
  Finding& finding = evaluation_.findings.emplace_back();
  finding.subject = std::move(subject);
  finding.rule = rule_.id;
  finding.rule_index = rule_index_;
  finding.stage = rule_.stages[static_cast<size_t>(stage.index)].name;
  finding.stage_index = stage.index;
  finding.since = since;
  finding.reached_on = stage.on;
  return finding;
}

std::string RecordIdentity(const RecordKey& key, std::string_view subject, std::string_view student) {
  std::string identity = key.source + "/" + key.record_id;
  if (subject != student) identity += std::string("\x1f") + std::string(subject);
  return identity;
}

}  // namespace vangnet
