// Region and policy are changed under a running server: by a reload, by a confirmation, and over a restart.
#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include <cstdlib>
#include <filesystem>
#include <fstream>
#include <functional>
#include <optional>
#include <string>
#include <vector>

#include "services/convert/sample_configuration.h"
#include "tests/services/server/running_app.h"

namespace vangnet {
namespace {

using testing::AllOf;
using testing::Each;
using testing::ElementsAre;
using testing::EndsWith;
using testing::HasSubstr;
using testing::IsEmpty;
using testing::Property;
using testing::SizeIs;
using testing::StartsWith;
using vangnet_testing::BadFields;
using vangnet_testing::BadRequestOf;
using vangnet_testing::Call;
using vangnet_testing::Placement;
using vangnet_testing::Profile;
using vangnet_testing::ReasonOf;
using vangnet_testing::RunningApp;
using vangnet_testing::StoreKind;

// Two days of absence are long: whoever was sick for two days has a new alert.
constexpr char kEarly[] = "stages { name: \"early\" at_least_school_days: 5 }";
constexpr char kEarlier[] = "stages { name: \"early\" at_least_school_days: 2 }";

// The files of one server.
class ConfigurationDirectory {
 public:
  ConfigurationDirectory() {
    std::string name = (std::filesystem::temp_directory_path() / "vangnet-policy-XXXXXX").string();
    directory_ = mkdtemp(name.data());
    WritePolicy(std::string(DefaultPolicyText()));
    WriteRegion(std::string(SampleRegionText()));
  }
  ~ConfigurationDirectory() { std::filesystem::remove_all(directory_); }

  std::string policy() const { return (directory_ / "policy.textproto").string(); }
  std::string region() const { return (directory_ / "region.textproto").string(); }
  void WritePolicy(const std::string& text) const { std::ofstream(policy(), std::ios::binary) << text; }
  void WriteRegion(const std::string& text) const { std::ofstream(region(), std::ios::binary) << text; }
  std::vector<std::string> Flags() const { return {"--policy=" + policy(), "--region=" + region()}; }

 private:
  std::filesystem::path directory_;
};

// `text` with `from`, which must be there, replaced once.
std::string With(std::string text, const std::string& from, const std::string& to) {
  const size_t at = text.find(from);
  EXPECT_NE(at, std::string::npos) << from;
  return at == std::string::npos ? text : text.replace(at, from.size(), to);
}

std::string EarlierPolicy() { return With(std::string(DefaultPolicyText()), kEarly, kEarlier); }

class PolicyTest : public testing::Test {
 protected:
  using WithMetrics = RunningApp::WithMetrics;
  explicit PolicyTest(WithMetrics with_metrics = WithMetrics::kNo)
      : server_(StoreKind::kRocksdb, with_metrics, files_.Flags()) {}

