#include "services/convert/wire.h"

#include <limits>
#include <set>
#include <string>

#include "google/protobuf/util/json_util.h"
#include "gtest/gtest.h"

namespace vangnet {
namespace {

Finding LongAbsence() {
  Finding finding;
  finding.subject = {SubjectKind::kStudent, "s-1"};
  finding.rule = "long-absence";
  finding.stage = "four-weeks";
  finding.since = Day(2026, 10, 12);
  finding.reached_on = Day(2026, 11, 9);
  finding.value = 21;
  finding.coverage = Coverage::kComplete;
  finding.school = "12AB00";
  finding.evidence = {{{"las-1", "abs-1"}, "s-1", 2}};
  return finding;
}

// The example of contract.md section 3.
constexpr char kLongAbsenceJson[] =
    R"({"student":"s-1","rule":"long-absence","stage":"four-weeks","since":"2026-10-12","reachedOn":"2026-11-09",)"
    R"("value":"21","coverage":"COMPLETE","school":"12AB00",)"
    R"("evidence":[{"source":"las-1","recordId":"abs-1","revision":"2"}]})";

TEST(FindingToJsonTest, WritesTheExampleOfTheContract) {
  EXPECT_EQ(FindingToJson(LongAbsence(), std::nullopt), kLongAbsenceJson);
}

TEST(FindingToJsonTest, WritesEveryKeyInItsPlace) {
  Finding finding = LongAbsence();
  finding.due_on = Day(2026, 11, 3);
  finding.value = 0;
  finding.cause = Cause::kPlacementEnded;
  finding.evidence.push_back({{"las-2", "abs-1"}, "s-2", 18446744073709551615u});
  EXPECT_EQ(
      FindingToJson(finding, Day(2026, 11, 10)),
      R"({"day":"2026-11-10","student":"s-1","rule":"long-absence","stage":"four-weeks","since":"2026-10-12",)"
      R"("reachedOn":"2026-11-09","dueOn":"2026-11-03","value":"0","cause":"PLACEMENT_ENDED","coverage":"COMPLETE",)"
      R"("school":"12AB00","evidence":[{"source":"las-1","recordId":"abs-1","revision":"2"},)"
      R"({"source":"las-2","recordId":"abs-1","revision":"18446744073709551615"}]})");
}

TEST(FindingToJsonTest, ASchoolsFindingHasASchoolAndNoStudent) {
  Finding finding;
  finding.subject = {SubjectKind::kSchool, "12AB00"};
  finding.rule = "school-silent";
  finding.stage = "silent";
  finding.since = Day(2026, 11, 9);
  finding.reached_on = Day(2026, 11, 11);
  const std::string json =
      R"({"rule":"school-silent","stage":"silent","since":"2026-11-09","reachedOn":"2026-11-11","school":"12AB00"})";
  EXPECT_EQ(FindingToJson(finding, std::nullopt), json);
  v1::Finding proto;
  ToProto(finding, &proto);
  EXPECT_EQ(FindingToJson(proto), json);
}

TEST(FindingToJsonTest, EscapesWhatJsonAsksFor) {
  Finding finding = LongAbsence();
  finding.subject.key = "a\"b\\c\x01\xc3\xa9";
  const std::string json = FindingToJson(finding, std::nullopt);
  EXPECT_EQ(json.substr(0, 33), R"({"student":"a\"b\\c\u0001)"
                                "\xc3\xa9"
                                R"(","rul)");
  v1::Finding back;
  ASSERT_TRUE(google::protobuf::util::JsonStringToMessage(json, &back).ok());
  EXPECT_EQ(back.student(), finding.subject.key);
}

// The wire form and protobuf's own parser say the same.
TEST(FindingToJsonTest, AgreesWithTheWireMessage) {
  Finding finding = LongAbsence();
  finding.due_on = Day(2026, 11, 3);
  finding.cause = Cause::kNeverPlaced;
  v1::Finding proto;
  ToProto(finding, &proto);
  EXPECT_EQ(FindingToJson(proto), FindingToJson(finding, std::nullopt));
  v1::Finding parsed;
  ASSERT_TRUE(google::protobuf::util::JsonStringToMessage(FindingToJson(finding, std::nullopt), &parsed).ok());
  EXPECT_EQ(parsed.SerializeAsString(), proto.SerializeAsString());
}

TEST(AlertIdTest, ComesBackAndLooksOpaque) {
  std::set<std::string> seen;
  for (const uint64_t id : {uint64_t{0}, uint64_t{1}, uint64_t{2}, uint64_t{1} << 32, uint64_t{1} << 63,
                            std::numeric_limits<uint64_t>::max()}) {
    const std::string text = AlertIdToString(id);
    EXPECT_EQ(text.size(), 14u);
    EXPECT_EQ(text[0], 'a');
    EXPECT_TRUE(seen.insert(text).second);
    EXPECT_EQ(ParseAlertId(text), id);
  }
  // Kept by callers: never changes.
  EXPECT_EQ(AlertIdToString(1), "a9wdvsq5zmmz0n");
}

TEST(AlertIdTest, RefusesWhatIsNone) {
  for (const char* text : {"", "a", "a000000000000", "a00000000000000", "b0000000000000", "a000000000000u",
                           "a000000000000A", "ag000000000000", "azzzzzzzzzzzzz"}) {
    EXPECT_FALSE(ParseAlertId(text).has_value()) << text;
  }
}

TEST(AlertToProtoTest, CarriesEverything) {
  Alert alert;
  alert.id = 7;
  alert.finding = LongAbsence();
  alert.state = AlertState::kAcknowledged;
  alert.unit = "bosch";
  alert.team = "team-bosch";
  alert.audiences = {Audience::kSchool, Audience::kDataSteward};
  alert.opened_at = absl::FromUnixMillis(1'700'000'000'250);
  alert.changed_at = absl::FromUnixSeconds(1'700'000'100);
  alert.acknowledged_by = "m.jansen";
  AlertChange raised;
  raised.changed_at = alert.opened_at;
  raised.day = Day(2026, 10, 16);
  raised.stage = "early";
  AlertChange acknowledged;
  acknowledged.kind = AlertChangeKind::kAcknowledged;
  acknowledged.changed_at = alert.changed_at;
  acknowledged.actor = "m.jansen";
  acknowledged.note = "belt ouders";
  acknowledged.backfill = true;
  alert.history = {raised, acknowledged};

  v1::Alert proto;
  ToProto(alert, &proto);
  EXPECT_EQ(ParseAlertId(proto.alert_id()), 7u);
  EXPECT_EQ(proto.finding().stage(), "four-weeks");
  EXPECT_EQ(proto.state(), v1::ALERT_STATE_ACKNOWLEDGED);
  EXPECT_EQ(proto.unit(), "bosch");
  EXPECT_EQ(proto.team(), "team-bosch");
  ASSERT_EQ(proto.audiences_size(), 2);
  EXPECT_EQ(proto.audiences(1), "AUDIENCE_DATA_STEWARD");
  EXPECT_EQ(proto.opened_at().seconds(), 1'700'000'000);
  EXPECT_EQ(proto.opened_at().nanos(), 250'000'000);
  EXPECT_FALSE(proto.has_closed_at());
  EXPECT_EQ(proto.acknowledged_by(), "m.jansen");
  ASSERT_EQ(proto.history_size(), 2);
  EXPECT_EQ(proto.history(0).kind(), v1::ALERT_CHANGE_KIND_RAISED);
  EXPECT_EQ(proto.history(0).day(), "2026-10-16");
  EXPECT_EQ(proto.history(1).kind(), v1::ALERT_CHANGE_KIND_ACKNOWLEDGED);
  EXPECT_EQ(proto.history(1).day(), "");
  EXPECT_EQ(proto.history(1).note(), "belt ouders");
  EXPECT_TRUE(proto.history(1).backfill());
}

TEST(TimestampTest, BeforeTheEpochNanosStayPositive) {
  const google::protobuf::Timestamp proto = ToProto(absl::FromUnixMillis(-250));
  EXPECT_EQ(proto.seconds(), -1);
  EXPECT_EQ(proto.nanos(), 750'000'000);
}

}  // namespace
}  // namespace vangnet
