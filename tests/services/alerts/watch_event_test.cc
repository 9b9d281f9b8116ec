#include "services/alerts/watch_event.h"

#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include <memory>
#include <optional>

#include "storage/memory_durable_mark.h"
#include "storage/memory_kv_store.h"

namespace vangnet {
namespace {

using Kind = std::optional<v1::WatchEventKind>;
constexpr Kind kNothing = std::nullopt;
constexpr Kind kChanged = v1::WATCH_EVENT_KIND_CHANGED;
constexpr Kind kLeft = v1::WATCH_EVENT_KIND_LEFT;

class WatchEventTest : public testing::Test {
 protected:
  WatchEventTest() {
    auto opened = FactStore::Open(kv_, mark_, {});
    EXPECT_TRUE(opened.ok());
    facts_ = *std::move(opened);
    alert_.finding.rule = "long-absence";
    alert_.finding.subject = {SubjectKind::kStudent, "s-1"};
    alert_.finding.school = "12AB00";
    alert_.unit = "noord";
    alert_.team = "team-noord";
    Happened(AlertChangeKind::kRaised, "week");
    Happened(AlertChangeKind::kStageRaised, "month");
    Happened(AlertChangeKind::kAcknowledged, "month");
    Happened(AlertChangeKind::kResolved, "month");
    alert_.state = AlertState::kResolved;
    alert_.finding.stage = "month";
  }
  void Happened(AlertChangeKind kind, const char* stage) {
    AlertChange change;
    change.kind = kind;
    change.stage = stage;
    change.changed_at = absl::FromUnixSeconds(static_cast<int64_t>(1000 + alert_.history.size()));
    alert_.history.push_back(change);
    alert_.changed_at = change.changed_at;
  }
  AlertFilter Filter(const v1::AlertFilter& filter, const Scope& units = Scope::All()) const {
    Caller caller{.name = "", .role = Role::kReader, .sources = Scope::All(), .schools = Scope::All(), .units = units};
    return std::get<AlertFilter>(AlertFilter::Read(filter, "filter", *facts_, caller));
  }
  // Says, or takes back, that s-1 and s-2 are one child.
  void Link(uint64_t revision, const std::optional<Fact>& fact) {
    IncomingRecord link;
    link.record.key = {"las-1", "link"};
    link.record.subject = {SubjectKind::kStudent, "s-2"};
    link.record.revision = revision;
    link.record.fact = fact;
    link.canonical = "bytes";
    Chunk chunk;
    chunk.source = "las-1";
    chunk.records.push_back(link);
    EXPECT_TRUE(facts_->Commit({chunk}, absl::FromUnixSeconds(1000)).ok());
  }
  std::vector<Kind> Events(const AlertFilter& filter) const {
    std::vector<Kind> events;
    for (const AlertChange& change : alert_.history) events.push_back(WatchEventOf(alert_, change, filter));
    return events;
  }

