#include <gmock/gmock.h>
#include <gtest/gtest.h>
#include <unistd.h>

#include <string>
#include <utility>
#include <vector>

#include "google/rpc/error_details.pb.h"
#include "google/rpc/status.pb.h"
#include "services/runtime/authenticator.h"
#include "services/runtime/disk_reserve.h"
#include "services/runtime/guarded_clock.h"
#include "services/runtime/local_day.h"
#include "services/runtime/log.h"
#include "services/runtime/page_token.h"
#include "services/runtime/rpc_status.h"
#include "services/runtime/task_queue.h"
#include "tests/testing/manual_clock.h"

namespace vangnet {
namespace {

using testing::ElementsAre;
using vangnet_testing::ManualClock;

const absl::Time kNoon = absl::FromUnixSeconds(1'795'435'200);  // 2026-11-23 12:00 UTC

TEST(GuardedClockTest, FollowsTheWallClockWithinTheHour) {
  ManualClock wall(kNoon);
  const GuardedClock clock(wall, absl::Hours(1));
  wall.Advance(absl::Minutes(5));
  wall.Jump(absl::Hours(1));
  EXPECT_EQ(clock.Now(), kNoon + absl::Minutes(65));
  EXPECT_EQ(clock.held(), absl::ZeroDuration());
}

TEST(GuardedClockTest, HoldsAJumpOfMoreThanAnHourAndGoesOnByTheMonotonicClock) {
  ManualClock wall(kNoon);
  const GuardedClock clock(wall, absl::Hours(1));
  wall.Jump(absl::Hours(1) + absl::Nanoseconds(1));
  EXPECT_EQ(clock.Now(), kNoon);
  wall.Advance(absl::Minutes(10));
  EXPECT_EQ(clock.Now(), kNoon + absl::Minutes(10));
  EXPECT_EQ(clock.held(), absl::Hours(1) + absl::Nanoseconds(1));
}

TEST(GuardedClockTest, FollowsAgainOnceTheWallClockIsSetRight) {
  ManualClock wall(kNoon);
  const GuardedClock clock(wall, absl::Hours(1));
  wall.Jump(absl::Hours(24 * 400));
  EXPECT_EQ(clock.Now(), kNoon);
  wall.Jump(-absl::Hours(24 * 400));
  wall.Advance(absl::Seconds(1));
  EXPECT_EQ(clock.Now(), kNoon + absl::Seconds(1));
  EXPECT_EQ(clock.held(), absl::ZeroDuration());
}

TEST(GuardedClockTest, NeverGoesBack) {
  ManualClock wall(kNoon);
  const GuardedClock clock(wall, absl::Hours(1));
  wall.Jump(-absl::Minutes(30));
  EXPECT_EQ(clock.Now(), kNoon);
  wall.Jump(-absl::Hours(48));
  wall.Advance(absl::Minutes(1));
  EXPECT_EQ(clock.Now(), kNoon + absl::Minutes(1));
}

// Whoever waits five seconds for the rest of a backfill must not wait until a clock that was set back has caught up.
TEST(GuardedClockTest, GoesAtHalfTheSpeedUntilAWallClockThatWasSetBackHasCaughtUp) {
  ManualClock wall(kNoon);
  const GuardedClock clock(wall, absl::Hours(1));
  wall.Jump(-absl::Minutes(10));
  EXPECT_EQ(clock.Now(), kNoon);
  for (const auto& [minute, believed] : {std::pair{2, 1}, {6, 3}, {20, 10}, {21, 11}, {30, 20}}) {
    wall.Advance(kNoon + absl::Minutes(minute - 10) - wall.Now());
    EXPECT_EQ(clock.Now(), kNoon + absl::Minutes(believed)) << minute << " minutes later";
  }
}

TEST(GuardedClockTest, TellsWholeMicrosecondsAndLosesNoneWhileTheWallClockIsNotBelieved) {
  ManualClock wall(kNoon);
  const GuardedClock clock(wall, absl::Hours(1));
  wall.Jump(absl::Hours(24 * 400));
  for (const int microseconds : {1, 3, 4, 6}) {
    wall.Advance(absl::Nanoseconds(1'500));
    EXPECT_EQ(clock.Now(), kNoon + absl::Microseconds(microseconds));
  }
}

class ClockStepTest : public testing::TestWithParam<absl::Duration> {};

TEST_P(ClockStepTest, TimeGoesOnWhereItWasAndComesBackWhenTheClockIsSetRight) {
  ManualClock wall(kNoon);
  const GuardedClock clock(wall, absl::Hours(1));
  absl::Time last = clock.Now();
  // Set wrong, and set right again five minutes later, with readings in between.
  for (const absl::Duration step : {GetParam(), -GetParam()}) {
    wall.Jump(step);
    for (int minute = 0; minute < 5; ++minute) {
      const absl::Time now = clock.Now();
      EXPECT_GE(now, last);
      EXPECT_LE(now - last, absl::Hours(1) + absl::Minutes(1));
      last = now;
      wall.Advance(absl::Minutes(1));
    }
  }
  EXPECT_GE(clock.Now(), kNoon + absl::Minutes(10));
  EXPECT_LE(clock.Now(), kNoon + absl::Minutes(10) + absl::Hours(1));
  EXPECT_EQ(clock.held(), absl::ZeroDuration());
}

INSTANTIATE_TEST_SUITE_P(Steps, ClockStepTest,
                         testing::Values(-absl::Seconds(1), -absl::Hours(1), -absl::Hours(24), absl::Hours(1),
                                         absl::Hours(3 * 24), absl::Hours(400 * 24)));

TEST(DiskReserveTest, RecordsGoFirstThenEverythingAndComeBackWithSomeRoomToSpare) {
  uint64_t free = 100;
  const DiskReserve reserve([&] { return std::optional<uint64_t>(free); }, 80);
  EXPECT_TRUE(reserve.MayGrow().ok());
  free = 79;
  EXPECT_TRUE(absl::IsResourceExhausted(reserve.MayGrow()));
  EXPECT_TRUE(reserve.MayWrite().ok());
  free = 19;
  EXPECT_TRUE(absl::IsUnavailable(reserve.MayWrite()));
  free = 89;  // an eighth more than the reserve is 90
  EXPECT_TRUE(reserve.MayWrite().ok());
  EXPECT_TRUE(reserve.is_short());
  free = 90;
  EXPECT_FALSE(reserve.is_short());
}

TEST(DiskReserveTest, ADiskThatCannotBeAskedHasRoom) {
  const DiskReserve unknown([] { return std::optional<uint64_t>(); }, 80);
  EXPECT_TRUE(unknown.MayGrow().ok());
  EXPECT_TRUE(unknown.MayWrite().ok());
  EXPECT_EQ(FreeBytesAt("/no/such/directory")(), std::nullopt);
  EXPECT_GT(FreeBytesAt("/")().value_or(0), 0u);
}

TEST(LocalDayTest, ADayBeginsAtMidnightInTheRegion) {
  absl::TimeZone amsterdam;
  ASSERT_TRUE(absl::LoadTimeZone("Europe/Amsterdam", &amsterdam));
  const absl::Time midnight = StartOf(Day(2026, 11, 23), amsterdam);
  EXPECT_EQ(LocalDay(midnight, amsterdam), Day(2026, 11, 23));
  EXPECT_EQ(LocalDay(midnight - absl::Nanoseconds(1), amsterdam), Day(2026, 11, 22));
  EXPECT_EQ(midnight, absl::FromUnixSeconds(1'795'388'400));
}

TEST(LogTest, WhateverAValueHoldsStaysOnItsLine) {
  int ends[2];
  ASSERT_EQ(pipe(ends), 0);
  const ManualClock clock(kNoon);
  const Log log(clock, ends[1]);
  log.Warning("a thing", {{"path", "/tmp/x"}, {"what", "two\nlines \"and\" \\ \x01"}, {"none", ""}});
  close(ends[1]);
  std::string line(4096, '\0');
  line.resize(static_cast<size_t>(read(ends[0], line.data(), line.size())));
  close(ends[0]);
  EXPECT_EQ(line,
            "time=2026-11-23T12:00:00+00:00 level=warning event=\"a thing\" path=/tmp/x "
            "what=\"two\\x0alines \\\"and\\\" \\\\ \\x01\" none=\"\"\n");
}

TEST(PageTokenTest, ComesBackAsItWasGivenOut) {
  const PageToken token{.numbers = {0, 1, 0xffffffffffffffff}, .text = std::string("a\0\xff", 3)};
  EXPECT_EQ(DecodePageToken("alerts", "filter", EncodePageToken("alerts", "filter", token)), token);
  EXPECT_EQ(DecodePageToken("k", "", EncodePageToken("k", "", {})), PageToken());
}

TEST(PageTokenTest, IsRefusedForAnotherListingAnotherFilterOrWhenItWasTouched) {
  const std::string token = EncodePageToken("alerts", "filter", {.numbers = {7}, .text = "x"});
  EXPECT_EQ(DecodePageToken("findings", "filter", token), std::nullopt);
  EXPECT_EQ(DecodePageToken("alerts", "filters", token), std::nullopt);
  EXPECT_EQ(DecodePageToken("alertsfilter", "", token), std::nullopt);
  for (size_t i = 0; i < token.size(); ++i) {
    std::string touched = token;
    touched[i] = touched[i] == '0' ? '1' : '0';
    EXPECT_EQ(DecodePageToken("alerts", "filter", touched), std::nullopt) << "letter " << i;
    EXPECT_EQ(DecodePageToken("alerts", "filter", token.substr(0, i)), std::nullopt) << "cut at " << i;
  }
}

TEST(PositionTest, SortsAsTheNumberDoes) {
  EXPECT_EQ(PositionToString(0), "");
  EXPECT_LT(PositionToString(9), PositionToString(10));
  EXPECT_LT(PositionToString(0xff), PositionToString(0x100));
}

TEST(AuthenticatorTest, OnlyThisMachineIsKnown) {
  const LoopbackAuthenticator authenticator;
  for (const char* peer : {"ipv4:127.0.0.1:4", "ipv4:127.8.8.8:4", "ipv6:%5B::1%5D:4", "unix:/run/x"}) {
    EXPECT_TRUE(authenticator.Authenticate(peer).ok()) << peer;
  }
  for (const char* peer : {"ipv4:10.0.0.1:4", "ipv4:12.7.0.0:1", "ipv6:%5B2001::1%5D:4", "", "ipv6:%5B::11%5D:4"}) {
    EXPECT_TRUE(absl::IsUnauthenticated(authenticator.Authenticate(peer).status())) << peer;
  }
  for (const char* address : {"127.0.0.1:0", "127.8.8.8:1", "localhost:7443", "[::1]:7443"}) {
    EXPECT_TRUE(IsLoopback(address)) << address;
  }
  for (const char* address :
       {"0.0.0.0:7443", "[::]:7443", "10.1.1.1:1", "example.org:1", ":7443", "127.0.0.1.example.org:1", "127.1:1",
        "localhost", "127.0.0.1", "localhost.example.org:1", "[::1].example.org:1", "[127.0.0.1]:1", "unix:/run/x"}) {
    EXPECT_FALSE(IsLoopback(address)) << address;
  }
}

google::rpc::Status Rich(const grpc::Status& status) {
  google::rpc::Status rich;
  EXPECT_TRUE(rich.ParseFromString(status.error_details()));
  return rich;
}

TEST(RpcStatusTest, AMalformedRequestHasAllThatIsWrongWithIt) {
  const grpc::Status status = InvalidRequest({{"a", "required"}, {"b[1]", "too long"}});
  EXPECT_EQ(status.error_code(), grpc::StatusCode::INVALID_ARGUMENT);
  const google::rpc::Status rich = Rich(status);
  ASSERT_EQ(rich.details_size(), 2);
  google::rpc::ErrorInfo info;
  google::rpc::BadRequest bad;
  ASSERT_TRUE(rich.details(0).UnpackTo(&info));
  ASSERT_TRUE(rich.details(1).UnpackTo(&bad));
  EXPECT_EQ(info.domain(), "vangnet");
  EXPECT_EQ(info.reason(), "INVALID_REQUEST");
  ASSERT_EQ(bad.field_violations_size(), 2);
  EXPECT_EQ(bad.field_violations(1).field(), "b[1]");
}

// Ten thousand bad ids in one request made trailers that no caller takes: it saw another error than this.
TEST(RpcStatusTest, MoreViolationsThanTrailersHoldAreCounted) {
  const std::vector<FieldViolation> many(10'000, {"rejection_ids[1234]", "no rejection id"});
  const grpc::Status status = InvalidRequest(many);
  EXPECT_LT(status.error_details().size(), 5'000u);
  google::rpc::BadRequest bad;
  ASSERT_TRUE(Rich(status).details(1).UnpackTo(&bad));
  const int told = bad.field_violations_size() - 1;
  EXPECT_GT(told, 50);
  EXPECT_EQ(bad.field_violations(told).description(), std::to_string(10'000 - told) + " more");
}

TEST(RpcStatusTest, LoadSaysWhenToTryAgainAndOtherErrorsDoNot) {
  google::rpc::RetryInfo retry;
  for (const absl::Status& load : {absl::UnavailableError("x"), absl::ResourceExhaustedError("x")}) {
    const google::rpc::Status rich = Rich(ToRpcStatus(load));
    ASSERT_EQ(rich.details_size(), 2);
    ASSERT_TRUE(rich.details(1).UnpackTo(&retry));
    EXPECT_GT(retry.retry_delay().seconds(), 0);
  }
  EXPECT_EQ(Rich(ToRpcStatus(absl::AbortedError("x"))).details_size(), 1);
  EXPECT_TRUE(ToRpcStatus(absl::OkStatus()).ok());
}

TEST(TaskQueueTest, RunsInOrderRefusesWhatIsTooMuchAndFinishesWhatItTook) {
  TaskQueue queue(2);
  std::vector<int> ran;
  EXPECT_TRUE(queue.Add([&] { ran.push_back(1); }));
  EXPECT_TRUE(queue.Add([&] { ran.push_back(2); }));
  EXPECT_FALSE(queue.Add([&] { ran.push_back(3); }));
  queue.RunOnce();
  queue.Stop();
  EXPECT_FALSE(queue.Add([&] { ran.push_back(4); }));
  EXPECT_TRUE(queue.Wait());
  queue.RunOnce();
  EXPECT_FALSE(queue.Wait());
  queue.RunOnce();
  EXPECT_THAT(ran, ElementsAre(1, 2));
}

TEST(TaskQueueTest, WorkThatGoesOnTakesTurnsAndFindsRoomHoweverMuchWaits) {
  TaskQueue queue(2);
  std::vector<int> ran;
  EXPECT_TRUE(queue.Add([&] {
    ran.push_back(1);
    EXPECT_TRUE(queue.Add([&] { ran.push_back(3); }));
    EXPECT_TRUE(queue.Continue([&] { ran.push_back(4); }));
  }));
  EXPECT_TRUE(queue.Add([&] { ran.push_back(2); }));
  for (int i = 0; i < 4; ++i) queue.RunOnce();
  EXPECT_THAT(ran, ElementsAre(1, 2, 3, 4));
  queue.Stop();
  EXPECT_FALSE(queue.Continue([&] { ran.push_back(5); }));
  EXPECT_FALSE(queue.Wait());
}

}  // namespace
}  // namespace vangnet
