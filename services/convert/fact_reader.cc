#include "services/convert/fact_reader.h"

#include <limits>
#include <utility>

#include "services/convert/timetable_reader.h"

namespace vangnet {
namespace {

StudentProfile Read(const v1::StudentProfile& proto, const FieldPath& path, FieldReader& reader) {
  StudentProfile result;
  result.birth_date = reader.OptionalDay(proto.birth_date(), path.Sub("birth_date"));
  result.municipality = reader.MunicipalityCode(proto.municipality(), path.Sub("municipality"));
  result.resident = reader.OptionalDays(proto.resident_from(), path.Sub("resident_from"), proto.resident_until(),
                                        path.Sub("resident_until"));
  return result;
}

Placement Read(const v1::Placement& proto, const FieldPath& path, FieldReader& reader) {
  Placement result;
  result.school = reader.School(proto.school(), path.Sub("school"));
  result.group = reader.Text(proto.group(), kGroupBytesMax, path.Sub("group"));
  result.days = reader.Days(proto.first_day(), path.Sub("first_day"), proto.last_day(), path.Sub("last_day"));
  result.kind = reader.RequiredEnum<PlacementKind>(proto.kind(), v1::PlacementKind_IsValid, path.Sub("kind"));
  result.end_reason = reader.OptionalEnum(proto.end_reason(), v1::PlacementEndReason_IsValid,
                                          PlacementEndReason::kUnspecified, path.Sub("end_reason"));
  return result;
}

Exemption Read(const v1::Exemption& proto, const FieldPath& path, FieldReader& reader) {
  Exemption result;
  result.ground = reader.RequiredEnum<ExemptionGround>(proto.ground(), v1::ExemptionGround_IsValid, path.Sub("ground"));
  result.days = reader.Days(proto.first_day(), path.Sub("first_day"), proto.last_day(), path.Sub("last_day"));
  return result;
}

uint16_t ReadPeriod(uint32_t period, const FieldPath& path, FieldReader& reader) {
  if (period == 0) {
    reader.Add(Reason::kRequired, path);
  } else if (period > std::numeric_limits<uint16_t>::max()) {
    reader.Add(Reason::kPeriodTooHigh, path);
  }
  return static_cast<uint16_t>(period);
}

PeriodsExtent ReadPeriods(const v1::PeriodsExtent& proto, const FieldPath& path, int months_ahead,
                          FieldReader& reader) {
  PeriodsExtent result;
  result.day = reader.FirstDay(proto.day(), path.Sub("day"), months_ahead);
  result.first = ReadPeriod(proto.first(), path.Sub("first"), reader);
  result.last = ReadPeriod(proto.last(), path.Sub("last"), reader);
  if (proto.last() < proto.first()) reader.Add(Reason::kLastPeriodBeforeFirst, path.Sub("last"));
  return result;
}

// The extent of an absence or a presence: both have the same four, under the same names.
template <typename Proto>
Extent ReadExtent(const Proto& proto, const FieldPath& path, int months_ahead, FieldReader& reader) {
  switch (proto.extent_case()) {
    case Proto::kDays: {
      const FieldPath days = path.Sub("days");
      return DaysExtent{reader.Days(proto.days().first_day(), days.Sub("first_day"), proto.days().last_day(),
                                    days.Sub("last_day"), months_ahead)};
    }
    case Proto::kPart: {
      const FieldPath part = path.Sub("part");
      PartExtent result;
      result.day = reader.FirstDay(proto.part().day(), part.Sub("day"), months_ahead);
      result.part = reader.RequiredEnum<DayPart>(proto.part().part(), v1::DayPart_IsValid, part.Sub("part"));
      return result;
    }
    case Proto::kTime: {
      const FieldPath time = path.Sub("time");
      TimeExtent result;
      result.day = reader.FirstDay(proto.time().day(), time.Sub("day"), months_ahead);
      const auto span = reader.Times(proto.time().from(), time.Sub("from"), proto.time().until(), time.Sub("until"));
      result.from = span.from;
      result.until = span.until;
      return result;
    }
    case Proto::kPeriods:
      return ReadPeriods(proto.periods(), path.Sub("periods"), months_ahead, reader);
    case Proto::EXTENT_NOT_SET:
      break;
  }
  reader.Add(Reason::kRequired, path.Sub("extent"));
  return DaysExtent{};
}

Absence Read(const v1::Absence& proto, const FieldPath& path, FieldReader& reader) {
  Absence result;
  result.school = reader.School(proto.school(), path.Sub("school"));
  result.category =
      reader.RequiredEnum<AbsenceCategory>(proto.category(), v1::AbsenceCategory_IsValid, path.Sub("category"));
  result.authorised =
      reader.RequiredEnum<Authorised>(proto.authorised(), v1::Authorised_IsValid, path.Sub("authorised"));
  reader.Text(proto.reason_code(), kReasonCodeBytesMax, path.Sub("reason_code"));
  result.extent = ReadExtent(proto, path, kAbsenceMonthsAheadMax, reader);
  return result;
}

Presence Read(const v1::Presence& proto, const FieldPath& path, FieldReader& reader) {
  Presence result;
  result.school = reader.School(proto.school(), path.Sub("school"));
  result.extent = ReadExtent(proto, path, kMonthsAheadMax, reader);
  return result;
}

Report Read(const v1::Report& proto, const FieldPath& path, FieldReader& reader) {
  Report result;
  result.kind = reader.RequiredEnum<ReportKind>(proto.kind(), v1::ReportKind_IsValid, path.Sub("kind"));
  result.days = reader.Days(proto.first_day(), path.Sub("first_day"), proto.last_day(), path.Sub("last_day"));
  if (proto.last_day().empty()) reader.Add(Reason::kRequired, path.Sub("last_day"));
  result.filed_on = reader.RequiredDay(proto.filed_on(), path.Sub("filed_on"));
  result.closed_on = reader.OptionalDay(proto.closed_on(), path.Sub("closed_on"));
  reader.Text(proto.number(), kNumberBytesMax, path.Sub("number"));
  return result;
}

SameStudent Read(const v1::SameStudent& proto, const FieldPath& path, FieldReader& reader) {
  return {reader.RequiredText(proto.other(), kKeyBytesMax, path.Sub("other"))};
}

Application Read(const v1::Application& proto, const FieldPath& path, FieldReader& reader) {
  Application result;
  result.school = reader.School(proto.school(), path.Sub("school"));
  result.applied_on = reader.FirstDay(proto.applied_on(), path.Sub("applied_on"));
  result.decision =
      reader.RequiredEnum<ApplicationDecision>(proto.decision(), v1::ApplicationDecision_IsValid, path.Sub("decision"));
  result.decided_on = reader.OptionalDay(proto.decided_on(), path.Sub("decided_on"));
  result.newcomer = proto.newcomer();
  return result;
}

Arrangement Read(const v1::Arrangement& proto, const FieldPath& path, FieldReader& reader) {
  Arrangement result;
  result.kind = reader.RequiredEnum<ArrangementKind>(proto.kind(), v1::ArrangementKind_IsValid, path.Sub("kind"));
  result.days = reader.Days(proto.first_day(), path.Sub("first_day"), proto.last_day(), path.Sub("last_day"));
  return result;
}

StudentTimetable Read(const v1::StudentTimetable& proto, const FieldPath& path, FieldReader& reader) {
  const FieldPath timetable = path.Sub("timetable");
  if (!proto.has_timetable()) reader.Add(Reason::kRequired, timetable);
  StudentTimetable result{ReadTimetable(proto.timetable(), timetable, reader)};
  result.timetable.group.clear();  // it is this child's, whatever its group
  return result;
}

SchoolCalendar Read(const v1::SchoolCalendar& proto, const FieldPath& path, FieldReader& reader) {
  SchoolCalendar result;
  result.school = reader.School(proto.school(), path.Sub("school"));
  result.name = reader.Text(proto.name(), kNameBytesMax, path.Sub("name"));
  for (int i = 0; i < proto.timetables_size(); ++i) {
    result.timetables.push_back(ReadTimetable(proto.timetables(i), path.Sub("timetables", i), reader));
  }
  for (int i = 0; i < proto.closures_size(); ++i) {
    result.closures.push_back(ReadClosure(proto.closures(i), path.Sub("closures", i), reader));
  }
  return result;
}

AttendanceComplete Read(const v1::AttendanceComplete& proto, const FieldPath& path, FieldReader& reader) {
  AttendanceComplete result;
  result.school = reader.School(proto.school(), path.Sub("school"));
  result.through_day = reader.ThroughDay(proto.through_day(), path.Sub("through_day"));
  return result;
}

}  // namespace

bool IsSchoolFact(const v1::Record& proto) {
  return proto.fact_case() == v1::Record::kSchoolCalendar || proto.fact_case() == v1::Record::kAttendanceComplete;
}

Fact ReadFact(const v1::Record& proto, FieldReader& reader) {
  const FieldPath root;
  switch (proto.fact_case()) {
    case v1::Record::kStudentProfile:
      return Read(proto.student_profile(), root.Sub("student_profile"), reader);
    case v1::Record::kPlacement:
      return Read(proto.placement(), root.Sub("placement"), reader);
    case v1::Record::kExemption:
      return Read(proto.exemption(), root.Sub("exemption"), reader);
    case v1::Record::kAbsence:
      return Read(proto.absence(), root.Sub("absence"), reader);
    case v1::Record::kPresence:
      return Read(proto.presence(), root.Sub("presence"), reader);
    case v1::Record::kReport:
      return Read(proto.report(), root.Sub("report"), reader);
    case v1::Record::kSameStudent:
      return Read(proto.same_student(), root.Sub("same_student"), reader);
    case v1::Record::kApplication:
      return Read(proto.application(), root.Sub("application"), reader);
    case v1::Record::kArrangement:
      return Read(proto.arrangement(), root.Sub("arrangement"), reader);
    case v1::Record::kStudentTimetable:
      return Read(proto.student_timetable(), root.Sub("student_timetable"), reader);
    case v1::Record::kSchoolCalendar:
      return Read(proto.school_calendar(), root.Sub("school_calendar"), reader);
    case v1::Record::kAttendanceComplete:
      return Read(proto.attendance_complete(), root.Sub("attendance_complete"), reader);
    case v1::Record::FACT_NOT_SET:
      break;
  }
  return StudentProfile{};
}

}  // namespace vangnet
