// Builders of facts and records for the tests of storage, some at random.
#ifndef VANGNET_TESTS_STORAGE_FACTS_H_
#define VANGNET_TESTS_STORAGE_FACTS_H_

#include <cstdint>
#include <optional>
#include <random>
#include <string>

#include "absl/time/time.h"
#include "domain/record.h"
#include "storage/fact_store.h"

namespace vangnet_testing {

// When records are received, a moment with microseconds, and the Monday of that week.
inline const absl::Time kNow = absl::FromUnixMicros(1'795'455'588'716'097);
inline constexpr vangnet::Day kMonday{2026, 11, 23};

inline vangnet::Fact PlacedAt(const std::string& school) {
  vangnet::Placement placement;
  placement.school = school;
  placement.days = {vangnet::Day(2026, 8, 24), vangnet::kDayMax};
  return placement;
}

inline vangnet::Fact AbsentOn(vangnet::Day day) {
  vangnet::Absence absence;
  absence.school = "12AB00";
  absence.category = vangnet::AbsenceCategory::kSick;
  absence.authorised = vangnet::Authorised::kYes;
  absence.extent = vangnet::DaysExtent{{day, day}};
  return absence;
}

inline vangnet::Fact SameAs(const std::string& other) { return vangnet::SameStudent{other}; }

inline vangnet::Fact CompleteThrough(const std::string& school, vangnet::Day day) {
  return vangnet::AttendanceComplete{school, day};
}

// The version `revision` of record `id` of a child; its digest and canonical bytes follow from what it says.
inline vangnet::IncomingRecord Version(const vangnet::Subject& subject, const std::string& id, uint64_t revision,
                                       const std::optional<vangnet::Fact>& fact, uint64_t digest = 0) {
  vangnet::IncomingRecord incoming;
  incoming.record.subject = subject;
  incoming.record.key = {"las", id};
  incoming.record.revision = revision;
  incoming.record.fact = fact;
  incoming.digest = digest != 0 ? digest : 1000 + revision;
  incoming.canonical = subject.key + "/" + id + "/" + std::to_string(revision) + "/" + std::to_string(incoming.digest);
  return incoming;
}

inline vangnet::Subject Student(const std::string& key) { return {vangnet::SubjectKind::kStudent, key}; }
inline vangnet::Subject School(const std::string& key) { return {vangnet::SubjectKind::kSchool, key}; }

// Facts of every kind with fields at random, their boundaries among them.
class FactMaker {
 public:
  explicit FactMaker(uint64_t seed) : random_(seed) {}
  vangnet::Fact Make(size_t kind);
  vangnet::Fact MakeAny() { return Make(random_() % std::variant_size_v<vangnet::Fact>); }
  vangnet::Fact MakeOfStudent() { return Make(random_() % 10); }
  uint64_t Below(uint64_t end) { return random_() % end; }

 private:
  template <typename E>
  E Enum(int least, int most) {
    return static_cast<E>(least + static_cast<int>(Below(static_cast<uint64_t>(most - least + 1))));
  }
  vangnet::Day AnyDay();
  std::optional<vangnet::Day> MaybeDay();
  vangnet::DayInterval Days();
  std::string School() { return "1" + std::to_string(Below(9)) + "AB00"; }
  std::string Text();
  vangnet::MinuteOfDay Minute() { return static_cast<vangnet::MinuteOfDay>(Below(24 * 60 + 1)); }
  vangnet::Extent AnyExtent();
  vangnet::Timetable AnyTimetable();

  std::mt19937_64 random_;
};

}  // namespace vangnet_testing

#endif  // VANGNET_TESTS_STORAGE_FACTS_H_
