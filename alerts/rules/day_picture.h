// DayPicture is the scheduled time of one school day of a child, in minutes by status (rules.md section 3).
#ifndef VANGNET_ALERTS_RULES_DAY_PICTURE_H_
#define VANGNET_ALERTS_RULES_DAY_PICTURE_H_

#include <array>
#include <cstdint>

#include "alerts/rules/policy.h"

namespace vangnet {

// What is known of a scheduled minute. Authorised here is authorised for another reason than being sick.
enum class MinuteStatus : uint8_t { kSick, kAuthorised, kUnauthorised, kUndecided, kPresent, kUnknown };
inline constexpr int kMinuteStatuses = 6;

// Whether a minute of this status is F (rules.md section 3).
inline bool Matches(AbsenceFilter filter, MinuteStatus status) {
  switch (filter) {
    case AbsenceFilter::kMissed:
      return status <= MinuteStatus::kUndecided;
    case AbsenceFilter::kUnauthorised:
      return status == MinuteStatus::kUnauthorised;
    case AbsenceFilter::kSick:
      return status == MinuteStatus::kSick;
  }
  return false;
}

class DayPicture {
 public:
  void Add(MinuteStatus status, int minutes) {
    Change(status, minutes);
    scheduled_ = static_cast<int16_t>(scheduled_ + minutes);
  }
  void Move(MinuteStatus from, MinuteStatus to, int minutes) {
    Change(from, -minutes);
    Change(to, minutes);
  }

  // 0: no school day.
  int scheduled() const { return scheduled_; }
  int minutes(MinuteStatus status) const { return minutes_[static_cast<size_t>(status)]; }
  int minutes(AbsenceFilter filter) const {
    int sum = 0;
    for (int i = 0; i < kMinuteStatuses; ++i) {
      if (Matches(filter, static_cast<MinuteStatus>(i))) sum += minutes_[static_cast<size_t>(i)];
    }
    return sum;
  }
  // Every scheduled minute is F.
  bool IsWholly(AbsenceFilter filter) const { return scheduled_ > 0 && minutes(filter) == scheduled_; }
  // Not wholly F, but what is still missing could make it so: every minute that is not F is unknown or undecided.
  bool IsOpenFor(AbsenceFilter filter) const {
    const int f = minutes(filter);
    const int undecided = filter == AbsenceFilter::kMissed ? 0 : minutes(MinuteStatus::kUndecided);
    return f < scheduled_ && f + undecided + minutes(MinuteStatus::kUnknown) == scheduled_;
  }
  friend bool operator==(const DayPicture&, const DayPicture&) = default;

 private:
  void Change(MinuteStatus status, int minutes) {
    int16_t& changed = minutes_[static_cast<size_t>(status)];
    changed = static_cast<int16_t>(changed + minutes);
  }

  // A day has 1440 minutes at most; many pictures are kept at once.
  int16_t scheduled_ = 0;
  std::array<int16_t, kMinuteStatuses> minutes_{};
};

}  // namespace vangnet

#endif  // VANGNET_ALERTS_RULES_DAY_PICTURE_H_
