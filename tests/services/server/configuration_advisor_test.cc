// When the log and the metrics say that a policy or a region is odd.
#include "services/server/configuration_advisor.h"

#include <fcntl.h>
#include <gmock/gmock.h>
#include <gtest/gtest.h>
#include <prometheus/text_serializer.h>
#include <unistd.h>

#include <algorithm>
#include <string>

#include "tests/testing/manual_clock.h"

namespace vangnet_testing {
namespace {

using namespace vangnet;
using testing::HasSubstr;
using testing::IsEmpty;

constexpr Day kDay(2026, 11, 23);

class ConfigurationAdvisorTest : public testing::Test {
 protected:
  ConfigurationAdvisorTest() {
    EXPECT_EQ(pipe(ends_), 0);
    fcntl(ends_[0], F_SETFL, O_NONBLOCK);
    log_.emplace(clock_, ends_[1]);
    advisor_.emplace(metrics_, *log_);
    region_.default_timetable.resize(1);
    region_.closures = {{{Day(2026, 10, 17), Day(2026, 10, 25)}, std::nullopt},
                        {{Day(2027, 10, 23), Day(2027, 10, 31)}, std::nullopt}};
    region_.public_holidays = {Day(2027, 5, 17), Day(2027, 12, 25)};
    region_.fallback_team = "all";
  }
  ~ConfigurationAdvisorTest() override {
    close(ends_[0]);
    close(ends_[1]);
  }

  Rulebook Book() const {
    return {SchoolBook::Create(std::make_shared<const Region>(region_), {}), std::make_shared<const Policy>()};
  }
  // What was logged since the last call.
  std::string Logged() {
    std::string text(1 << 16, '\0');
    const ssize_t size = read(ends_[0], text.data(), text.size());
    text.resize(size < 0 ? 0 : static_cast<size_t>(size));
    return text;
  }
  std::string MetricsText() { return prometheus::TextSerializer().Serialize(metrics_.Collect()); }

  int ends_[2] = {-1, -1};
  ManualClock clock_{absl::UnixEpoch()};
  Metrics metrics_;
  std::optional<Log> log_;
  std::optional<ConfigurationAdvisor> advisor_;
  Region region_;
};

TEST_F(ConfigurationAdvisorTest, ASoundConfigurationIsSilentAndCounted) {
  advisor_->Look(Book(), kDay);
  EXPECT_THAT(Logged(), IsEmpty());
  EXPECT_THAT(MetricsText(), HasSubstr("vangnet_configuration_warnings 0\n"));
  EXPECT_THAT(MetricsText(), HasSubstr("vangnet_region_calendar_left_seconds 29548800\n"));
}

TEST_F(ConfigurationAdvisorTest, WhatIsOddIsSaidOnceAConfiguration) {
  region_.schools["12AB00"].name = "De Linde";
  const Rulebook book = Book();
  advisor_->Look(book, kDay);
  EXPECT_THAT(Logged(), HasSubstr("schools[\\\"12AB00\\\"].unit"));
  EXPECT_THAT(MetricsText(), HasSubstr("vangnet_configuration_warnings 1\n"));
  advisor_->Look(book, kDay);
  advisor_->Look(book, kDay + 1);
  EXPECT_THAT(Logged(), IsEmpty());
  advisor_->Look(Book(), kDay + 1);
  EXPECT_THAT(Logged(), HasSubstr("12AB00"));
}

TEST_F(ConfigurationAdvisorTest, ACalendarThatEndsIsSaidOnceADay) {
  const Rulebook book = Book();
  const Day first = Day(2027, 10, 31) - 60;
  advisor_->Look(book, first - 1);
  Logged();  // the holidays of the coming school year
  advisor_->Look(book, first);
  EXPECT_THAT(Logged(), HasSubstr("the calendar ends on 2027-10-31"));
  EXPECT_THAT(MetricsText(), HasSubstr("vangnet_region_calendar_left_seconds 5184000\n"));
  advisor_->Look(book, first);
  EXPECT_THAT(Logged(), IsEmpty());
  advisor_->Look(book, first + 1);
  EXPECT_THAT(Logged(), HasSubstr("the calendar ends on 2027-10-31"));
}

TEST_F(ConfigurationAdvisorTest, TheLogIsNotFlooded) {
  for (int i = 0; i < 50; ++i) region_.schools["12AB" + std::to_string(10 + i)].name = "De Linde";
  advisor_->Look(Book(), kDay);
  const std::string logged = Logged();
  EXPECT_EQ(std::count(logged.begin(), logged.end(), '\n'), 21);
  EXPECT_THAT(logged, HasSubstr("left_out=30"));
  EXPECT_THAT(MetricsText(), HasSubstr("vangnet_configuration_warnings 50\n"));
}

}  // namespace
}  // namespace vangnet_testing
