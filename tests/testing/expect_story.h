// ExpectOn compares what the rules say of a story with a table of days: one reason to fail per line.
#ifndef VANGNET_TESTS_TESTING_EXPECT_STORY_H_
#define VANGNET_TESTS_TESTING_EXPECT_STORY_H_

#include <gtest/gtest.h>

#include <string>
#include <vector>

#include "tests/testing/story.h"

namespace vangnet_testing {

struct OnDay {
  std::string day;
  std::string lines;  // as Story::On gives them; "-" for none
};

inline void ExpectOn(const Story& story, const std::vector<OnDay>& table) {
  for (const auto& [day, lines] : table) EXPECT_EQ(story.On(day), lines) << "on " << day;
}

// The days on which the findings differ from those of the day before, from `first` to `last`: "2026-10-12 -> lines".
inline std::vector<OnDay> ChangesBetween(const Story& story, std::string_view first, std::string_view last) {
  std::vector<OnDay> changes;
  std::string before = story.On((D(first) - 1).ToString());
  for (vangnet::Day day = D(first); day <= D(last); ++day) {
    std::string now = story.On(day.ToString());
    if (now != before) changes.push_back({day.ToString(), now});
    before = std::move(now);
  }
  return changes;
}

}  // namespace vangnet_testing

#endif  // VANGNET_TESTS_TESTING_EXPECT_STORY_H_
