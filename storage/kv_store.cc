#include "storage/kv_store.h"

namespace vangnet {

const char* TableName(Table table) {
  switch (table) {
    case Table::kMeta:
      return "meta";
    case Table::kVersions:
      return "versions";
    case Table::kStates:
      return "states";
    case Table::kSchools:
      return "schools";
    case Table::kPlaced:
      return "placed";
    case Table::kLinks:
      return "links";
    case Table::kSources:
      return "sources";
    case Table::kQuarantine:
      return "quarantine";
    case Table::kEvaluations:
      return "evaluations";
    case Table::kDue:
      return "due";
    case Table::kAlerts:
      return "alerts";
    case Table::kChanges:
      return "changes";
    case Table::kRequests:
      return "requests";
    case Table::kDigests:
      return "digests";
  }
  return "";
}

void WriteBatch::Put(Table table, std::string_view key, std::string_view value) {
  bytes_ += key.size() + value.size();
  operations_.push_back({table, /*is_delete=*/false, std::string(key), std::string(value)});
}

void WriteBatch::Delete(Table table, std::string_view key) {
  bytes_ += key.size();
  operations_.push_back({table, /*is_delete=*/true, std::string(key), std::string()});
}

void WriteBatch::Clear() {
  operations_.clear();
  bytes_ = 0;
}

}  // namespace vangnet
