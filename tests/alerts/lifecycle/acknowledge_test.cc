#include "alerts/lifecycle/acknowledge.h"

#include <string>

#include "gmock/gmock.h"
#include "gtest/gtest.h"

namespace vangnet {
namespace {

using ::testing::IsEmpty;
using ::testing::SizeIs;

Alert OpenAlert() {
  Alert alert;
  alert.id = 7;
  alert.finding.stage = "early";
  alert.opened_at = alert.changed_at = absl::FromUnixSeconds(100);
  alert.history.push_back({AlertChangeKind::kRaised, alert.opened_at, Day(2026, 10, 16), "early", "", "", false});
  return alert;
}

TEST(AcknowledgeTest, SaysWhoTookItUpAndWhy) {
  const Alert alert = OpenAlert();
  const auto update = Acknowledge(alert, {EtagOf(alert), "Fatima", "I call them"}, absl::FromUnixSeconds(200));
  ASSERT_TRUE(update.ok()) << update.status();
  EXPECT_EQ(update->alert.state, AlertState::kAcknowledged);
  EXPECT_EQ(update->alert.acknowledged_by, "Fatima");
  EXPECT_EQ(update->alert.changed_at, absl::FromUnixSeconds(200));
  ASSERT_THAT(update->changes, SizeIs(1));
  EXPECT_EQ(update->changes.front(), update->alert.history.back());
  EXPECT_EQ(update->changes.front().note, "I call them");
  EXPECT_EQ(update->changes.front().stage, "early");
  EXPECT_FALSE(update->changes.front().day.has_value());
}

TEST(AcknowledgeTest, TheFirstStays) {
  const Alert alert = OpenAlert();
  const Alert first = Acknowledge(alert, {"", "Fatima", ""}, absl::FromUnixSeconds(200))->alert;
  for (const std::string actor : {"Fatima", ""}) {
    const auto again = Acknowledge(first, {"", actor, ""}, absl::FromUnixSeconds(300));
    ASSERT_TRUE(again.ok()) << again.status();
    EXPECT_EQ(again->alert, first);
    EXPECT_THAT(again->changes, IsEmpty());
  }
  const auto second = Acknowledge(first, {"", "Joris", ""}, absl::FromUnixSeconds(300));
  ASSERT_TRUE(second.ok()) << second.status();
  EXPECT_EQ(second->alert.state, AlertState::kAcknowledged);
  EXPECT_EQ(second->alert.acknowledged_by, "Fatima");
}

TEST(AcknowledgeTest, NobodysNoteIsLost) {
  const Alert first = Acknowledge(OpenAlert(), {"", "Fatima", ""}, absl::FromUnixSeconds(200))->alert;
  for (const std::string actor : {"Fatima", "Joris", ""}) {
    const auto second = Acknowledge(first, {"", actor, "I call them"}, absl::FromUnixSeconds(300));
    ASSERT_TRUE(second.ok()) << second.status();
    ASSERT_THAT(second->changes, SizeIs(1));
    EXPECT_EQ(second->changes.front(), second->alert.history.back());
    EXPECT_EQ(second->changes.front().actor, actor);
    EXPECT_EQ(second->changes.front().note, "I call them");
    EXPECT_NE(EtagOf(second->alert), EtagOf(first));
  }
}

TEST(AcknowledgeTest, RefusesWhatIsClosed) {
  for (AlertState state : {AlertState::kResolved, AlertState::kWithdrawn}) {
    Alert alert = OpenAlert();
    alert.state = state;
    EXPECT_EQ(Acknowledge(alert, {}, absl::FromUnixSeconds(200)).status().code(),
              absl::StatusCode::kFailedPrecondition);
  }
}

TEST(AcknowledgeTest, RefusesWhatChangedSinceItWasSeen) {
  const Alert seen = OpenAlert();
  Alert now = seen;
  now.changed_at = absl::FromUnixSeconds(150);
  now.history.push_back({AlertChangeKind::kStageRaised, now.changed_at, Day(2026, 11, 9), "four-weeks", "", "", false});
  EXPECT_NE(EtagOf(seen), EtagOf(now));
  EXPECT_EQ(Acknowledge(now, {EtagOf(seen), "Fatima", ""}, absl::FromUnixSeconds(200)).status().code(),
            absl::StatusCode::kAborted);
}

TEST(AcknowledgeTest, SilentGrowthKeepsTheEtag) {
  const Alert seen = OpenAlert();
  Alert grown = seen;
  grown.finding.value = 9;
  grown.last_shown = Day(2026, 10, 20);
  EXPECT_EQ(EtagOf(seen), EtagOf(grown));
}

}  // namespace
}  // namespace vangnet
