#include "alerts/rules/attendance.h"

#include <algorithm>

namespace vangnet {
namespace {

// Room that is made at once for days that absences name; most children have fewer.
constexpr size_t kFewDays = 32;

bool IsLate(const Absence& absence) { return absence.category == AbsenceCategory::kLate; }

// Whether the extent covers every scheduled minute of each day it names.
bool IsWholeDays(const Extent& extent) { return std::holds_alternative<DaysExtent>(extent); }

void AddDays(const DayInterval& days, const DayInterval& within, std::vector<Day>& list) {
  const Day last = std::min(days.last, within.last);
  for (Day day = std::max(days.first, within.first); day <= last; ++day) list.push_back(day);
}

void SortEachOnce(std::vector<Day>& list) {
  std::sort(list.begin(), list.end());
  list.erase(std::unique(list.begin(), list.end()), list.end());
}

}  // namespace

void Citations::Cite(const Recorded<Absence>& absence) {
  if (cited_.empty()) cited_.resize(history_.absences.size());
  cited_[static_cast<size_t>(&absence - history_.absences.data())] = true;
}

std::vector<EvidenceRecord> Citations::ToEvidence() const {
  std::vector<EvidenceRecord> evidence;
  evidence.reserve(static_cast<size_t>(std::ranges::count(cited_, true)));
  for (size_t i = 0; i < cited_.size(); ++i) {
    const auto& absence = history_.absences[i];
    if (cited_[i]) evidence.push_back({absence.key, absence.subject, absence.revision});
  }
  return evidence;
}

template <typename T>
template <typename Visit>
void Attendance::ByDay<T>::ForEach(Day day, Visit visit) const {
  auto at = std::lower_bound(single.begin(), single.end(), day,
                             [](const Named<T>& named, Day d) { return named.days.first < d; });
  for (; at != single.end() && at->days.first == day; ++at) visit(*at->record);
  for (const Named<T>& named : several) {
    if (named.days.contains(day)) visit(*named.record);
  }
}

// Reads once what is enough to tell of most children that a rule finds nothing.
Attendance::Attendance(const StudentDays& days) : days_(days) {
  const Day today = days_.today();
  DayInterval missed{kDayMax, kDayMin};
  DayInterval unauthorised = missed;
  DayInterval sick = missed;
  for (const auto& absence : days_.history().absences) {
    const Absence& fact = absence.fact;
    const bool is_disputable = fact.authorised != Authorised::kYes;
    if (is_disputable) disputable_categories_ |= 1u << static_cast<unsigned>(fact.category);
    if (IsLate(fact)) continue;
    const DayInterval named = DaysOf(fact.extent);
    reaches_today_ = reaches_today_ || named.last >= today;
    has_unknown_ = has_unknown_ || fact.authorised == Authorised::kUnknown;
    if (named.first > today) continue;
    const auto widen = [&](DayInterval& all) {
      all.first = std::min(all.first, named.first);
      all.last = std::max(all.last, std::min(named.last, today));
    };
    widen(missed);
    if (is_disputable) {
      widen(unauthorised);
    } else if (fact.category == AbsenceCategory::kSick) {
      widen(sick);
    }
  }
  named_ = {missed, unauthorised, sick};
}

void Attendance::Sort() const {
  if (sorted_) return;
  sorted_ = true;
  const auto read = [](const auto& records, auto& by_day, auto counts) {
    by_day.single.reserve(records.size());
    for (const auto& record : records) {
      if (!counts(record)) continue;
      const DayInterval named = DaysOf(record.fact.extent);
      (named.first == named.last ? by_day.single : by_day.several).push_back({named, &record});
    }
    std::sort(by_day.single.begin(), by_day.single.end(),
              [](const auto& a, const auto& b) { return a.days.first < b.days.first; });
  };
  read(days_.history().absences, absences_, [](const auto& absence) { return !IsLate(absence.fact); });
  read(days_.history().presences, presences_, [](const auto&) { return true; });
}

bool Attendance::Covers(const Extent& extent, const Piece& piece) {
  struct {
    const Piece& piece;
    bool operator()(const DaysExtent&) const { return true; }
    bool operator()(const PartExtent& e) const { return e.part == piece.part; }
    bool operator()(const TimeExtent& e) const { return e.from <= piece.from && piece.until <= e.until; }
    bool operator()(const PeriodsExtent& e) const { return e.first <= piece.period && piece.period <= e.last; }
  } visitor{piece};
  return std::visit(visitor, extent);
}

bool Attendance::IsComplete(Day day) const {
  const Stretch* const stretch = days_.StretchOn(day);
  return stretch != nullptr && day <= stretch->complete_through;
}

MinuteStatus Attendance::StatusOf(Day day, bool yes, bool sick, bool no) const {
  if (yes) return sick ? MinuteStatus::kSick : MinuteStatus::kAuthorised;
  if (days_.IsFree(day)) return MinuteStatus::kAuthorised;
  if (no || days_.today() >= day + days_.policy().unknown_grace_days) return MinuteStatus::kUnauthorised;
  return MinuteStatus::kUndecided;
}

bool Attendance::TakeWhole(Day day, const DayPlan& plan, DayPicture& picture) const {
  bool whole = true;
  bool any = false;
  bool yes = false;
  bool sick = false;
  bool no = false;
  absences_.ForEach(day, [&](const Recorded<Absence>& absence) {
    any = true;
    whole = whole && IsWholeDays(absence.fact.extent);
    if (absence.fact.authorised == Authorised::kYes) {
      yes = true;
      sick = sick || absence.fact.category == AbsenceCategory::kSick;
    }
    no = no || absence.fact.authorised == Authorised::kNo;
  });
  if (!any) presences_.ForEach(day, [&](const Recorded<Presence>&) { whole = false; });
  if (!whole) return false;
  if (any) {
    picture.Add(StatusOf(day, yes, sick, no), plan.minutes);
  } else {
    picture.Add(IsComplete(day) ? MinuteStatus::kPresent : MinuteStatus::kUnknown, plan.minutes);
  }
  return true;
}

void Attendance::CutPieces(Day day, const DayPlan& plan) const {
  pieces_.clear();
  for (int i = 0; i < plan.count; ++i) {
    const Session session = plan.session(i);
    pieces_.push_back(
        {session.from, session.until, session.part, static_cast<uint16_t>(i + 1), MinuteStatus::kUnknown});
  }
  const auto cut_at = [this](MinuteOfDay minute) {
    for (size_t i = 0; i < pieces_.size(); ++i) {
      if (pieces_[i].from >= minute || minute >= pieces_[i].until) continue;
      Piece rest = pieces_[i];
      rest.from = minute;
      pieces_[i].until = minute;
      pieces_.insert(pieces_.begin() + static_cast<ptrdiff_t>(i) + 1, rest);
      return;
    }
  };
  const auto cut = [&](const auto& record) {
    if (const auto* time = std::get_if<TimeExtent>(&record.fact.extent)) {
      cut_at(time->from);
      cut_at(time->until);
    }
  };
  absences_.ForEach(day, cut);
  presences_.ForEach(day, cut);
}

void Attendance::SetStatuses(Day day) const {
  // An absence that names the day but covers no minute of it says that something is wrong: the rest is not present.
  bool contradicted = false;
  absences_.ForEach(day, [&](const Recorded<Absence>& absence) {
    contradicted = contradicted || std::ranges::none_of(
                                       pieces_, [&](const Piece& piece) { return Covers(absence.fact.extent, piece); });
  });
  const bool reported = IsComplete(day) && !contradicted;
  for (Piece& piece : pieces_) {
    bool any = false;
    bool yes = false;
    bool sick = false;
    bool no = false;
    absences_.ForEach(day, [&](const Recorded<Absence>& absence) {
      if (!Covers(absence.fact.extent, piece)) return;
      any = true;
      if (absence.fact.authorised == Authorised::kYes) {
        yes = true;
        sick = sick || absence.fact.category == AbsenceCategory::kSick;
      }
      no = no || absence.fact.authorised == Authorised::kNo;
    });
    if (any) {
      piece.status = StatusOf(day, yes, sick, no);
      continue;
    }
    bool present = reported;
    presences_.ForEach(
        day, [&](const Recorded<Presence>& presence) { present = present || Covers(presence.fact.extent, piece); });
    piece.status = present ? MinuteStatus::kPresent : MinuteStatus::kUnknown;
  }
}

const Attendance::Remembered& Attendance::LookAt(Day day) const {
  constexpr size_t kRemembered = 64;
  if (remembered_.empty()) remembered_.resize(kRemembered);
  Remembered& look = remembered_[static_cast<size_t>(day.days_since_epoch()) % kRemembered];
  if (look.day == day) return look;
  look = {day, {}, true};
  const DayPlan plan = days_.PlanOn(day);
  if (plan.minutes == 0) return look;
  Sort();
  if (TakeWhole(day, plan, look.raw)) return look;
  look.whole = false;
  CutPieces(day, plan);
  SetStatuses(day);
  for (const Piece& piece : pieces_) look.raw.Add(piece.status, piece.until - piece.from);
  return look;
}

int Attendance::FreeMinutesOn(Day day, int unauthorised) const {
  if (unauthorised == 0 || !days_.IsUnderSix(day)) return 0;
  int left = days_.policy().under_six_free_minutes;
  for (Day earlier = day.monday(); earlier < day; ++earlier) {
    left -= LookAt(earlier).raw.minutes(MinuteStatus::kUnauthorised);
  }
  return std::clamp(left, 0, unauthorised);
}

DayPicture Attendance::PictureOn(Day day) const {
  DayPicture picture = LookAt(day).raw;
  const int free_minutes = FreeMinutesOn(day, picture.minutes(MinuteStatus::kUnauthorised));
  picture.Move(MinuteStatus::kUnauthorised, MinuteStatus::kAuthorised, free_minutes);
  return picture;
}

void Attendance::CiteOn(Day day, AbsenceFilter filter, Citations& citations) const {
  const DayPicture picture = PictureOn(day);
  if (picture.minutes(filter) == 0) return;
  const Remembered look = LookAt(day);
  if (look.whole) {
    absences_.ForEach(day, [&](const Recorded<Absence>& absence) { citations.Cite(absence); });
    return;
  }
  const int free_minutes = look.raw.minutes(MinuteStatus::kUnauthorised) - picture.minutes(MinuteStatus::kUnauthorised);
  const DayPlan plan = days_.PlanOn(day);
  CutPieces(day, plan);
  SetStatuses(day);
  absences_.ForEach(day, [&](const Recorded<Absence>& absence) {
    // Under six, the earliest unauthorised minutes of the week do not count: what is left of a piece may.
    int free_left = free_minutes;
    for (const Piece& piece : pieces_) {
      int counted = piece.until - piece.from;
      if (piece.status == MinuteStatus::kUnauthorised && filter == AbsenceFilter::kUnauthorised) {
        const int freed = std::min(free_left, counted);
        free_left -= freed;
        counted -= freed;
      }
      if (counted > 0 && Matches(filter, piece.status) && Covers(absence.fact.extent, piece)) citations.Cite(absence);
    }
  });
}

void Attendance::CiteMissed(const std::vector<Day>& days, Citations& citations) const {
  for (const auto& absence : days_.history().absences) {
    if (IsLate(absence.fact)) continue;
    const DayInterval named = DaysOf(absence.fact.extent);
    const auto first = std::lower_bound(days.begin(), days.end(), named.first);
    if (first == days.end() || *first > named.last) continue;
    if (IsWholeDays(absence.fact.extent)) {
      citations.Cite(absence);
    } else {
      CiteOn(*first, AbsenceFilter::kMissed, citations);
    }
  }
}

bool Attendance::Covers(const Recorded<Absence>& absence, Day day) const {
  if (IsLate(absence.fact) || !DaysOf(absence.fact.extent).contains(day)) return false;
  const DayPlan plan = days_.PlanOn(day);
  if (plan.minutes == 0) return false;
  if (IsWholeDays(absence.fact.extent)) return true;
  Sort();
  CutPieces(day, plan);
  return std::ranges::any_of(pieces_, [&](const Piece& piece) { return Covers(absence.fact.extent, piece); });
}

std::vector<Day> Attendance::DisputableDays() const {
  std::vector<Day> disputable;
  disputable.reserve(kFewDays);
  for (const auto& absence : days_.history().absences) {
    if (IsLate(absence.fact) || absence.fact.authorised == Authorised::kYes) continue;
    AddDays(DaysOf(absence.fact.extent), {kFirstDay, days_.today()}, disputable);
  }
  SortEachOnce(disputable);
  return disputable;
}

int64_t Attendance::MostDisputableMinutes() const {
  int64_t minutes = 0;
  if (named(AbsenceFilter::kUnauthorised).last < named(AbsenceFilter::kUnauthorised).first) return minutes;
  for (const auto& absence : days_.history().absences) {
    if (IsLate(absence.fact) || absence.fact.authorised == Authorised::kYes) continue;
    const DayInterval named = DaysOf(absence.fact.extent);
    const Day last = std::min(named.last, days_.today());
    for (Day day = std::max(named.first, kFirstDay); day <= last; ++day) minutes += days_.PlanOn(day).minutes;
  }
  return minutes;
}

std::vector<Day> Attendance::NamedDays(DayInterval within) const {
  std::vector<Day> named;
  named.reserve(kFewDays);
  for (const auto& absence : days_.history().absences) {
    if (!IsLate(absence.fact)) AddDays(DaysOf(absence.fact.extent), within, named);
  }
  for (const auto& presence : days_.history().presences) AddDays(DaysOf(presence.fact.extent), within, named);
  SortEachOnce(named);
  return named;
}

std::vector<DayInterval> Attendance::WhollyMissed() const {
  std::vector<DayInterval> missed;
  missed.reserve(days_.history().absences.size());
  for (const auto& absence : days_.history().absences) {
    const auto* whole = std::get_if<DaysExtent>(&absence.fact.extent);
    if (whole != nullptr && !IsLate(absence.fact)) missed.push_back(whole->days);
  }
  std::sort(missed.begin(), missed.end());
  return missed;
}

bool Attendance::IsAnyPresent(DayInterval days) const {
  for (const Stretch& stretch : days_.stretches()) {
    const Day first = std::max({days.first, stretch.days.first, kFirstDay});
    const Day last = std::min({days.last, stretch.days.last, stretch.complete_through});
    if (last < first) continue;
    if (days_.history().timetables.empty()) {
      if (stretch.calendar->SchoolDaysIn({first, last}) > 0) return true;
    } else if (days_.FirstSchoolDay(first, last)) {
      return true;
    }
  }
  return false;
}

bool Attendance::IsSurelyPresentOnce(DayInterval days) const {
  if (days.last < days.first || !days_.history().timetables.empty()) return false;
  int complete = 0;
  for (const Stretch& stretch : days_.stretches()) {
    const Day last = std::min({days.last, stretch.days.last, stretch.complete_through});
    complete += stretch.calendar->SchoolDaysIn({std::max(days.first, stretch.days.first), last});
  }
  const auto leave_out = [&](const auto& record) {
    const DayInterval named = DaysOf(record.fact.extent);
    if (!named.meets(days)) return;
    complete -= std::min(named.last, days.last) - std::max(named.first, days.first) + 1;
  };
  std::ranges::for_each(days_.history().absences, leave_out);
  std::ranges::for_each(days_.history().presences, leave_out);
  return complete > 0;
}

bool Attendance::IsPresenceNamed(Day day) const {
  return std::ranges::any_of(days_.history().presences,
                             [day](const auto& presence) { return DaysOf(presence.fact.extent).contains(day); });
}

bool Attendance::IsBack() const {
  if (!is_back_) is_back_ = WorkOutIsBack();
  return *is_back_;
}

bool Attendance::WorkOutIsBack() const {
  const Stretch* const stretch = days_.StretchOn(days_.today());
  if (stretch == nullptr || !days_.history().timetables.empty()) return false;
  const Day from = named().last < stretch->days.first ? stretch->days.first : named().last + 1;
  const Day last = std::min(days_.today(), stretch->complete_through);
  return from <= last && stretch->calendar->MinutesIn({from, last}) > 0;
}

Day Attendance::NextPictureChange() const {
  const Day today = days_.today();
  const int grace_days = days_.policy().unknown_grace_days;
  Day next = kDayMax;
  bool names_today = false;
  // Of most children no absence can look different: all are over and decided.
  const bool may_change = reaches_today_ || has_unknown_;
  for (const auto& absence : days_.history().absences) {
    if (!may_change) break;
    if (IsLate(absence.fact)) continue;
    const DayInterval named = DaysOf(absence.fact.extent);
    if (named.last > today && std::max(named.first, today + 1) < next) {
      const Day from = std::max(named.first, today + 1);
      const Day until = std::min(named.last, from + kLookAheadDays);
      const auto school_day = days_.FirstSchoolDay(from, until);
      if (school_day || until < named.last) next = std::min(next, school_day.value_or(until));
    }
    names_today = names_today || named.contains(today);
    if (absence.fact.authorised == Authorised::kUnknown) {
      const Day undecided = std::max(named.first, today - grace_days + 1);
      if (undecided <= std::min(named.last, today)) next = std::min(next, undecided + grace_days);
    }
  }
  if (names_today) {
    const Stretch* const stretch = days_.StretchOn(today);
    const bool may_complete = stretch != nullptr && stretch->completes_by_itself;
    if (may_complete && PictureOn(today).minutes(MinuteStatus::kUnknown) > 0) next = today + 1;
  }
  if (!days_.policy().assume_complete && !NamesNothing()) {
    // All days before reports_from become complete at once on that day.
    for (const Stretch& stretch : days_.stretches()) {
      const auto from = stretch.school->reports_from();
      if (from && *from > today && stretch.school->latest_completion() == nullptr) next = std::min(next, *from);
    }
  }
  return next;
}

Day Attendance::NextPresence() const {
  const Day today = days_.today();
  const Stretch* const now = days_.StretchOn(today);
  if (now != nullptr && now->completes_by_itself && PictureOn(today).minutes(MinuteStatus::kUnknown) > 0) {
    return today + 1;
  }
  Day next = kDayMax;
  for (const auto& presence : days_.history().presences) {
    const Day named = DaysOf(presence.fact.extent).last;
    if (named > today) next = std::min(next, std::max(DaysOf(presence.fact.extent).first, today + 1));
  }
  for (const Stretch& stretch : days_.stretches()) {
    if (stretch.days.last <= today) continue;
    const auto from = stretch.school->reports_from();
    if (!stretch.completes_by_itself && from && *from > today) next = std::min(next, *from);
    if (!stretch.completes_by_itself && stretch.complete_through <= today) continue;
    const Day first = std::max(stretch.days.first, today + 1);
    const Day until = std::min(stretch.days.last, first + kLookAheadDays);
    const auto school_day = days_.FirstSchoolDay(first, until);
    if (!school_day && until == stretch.days.last) continue;
    const Day seen = school_day.value_or(until);
    next = std::min(next, stretch.completes_by_itself ? seen + 1 : seen);
  }
  return next;
}

}  // namespace vangnet
