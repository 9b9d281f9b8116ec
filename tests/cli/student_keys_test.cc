#include "cli/student_keys.h"

#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include "domain/record.h"

namespace vangnet {
namespace {

using ::testing::ElementsAre;

TEST(StudentKeysTest, JoinsOverSeveralStepsAndKeepsTheOthersApart) {
  StudentKeys keys;
  for (const char* key : {"s-9", "s-2", "s-10", "s-5"}) keys.Add(key);
  keys.Join("s-9", "s-2");
  keys.Join("s-1", "s-9");
  EXPECT_THAT(keys.Children(), ElementsAre(ElementsAre("s-1", "s-2", "s-9"), ElementsAre("s-10"), ElementsAre("s-5")));
}

TEST(StudentKeysTest, TheOrderOfJoinsDoesNotMatter) {
  StudentKeys one;
  one.Join("a", "b");
  one.Join("c", "d");
  one.Join("b", "d");
  StudentKeys other;
  other.Join("d", "b");
  other.Join("b", "a");
  other.Join("d", "c");
  EXPECT_EQ(one.Children(), other.Children());
}

// As on the server: a source names one placeholder for all its children.
TEST(StudentKeysTest, MoreKeysThanAChildMayHaveAreEachForThemselves) {
  StudentKeys keys;
  for (size_t i = 1; i < kChildKeysMax; ++i) keys.Join("s-" + std::to_string(i), "unknown");
  EXPECT_THAT(keys.Children(), testing::SizeIs(1));
  keys.Join("s-99", "unknown");
  EXPECT_THAT(keys.Children(), testing::SizeIs(kChildKeysMax + 1));
}

}  // namespace
}  // namespace vangnet