  v1::GetPolicyResponse Get() {
    Call call;
    v1::GetPolicyResponse response;
    const grpc::Status status = server_.policies().GetPolicy(&call, {}, &response);
    EXPECT_TRUE(status.ok()) << status.error_message();
    return response;
  }
  // Until it is so; the test's time limit is the end of it.
  v1::GetPolicyResponse GetUntil(const std::function<bool(const v1::GetPolicyResponse&)>& so) {
    while (true) {
      v1::GetPolicyResponse response = Get();
      if (so(response)) return response;
    }
  }
  grpc::Status Reload(v1::ReloadPolicyResponse* response) {
    Call call;
    return server_.policies().ReloadPolicy(&call, {}, response);
  }
  v1::ReloadPolicyResponse Reload() {
    v1::ReloadPolicyResponse response;
    const grpc::Status status = Reload(&response);
    EXPECT_TRUE(status.ok()) << status.error_message();
    return response;
  }
  grpc::Status Confirm(const std::string& version) {
    Call call;
    v1::ConfirmPolicyRequest request;
    request.set_version(version);
    v1::ConfirmPolicyResponse response;
    const grpc::Status status = server_.policies().ConfirmPolicy(&call, request, &response);
    EXPECT_EQ(response.version().version(), status.ok() ? version : "");
    return status;
  }
  std::vector<v1::Alert> OpenAlerts(const std::string& rule) {
    Call call;
    v1::ListAlertsRequest request;
    request.mutable_filter()->set_rule(rule);
    request.set_page_size(1000);
    v1::ListAlertsResponse response;
    EXPECT_TRUE(server_.alerts().ListAlerts(&call, request, &response).ok());
    return {response.alerts().begin(), response.alerts().end()};
  }
  // Findings of long absence in the region, as known at this instant.
  int LongAbsences(int64_t as_known_at_seconds) {
    Call call;
    v1::ListFindingsRequest request;
    request.set_rule("long-absence");
    request.mutable_as_known_on()->set_seconds(as_known_at_seconds);
    v1::ListFindingsResponse response;
    const grpc::Status status = server_.students().ListFindings(&call, request, &response);
    EXPECT_TRUE(status.ok()) << status.error_message();
    return response.findings_size();
  }
  // Children who were sick on the last two school days, which is an alert under EarlierPolicy.
  void SendSickChildren(int children) {
    std::vector<v1::Record> records;
    for (int i = 0; i < children; ++i) {
      const std::string student = "sick-" + std::to_string(i);
      records.push_back(Profile(student));
      records.push_back(Placement(student, ""));
      v1::Record& absence = records.emplace_back(Placement(student, ""));
      absence.set_record_id("sick");
      absence.mutable_absence()->set_school("10AA00");
      absence.mutable_absence()->set_category(v1::ABSENCE_CATEGORY_SICK);
      absence.mutable_absence()->set_authorised(v1::AUTHORISED_YES);
      absence.mutable_absence()->mutable_days()->set_first_day("2026-11-20");
      absence.mutable_absence()->mutable_days()->set_last_day("2026-11-23");
    }
    server_.Ingest(records);
  }

