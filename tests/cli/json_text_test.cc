#include "cli/json_text.h"

#include <gtest/gtest.h>

namespace vangnet {
namespace {

TEST(JsonText, StringsAreEscaped) {
  EXPECT_EQ(JsonString("a \"b\" \\ c\n"), R"("a \"b\" \\ c\u000a")");
  EXPECT_EQ(JsonString("Zoë"), "\"Zoë\"");
  // The name of a file is bytes.
  EXPECT_EQ(JsonString("Zo\xeb.scenario"), R"("Zo\\xeb.scenario")");
}

// The length of protobuf's own JSON, whatever the last digits are.
TEST(JsonText, InstantsHaveNoThreeOrSixDigits) {
  const absl::Time second = absl::FromUnixSeconds(1'790'000'000);
  EXPECT_EQ(JsonInstant(second), "\"2026-09-21T14:13:20Z\"");
  EXPECT_EQ(JsonInstant(second + absl::Milliseconds(580)), "\"2026-09-21T14:13:20.580Z\"");
  EXPECT_EQ(JsonInstant(second + absl::Microseconds(586'670)), "\"2026-09-21T14:13:20.586670Z\"");
}

}  // namespace
}  // namespace vangnet
