#include "storage/kv_store.h"

#include <algorithm>

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

void WriteBatch::Add(Table table, bool is_delete, std::string_view key, std::string_view value) {
  places_.push_back(
      {table, is_delete, static_cast<uint32_t>(key.size()), static_cast<uint32_t>(value.size()), texts_.size()});
  texts_ += key;
  texts_ += value;
}

void WriteBatch::Sort() {
  std::stable_sort(places_.begin(), places_.end(), [this](const Place& a, const Place& b) {
    return a.table != b.table ? a.table < b.table : KeyAt(a) < KeyAt(b);
  });
}

void WriteBatch::Clear() {
  places_.clear();
  texts_.clear();
}

}  // namespace vangnet
