// StudentHistory is what is known of one child: the latest version of each record that holds, by kind of fact.
//
// Guarantees: the same versions in any order, any number of times, fold to an equal history (rules.md law 1 to 3).
// Thread safety: a value.
#ifndef VANGNET_DOMAIN_STUDENT_HISTORY_H_
#define VANGNET_DOMAIN_STUDENT_HISTORY_H_

#include <string>
#include <string_view>
#include <type_traits>
#include <vector>

#include "domain/record.h"

namespace vangnet {

// A fact with the record that says it. Lists are in order of (source, record_id), then `subject`.
template <typename T>
struct Recorded {
  RecordKey key;
  std::string subject;  // the key under which it was sent: of the child, or of the school
  uint64_t revision = 0;
  T fact;
  friend bool operator==(const Recorded&, const Recorded&) = default;
};

struct StudentHistory {
  std::string student;  // the smallest of the child's keys
  std::vector<Recorded<StudentProfile>> profiles;
  std::vector<Recorded<Placement>> placements;
  std::vector<Recorded<Exemption>> exemptions;
  std::vector<Recorded<Absence>> absences;
  std::vector<Recorded<Presence>> presences;
  std::vector<Recorded<Report>> reports;
  std::vector<Recorded<SameStudent>> same_students;
  std::vector<Recorded<Application>> applications;
  std::vector<Recorded<Arrangement>> arrangements;
  std::vector<Recorded<StudentTimetable>> timetables;
  friend bool operator==(const StudentHistory&, const StudentHistory&) = default;
};

// The list of `history` that holds facts of this type; null for school facts.
template <typename T>
std::vector<Recorded<T>>* ListOf(StudentHistory& history) {
  if constexpr (std::is_same_v<T, StudentProfile>) return &history.profiles;
  if constexpr (std::is_same_v<T, Placement>) return &history.placements;
  if constexpr (std::is_same_v<T, Exemption>) return &history.exemptions;
  if constexpr (std::is_same_v<T, Absence>) return &history.absences;
  if constexpr (std::is_same_v<T, Presence>) return &history.presences;
  if constexpr (std::is_same_v<T, Report>) return &history.reports;
  if constexpr (std::is_same_v<T, SameStudent>) return &history.same_students;
  if constexpr (std::is_same_v<T, Application>) return &history.applications;
  if constexpr (std::is_same_v<T, Arrangement>) return &history.arrangements;
  if constexpr (std::is_same_v<T, StudentTimetable>) return &history.timetables;
  return nullptr;
}

// Puts every list in order of record.
void SortByRecord(StudentHistory& history);

// What is known of one school.
struct SchoolFacts {
  std::vector<Recorded<SchoolCalendar>> calendars;
  std::vector<Recorded<AttendanceComplete>> completions;
  friend bool operator==(const SchoolFacts&, const SchoolFacts&) = default;
};

// Folds versions of records of the child `student` (all its keys; school facts among them are passed over).
// Of equal (subject, key, revision) the first given stays. Cost: O(n log n).
StudentHistory FoldStudent(std::string_view student, const std::vector<Record>& versions);
// Folds versions of records of one school.
SchoolFacts FoldSchool(const std::vector<Record>& versions);

// Builds a history from facts that are already the latest, in any order; Finish sorts them.
class StudentHistoryBuilder {
 public:
  explicit StudentHistoryBuilder(std::string_view student);
  // `fact` of the record (`subject`, `key`). School facts are passed over.
  void Add(std::string_view subject, RecordKey key, uint64_t revision, Fact fact);
  StudentHistory Finish() &&;

 private:
  StudentHistory history_;
};

}  // namespace vangnet

#endif  // VANGNET_DOMAIN_STUDENT_HISTORY_H_
