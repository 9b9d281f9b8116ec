// RandomStory makes a story from a seed: any mixture of facts a region can send, dense around one school year.
//
// The same seed gives the same story. Days lie around the autumn of 2026, with the odd one far away; schools are few,
// so that placements, absences and calendars meet.
#ifndef VANGNET_TESTS_TESTING_RANDOM_STORY_H_
#define VANGNET_TESTS_TESTING_RANDOM_STORY_H_

#include <cstdint>
#include <random>
#include <string>

#include "tests/testing/story.h"

namespace vangnet_testing {

class RandomStory {
 public:
  explicit RandomStory(uint64_t seed) : random_(seed) {}

  Story Make();

  // A number in [0, n).
  int Below(int n) { return static_cast<int>(random_() % static_cast<uint64_t>(n)); }
  bool OneIn(int n) { return Below(n) == 0; }
  // A day of the span most facts lie in.
  vangnet::Day AnyDay() { return kFrom + Below(kSpanDays); }

  static constexpr vangnet::Day kFrom{2026, 7, 1};
  static constexpr int kSpanDays = 230;

 private:
  std::string School();
  std::string Id();
  std::string Key();
  vangnet::DayInterval Interval(int most_days);
  vangnet::Extent AnyExtent();
  vangnet::Timetable AnyTimetable();
  void AddRegion(Story& story);
  void AddPolicy(Story& story);
  void AddSchools(Story& story);
  void AddBasics(Story& story);
  void AddAbsences(Story& story);
  void AddOthers(Story& story);

  std::mt19937_64 random_;
  int next_id_ = 0;
};

}  // namespace vangnet_testing

#endif  // VANGNET_TESTS_TESTING_RANDOM_STORY_H_
