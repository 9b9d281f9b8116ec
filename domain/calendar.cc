#include "domain/calendar.h"

#include <algorithm>
#include <memory>
#include <utility>

namespace vangnet {
namespace {

constexpr MinuteOfDay kMidnight = 24 * 60;

TimetableWeeks ParityOf(Day day) { return IsoWeek(day) % 2 == 1 ? TimetableWeeks::kOdd : TimetableWeeks::kEven; }

bool IsValidIn(const Timetable& timetable, Day day, TimetableWeeks parity) {
  return timetable.days.contains(day) && (timetable.weeks == TimetableWeeks::kEvery || timetable.weeks == parity);
}

// Raises `latest` to the finite ends of `days`.
void RaiseTo(const DayInterval& days, Day& latest) {
  if (days.first != kDayMin) latest = std::max(latest, days.first);
  if (days.last != kDayMax) latest = std::max(latest, days.last);
}

}  // namespace

bool IsValidOn(const Timetable& timetable, Day day) {
  return timetable.days.contains(day) &&
         (timetable.weeks == TimetableWeeks::kEvery || timetable.weeks == ParityOf(day));
}

DayPlan PlanOf(const Timetable& timetable, Day day, MinuteOfDay closed_from) {
  const Weekday weekday = day.weekday();
  DayPlan plan;
  plan.closed_from = closed_from;
  for (const WeekdaySession& session : timetable.sessions) {
    if (session.weekday != weekday) continue;
    if (plan.sessions == nullptr) plan.sessions = &session;
    if (session.session.from >= closed_from) break;
    ++plan.count;
    plan.minutes =
        static_cast<int16_t>(plan.minutes + std::min(session.session.until, closed_from) - session.session.from);
  }
  return plan;
}

Calendar::Calendar(Choice choice, std::vector<const Timetable*> timetables, std::string_view group,
                   std::vector<Closure> closures, const Calendar* fallback)
    : choice_(choice), timetables_(std::move(timetables)), closures_(std::move(closures)), fallback_(fallback) {
  if (choice_ == Choice::kOne) {
    std::erase_if(timetables_, [&](const Timetable* t) { return !t->group.empty() && t->group != group; });
    std::stable_sort(timetables_.begin(), timetables_.end(), [](const Timetable* a, const Timetable* b) {
      if (a->group.empty() != b->group.empty()) return b->group.empty();
      return a->days.first > b->days.first;
    });
  }
  for (const Timetable* timetable : timetables_) RaiseTo(timetable->days, last_boundary_);
  for (const Closure& closure : closures_) RaiseTo(closure.days, last_boundary_);
  if (fallback_ != nullptr) last_boundary_ = std::max(last_boundary_, fallback_->last_boundary_);

  alternates_ = fallback_ != nullptr && fallback_->alternates_;
  for (const Timetable* timetable : timetables_) alternates_ |= timetable->weeks != TimetableWeeks::kEvery;

  Day earliest = kDayMax;
  for (const Timetable* timetable : timetables_) earliest = std::min(earliest, timetable->days.first);
  if (fallback_ != nullptr) earliest = std::min(earliest, fallback_->first_school_day_);
  first_school_day_ = std::max(kFirstDay, earliest);
}

Calendar::~Calendar() {
  for (const auto& block : blocks_) delete block.load(std::memory_order_acquire);
}

MinuteOfDay Calendar::OwnClosedFrom(Day day) const {
  MinuteOfDay closed_from = kMidnight;
  for (const Closure& closure : closures_) {
    if (closure.days.contains(day)) closed_from = std::min(closed_from, closure.closed_from.value_or(0));
  }
  return closed_from;
}

const Timetable* Calendar::ValidTimetable(Day day, TimetableWeeks parity) const {
  for (const Timetable* timetable : timetables_) {
    if (IsValidIn(*timetable, day, parity)) return timetable;
  }
  return nullptr;
}

DayPlan Calendar::WorkOut(Day day, MinuteOfDay own_closed_from) const {
  const TimetableWeeks parity = ParityOf(day);
  const Timetable* const valid = ValidTimetable(day, parity);
  if (valid == nullptr) {
    if (fallback_ != nullptr) return fallback_->PlanOn(day);
    return DayPlan{.closed_from = own_closed_from};
  }
  DayPlan plan = PlanOf(*valid, day, own_closed_from);
  if (choice_ == Choice::kAny) {
    for (const Timetable* timetable : timetables_) {
      if (!IsValidIn(*timetable, day, parity)) continue;
      const DayPlan other = PlanOf(*timetable, day, own_closed_from);
      if (other.minutes > plan.minutes) plan = other;
    }
  }
  return plan;
}

Calendar::Block* Calendar::NewBlock(int index) const {
  auto block = std::make_unique<Block>();
  const Day first = kFirstDay + index * kBlockDays;
  std::array<MinuteOfDay, kBlockDays> closed_from;
  closed_from.fill(kMidnight);
  for (const Closure& closure : closures_) {
    const Day from = std::max(closure.days.first, first);
    const Day last = std::min(closure.days.last, first + (kBlockDays - 1));
    for (Day day = from; day <= last; ++day) {
      closed_from[day - first] = std::min(closed_from[day - first], closure.closed_from.value_or(0));
    }
  }
  block->minutes_before[0] = 0;
  block->school_days_before[0] = 0;
  for (int i = 0; i < kBlockDays; ++i) {
    const DayPlan plan = WorkOut(first + i, closed_from[i]);
    auto known = std::find(block->plans.begin(), block->plans.end(), plan);
    if (known == block->plans.end()) known = block->plans.insert(known, plan);
    block->plan_index[i] = static_cast<uint16_t>(known - block->plans.begin());
    block->minutes_before[i + 1] = block->minutes_before[i] + plan.minutes;
    block->school_days_before[i + 1] = static_cast<uint16_t>(block->school_days_before[i] + (plan.minutes > 0 ? 1 : 0));
  }
  return block.release();
}

const Calendar::Block& Calendar::BlockAt(int index) const {
  const Block* block = blocks_[index].load(std::memory_order_acquire);
  if (block != nullptr) return *block;
  // Two threads may both work it out: they get the same block, and the second throws its own away.
  const Block* const made = NewBlock(index);
  if (blocks_[index].compare_exchange_strong(block, made, std::memory_order_acq_rel, std::memory_order_acquire)) {
    return *made;
  }
  delete made;
  return *block;
}

DayPlan Calendar::PlanOn(Day day) const {
  if (day < kFirstDay) return DayPlan{};
  const int offset = day - kFirstDay;
  if (offset >= kBlockDays * kBlocks) return WorkOut(day, OwnClosedFrom(day));
  const Block& block = BlockAt(offset / kBlockDays);
  return block.plans[block.plan_index[offset % kBlockDays]];
}

template <typename InBlock, typename Past>
void Calendar::ForEachPart(DayInterval days, InBlock in_block, Past past) const {
  Day day = std::max(days.first, kFirstDay);
  while (day <= days.last) {
    const int offset = day - kFirstDay;
    if (offset >= kBlockDays * kBlocks) {
      past(PlanOn(day));
      ++day;
      continue;
    }
    const int from = offset % kBlockDays;
    const int until = std::min(kBlockDays, from + (days.last - day) + 1);
    in_block(BlockAt(offset / kBlockDays), from, until);
    day = day + (until - from);
  }
}

int64_t Calendar::MinutesIn(DayInterval days) const {
  int64_t minutes = 0;
  ForEachPart(
      days,
      [&](const Block& block, int from, int until) {
        minutes += block.minutes_before[until] - block.minutes_before[from];
      },
      [&](const DayPlan& plan) { minutes += plan.minutes; });
  return minutes;
}

int Calendar::SchoolDaysIn(DayInterval days) const {
  int school_days = 0;
  ForEachPart(
      days,
      [&](const Block& block, int from, int until) {
        school_days += block.school_days_before[until] - block.school_days_before[from];
      },
      [&](const DayPlan& plan) { school_days += plan.minutes > 0 ? 1 : 0; });
  return school_days;
}

std::optional<Day> Calendar::FirstSchoolDay(Day from, Day until) const {
  const Day first = std::max(from, first_school_day_);
  // An odd or even week comes within three weeks of any day, also where week 53 meets week 1.
  const Day last = std::min(until, std::max(first, last_boundary_) + 35);
  for (Day day = first; day <= last; ++day) {
    if (IsSchoolDay(day)) return day;
  }
  return std::nullopt;
}

bool Calendar::IsLessonWeek(Day monday) const { return MinutesIn({monday, monday + 6}) > 0; }

const Timetable* Calendar::TimetableOn(Day day, TimetableWeeks parity) const {
  const Timetable* const valid = ValidTimetable(day, parity);
  if (valid == nullptr && fallback_ != nullptr) return fallback_->TimetableOn(day, parity);
  return valid;
}

Day Calendar::NextValidityChange(Day day) const {
  Day next = fallback_ != nullptr ? fallback_->NextValidityChange(day) : kDayMax;
  for (const Timetable* timetable : timetables_) {
    if (timetable->days.first > day) next = std::min(next, timetable->days.first);
    if (timetable->days.last >= day && timetable->days.last != kDayMax) {
      next = std::min(next, timetable->days.last + 1);
    }
  }
  return next;
}

}  // namespace vangnet
