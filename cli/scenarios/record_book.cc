#include "cli/scenarios/record_book.h"

namespace vangnet {

RecordBook::Key RecordBook::KeyOf(const v1::Record& record) {
  if (record.has_school_calendar()) {
    return {true, record.school_calendar().school(), record.source(), record.record_id()};
  }
  if (record.has_attendance_complete()) {
    return {true, record.attendance_complete().school(), record.source(), record.record_id()};
  }
  return {false, record.student(), record.source(), record.record_id()};
}

std::string RecordBook::FreeId(const v1::Record& record, std::string_view prefix) {
  Key key = KeyOf(record);
  std::get<3>(key) = prefix;
  int& taken = taken_[key];
  do {
    std::get<3>(key) = std::string(prefix) + "-" + std::to_string(++taken);
  } while (entries_.find(key) != entries_.end());
  return std::get<3>(key);
}

int RecordBook::Add(const v1::Record& record, int line) {
  const Key key = KeyOf(record);
  Entry& entry = entries_[key];
  std::tie(entry.is_school, entry.subject, entry.source, entry.id) = key;
  const auto [version, is_new] = entry.lines.emplace(record.revision(), line);
  if (!is_new) return version->second;
  entry.revision = entry.lines.rbegin()->first;
  if (!record.withdrawn() && record.revision() >= entry.content.revision()) entry.content = record;
  return 0;
}

std::vector<const RecordBook::Entry*> RecordBook::Find(std::string_view id, std::string_view source,
                                                       std::string_view subject) const {
  std::vector<const Entry*> found;
  for (const auto& [key, entry] : entries_) {
    if (entry.id == id && (source.empty() || entry.source == source) && (subject.empty() || entry.subject == subject)) {
      found.push_back(&entry);
    }
  }
  return found;
}

}  // namespace vangnet
