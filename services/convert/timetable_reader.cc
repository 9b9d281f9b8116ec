#include "services/convert/timetable_reader.h"

#include <algorithm>
#include <vector>

namespace vangnet {
namespace {

// A session with its place in the message, so that an overlap names the session that was listed later.
struct ListedSession {
  WeekdaySession session;
  int index = 0;
};

bool Earlier(const ListedSession& a, const ListedSession& b) {
  return std::tie(a.session.weekday, a.session.session.from, a.index) <
         std::tie(b.session.weekday, b.session.session.from, b.index);
}

WeekdaySession ReadSession(const v1::Session& proto, const FieldPath& path, FieldReader& reader) {
  WeekdaySession result;
  result.weekday = reader.RequiredEnum<Weekday>(proto.weekday(), v1::Weekday_IsValid, path.Sub("weekday"));
  const auto span = reader.Times(proto.from(), path.Sub("from"), proto.until(), path.Sub("until"));
  result.session.from = span.from;
  result.session.until = span.until;
  result.session.part = reader.RequiredEnum<DayPart>(proto.part(), v1::DayPart_IsValid, path.Sub("part"));
  return result;
}

}  // namespace

Timetable ReadTimetable(const v1::Timetable& proto, const FieldPath& path, FieldReader& reader) {
  Timetable result;
  result.days = reader.OptionalDays(proto.first_day(), path.Sub("first_day"), proto.last_day(), path.Sub("last_day"));
  result.weeks =
      reader.OptionalEnum(proto.weeks(), v1::TimetableWeeks_IsValid, TimetableWeeks::kEvery, path.Sub("weeks"));
  result.group = reader.Text(proto.group(), kGroupBytesMax, path.Sub("group"));
  std::vector<ListedSession> sessions;
  sessions.reserve(static_cast<size_t>(proto.sessions_size()));
  for (int i = 0; i < proto.sessions_size(); ++i) {
    sessions.push_back({ReadSession(proto.sessions(i), path.Sub("sessions", i), reader), i});
  }
  std::sort(sessions.begin(), sessions.end(), Earlier);
  for (size_t i = 0; i < sessions.size(); ++i) {
    const WeekdaySession& session = sessions[i].session;
    if (i > 0 && sessions[i - 1].session.weekday == session.weekday &&
        session.session.from < sessions[i - 1].session.session.until) {
      reader.Add(Reason::kOverlappingSessions,
                 path.Sub("sessions", std::max(sessions[i - 1].index, sessions[i].index)));
    }
    result.sessions.push_back(session);
  }
  return result;
}

Closure ReadClosure(const v1::Closure& proto, const FieldPath& path, FieldReader& reader) {
  Closure result;
  result.days = reader.Days(proto.first_day(), path.Sub("first_day"), proto.last_day(), path.Sub("last_day"));
  result.closed_from = reader.OptionalTime(proto.closed_from(), path.Sub("closed_from"));
  reader.Text(proto.name(), kNameBytesMax, path.Sub("name"));
  return result;
}

}  // namespace vangnet
