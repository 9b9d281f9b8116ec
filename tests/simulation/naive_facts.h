// The facts that hold, folded the slow and obvious way (rules.md section 2).
//
// Part of the second implementation of rules.md: it shares no code with domain/student_history or alerts/rules, so
// that a misreading in one of them shows as a disagreement. A value; single-threaded use.
#ifndef VANGNET_TESTS_SIMULATION_NAIVE_FACTS_H_
#define VANGNET_TESTS_SIMULATION_NAIVE_FACTS_H_

#include <cstdint>
#include <map>
#include <string>
#include <tuple>
#include <vector>

#include "domain/finding.h"
#include "domain/record.h"
#include "domain/timetable.h"

namespace vangnet_testing {

// A fact that holds, with the record that says it. `subject` is the key under which it was sent.
template <typename T>
struct Held {
  vangnet::RecordKey key;
  std::string subject;
  uint64_t revision = 0;
  T fact;
};

// The order of "(source, record_id), then student key".
template <typename T>
bool InRecordOrder(const Held<T>& a, const Held<T>& b) {
  return std::tie(a.key, a.subject) < std::tie(b.key, b.subject);
}

// All that is known of one child, under all its keys. Lists are in record order.
struct NaiveChild {
  std::string student;  // the smallest of its keys
  std::vector<Held<vangnet::StudentProfile>> profiles;
  std::vector<Held<vangnet::Placement>> placements;       // those that count: kind is not CARE
  std::vector<Held<vangnet::Placement>> care_placements;  // kind CARE: no education
  std::vector<Held<vangnet::Exemption>> exemptions;
  std::vector<Held<vangnet::Absence>> absences;
  std::vector<Held<vangnet::Presence>> presences;
  std::vector<Held<vangnet::Report>> reports;
  std::vector<Held<vangnet::Application>> applications;
  std::vector<Held<vangnet::Arrangement>> arrangements;
  std::vector<Held<vangnet::StudentTimetable>> timetables;
};

// All that a school has sent. Timetables and closures of its several records are added up in record order.
struct NaiveSchool {
  std::vector<vangnet::Timetable> timetables;
  std::vector<vangnet::Closure> closures;
  std::vector<Held<vangnet::AttendanceComplete>> completions;
};

struct NaiveFacts {
  std::map<std::string, NaiveChild> children;  // by smallest key
  std::map<std::string, NaiveSchool> schools;  // by school; those that sent nothing are missing
};

// The version that holds of each record: the highest revision, the first given of equal ones; withdrawn ones left out.
std::vector<vangnet::Record> RecordsThatHold(const std::vector<vangnet::Record>& versions);

// For each student key that occurs, the smallest key of the same child.
std::map<std::string, std::string> SmallestKeys(const std::vector<vangnet::Record>& versions);

NaiveFacts FoldFacts(const std::vector<vangnet::Record>& versions);

template <typename T>
vangnet::EvidenceRecord EvidenceOf(const Held<T>& held) {
  return {held.key, held.subject, held.revision};
}

}  // namespace vangnet_testing

#endif  // VANGNET_TESTS_SIMULATION_NAIVE_FACTS_H_
