// Records and facts: what school administration systems say (rules.md section 2, contract.md section 1).
//
// A Record here has been validated (services/convert): keys are well formed, days are on or after kFirstDay,
// intervals have first <= last, enums have a value. Values with ==; no wire, no disk, no clock.
#ifndef VANGNET_DOMAIN_RECORD_H_
#define VANGNET_DOMAIN_RECORD_H_

#include <compare>
#include <cstdint>
#include <optional>
#include <string>
#include <utility>
#include <variant>
#include <vector>

#include "domain/day.h"
#include "domain/timetable.h"

namespace vangnet {

// All enum values are those of the wire. Persisted in packed states: never renumber.
enum class PlacementKind : uint8_t { kRegular = 1, kSbo, kSo, kVso, kVo, kOpdc, kCare, kTemporary };
enum class PlacementEndReason : uint8_t {
  kUnspecified = 0,
  kMoved,
  kOtherSchool,
  kToSecondary,
  kRemoved,
  kExempted,
  kDeceased,
  kOther
};
enum class ExemptionGround : uint8_t { kLpw5A1 = 1, kLpw5B, kLpw5C, kLpw5a, kLpw15, kLpw3a, kLpw3b };
enum class AbsenceCategory : uint8_t {
  kSick = 1,
  kMedical,
  kLeave,
  kSuspended,
  kLate,
  kTruant,
  kLuxury,
  kOther,
  kUnknown
};
enum class Authorised : uint8_t { kYes = 1, kNo, kUnknown };
enum class ReportKind : uint8_t { kSixteenHours = 1, kLongAbsence, kLuxury, kOther };
enum class ApplicationDecision : uint8_t { kNone = 1, kExtended, kAdmitted, kRefused, kTemporary };
enum class ArrangementKind : uint8_t { kTlvSbo = 1, kTlvSo, kTlvVso, kIndividual, kGroup };

// Extents: which time an absence or presence covers.
struct DaysExtent {
  DayInterval days;
  friend auto operator<=>(const DaysExtent&, const DaysExtent&) = default;
};
struct PartExtent {
  Day day;
  DayPart part = DayPart::kMorning;
  friend auto operator<=>(const PartExtent&, const PartExtent&) = default;
};
struct TimeExtent {  // [from, until)
  Day day;
  MinuteOfDay from = 0;
  MinuteOfDay until = 0;
  friend auto operator<=>(const TimeExtent&, const TimeExtent&) = default;
};
struct PeriodsExtent {  // lesson periods first to last, both included, from 1
  Day day;
  uint16_t first = 1;
  uint16_t last = 1;
  friend auto operator<=>(const PeriodsExtent&, const PeriodsExtent&) = default;
};
using Extent = std::variant<DaysExtent, PartExtent, TimeExtent, PeriodsExtent>;
// The days an extent names.
DayInterval DaysOf(const Extent& extent);

struct StudentProfile {
  std::optional<Day> birth_date;
  std::string municipality;  // CBS code; empty: not known
  DayInterval resident;
  friend auto operator<=>(const StudentProfile&, const StudentProfile&) = default;
};
struct Placement {
  std::string school;
  std::string group;  // empty: none
  DayInterval days;
  PlacementKind kind = PlacementKind::kRegular;
  PlacementEndReason end_reason = PlacementEndReason::kUnspecified;
  friend auto operator<=>(const Placement&, const Placement&) = default;
};
struct Exemption {
  ExemptionGround ground = ExemptionGround::kLpw5A1;
  DayInterval days;
  friend auto operator<=>(const Exemption&, const Exemption&) = default;
};
struct Absence {
  std::string school;
  AbsenceCategory category = AbsenceCategory::kUnknown;
  Authorised authorised = Authorised::kUnknown;
  Extent extent;
  friend auto operator<=>(const Absence&, const Absence&) = default;
};
struct Presence {
  std::string school;
  Extent extent;
  friend auto operator<=>(const Presence&, const Presence&) = default;
};
struct Report {
  ReportKind kind = ReportKind::kOther;
  DayInterval days;
  Day filed_on;
  std::optional<Day> closed_on;
  friend auto operator<=>(const Report&, const Report&) = default;
};
struct SameStudent {
  std::string other;
  friend auto operator<=>(const SameStudent&, const SameStudent&) = default;
};
// Keys of one child. Its schools give it a few, perhaps one with each move; more come of a source that names the same
// other key for all its children, and joined they would be one child, of whom none was missed any more.
inline constexpr size_t kChildKeysMax = 64;
struct Application {
  std::string school;
  Day applied_on;
  ApplicationDecision decision = ApplicationDecision::kNone;
  std::optional<Day> decided_on;
  bool newcomer = false;
  friend auto operator<=>(const Application&, const Application&) = default;
};
struct Arrangement {
  ArrangementKind kind = ArrangementKind::kIndividual;
  DayInterval days;
  friend auto operator<=>(const Arrangement&, const Arrangement&) = default;
};
struct StudentTimetable {
  Timetable timetable;  // its group is empty
  friend auto operator<=>(const StudentTimetable&, const StudentTimetable&) = default;
};
struct SchoolCalendar {
  std::string school;
  std::string name;
  std::vector<Timetable> timetables;
  std::vector<Closure> closures;
  friend auto operator<=>(const SchoolCalendar&, const SchoolCalendar&) = default;
};
struct AttendanceComplete {
  std::string school;
  Day through_day;
  friend auto operator<=>(const AttendanceComplete&, const AttendanceComplete&) = default;
};

// The order of alternatives is the kind number of packed states. Persisted: append only.
using Fact = std::variant<StudentProfile, Placement, Exemption, Absence, Presence, Report, SameStudent, Application,
                          Arrangement, StudentTimetable, SchoolCalendar, AttendanceComplete>;

// What a record is about: a child, or a school.
enum class SubjectKind : uint8_t { kStudent = 1, kSchool = 2 };
struct Subject {
  SubjectKind kind = SubjectKind::kStudent;
  std::string key;  // the region's pseudonym of the child, or the school's key
  friend auto operator<=>(const Subject&, const Subject&) = default;
};

// Identity of a record within its subject; ordered by bytes, source first.
struct RecordKey {
  std::string source;
  std::string record_id;
  friend auto operator<=>(const RecordKey&, const RecordKey&) = default;
};

// One version of a record. `fact` is empty exactly when it is withdrawn.
struct Record {
  Subject subject;
  RecordKey key;
  uint64_t revision = 1;
  std::optional<Fact> fact;
  friend bool operator==(const Record&, const Record&) = default;
};

}  // namespace vangnet

#endif  // VANGNET_DOMAIN_RECORD_H_
