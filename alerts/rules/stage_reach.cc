// Stages that no child reaches, or that are shown on no day of their own.
#include <algorithm>
#include <optional>
#include <set>

#include "alerts/rules/policy_advice.h"

namespace vangnet {
namespace {

using Kind = StageCondition::Kind;

constexpr int kSchoolDaysAYear = 200;         // about as many as a Dutch school year has
constexpr int kLessonDaysAWeek = 5;           // where no timetable is known
constexpr int kLessonMinutesAWeek = 35 * 60;  // likewise; more than any school gives

std::string Text(int number) { return std::to_string(number); }

// The most lesson time that a timetable of the region gives in a week.
struct LessonWeek {
  int days = 0;
  int minutes = 0;
};

LessonWeek FullestWeek(const Region* region) {
  LessonWeek fullest;
  if (region != nullptr) {
    for (const Timetable& timetable : region->default_timetable) {
      std::set<Weekday> days;
      int minutes = 0;
      for (const WeekdaySession& session : timetable.sessions) {
        days.insert(session.weekday);
        minutes += session.session.until - session.session.from;
      }
      fullest.days = std::max(fullest.days, static_cast<int>(days.size()));
      fullest.minutes = std::max(fullest.minutes, minutes);
    }
  }
  if (fullest.minutes == 0) return {kLessonDaysAWeek, kLessonMinutesAWeek};
  return fullest;
}

// One rule being looked at.
class Reach {
 public:
  Reach(const Rule& rule, const std::string& field, const Region* region, std::vector<Advice>& advice)
      : rule_(rule), field_(field), week_(FullestWeek(region)), advice_(advice) {}

  void Advise() {
    std::visit([this](const auto& settings) { Settings(settings); }, rule_.settings);
    for (size_t i = 1; i < rule_.stages.size(); ++i) AdviseOnOrder(i);
  }

 private:
  void Add(const std::string& field, std::string text, std::string suggestion) {
    advice_.push_back({field_ + "." + field, std::move(text), std::move(suggestion)});
  }

  // Stages that ask for a count above `most`; `because` says why there are no more.
  void CountsUpTo(int most, const std::string& because, const std::string& suggestion) {
    for (size_t i = 0; i < rule_.stages.size(); ++i) {
      const StageCondition& condition = rule_.stages[i].condition;
      if (condition.kind != Kind::kAtLeast || condition.n <= most) continue;
      Add("stages[" + std::to_string(i) + "].at_least",
          "stage '" + rule_.stages[i].name + "' is never reached: " + because, suggestion);
    }
  }

  // A finding that must be acted upon within working days, and is shown for calendar days.
  void KeptUntilDue(const char* kind, int keep_days, int due_working_days) {
    // In calendar days, no holidays: a finding of a Friday, the latest.
    const int due_days = due_working_days + 2 * ((due_working_days + 4) / 5);
    if (keep_days >= due_days) return;
    Add(std::string(kind) + ".keep_days",
        "a finding may be gone before it is due: " + Text(due_working_days) + " working days are up to " +
            Text(due_days) + " days",
        "keep it for at least " + Text(due_days) + " days");
  }

  template <typename Other>
  void Settings(const Other&) {}

  void Settings(const WindowMinutesSettings& settings) {
    const int most = settings.weeks * week_.minutes;
    if (settings.minutes > most) {
      Add("window_minutes.minutes",
          "never reached: " + Text(settings.weeks) + " lesson weeks have at most " + Text(most) + " minutes",
          "sixteen hours are 960 minutes");
    }
    KeptUntilDue("window_minutes", settings.keep_days, settings.due_working_days);
  }

  void Settings(const SpellsSettings& settings) {
    const int school_days = settings.window_days / 7 * week_.days + std::min(settings.window_days % 7, week_.days);
    const int most = (school_days + 1) / 2;  // a day at school lies between two spells
    CountsUpTo(most, "in " + Text(settings.window_days) + " days at most " + Text(most) + " spells begin",
               "lower at_least, or raise window_days");
  }

  void Settings(const AbsenceRateSettings& settings) {
    if (settings.minimum_school_days <= kSchoolDaysAYear) return;
    Add("absence_rate.minimum_school_days",
        "never reached: a school year has about " + Text(kSchoolDaysAYear) + " school days", "the default is 20");
  }

  void Settings(const LateArrivalsSettings&) {
    CountsUpTo(kSchoolDaysAYear, "a school year has about " + Text(kSchoolDaysAYear) + " school days", "");
  }

  void Settings(const CategorySeenSettings& settings) {
    if (settings.category == AbsenceCategory::kLate) {
      Add("category_seen.category", "never found: who is late misses no lesson in the sense of the rules",
          "use late_arrivals {}");
    }
    KeptUntilDue("category_seen", settings.keep_days, settings.due_working_days);
  }

  void Settings(const ApplicationUndecidedSettings& settings) {
    if (rule_.stages.size() < 2 || settings.extended_days > settings.decide_days) return;
    Add("application_undecided.extended_days",
        "stage '" + rule_.stages[0].name + "' is never shown of a child without a place: '" + rule_.stages[1].name +
            "' begins on the same day",
        "the default is 70");
  }

  // Days from `since` to the first day on which a condition holds, outside the holidays.
  struct DaysAfter {
    int least = 0;
    int most = 0;
  };

  static DaysAfter DaysAfterSince(const StageCondition& condition) {
    const int n = condition.n;
    switch (condition.kind) {
      case Kind::kAtLeastSchoolDays: {
        const int weeks = (n - 1) / kLessonDaysAWeek;
        const int rest = (n - 1) % kLessonDaysAWeek;
        return {7 * weeks + rest, 7 * weeks + (rest == 0 ? 0 : rest + 2)};
      }
      case Kind::kLongerThanMonths: {
        DaysAfter after{std::numeric_limits<int>::max(), 0};
        for (Day since(2025, 1, 1); since < Day(2029, 1, 1); ++since) {  // a leap year among them
          const int days = AddMonths(since, n) - since;
          after = {std::min(after.least, days), std::max(after.most, days)};
        }
        return after;
      }
      case Kind::kLongerThanDays:
        return {n, n};
      case Kind::kNone:
      case Kind::kAtLeast:
        break;
    }
    return {};
  }

  // No stage is reached before the one below it: where the upper has then been reached long since, the lower one is
  // never seen.
  void AdviseOnOrder(size_t upper) {
    const Stage& low = rule_.stages[upper - 1];
    const Stage& high = rule_.stages[upper];
    if (low.condition.kind == high.condition.kind || high.condition.kind == Kind::kNone) return;
    if (DaysAfterSince(low.condition).least < DaysAfterSince(high.condition).most) return;
    Add("stages[" + std::to_string(upper - 1) + "]." + ConditionName(low.condition.kind),
        "stage '" + low.name + "' is never shown outside the holidays: when it is reached, so is '" + high.name +
            "' (" + ConditionName(high.condition.kind) + " " + Text(high.condition.n) + ")",
        "put '" + high.name + "' before it, or leave one out");
  }

  const Rule& rule_;
  const std::string& field_;
  const LessonWeek week_;
  std::vector<Advice>& advice_;
};

}  // namespace

void AdviseOnReach(const Rule& rule, const std::string& field, const Region* region, std::vector<Advice>& advice) {
  Reach(rule, field, region, advice).Advise();
}

}  // namespace vangnet