  ConfigurationDirectory files_;
  RunningApp server_;
};

class PolicyMetricsTest : public PolicyTest {
 protected:
  PolicyMetricsTest() : PolicyTest(WithMetrics::kYes) {}
};

bool HasActive(const v1::GetPolicyResponse& response) { return response.has_active(); }

TEST_F(PolicyTest, ShowsWhatIsInUseAsItWasWritten) {
  const v1::GetPolicyResponse shown = GetUntil(HasActive);
  EXPECT_THAT(shown.active().version(), testing::MatchesRegex("[0-9a-f]{16}"));
  EXPECT_EQ(shown.active().policy(), DefaultPolicyText());
  EXPECT_EQ(shown.active().region(), SampleRegionText());
  EXPECT_EQ(shown.active().active_since().seconds(), RunningApp::kStartSeconds);
  EXPECT_FALSE(shown.has_held());
  EXPECT_FALSE(shown.has_refused());
}

TEST_F(PolicyTest, TheSameFilesAgainChangeNothing) {
  const std::string version = GetUntil(HasActive).active().version();
  const v1::ReloadPolicyResponse reloaded = Reload();
  EXPECT_TRUE(reloaded.unchanged());
  EXPECT_EQ(reloaded.version().version(), version);
}

TEST_F(PolicyMetricsTest, TenMistakesAreTenViolationsAndTheServerKeepsTheOldOne) {
  const std::string before = GetUntil(HasActive).active().version();
  std::string policy;
  for (int i = 0; i < 5; ++i) {
    policy +=
        "rules { id: \"r" + std::to_string(i) + "\" spells { window_days: -1 } stages { name: \"s\" at_least: 1 } }\n";
    policy +=
        "rules { id: \"q" + std::to_string(i) + "\" spells { windowdays: 84 } stages { name: \"s\" at_least: 1 } }\n";
  }
  files_.WritePolicy(policy);
  v1::ReloadPolicyResponse response;
  const grpc::Status refused = Reload(&response);
  ASSERT_EQ(refused.error_code(), grpc::StatusCode::INVALID_ARGUMENT);
  EXPECT_EQ(ReasonOf(refused), "INVALID_REQUEST");
  const google::rpc::BadRequest bad = BadRequestOf(refused);
  ASSERT_EQ(bad.field_violations_size(), 10) << bad.DebugString();
  for (int i = 0; i < 10; ++i) {
    EXPECT_THAT(bad.field_violations(i).description(), StartsWith(files_.policy() + ":" + std::to_string(i + 1) + ":"));
  }
  EXPECT_EQ(bad.field_violations(0).field(), "rules[0].spells.window_days");

  v1::GetPolicyResponse shown = Get();
  EXPECT_EQ(shown.active().version(), before);
  EXPECT_EQ(shown.refused().problems_size(), 10);
  EXPECT_EQ(shown.refused().problems(3).line(), 4);
  EXPECT_EQ(shown.refused().problems(3).file(), files_.policy());
  EXPECT_THAT(server_.Scrape(), AllOf(HasSubstr("vangnet_configuration_reloads_total{outcome=\"refused\"} 1\n"),
                                      HasSubstr("vangnet_configuration_last_reload_successful 0\n"),
                                      HasSubstr("vangnet_configuration_info{version=\"" + before + "\"} 1\n")));

  files_.WritePolicy(std::string(DefaultPolicyText()));
  EXPECT_TRUE(Reload().unchanged());
  EXPECT_FALSE(Get().has_refused());
  EXPECT_THAT(server_.Scrape(), HasSubstr("vangnet_configuration_last_reload_successful 1\n"));
}

TEST_F(PolicyTest, ARegionThatCannotBeReadIsRefusedToo) {
  GetUntil(HasActive);
  std::filesystem::remove(files_.region());
  v1::ReloadPolicyResponse response;
  const grpc::Status refused = Reload(&response);
  EXPECT_EQ(refused.error_code(), grpc::StatusCode::INVALID_ARGUMENT);
  EXPECT_THAT(refused.error_message(), AllOf(HasSubstr(files_.region()), HasSubstr("cannot be read")));
}

// An emptied file was taken into use, and closed every alert.
TEST_F(PolicyTest, APolicyWithoutRulesIsRefused) {
  const std::string before = GetUntil(HasActive).active().version();
  files_.WritePolicy("# All of it is gone.\n");
  v1::ReloadPolicyResponse response;
  const grpc::Status refused = Reload(&response);
  EXPECT_EQ(refused.error_code(), grpc::StatusCode::INVALID_ARGUMENT);
  EXPECT_THAT(refused.error_message(), HasSubstr("a rule at least"));
  EXPECT_EQ(GetUntil(HasActive).active().version(), before);
}

TEST_F(PolicyTest, TheTimeZoneWaitsForARestart) {
  GetUntil(HasActive);
  files_.WriteRegion(With(std::string(SampleRegionText()), "Europe/Amsterdam", "America/Aruba"));
  v1::ReloadPolicyResponse response;
  const grpc::Status refused = Reload(&response);
  EXPECT_EQ(refused.error_code(), grpc::StatusCode::INVALID_ARGUMENT);
  EXPECT_THAT(BadFields(refused), ElementsAre("time_zone"));
}

TEST_F(PolicyTest, APolicyThatTouchesFewIsInUseAtOnce) {
  SendSickChildren(3);
  files_.WritePolicy(EarlierPolicy());
  const v1::ReloadPolicyResponse reloaded = Reload();
  EXPECT_FALSE(reloaded.unchanged());
  EXPECT_FALSE(reloaded.has_held());
  EXPECT_EQ(reloaded.version().policy(), EarlierPolicy());
  GetUntil([](const v1::GetPolicyResponse& shown) { return !shown.activating(); });
  EXPECT_THAT(OpenAlerts("long-absence"), SizeIs(3));

  Call call;
  v1::ListPoliciesResponse listed;
  ASSERT_TRUE(server_.policies().ListPolicies(&call, {}, &listed).ok());
  ASSERT_EQ(listed.versions_size(), 2);
  EXPECT_EQ(listed.versions(0).version(), reloaded.version().version());
  EXPECT_FALSE(listed.versions(0).has_active_until());
  EXPECT_EQ(listed.versions(1).active_until().seconds(), listed.versions(0).active_since().seconds());
  EXPECT_EQ(listed.versions(1).policy(), DefaultPolicyText());
}

// Regression: two of a large region together were more than a client takes in one message.
TEST_F(PolicyTest, LongConfigurationsComeOnPagesThatAClientTakes) {
  GetUntil(HasActive);
  for (const char* name : {"# one ", "# two "}) {
    files_.WriteRegion(std::string(SampleRegionText()) + name + std::string(size_t{2} << 20, 'x') + "\n");
    ASSERT_FALSE(Reload().has_held());
    GetUntil([](const v1::GetPolicyResponse& shown) { return !shown.activating(); });
  }
  std::vector<int> pages;
  v1::ListPoliciesRequest request;
  do {
    Call call;
    v1::ListPoliciesResponse listed;
    const grpc::Status status = server_.policies().ListPolicies(&call, request, &listed);
    ASSERT_TRUE(status.ok()) << status.error_message();
    pages.push_back(listed.versions_size());
    request.set_page_token(listed.next_page_token());
  } while (!request.page_token().empty());
  EXPECT_THAT(pages, ElementsAre(1, 2));
}

// The same facts, known before and after: what was found then is what the policy of then found, also after a restart.
TEST_F(PolicyTest, FindingsAsKnownThenAreThoseOfThePolicyOfThen) {
  SendSickChildren(3);
  GetUntil(HasActive);
  server_.clock().Advance(absl::Hours(1));
  files_.WritePolicy(EarlierPolicy());
  ASSERT_FALSE(Reload().has_held());
  GetUntil([](const v1::GetPolicyResponse& shown) { return !shown.activating(); });
  const int64_t changed = RunningApp::kStartSeconds + 3'600;
  EXPECT_EQ(LongAbsences(changed - 1), 0);
  EXPECT_EQ(LongAbsences(changed), 3);
  server_.Restart();
  EXPECT_EQ(LongAbsences(changed - 1), 0);
  EXPECT_EQ(LongAbsences(changed), 3);
}

TEST_F(PolicyMetricsTest, APolicyThatWouldFloodIsHeldUntilItIsConfirmed) {
  SendSickChildren(30);
  const std::string before = GetUntil(HasActive).active().version();
  EXPECT_EQ(Confirm("0123456789abcdef").error_code(), grpc::StatusCode::FAILED_PRECONDITION);
  files_.WritePolicy(EarlierPolicy());
  const v1::ReloadPolicyResponse reloaded = Reload();
  ASSERT_TRUE(reloaded.has_held());
  EXPECT_EQ(reloaded.held().students(), 30u);
  EXPECT_EQ(reloaded.held().students_with_new_alert(), 30u);
  ASSERT_EQ(reloaded.held().new_alerts_by_rule().count("long-absence"), 1u);
  EXPECT_EQ(reloaded.held().new_alerts_by_rule().at("long-absence"), 30u);
  EXPECT_THAT(server_.Scrape(), AllOf(HasSubstr("vangnet_configuration_held 1\n"),
                                      HasSubstr("vangnet_configuration_reloads_total{outcome=\"held\"} 1\n")));

  // Held and not in use, also when the server is started again with those files.
  server_.Restart();
  const v1::GetPolicyResponse shown = GetUntil(HasActive);
  EXPECT_EQ(shown.active().version(), before);
  EXPECT_EQ(shown.held().SerializeAsString(), reloaded.held().SerializeAsString());
  EXPECT_THAT(OpenAlerts("long-absence"), IsEmpty());

  EXPECT_EQ(Confirm(before).error_code(), grpc::StatusCode::ABORTED);
  const grpc::Status confirmed = Confirm(reloaded.version().version());
  ASSERT_TRUE(confirmed.ok()) << confirmed.error_message();
  const v1::GetPolicyResponse after = GetUntil([](const v1::GetPolicyResponse& now) { return !now.activating(); });
  EXPECT_EQ(after.active().version(), reloaded.version().version());
  EXPECT_FALSE(after.has_held());
  EXPECT_THAT(OpenAlerts("long-absence"), SizeIs(30));
}

// Regression: a closure of the region without an end ended everybody's alerts, and was in use at once.
TEST_F(PolicyTest, ARegionThatWouldEndTheAlertsOfManyIsHeldToo) {
  files_.WritePolicy(EarlierPolicy());
  server_.Restart();
  // Before there is anybody whom it could touch: it would be held otherwise.
  GetUntil([](const v1::GetPolicyResponse& shown) {
    return shown.has_active() && shown.active().policy() == EarlierPolicy() && !shown.activating();
  });
  SendSickChildren(26);
  while (OpenAlerts("long-absence").size() < 26) {
  }
  files_.WriteRegion(std::string(SampleRegionText()) + "\nclosures { first_day: \"2026-11-20\" }\n");
  const v1::ReloadPolicyResponse reloaded = Reload();
  ASSERT_TRUE(reloaded.has_held());
  EXPECT_EQ(reloaded.held().students_with_new_alert(), 0u);
  EXPECT_EQ(reloaded.held().students_with_ended_alert(), 26u);
  ASSERT_EQ(reloaded.held().ended_alerts_by_rule().count("long-absence"), 1u);
  EXPECT_EQ(reloaded.held().ended_alerts_by_rule().at("long-absence"), 26u);
  EXPECT_EQ(Get().held().SerializeAsString(), reloaded.held().SerializeAsString());
  EXPECT_THAT(OpenAlerts("long-absence"), Each(Property(&v1::Alert::state, v1::ALERT_STATE_OPEN)));
  ASSERT_TRUE(Confirm(reloaded.version().version()).ok());
  GetUntil([](const v1::GetPolicyResponse& shown) { return !shown.activating(); });
  EXPECT_THAT(OpenAlerts("long-absence"), Each(Property(&v1::Alert::state, v1::ALERT_STATE_RESOLVED)));
}

TEST_F(PolicyTest, WhatIsHeldIsGoneWhenTheFilesAreAsBefore) {
  SendSickChildren(30);
  GetUntil(HasActive);
  files_.WritePolicy(EarlierPolicy());
  ASSERT_TRUE(Reload().has_held());
  files_.WritePolicy(std::string(DefaultPolicyText()));
  EXPECT_TRUE(Reload().unchanged());
  EXPECT_FALSE(Get().has_held());
}

// The files were changed while the server was stopped.
TEST_F(PolicyTest, AStartWithOtherFilesIsProtectedAsAReloadIs) {
  SendSickChildren(30);
  const std::string before = GetUntil(HasActive).active().version();
  files_.WritePolicy(EarlierPolicy());
  server_.Restart();
  const v1::GetPolicyResponse held = GetUntil([](const v1::GetPolicyResponse& shown) { return shown.has_held(); });
  EXPECT_EQ(held.active().version(), before);
  EXPECT_THAT(OpenAlerts("long-absence"), IsEmpty());

  // With names only it is in use without anybody's help.
  const std::string named = "# Another comment.\n" + std::string(DefaultPolicyText());
  files_.WritePolicy(named);
  server_.Restart();
  GetUntil([&](const v1::GetPolicyResponse& shown) { return shown.active().policy() == named && !shown.has_held(); });
}

// With another time zone too, which the process has since, though it is not in use: the files of before are no change.
TEST_F(PolicyTest, WhatIsHeldSinceAStartIsGoneWhenTheFilesAreAsBefore) {
  SendSickChildren(30);
  const std::string region = GetUntil(HasActive).active().region();
  std::string moved = region;
  const std::string zone = "Europe/Amsterdam";
  ASSERT_NE(moved.find(zone), std::string::npos);
  files_.WriteRegion(moved.replace(moved.find(zone), zone.size(), "Europe/Lisbon"));
  files_.WritePolicy(EarlierPolicy());
  server_.Restart();
  GetUntil([](const v1::GetPolicyResponse& shown) { return shown.has_held(); });
  files_.WriteRegion(region);
  files_.WritePolicy(std::string(DefaultPolicyText()));
  EXPECT_TRUE(Reload().unchanged());
  EXPECT_FALSE(Get().has_held());
}

TEST_F(PolicyTest, CheckSaysWhatIsWrongAndChangesNothing) {
  const std::string before = GetUntil(HasActive).active().version();
  Call call;
  v1::CheckPolicyRequest request;
  request.set_policy(
      "rules { id: \"a\" spells {} }\nrules { id: \"a\" spells {} stages { name: \"s\" at_least: 1 } }\n");
  v1::CheckPolicyResponse response;
  ASSERT_TRUE(server_.policies().CheckPolicy(&call, request, &response).ok());
  ASSERT_EQ(response.problems_size(), 2) << response.DebugString();
  EXPECT_EQ(response.problems(0).file(), "policy");
  EXPECT_EQ(response.problems(0).line(), 1);
  EXPECT_EQ(response.problems(1).line(), 2);
  EXPECT_EQ(Get().active().version(), before);

  Call both;
  v1::CheckPolicyResponse fine;
  ASSERT_TRUE(server_.policies().CheckPolicy(&both, {}, &fine).ok());
  EXPECT_EQ(fine.problems_size(), 0);

  // A long one is checked on another thread, and the same is said of it.
  Call longer;
  request.set_policy(std::string(200'000, '\n') + request.policy());
  v1::CheckPolicyResponse moved;
  ASSERT_TRUE(server_.policies().CheckPolicy(&longer, request, &moved).ok());
  ASSERT_EQ(moved.problems_size(), 2);
  EXPECT_EQ(moved.problems(1).line(), 200'002);
  EXPECT_EQ(moved.problems(1).field(), response.problems(1).field());
}

// A caller takes no message above 4 MiB unless it says otherwise.
TEST_F(PolicyTest, OfMoreMistakesThanAnAnswerHoldsItSaysHowMany) {
  GetUntil(HasActive);  // of whose region there is nothing to say
  v1::CheckPolicyRequest request;
  for (int i = 0; i < 20'000; ++i) request.mutable_policy()->append("x: 1\n");
  request.mutable_policy()->append(std::string(2'000, 'y') + ": 1\n");
  v1::CheckPolicyResponse response;
  Call call;
  ASSERT_TRUE(server_.policies().CheckPolicy(&call, request, &response).ok());
  ASSERT_GT(response.problems_size(), 1'000);
  ASSERT_LT(response.problems_size(), 20'001);
  const int said = response.problems_size() - 1;
  EXPECT_EQ(response.problems(said).description(), std::to_string(20'001 - said) + " more");
  // The name of a field alone can be longer than what a person reads.
  request.set_policy(std::string(2'000, 'y') + ": 1\n");
  Call one;
  ASSERT_TRUE(server_.policies().CheckPolicy(&one, request, &response).ok());
  ASSERT_EQ(response.problems_size(), 1);
  EXPECT_LT(response.problems(0).description().size(), 1'100u);
}

TEST_F(PolicyTest, PagesOfVersionsAreChecked) {
  GetUntil(HasActive);
  Call call;
  v1::ListPoliciesRequest request;
  request.set_page_size(101);
  request.set_page_token("nonsense");
  v1::ListPoliciesResponse response;
  const grpc::Status refused = server_.policies().ListPolicies(&call, request, &response);
  EXPECT_EQ(refused.error_code(), grpc::StatusCode::INVALID_ARGUMENT);
  EXPECT_EQ(BadRequestOf(refused).field_violations_size(), 2);
}

}  // namespace
}  // namespace vangnet
