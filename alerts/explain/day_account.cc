#include "alerts/explain/day_account.h"

#include <algorithm>

#include "alerts/explain/narration.h"
#include "alerts/explain/words.h"

namespace vangnet {
namespace {

// Absences that name the day and none of its lessons: the child was away, and nobody says when (rules.md section 4).
std::vector<StepRecord> NamesNoLesson(const Attendance& attendance, Day day) {
  std::vector<StepRecord> records;
  for (const auto& absence : attendance.days().history().absences) {
    if (absence.fact.category == AbsenceCategory::kLate || !DaysOf(absence.fact.extent).contains(day)) continue;
    if (!attendance.Covers(absence, day)) records.push_back(OfChild(absence));
  }
  return records;
}

// Why minutes that no absence covers are present, or not known.
void TellReporting(const Attendance& attendance, Day day, const DayPicture& picture, DayAccount& account) {
  const StudentDays& days = attendance.days();
  const int present = picture.minutes(MinuteStatus::kPresent);
  const int unknown = picture.minutes(MinuteStatus::kUnknown);
  if (present + unknown == 0) return;
  bool registered = false;
  for (const auto& presence : days.history().presences) {
    if (!DaysOf(presence.fact.extent).contains(day)) continue;
    registered = true;
    account.records.push_back(OfChild(presence));
  }
  if (registered) account.text += "; the child was registered";
  if (registered && unknown == 0) return;
  if (const std::vector<StepRecord> at_no_lesson = NamesNoLesson(attendance, day); !at_no_lesson.empty()) {
    account.text += "; the child was away on this day, but at no time at which it has lessons";
    account.records.insert(account.records.end(), at_no_lesson.begin(), at_no_lesson.end());
  }
  const Stretch& stretch = *days.StretchOn(day);
  const auto* completion = stretch.school->latest_completion();
  if (completion != nullptr) {
    account.text +=
        "; " + stretch.school->key() + " has reported all absence through " + DayWords(completion->fact.through_day);
    account.records.push_back(OfSchool(*completion));
  } else if (stretch.complete_through >= day) {
    account.text += "; " + stretch.school->key() + " reports no attendance yet, and counts as complete";
  } else {
    account.text += "; " + stretch.school->key() + " has not reported on this day";
  }
}

// Why absence without a word is with or without leave.
void TellLeave(const Attendance& attendance, Day day, const DayPicture& picture, bool unknown_leave,
               DayAccount& account) {
  const StudentDays& days = attendance.days();
  if (picture.minutes(MinuteStatus::kUndecided) > 0) {
    account.text += "; without a word from the parents it is without leave from " +
                    DayWords(day + days.policy().unknown_grace_days) + " on (Lpw 12)";
  } else if (unknown_leave && picture.minutes(MinuteStatus::kUnauthorised) > 0) {
    account.text += "; no word came from the parents in time (Lpw 12)";
  }
  if (picture.minutes(MinuteStatus::kAuthorised) == 0) return;
  if (!days.IsCompulsory(day)) {
    account.text += "; the child is not leerplichtig on this day";
  } else if (days.IsExempt(day)) {
    account.text += "; the child has a vrijstelling on this day";
  } else if (days.IsUnderSix(day)) {
    account.text +=
        "; under six the first " + MinutesWords(days.policy().under_six_free_minutes) + " of a week are free (Lpw 11a)";
  }
}

}  // namespace

std::string PictureWords(const DayPicture& picture) {
  if (picture.scheduled() == 0) return "no lessons";
  std::string words;
  for (int i = 0; i < kMinuteStatuses; ++i) {
    const auto status = static_cast<MinuteStatus>(i);
    const int minutes = picture.minutes(status);
    if (minutes == 0) continue;
    if (!words.empty()) words += ", ";
    words += StatusWords(status);
    words += minutes == picture.scheduled() ? " all day" : " for " + MinutesWords(minutes);
  }
  return words;
}

DayAccount AccountOf(const Attendance& attendance, Day day) {
  const StudentDays& days = attendance.days();
  const Stretch* const stretch = days.StretchOn(day);
  if (stretch == nullptr) return {"at no school", {}};
  const DayPicture picture = attendance.PictureOn(day);
  DayAccount account{PictureWords(picture), {}};
  if (picture.scheduled() == 0) return account;
  bool unknown_leave = false;
  for (const auto& absence : days.history().absences) {
    if (!attendance.Covers(absence, day)) continue;
    account.records.push_back(OfChild(absence));
    unknown_leave = unknown_leave || absence.fact.authorised == Authorised::kUnknown;
  }
  TellLeave(attendance, day, picture, unknown_leave, account);
  TellReporting(attendance, day, picture, account);
  std::sort(account.records.begin(), account.records.end());
  return account;
}

}  // namespace vangnet