  MemoryKvStore kv_;
  MemoryDurableMark mark_;
  std::unique_ptr<FactStore> facts_;
  Alert alert_;
};

TEST_F(WatchEventTest, WithoutFilterEveryChangeIsSent) {
  EXPECT_THAT(Events(Filter({})), testing::ElementsAre(kChanged, kChanged, kChanged, kChanged));
}

TEST_F(WatchEventTest, AnAlertThatLeavesTheFilterIsSentOnceAsLeft) {
  v1::AlertFilter open;
  open.add_states(v1::ALERT_STATE_OPEN);
  EXPECT_THAT(Events(Filter(open)), testing::ElementsAre(kChanged, kChanged, kLeft, kNothing));
  v1::AlertFilter week;
  week.set_stage("week");
  EXPECT_THAT(Events(Filter(week)), testing::ElementsAre(kChanged, kLeft, kNothing, kNothing));
}

TEST_F(WatchEventTest, AnAlertThatComesIntoTheFilterIsSentFromThenOn) {
  v1::AlertFilter month;
  month.set_stage("month");
  EXPECT_THAT(Events(Filter(month)), testing::ElementsAre(kNothing, kChanged, kChanged, kChanged));
}

TEST_F(WatchEventTest, AnAlertOfAnotherUnitIsNeverSentNotEvenAsLeft) {
  EXPECT_THAT(Events(Filter({}, Scope::Of({"zuid"}))), testing::ElementsAre(kNothing, kNothing, kNothing, kNothing));
  EXPECT_THAT(Events(Filter({}, Scope::Of({"noord"}))), testing::ElementsAre(kChanged, kChanged, kChanged, kChanged));
}

// Raised in the north; the stage rose as the child moved to the south; acknowledged and resolved there.
TEST_F(WatchEventTest, AnAlertThatMovedAwayHasLeftAlsoForWhoResumesLater) {
  alert_.history[1].moved_from = {"10AA00", "noord", "team-noord"};
  alert_.unit = "zuid";
  alert_.team = "team-zuid";
  v1::AlertFilter north;
  v1::AlertFilter south;
  north.set_unit("noord");
  south.set_team("team-zuid");
  EXPECT_THAT(Events(Filter(north)), testing::ElementsAre(kChanged, kLeft, kNothing, kNothing));
  EXPECT_THAT(Events(Filter(south)), testing::ElementsAre(kNothing, kChanged, kChanged, kChanged));
  north.Clear();
  north.set_school("10AA00");
  EXPECT_THAT(Events(Filter(north)), testing::ElementsAre(kChanged, kLeft, kNothing, kNothing));
  // What a caller may see is as of then too.
  EXPECT_THAT(Events(Filter({}, Scope::Of({"noord"}))), testing::ElementsAre(kChanged, kLeft, kNothing, kNothing));
  EXPECT_FALSE(Filter({}, Scope::Of({"noord"})).MaySee(alert_));
}

TEST_F(WatchEventTest, AnAlertThatCameBackIsInTheFilterAgain) {
  alert_.history[1].moved_from = {"12AB00", "noord", "team-noord"};
  alert_.history[3].moved_from = {"12AB00", "zuid", "team-zuid"};
  v1::AlertFilter north;
  north.set_unit("noord");
  EXPECT_THAT(Events(Filter(north)), testing::ElementsAre(kChanged, kLeft, kNothing, kChanged));
}

TEST_F(WatchEventTest, AKeyThatIsJoinedLaterIsLearntAndStaysWhenItIsPartedAgain) {
  v1::AlertFilter other;
  other.set_student("s-2");
  AlertFilter filter = Filter(other);
  Link(1, SameStudent{"s-1"});
  EXPECT_FALSE(filter.Matches(alert_));
  filter.LearnKeys();
  EXPECT_TRUE(filter.Matches(alert_));
  Link(2, std::nullopt);
  filter.LearnKeys();
  EXPECT_TRUE(filter.Matches(alert_));
}

TEST_F(WatchEventTest, EveryFieldOfTheFilterMustHold) {
  const auto matches = [this](const v1::AlertFilter& filter) { return Filter(filter).Matches(alert_); };
  v1::AlertFilter filter;
  filter.set_school("12AB00");
  filter.set_unit("noord");
  filter.set_team("team-noord");
  filter.set_rule("long-absence");
  filter.set_stage("month");
  filter.set_student("s-1");
  filter.add_states(v1::ALERT_STATE_WITHDRAWN);
  filter.add_states(v1::ALERT_STATE_RESOLVED);
  filter.mutable_changed_since()->set_seconds(1003);
  EXPECT_TRUE(matches(filter));
  const auto without = [&](auto change) {
    v1::AlertFilter other = filter;
    change(other);
    return matches(other);
  };
  EXPECT_FALSE(without([](auto& f) { f.set_school("12AB01"); }));
  EXPECT_FALSE(without([](auto& f) { f.set_unit("zuid"); }));
  EXPECT_FALSE(without([](auto& f) { f.set_team("team-zuid"); }));
  EXPECT_FALSE(without([](auto& f) { f.set_rule("no-placement"); }));
  EXPECT_FALSE(without([](auto& f) { f.set_stage("week"); }));
  EXPECT_FALSE(without([](auto& f) { f.set_student("s-2"); }));
  EXPECT_FALSE(without([](auto& f) {
    f.clear_states();
    f.add_states(v1::ALERT_STATE_OPEN);
  }));
  EXPECT_FALSE(without([](auto& f) { f.mutable_changed_since()->set_seconds(1004); }));
}

TEST_F(WatchEventTest, AMalformedFilterIsRefusedWithAllThatIsWrong) {
  v1::AlertFilter filter;
  filter.add_states(v1::ALERT_STATE_UNSPECIFIED);
  filter.add_states(static_cast<v1::AlertState>(77));
  filter.mutable_opened_since()->set_nanos(-1);
  filter.mutable_changed_since()->set_seconds(int64_t{1} << 62);
  const Caller caller;
  const auto read = AlertFilter::Read(filter, "filter", *facts_, caller);
  const auto& violations = std::get<std::vector<FieldViolation>>(read);
  ASSERT_EQ(violations.size(), 4u);
  EXPECT_EQ(violations[1].field, "filter.states[1]");
  EXPECT_EQ(violations[2].field, "filter.opened_since");
  EXPECT_EQ(violations[3].field, "filter.changed_since");
}

}  // namespace
}  // namespace vangnet
