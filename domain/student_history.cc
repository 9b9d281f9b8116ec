#include "domain/student_history.h"

#include <algorithm>
#include <map>
#include <tuple>
#include <type_traits>
#include <utility>

namespace vangnet {
namespace {

// The versions that hold: of each record of `kind` the highest revision, the first given of equal ones, unless
// withdrawn.
std::vector<const Record*> Latest(const std::vector<Record>& versions, SubjectKind kind) {
  std::vector<const Record*> latest;
  latest.reserve(versions.size());
  for (const Record& version : versions) {
    if (version.subject.kind == kind) latest.push_back(&version);
  }
  const auto identity = [](const Record* r) { return std::tie(r->key, r->subject.key); };
  std::stable_sort(latest.begin(), latest.end(), [&](const Record* a, const Record* b) {
    const auto order = identity(a) <=> identity(b);
    return order != 0 ? order < 0 : a->revision > b->revision;
  });
  const auto last = std::unique(latest.begin(), latest.end(),
                                [&](const Record* a, const Record* b) { return identity(a) == identity(b); });
  latest.erase(last, latest.end());
  std::erase_if(latest, [](const Record* r) { return !r->fact.has_value(); });
  return latest;
}

template <typename T>
void SortList(std::vector<Recorded<T>>& list) {
  std::sort(list.begin(), list.end(), [](const Recorded<T>& a, const Recorded<T>& b) {
    return std::tie(a.key, a.subject) < std::tie(b.key, b.subject);
  });
}

// Calls `visit` with each list of `history`.
template <typename Visit>
void ForEachList(StudentHistory& history, Visit visit) {
  visit(history.profiles);
  visit(history.placements);
  visit(history.exemptions);
  visit(history.absences);
  visit(history.presences);
  visit(history.reports);
  visit(history.same_students);
  visit(history.applications);
  visit(history.arrangements);
  visit(history.timetables);
}

}  // namespace

void SortByRecord(StudentHistory& history) {
  ForEachList(history, [](auto& list) { SortList(list); });
}

StudentHistoryBuilder::StudentHistoryBuilder(std::string_view student) { history_.student = student; }

void StudentHistoryBuilder::Add(std::string_view subject, RecordKey key, uint64_t revision, Fact fact) {
  std::visit(
      [&](auto& value) {
        using T = std::decay_t<decltype(value)>;
        if (auto* list = ListOf<T>(history_)) {
          list->push_back({std::move(key), std::string(subject), revision, std::move(value)});
        }
      },
      fact);
}

StudentHistory StudentHistoryBuilder::Finish() && {
  SortByRecord(history_);
  return std::move(history_);
}

StudentHistory FoldStudent(std::string_view student, const std::vector<Record>& versions) {
  StudentHistoryBuilder builder(student);
  for (const Record* record : Latest(versions, SubjectKind::kStudent)) {
    builder.Add(record->subject.key, record->key, record->revision, *record->fact);
  }
  return std::move(builder).Finish();
}

SchoolFacts FoldSchool(const std::vector<Record>& versions) {
  SchoolFacts facts;
  for (const Record* record : Latest(versions, SubjectKind::kSchool)) {
    if (const auto* calendar = std::get_if<SchoolCalendar>(&*record->fact)) {
      facts.calendars.push_back({record->key, record->subject.key, record->revision, *calendar});
    } else if (const auto* complete = std::get_if<AttendanceComplete>(&*record->fact)) {
      facts.completions.push_back({record->key, record->subject.key, record->revision, *complete});
    }
  }
  return facts;
}

}  // namespace vangnet
