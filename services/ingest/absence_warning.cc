#include "services/ingest/absence_warning.h"

#include <algorithm>
#include <variant>

namespace vangnet {

namespace {

// The longest stretch without a school day that is looked through for one.
constexpr int kDaysMax = 366;

struct CoversLessonTime {
  const Calendar& calendar;

  template <typename Covers>
  bool AnySession(Day day, Covers covers) const {
    const DayPlan plan = calendar.PlanOn(day);
    for (int i = 0; i < plan.count; ++i) {
      const Session session = plan.session(i);
      if (session.from < session.until && covers(i + 1, session)) return true;
    }
    return false;
  }

  bool operator()(const DaysExtent& extent) const {
    const Day last = std::min(extent.days.last, extent.days.first + kDaysMax);
    return calendar.FirstSchoolDay(extent.days.first, last).has_value();
  }
  bool operator()(const PartExtent& extent) const {
    return AnySession(extent.day, [&](int, const Session& session) { return session.part == extent.part; });
  }
  bool operator()(const TimeExtent& extent) const {
    return AnySession(extent.day, [&](int, const Session& session) {
      return session.from < extent.until && extent.from < session.until;
    });
  }
  bool operator()(const PeriodsExtent& extent) const {
    return AnySession(extent.day,
                      [&](int period, const Session&) { return extent.first <= period && period <= extent.last; });
  }
};

}  // namespace

std::string AbsenceWarning(const Record& record, const SchoolBook& book) {
  if (!record.fact.has_value()) return "";
  const auto* absence = std::get_if<Absence>(&*record.fact);
  if (absence == nullptr) return "";
  if (std::visit(CoversLessonTime{book.SchoolOf(absence->school).calendar()}, absence->extent)) return "";
  return "the absence covers no lesson time of the school's calendar as it is known now";
}

}  // namespace vangnet
