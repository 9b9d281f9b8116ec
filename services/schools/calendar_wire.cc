#include "services/schools/calendar_wire.h"

namespace vangnet {

namespace {

template <typename Message>
void SetDays(const DayInterval& days, Message* proto) {
  if (days.first != kDayMin) proto->set_first_day(days.first.ToString());
  if (days.last != kDayMax) proto->set_last_day(days.last.ToString());
}

}  // namespace

void ToProto(const Timetable& timetable, v1::Timetable* proto) {
  SetDays(timetable.days, proto);
  proto->set_weeks(static_cast<v1::TimetableWeeks>(timetable.weeks));
  proto->set_group(timetable.group);
  for (const WeekdaySession& session : timetable.sessions) {
    v1::Session* added = proto->add_sessions();
    added->set_weekday(static_cast<v1::Weekday>(session.weekday));
    added->set_from(MinuteOfDayToString(session.session.from));
    added->set_until(MinuteOfDayToString(session.session.until));
    added->set_part(static_cast<v1::DayPart>(session.session.part));
  }
}

void ToProto(const Closure& closure, v1::Closure* proto) {
  SetDays(closure.days, proto);
  if (closure.closed_from.has_value()) proto->set_closed_from(MinuteOfDayToString(*closure.closed_from));
}

}  // namespace vangnet
