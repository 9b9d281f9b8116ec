#include "cli/simulation/simulated_child.h"

#include <algorithm>
#include <cstdio>
#include <utility>

#include "cli/simulation/record_line.h"

namespace vangnet {
namespace {

// Chances that make about 5.5 % of school time missed, as in Dutch primary schools: 4.3 % sick, the rest visits,
// leave, long absence and truancy.
constexpr double kSickEachDay = 0.0142;
constexpr double kSickSchoolDaysMean = 3.0;
constexpr double kVisitEachDay = 0.004;
constexpr double kTruantEachDay = 0.05;
constexpr double kOftenLateEachDay = 0.06;
constexpr double kLateEachDay = 0.0015;

std::string KeyOf(int64_t number) {
  char key[32];
  std::snprintf(key, sizeof(key), "s-%06lld", static_cast<long long>(number));
  return key;
}

// Winter is the time of colds.
double SeasonFactor(Day day) {
  static constexpr double kByMonth[12] = {1.6, 1.7, 1.4, 1.0, 0.8, 0.6, 0.5, 0.5, 0.7, 0.9, 1.1, 1.4};
  return kByMonth[day.month() - 1];
}

// The last day of primary school: 31 July of the school year in which the child is in group 8.
Day LeavesPrimarySchool(Day birth_date) {
  const int year = birth_date.month() < 10 ? birth_date.year() : birth_date.year() + 1;
  return Day(year + 12, 7, 31);
}

}  // namespace

SimulatedChild::SimulatedChild(const SimulationPlan& plan, int64_t number, Arrivals& arrivals)
    : plan_(plan),
      arrivals_(arrivals),
      random_(plan.seed, static_cast<uint64_t>(number)),
      key_(KeyOf(number)),
      home_(&AnySchool()) {
  // From group 8 down to those who turn four before the first summer.
  const int year = SchoolYearStart(plan.calendar.days().first).year();
  const Day oldest(year - 12, 10, 1);
  birth_date_ = oldest + static_cast<int>(random_.Between(0, Day(year - 3, 6, 30) - oldest));
  frailty_ = static_cast<double>(random_.Between(20, 180)) / 100;
  truant_ = random_.Happens(0.004);
  often_late_ = random_.Happens(0.015);
  luxury_ = random_.Happens(0.01);
  drops_out_ = random_.Happens(0.004);
}

const SimulatedSchool& SimulatedChild::AnySchool() {
  return plan_.schools[static_cast<size_t>(random_.Between(0, static_cast<int64_t>(plan_.schools.size()) - 1))];
}

Moment SimulatedChild::MorningOf(Day day) {
  return {day, static_cast<MinuteOfDay>(random_.Between(8 * 60, 9 * 60 + 30))};
}

void SimulatedChild::Deliver(Moment at, std::string line) {
  if (random_.Happens(0.02)) at.day = at.day + static_cast<int>(random_.Between(3, 20));
  if (random_.Happens(0.003)) arrivals_.Add({at.day + 1, at.minute}, line);
  arrivals_.Add(at, std::move(line));
}

void SimulatedChild::Live() {
  DrawCareer();
  TellProfile();
  for (size_t i = 0; i < stays_.size(); ++i) TellStay(stays_[i], static_cast<int>(i) + 1);
  if (exempt_) TellExemption();
  if (random_.Happens(0.012)) TellApplication();
  if (random_.Happens(0.03)) TellArrangement();
  for (const Stay& stay : stays_) GoToSchool(stay);
}

void SimulatedChild::DrawCareer() {
  const DayInterval& days = plan_.calendar.days();
  const auto any_day = [&] { return days.first + static_cast<int>(random_.Between(0, days.last - days.first)); };
  exempt_ = random_.Happens(0.004);
  const bool never_enrolled = random_.Happens(0.0015);
  if (exempt_ || never_enrolled) return;
  Day first = std::max(Birthday(birth_date_, 4), kFirstDay);
  if (random_.Happens(0.01)) {
    moved_in_ = any_day();
    first = std::max(first, *moved_in_ + static_cast<int>(random_.Between(0, 25)));
  }
  if (first >= LeavesPrimarySchool(birth_date_)) return;
  stays_.push_back({home_, key_, {first, LeavesPrimarySchool(birth_date_)}, "TO_SECONDARY"});
  if (random_.Happens(0.01)) {
    moved_out_ = std::max(any_day(), first + 1);
    stays_.back().days.last = std::min(stays_.back().days.last, *moved_out_);
    stays_.back().end_reason = "MOVED";
  } else if (random_.Happens(0.035)) {
    ChangeSchool(std::max(any_day(), first + 1));
  }
}

void SimulatedChild::ChangeSchool(Day left_on) {
  Stay& old = stays_.back();
  const DayInterval career = old.days;
  if (left_on >= career.last) return;
  old.days.last = left_on;
  old.end_reason = random_.Happens(0.05) ? "REMOVED" : "OTHER_SCHOOL";
  // Signed out and signed in nowhere: the child that Vangnet is for.
  if (random_.Happens(0.06)) return;
  const int gap_days = random_.Happens(0.65) ? 1 : static_cast<int>(random_.Between(2, 30));
  Stay next{&AnySchool(), key_, {left_on + gap_days, career.last}, "TO_SECONDARY"};
  if (next.days.first >= career.last) return;
  if (random_.Happens(0.03)) {
    // The new school knows the child under another key, until somebody sees that they are one.
    next.student = key_ + "b";
    RecordLine line({.source = "koppel", .record_id = "same-1", .student = next.student}, "sameStudent");
    line.Text("other", key_);
    arrivals_.Add(MorningOf(next.days.first + static_cast<int>(random_.Between(5, 40))), std::move(line).Finish());
  }
  stays_.push_back(std::move(next));
}

void SimulatedChild::TellProfile() {
  const auto profile = [&](uint64_t revision, std::optional<Day> until) {
    RecordLine line({.source = "brp", .record_id = "profile-1", .revision = revision, .student = key_},
                    "studentProfile");
    line.On("birthDate", birth_date_);
    if (!home_->municipality.empty()) line.Text("municipality", home_->municipality);
    if (moved_in_) line.On("residentFrom", *moved_in_);
    if (until) line.On("residentUntil", *until);
    return std::move(line).Finish();
  };
  // The register tells of a child some days after it came to live here; of the others on the first day, after the
  // schools: who loads the register first raises an alarm for every child and withdraws it a minute later.
  const Day known_on = moved_in_ ? *moved_in_ + static_cast<int>(random_.Between(1, 6)) : plan_.calendar.days().first;
  arrivals_.Add({known_on, 180}, profile(1, std::nullopt));
  if (moved_out_) {
    arrivals_.Add({*moved_out_ + static_cast<int>(random_.Between(1, 10)), 60}, profile(2, moved_out_));
  }
}

void SimulatedChild::TellStay(const Stay& stay, int number) {
  const auto placement = [&](uint64_t revision, bool ended) {
    RecordLine line({.source = stay.school->source,
                     .record_id = "plc-" + std::to_string(number),
                     .revision = revision,
                     .student = stay.student},
                    "placement");
    line.Text("school", stay.school->key).On("firstDay", stay.days.first);
    if (ended) line.On("lastDay", stay.days.last);
    line.Text("kind", "PLACEMENT_KIND_REGULAR");
    if (ended) line.Text("endReason", "PLACEMENT_END_REASON_" + stay.end_reason);
    return std::move(line).Finish();
  };
  const Day first_of_all = plan_.calendar.days().first;
  const Day told_on = stay.days.first + static_cast<int>(random_.Between(-7, 3));
  arrivals_.Add({std::max(told_on, first_of_all), static_cast<MinuteOfDay>(told_on <= first_of_all ? 120 : 600)},
                placement(1, false));
  arrivals_.Add(MorningOf(std::max(stay.days.last + static_cast<int>(random_.Between(-10, 4)), told_on + 1)),
                placement(2, true));
}

void SimulatedChild::TellExemption() {
  const DayInterval& days = plan_.calendar.days();
  // Most are renewed every summer, some run out and nobody notices.
  const Day summer(SchoolYearStart(days.first).year() + 1, 7, 31);
  const Day last =
      random_.Happens(0.2) ? days.first + static_cast<int>(random_.Between(0, days.last - days.first)) : summer;
  RecordLine line({.source = "leerplicht", .record_id = "exempt-1", .student = key_}, "exemption");
  line.Text("ground", random_.Happens(0.7) ? "EXEMPTION_GROUND_LPW5_A" : "EXEMPTION_GROUND_LPW5_B")
      .On("firstDay", std::max(kFirstDay, days.first - static_cast<int>(random_.Between(1, 300))))
      .On("lastDay", last);
  arrivals_.Add({days.first, 180}, std::move(line).Finish());
}

void SimulatedChild::TellApplication() {
  const DayInterval& days = plan_.calendar.days();
  const SimulatedSchool& school = AnySchool();
  const Day applied_on = days.first + static_cast<int>(random_.Between(0, days.last - days.first));
  uint64_t revision = 0;
  const auto tell = [&](Day day, const char* decision) {
    RecordLine line({.source = school.source, .record_id = "app-1", .revision = ++revision, .student = key_},
                    "application");
    line.Text("school", school.key)
        .On("appliedOn", applied_on)
        .Text("decision", std::string("APPLICATION_DECISION_") + decision);
    if (revision > 1) line.On("decidedOn", day);
    Deliver(MorningOf(day), std::move(line).Finish());
  };
  tell(applied_on, "NONE");
  if (random_.Happens(0.07)) return;  // never decided
  Day decided_on = applied_on + static_cast<int>(random_.Between(7, 45));
  if (random_.Happens(0.15)) {
    tell(decided_on, "EXTENDED");
    decided_on = decided_on + static_cast<int>(random_.Between(10, 35));
  }
  tell(decided_on, random_.Happens(0.85) ? "ADMITTED" : "REFUSED");
}

void SimulatedChild::TellArrangement() {
  static constexpr const char* kKinds[] = {"INDIVIDUAL", "GROUP", "TLV_SBO", "TLV_SO"};
  const Day first = SchoolYearStart(plan_.calendar.days().first);
  RecordLine line({.source = "swv", .record_id = "arr-1", .student = key_}, "arrangement");
  line.Text("kind", std::string("ARRANGEMENT_KIND_") + kKinds[random_.Between(0, 3)])
      .On("firstDay", std::max(kFirstDay, first))
      .On("lastDay", Day(first.year() + 1, 7, 31));
  arrivals_.Add({plan_.calendar.days().first, 240}, std::move(line).Finish());
}

void SimulatedChild::TellReport(const DayInterval& days) {
  RecordLine line({.source = "leerplicht", .record_id = "report-" + std::to_string(absences_), .student = key_},
                  "report");
  line.Text("kind", "REPORT_KIND_SIXTEEN_HOURS")
      .On("firstDay", days.first)
      .On("lastDay", days.last)
      .On("filedOn", days.last + 2);
  Deliver(MorningOf(days.last + 2), std::move(line).Finish());
}

std::string SimulatedChild::DaysExtent(Day first, std::optional<Day> last) {
  std::string json = "{\"firstDay\":\"" + first.ToString() + "\"";
  if (last) json += ",\"lastDay\":\"" + last->ToString() + "\"";
  return json + "}";
}

void SimulatedChild::TellAbsence(const Stay& stay, Moment at, const std::vector<AbsenceVersion>& versions,
                                 int days_between) {
  RecordIdentity identity{.source = stay.school->source,
                          .record_id = "abs-" + std::to_string(++absences_),
                          .revision = 0,
                          .student = stay.student};
  for (const AbsenceVersion& version : versions) {
    ++identity.revision;
    RecordLine line(identity, "absence");
    line.Text("school", stay.school->key)
        .Text("category", std::string("ABSENCE_CATEGORY_") + version.category)
        .Text("authorised", std::string("AUTHORISED_") + version.authorised)
        .Json(version.extent_name, version.extent);
    Deliver(at, std::move(line).Finish());
    at = MorningOf(at.day + days_between);
  }
  // A mistake: it was another child.
  if (random_.Happens(0.006)) {
    ++identity.revision;
    Deliver(at, RecordLine::Withdrawn(identity));
  }
}

void SimulatedChild::GoToSchool(const Stay& stay) {
  const SimulatedCalendar& calendar = plan_.calendar;
  const Day last = std::min(stay.days.last, calendar.days().last);
  bool went_away = !drops_out_;
  const Day first = std::max(stay.days.first, calendar.days().first);
  const Day goes_away_on = first + static_cast<int>(random_.Between(0, std::max(1, last - first)));
  for (Day day = first; day <= last; ++day) {
    if (!calendar.is_school_day(day)) {
      if (luxury_ && calendar.is_school_day(day - 1) && day.weekday() == Weekday::kSaturday &&
          !calendar.is_school_day(day + 2) && random_.Happens(0.3)) {
        TakeLuxuryLeave(stay, day);
      }
      continue;
    }
    if (!went_away && day >= goes_away_on) {
      went_away = true;
      day = StayAway(stay, day);
    } else if (random_.Happens(kSickEachDay * SeasonFactor(day) * frailty_)) {
      day = FallSick(stay, day);
    } else if (random_.Happens(kVisitEachDay)) {
      TellAbsence(stay, MorningOf(day),
                  {{"MEDICAL", "YES", "part", "{\"day\":\"" + day.ToString() + "\",\"part\":\"DAY_PART_MORNING\"}"}},
                  1);
    } else if (truant_ && random_.Happens(kTruantEachDay)) {
      BeTruant(stay, day);
    } else if (random_.Happens(often_late_ ? kOftenLateEachDay : kLateEachDay)) {
      const std::string extent = "{\"day\":\"" + day.ToString() + "\",\"from\":\"08:30\",\"until\":\"08:50\"}";
      TellAbsence(stay, MorningOf(day), {{"LATE", "NO", "time", extent}}, 1);
    }
  }
}

Day SimulatedChild::FallSick(const Stay& stay, Day day) {
  const int school_days = static_cast<int>(std::min<int64_t>(random_.Duration(kSickSchoolDaysMean), 40));
  const Day last = std::min(plan_.calendar.SchoolDayAfter(day, school_days - 1), stay.days.last);
  if (random_.Happens(0.12)) {
    // No word from the parents at first.
    const AbsenceVersion unknown{"UNKNOWN_CATEGORY", "UNKNOWN", "days", DaysExtent(day, last)};
    const bool answered = random_.Happens(0.9);
    TellAbsence(stay, MorningOf(day),
                {unknown, {answered ? "SICK" : "TRUANT", answered ? "YES" : "NO", "days", DaysExtent(day, last)}},
                static_cast<int>(random_.Between(0, 4)));
  } else if (random_.Happens(0.4)) {
    // Reported every morning anew.
    for (Day sick = day; sick <= last; ++sick) {
      if (!plan_.calendar.is_school_day(sick)) continue;
      TellAbsence(stay, MorningOf(sick), {{"SICK", "YES", "days", DaysExtent(sick, sick)}}, 1);
    }
  } else {
    // Reported sick, and better when it is over.
    const Day back = plan_.calendar.SchoolDayAfter(last, 1);
    TellAbsence(
        stay, MorningOf(day),
        {{"SICK", "YES", "days", DaysExtent(day, std::nullopt)}, {"SICK", "YES", "days", DaysExtent(day, last)}},
        back - day);
  }
  return last;
}

void SimulatedChild::BeTruant(const Stay& stay, Day day) {
  const std::string on = "{\"day\":\"" + day.ToString() + "\",";
  switch (random_.Between(0, 3)) {
    case 0:
      TellAbsence(stay, MorningOf(day), {{"TRUANT", "NO", "part", on + "\"part\":\"DAY_PART_AFTERNOON\"}"}}, 1);
      break;
    case 1:
      TellAbsence(stay, MorningOf(day), {{"TRUANT", "NO", "periods", on + "\"first\":1,\"last\":1}"}}, 1);
      break;
    case 2:
      TellAbsence(stay, MorningOf(day), {{"TRUANT", "NO", "time", on + "\"from\":\"10:15\",\"until\":\"12:00\"}"}}, 1);
      break;
    default:
      TellAbsence(stay, MorningOf(day), {{"TRUANT", "NO", "days", DaysExtent(day, day + 1)}}, 1);
      if (random_.Happens(0.2)) TellReport({day - 20, day + 1});
  }
}

void SimulatedChild::TakeLuxuryLeave(const Stay& stay, Day holiday) {
  const Day first = holiday - static_cast<int>(random_.Between(1, 4));
  TellAbsence(stay, MorningOf(first),
              {{"UNKNOWN_CATEGORY", "UNKNOWN", "days", DaysExtent(first, holiday - 1)},
               {"LUXURY", "NO", "days", DaysExtent(first, holiday - 1)}},
              2);
}

Day SimulatedChild::StayAway(const Stay& stay, Day day) {
  const int school_days = static_cast<int>(random_.Between(25, 180));
  const Day last = std::min(plan_.calendar.SchoolDayAfter(day, school_days), stay.days.last);
  const bool unauthorised = random_.Happens(0.3);
  const char* category = unauthorised ? "TRUANT" : random_.Happens(0.7) ? "SICK" : "OTHER";
  const char* authorised = unauthorised ? "NO" : "YES";
  std::vector<AbsenceVersion> versions = {{category, authorised, "days", DaysExtent(day, std::nullopt)}};
  // Back at school only when the simulation still sees it.
  if (last < plan_.calendar.days().last) versions.push_back({category, authorised, "days", DaysExtent(day, last)});
  TellAbsence(stay, MorningOf(day), versions, last - day + 1);
  return last;
}

}  // namespace vangnet
