#include "cli/arguments.h"

#include <gmock/gmock.h>
#include <gtest/gtest.h>

namespace vangnet {
namespace {

using ::testing::ElementsAre;
using ::testing::HasSubstr;

const std::vector<FlagSpec> kFlags = {{.name = "day", .value_name = "DAY", .help = ""},
                                      {.name = "count", .value_name = "N", .help = ""},
                                      {.name = "json", .value_name = "", .help = ""}};

absl::Status Refused(const std::vector<std::string>& words) { return Arguments::Parse(kFlags, words).status(); }

TEST(ArgumentsTest, TakesValuesBehindASpaceAndBehindAnEqualsSign) {
  const absl::StatusOr<Arguments> arguments =
      Arguments::Parse(kFlags, {"--day", "2026-10-12", "a.jsonl", "--count=3", "-", "--json", "--", "--odd-name"});
  ASSERT_TRUE(arguments.ok()) << arguments.status();
  EXPECT_EQ(arguments->Get("day"), "2026-10-12");
  EXPECT_EQ(*arguments->GetDay("day"), Day(2026, 10, 12));
  EXPECT_EQ(*arguments->GetInteger("count", 7, 1, 9), 3);
  EXPECT_TRUE(arguments->Has("json"));
  EXPECT_THAT(arguments->operands(), ElementsAre("a.jsonl", "-", "--odd-name"));
}

TEST(ArgumentsTest, GivesDefaultsForWhatWasNotGiven) {
  const absl::StatusOr<Arguments> arguments = Arguments::Parse(kFlags, {});
  ASSERT_TRUE(arguments.ok());
  EXPECT_EQ(arguments->Get("day", "none"), "none");
  EXPECT_EQ(*arguments->GetDay("day"), std::nullopt);
  EXPECT_EQ(*arguments->GetInteger("count", 7, 1, 9), 7);
  EXPECT_FALSE(arguments->Has("json"));
}

TEST(ArgumentsTest, RefusesWhatTheCommandDoesNotKnow) {
  EXPECT_THAT(std::string(Refused({"--bogus"}).message()), HasSubstr("unknown flag --bogus"));
  EXPECT_THAT(std::string(Refused({"-x"}).message()), HasSubstr("unknown flag -x"));
  EXPECT_THAT(std::string(Refused({"--day"}).message()), HasSubstr("needs a value"));
  EXPECT_THAT(std::string(Refused({"--json=1"}).message()), HasSubstr("takes no value"));
  EXPECT_THAT(std::string(Refused({"--day=a", "--day=b"}).message()), HasSubstr("given twice"));
}

// Regression: protobuf complained on standard error, and the error that followed was empty.
TEST(ArgumentsTest, RefusesWhatIsNotUtf8AndNamesIt) {
  EXPECT_EQ(Refused({"--day", "caf\xe9"}).message(), "the value of --day is not UTF-8");
  EXPECT_EQ(Refused({"--day=\xff"}).message(), "the value of --day is not UTF-8");
  EXPECT_EQ(Refused({"a", "--", "caf\xe9.jsonl"}).message(), "caf\\xe9.jsonl is not UTF-8");
  EXPECT_TRUE(Refused({"--day", "café", "leerling-é"}).ok());
}

TEST(ArgumentsTest, RefusesMalformedDaysAndNumbersOutOfRange) {
  const absl::StatusOr<Arguments> arguments = Arguments::Parse(kFlags, {"--day=12-10-2026", "--count=10"});
  ASSERT_TRUE(arguments.ok());
  EXPECT_TRUE(absl::IsInvalidArgument(arguments->GetDay("day").status()));
  EXPECT_TRUE(absl::IsInvalidArgument(arguments->GetInteger("count", 7, 1, 9).status()));
  EXPECT_EQ(*arguments->GetInteger("count", 7, 1, 10), 10);
}

}  // namespace
}  // namespace vangnet
