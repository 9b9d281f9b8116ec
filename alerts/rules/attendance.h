// Attendance is the day pictures of one child, from its absences and presences (rules.md section 3).
//
// Guarantees: pictures are those seen today, of days up to today.
// Ownership and lifetime: `days` outlives it; it lives for one evaluation.
// Thread safety: for one thread (it sorts the absences on first use, and remembers days).
// Cost: 60 instructions an absence to make. The first picture sorts the absences; each costs about 200 instructions
//   when it is new, 40 when it is remembered.
#ifndef VANGNET_ALERTS_RULES_ATTENDANCE_H_
#define VANGNET_ALERTS_RULES_ATTENDANCE_H_

#include <array>
#include <optional>
#include <vector>

#include "alerts/rules/day_picture.h"
#include "alerts/rules/student_days.h"
#include "domain/finding.h"

namespace vangnet {

// Which absences a finding rests on. Cheap to make: nothing is kept until one is cited.
class Citations {
 public:
  explicit Citations(const StudentHistory& history) : history_(history) {}
  void Cite(const Recorded<Absence>& absence);
  // In order of (source, record_id), then student.
  std::vector<EvidenceRecord> ToEvidence() const;

 private:
  const StudentHistory& history_;
  std::vector<bool> cited_;  // by place in the history
};

class Attendance {
 public:
  explicit Attendance(const StudentDays& days);

  const StudentDays& days() const { return days_; }

  // The picture of `day`, which is not after today; nothing scheduled when it is no school day of the child.
  DayPicture PictureOn(Day day) const;
  // Cites the absences that cover a minute of `day` that is F.
  void CiteOn(Day day, AbsenceFilter filter, Citations& citations) const;
  // The same of all `days`, which are school days in order, for absence of any kind, at the cost of one pass over the
  // absences.
  void CiteMissed(const std::vector<Day>& days, Citations& citations) const;
  // Whether `absence` covers a scheduled minute of `day`; LATE covers nothing.
  bool Covers(const Recorded<Absence>& absence, Day day) const;

  // From the first to the last day up to today that an absence other than LATE names; empty when there is none.
  const DayInterval& named() const { return named(AbsenceFilter::kMissed); }
  // The same of those absences alone that can make a minute F.
  const DayInterval& named(AbsenceFilter filter) const { return named_[static_cast<size_t>(filter) - 1]; }
  bool NamesNothing() const { return named().last < named().first; }
  // Whether some absence of this category is not authorised, on whatever day. LATE is one of them.
  bool HasDisputable(AbsenceCategory category) const {
    return (disputable_categories_ >> static_cast<unsigned>(category) & 1) != 0;
  }
  // The days up to today that an absence other than LATE names which is not authorised: those that may have
  // unauthorised minutes. In order, each once.
  std::vector<Day> DisputableDays() const;
  // No fewer than the scheduled minutes of those days.
  int64_t MostDisputableMinutes() const;
  // The days of `within` that an absence other than LATE or a presence names. In order, each once.
  std::vector<Day> NamedDays(DayInterval within) const;
  // The intervals of whole days that absences other than LATE name, by first day: every minute of them is missed.
  std::vector<DayInterval> WhollyMissed() const;
  // Whether one of `days`, none of which an absence other than LATE or a presence names, is present.
  bool IsAnyPresent(DayInterval days) const;
  // Whether there are more complete school days in `days`, which is bounded, than days that anything names: then one of
  // them is wholly present.
  bool IsSurelyPresentOnce(DayInterval days) const;
  // Whether a presence names the day.
  bool IsPresenceNamed(Day day) const;
  // Whether a complete school day without absence lies after the last absence: then no run of absence reaches today.
  bool IsBack() const;

  // The first day after today on which the picture of a day that an absence names could be another one than today,
  // or a new day has absence in it; kDayMax: never. Until then each new school day is open, or present.
  Day NextPictureChange() const;
  // The first day after today on which some day becomes present for which nothing says so today; kDayMax: never.
  Day NextPresence() const;

 private:
  // A span of scheduled time with one status.
  struct Piece {
    MinuteOfDay from;
    MinuteOfDay until;
    DayPart part;
    uint16_t period;
    MinuteStatus status;
  };
  template <typename T>
  struct Named {
    DayInterval days;
    const Recorded<T>* record;
  };
  // By the days they name: those of one day in order of day, and those of several.
  template <typename T>
  struct ByDay {
    std::vector<Named<T>> single;
    std::vector<Named<T>> several;
    template <typename Visit>
    void ForEach(Day day, Visit visit) const;
  };

  // What was worked out of a day.
  struct Remembered {
    Day day = kDayMin;
    DayPicture raw;      // before the weekly allowance under six
    bool whole = false;  // whatever names the day covers all of it
  };

  static bool Covers(const Extent& extent, const Piece& piece);
  void Sort() const;
  // Whether the day is complete.
  bool IsComplete(Day day) const;
  MinuteStatus StatusOf(Day day, bool yes, bool sick, bool no) const;
  // Fills `picture` when every absence of the day covers all of it; false when pieces are needed.
  bool TakeWhole(Day day, const DayPlan& plan, DayPicture& picture) const;
  void CutPieces(Day day, const DayPlan& plan) const;
  void SetStatuses(Day day) const;
  // Valid until the next call.
  const Remembered& LookAt(Day day) const;
  int FreeMinutesOn(Day day, int unauthorised) const;
  bool WorkOutIsBack() const;

  const StudentDays& days_;
  std::array<DayInterval, 3> named_;     // by filter
  unsigned disputable_categories_ = 0;   // a bit each
  bool reaches_today_ = false;           // an absence other than LATE names today or a later day
  bool has_unknown_ = false;             // an absence other than LATE is neither authorised nor not
  mutable std::optional<bool> is_back_;  // asked by several rules
  mutable bool sorted_ = false;
  mutable ByDay<Absence> absences_;  // without LATE
  mutable ByDay<Presence> presences_;
  mutable std::vector<Piece> pieces_;  // of the day last cut
  // By the low bits of the day: most rules look at the same days. Empty until a day is looked at, for of most children
  // none is.
  mutable std::vector<Remembered> remembered_;
};

}  // namespace vangnet

#endif  // VANGNET_ALERTS_RULES_ATTENDANCE_H_
