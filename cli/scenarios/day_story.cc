#include "cli/scenarios/day_story.h"

#include <algorithm>
#include <array>

#include "alerts/rules/attendance.h"
#include "alerts/rules/student_days.h"

namespace vangnet {
namespace {

// By MinuteStatus.
constexpr std::array<const char*, kMinuteStatuses> kStatusWords = {"sick",      "authorised", "unauthorised",
                                                                   "undecided", "present",    "not reported"};

std::string WordsFor(const DayPicture& picture) {
  std::string words;
  for (size_t i = 0; i < kStatusWords.size(); ++i) {
    const int minutes = picture.minutes(static_cast<MinuteStatus>(i));
    if (minutes == picture.scheduled()) return std::string(kStatusWords[i]) + " all day";
    if (minutes > 0) words += (words.empty() ? "" : ", ") + std::to_string(minutes) + " min " + kStatusWords[i];
  }
  return words;
}

}  // namespace

std::vector<DayStoryRow> TellDays(const StudentHistory& history, const SchoolBook& book, const Policy& policy,
                                  DayInterval days, Day today) {
  const StudentDays student_days(history, book, policy, today);
  const Attendance attendance(student_days);
  std::vector<DayStoryRow> rows;
  for (Day day = std::max(days.first, kFirstDay); day <= std::min(days.last, today); ++day) {
    const DayPicture picture = attendance.PictureOn(day);
    std::string text;
    if (picture.scheduled() > 0) {
      text = WordsFor(picture);
    } else if (day.weekday() >= Weekday::kSaturday) {
      continue;
    } else {
      text = student_days.IsPlaced(day) ? "no school" : "no placement";
    }
    if (rows.empty() || rows.back().text != text) rows.push_back({{day, day}, std::move(text)});
    rows.back().days.last = day;
  }
  return rows;
}

}  // namespace vangnet
