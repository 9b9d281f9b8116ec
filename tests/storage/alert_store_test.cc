#include "storage/alert_store.h"

#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include <algorithm>
#include <atomic>
#include <random>
#include <thread>

#include "storage/alert_codec.h"
#include "storage/keys.h"
#include "tests/storage/facts.h"
#include "tests/storage/kv_stores.h"

namespace vangnet_testing {
namespace {

using testing::ElementsAre;
using testing::IsEmpty;
using testing::Pair;
using testing::UnorderedElementsAre;
using vangnet::Alert;
using vangnet::AlertChange;
using vangnet::AlertChangeKind;
using vangnet::AlertPartitionsOf;
using vangnet::AlertState;
using vangnet::AlertStore;
using vangnet::Day;
using vangnet::Durability;
using vangnet::StoredChange;
using vangnet::StoredEvaluation;
using vangnet::Subject;
using vangnet::Table;
using vangnet::WriteBatch;

// The value, which must be there. By value: a loop may run over it.
template <typename T>
T Must(absl::StatusOr<T> value) {
  EXPECT_TRUE(value.ok()) << value.status();
  return *std::move(value);
}

// An alert with every field set to something.
Alert FullAlert(uint64_t id) {
  Alert alert;
  alert.id = id;
  alert.finding.subject = Student("s-1");
  alert.finding.rule = "long-absence";
  alert.finding.rule_index = 3;
  alert.finding.identity = "2026-10-12";
  alert.finding.stage = "four-weeks";
  alert.finding.stage_index = 1;
  alert.finding.since = Day(2026, 10, 12);
  alert.finding.reached_on = Day(2026, 11, 9);
  alert.finding.due_on = Day(2026, 11, 16);
  alert.finding.value = -21;
  alert.finding.cause = vangnet::Cause::kExemptionEnded;
  alert.finding.coverage = vangnet::Coverage::kIncomplete;
  alert.finding.school = "12AB00";
  alert.finding.evidence = {{{"las", "a"}, "s-1", 2}, {{"las", "b\xFF"}, "", 3}};
  alert.state = AlertState::kResolved;
  alert.unit = "noord";
  alert.team = "team-noord";
  alert.audiences = {vangnet::Audience::kSchool, vangnet::Audience::kDataSteward};
  alert.opened_at = kNow;
  alert.changed_at = kNow + absl::Seconds(1);
  alert.closed_at = kNow + absl::Seconds(2);
  alert.last_shown = kMonday;
  alert.closed_on = kMonday + 1;
  alert.acknowledged_by = "an";
  alert.history = {{AlertChangeKind::kRaised, kNow, kMonday, "two-weeks", "", "", true},
                   {AlertChangeKind::kAcknowledged, kNow, std::nullopt, "two-weeks", "an", "called home", false,
                    vangnet::AlertPlace{"12AB00", "north", "team-north"}}};
  return alert;
}

TEST(AlertCodecTest, AnAlertComesBackAsItWas) {
  const Alert alert = FullAlert(77);
  EXPECT_EQ(*vangnet::DecodeAlert(vangnet::EncodeAlert(alert)), alert);
  Alert plain;
  plain.finding.subject = School("12AB00");
  EXPECT_EQ(*vangnet::DecodeAlert(vangnet::EncodeAlert(plain)), plain);
}

TEST(AlertCodecTest, RuleAndStageAreReadWithoutTheRest) {
  const Alert alert = FullAlert(77);
  const std::string full = vangnet::EncodeAlert(alert);
  EXPECT_THAT(*vangnet::RuleAndStageOf(full), testing::Pair(alert.finding.rule, alert.finding.stage));
  EXPECT_NE(alert.finding.rule, "");
  EXPECT_NE(alert.finding.stage, "");
  Alert plain;
  plain.finding.subject = School("12AB00");
  const std::string bare = vangnet::EncodeAlert(plain);
  EXPECT_THAT(*vangnet::RuleAndStageOf(bare), testing::Pair("", ""));
}

TEST(AlertCodecTest, WhetherItIsOpenIsTheFirstByte) {
  Alert alert = FullAlert(1);
  for (const AlertState state :
       {AlertState::kOpen, AlertState::kAcknowledged, AlertState::kResolved, AlertState::kWithdrawn}) {
    alert.state = state;
    EXPECT_EQ(vangnet::IsOpenAlert(vangnet::EncodeAlert(alert)), alert.is_open());
  }
}

TEST(AlertCodecTest, BrokenBytesAreDataLossAndNothingWorse) {
  std::mt19937_64 random(3);
  const std::string good = vangnet::EncodeAlert(FullAlert(77));
  EXPECT_TRUE(absl::IsDataLoss(vangnet::DecodeAlert("").status()));
  EXPECT_TRUE(absl::IsDataLoss(vangnet::RuleAndStageOf("").status()));
  EXPECT_TRUE(absl::IsDataLoss(vangnet::RuleAndStageOf(good.substr(0, 12)).status())) << "in the middle of the finding";
  int refused = 0;
  for (int i = 0; i < 10'000; ++i) {
    std::string bytes = good;
    bytes[random() % bytes.size()] = static_cast<char>(random());
    bytes.resize(random() % (bytes.size() + 1));
    if (!vangnet::DecodeAlert(bytes).ok()) ++refused;
    (void)vangnet::RuleAndStageOf(bytes);
  }
  EXPECT_GT(refused, 5000);
}

TEST(AlertCodecTest, AnEvaluationComesBackAsItWas) {
  for (const StoredEvaluation& evaluation :
       {StoredEvaluation(), StoredEvaluation{kMonday, {1, uint64_t{1} << 63}, "threw\xFF"},
        StoredEvaluation{Day(-1), {}, ""}}) {
    EXPECT_EQ(*vangnet::DecodeEvaluation(vangnet::EncodeEvaluation(evaluation)), evaluation);
  }
}

class AlertStoreTest : public testing::TestWithParam<const char*> {
 protected:
  void SetUp() override { Open(); }
  void Open() {
    auto store = AlertStore::Open(disk_->kv());
    ASSERT_TRUE(store.ok()) << store.status();
    store_ = *std::move(store);
  }
  void Reopen() {
    store_.reset();
    disk_->Reopen();
    Open();
  }
  void Write(const WriteBatch& batch) {
    ASSERT_TRUE(disk_->kv().Write(batch, Durability::kUnsynced).ok());
    store_->Applied();
  }
  Alert Raise(const std::string& student, const std::string& stage = "one") {
    WriteBatch batch;
    Alert alert;
    alert.id = store_->AllocateId(Student(student));
    alert.finding.subject = Student(student);
    alert.finding.rule = "no-placement";
    alert.finding.stage = stage;
    alert.opened_at = alert.changed_at = kNow;
    Change(alert, AlertChangeKind::kRaised, batch);
    Write(batch);
    return alert;
  }
  void Change(Alert& alert, AlertChangeKind kind, WriteBatch& batch) {
    AlertChange change;
    change.kind = kind;
    change.changed_at = kNow;
    change.stage = alert.finding.stage;
    alert.history.push_back(change);
    store_->AddAlert(alert, {change}, batch);
  }
  void Evaluate(const Subject& subject, const StoredEvaluation& after) {
    WriteBatch batch;
    store_->AddEvaluation(subject, Must(store_->GetEvaluation(subject)), after, batch);
    Write(batch);
  }
  std::vector<std::string> Due(Day day, size_t max = 100) {
    std::vector<std::string> keys;
    for (const Subject& subject : Must(store_->GetDue(day, max))) keys.push_back(subject.key);
    return keys;
  }
  std::vector<uint64_t> ChangesAfter(uint64_t sequence, size_t max = 100) {
    std::vector<uint64_t> alerts;
    for (const StoredChange& change : Must(store_->GetChangesAfter(sequence, max))) alerts.push_back(change.alert);
    return alerts;
  }

  std::unique_ptr<ReopenableKv> disk_ = MakeKv(GetParam());
  std::unique_ptr<AlertStore> store_;
};

TEST_P(AlertStoreTest, KeepsAlerts) {
  const Alert alert = Raise("s-1");
  EXPECT_EQ(**store_->GetAlert(alert.id), alert);
  EXPECT_EQ(*store_->GetAlert(alert.id + 64), std::nullopt);
  Reopen();
  EXPECT_EQ(**store_->GetAlert(alert.id), alert);
}

// What was read last stays in memory, and must be what was written last.
TEST_P(AlertStoreTest, WhatWasReadIsReadAnewWhenItChanged) {
  Alert alert = Raise("s-1");
  ASSERT_EQ(**store_->GetAlert(alert.id), alert);
  WriteBatch batch;
  Change(alert, AlertChangeKind::kAcknowledged, batch);
  Write(batch);
  EXPECT_EQ(**store_->GetAlert(alert.id), alert);
  StoredEvaluation evaluation;
  for (const int day : {1, 2, 3}) {
    evaluation.due = Day(2026, 12, day);
    Evaluate(Student("s-1"), evaluation);
    EXPECT_EQ(Must(store_->GetEvaluation(Student("s-1"))), evaluation);
  }
  Evaluate(Student("s-1"), StoredEvaluation());
  EXPECT_EQ(Must(store_->GetEvaluation(Student("s-1"))), StoredEvaluation());
}

TEST_P(AlertStoreTest, AnIdIsNeverUsedAgain) {
  const Alert first = Raise("s-1");
  EXPECT_EQ(first.id % vangnet::kPartitionCount, vangnet::PartitionOf("s-1"));
  Reopen();
  WriteBatch erase;
  erase.Delete(Table::kAlerts, vangnet::AlertKey(first.id));
  ASSERT_TRUE(disk_->kv().Write(erase, Durability::kUnsynced).ok());
  Reopen();
  EXPECT_NE(Raise("s-1").id, first.id);
}

// The timeline of a child must not read the alerts of a country.
TEST_P(AlertStoreTest, AlertsOfAChildAreReadFromItsPartitionsAlone) {
  std::vector<uint64_t> ids;
  for (int i = 0; i < 300; ++i) {
    const Alert alert = Raise("s-" + std::to_string(i % 150));
    if (i % 150 == 7 || i % 150 == 8) ids.push_back(alert.id);
  }
  size_t looked_at = 0;
  const auto is_wanted = [&](const Alert& alert) {
    ++looked_at;
    return alert.finding.subject.key == "s-7" || alert.finding.subject.key == "s-8";
  };
  std::vector<uint64_t> found;
  for (const Alert& alert : Must(store_->ListAlerts(0, 1'000, is_wanted, AlertPartitionsOf({"s-7", "s-8"})))) {
    found.push_back(alert.id);
  }
  EXPECT_THAT(found, testing::UnorderedElementsAreArray(ids));
  EXPECT_LT(looked_at, 40u) << "two partitions of sixty-four";
  EXPECT_TRUE(AlertPartitionsOf({}).all()) << "who asks for no child asks for all";
}

TEST_P(AlertStoreTest, ListsInOrderOfIdAcrossPartitions) {
  std::vector<uint64_t> ids;
  for (int i = 0; i < 100; ++i) ids.push_back(Raise("s-" + std::to_string(i)).id);
  std::sort(ids.begin(), ids.end());
  std::vector<uint64_t> listed;
  uint64_t after = 0;
  for (;;) {
    const auto page = Must(store_->ListAlerts(after, 7, nullptr));
    if (page.empty()) break;
    for (const Alert& alert : page) listed.push_back(alert.id);
    after = listed.back();
  }
  EXPECT_EQ(listed, ids);
  const auto wanted =
      Must(store_->ListAlerts(ids[10], 2, [](const Alert& alert) { return alert.finding.subject.key.back() == '7'; }));
  EXPECT_EQ(wanted.size(), 2u);
  EXPECT_GT(wanted[0].id, ids[10]);

  const auto some = Must(store_->FindAlerts(ids[9], 7, 3, [&](const Alert& alert) { return alert.id == ids[12]; }));
  ASSERT_EQ(some.alerts.size(), 1u);
  EXPECT_EQ(some.last, ids[16]);
  EXPECT_TRUE(some.has_more);
  EXPECT_EQ(Must(store_->FindAlerts(0, 50, 3, nullptr)).last, ids[2]);
  EXPECT_FALSE(Must(store_->FindAlerts(ids[92], 7, 100, nullptr)).has_more);
}

TEST_P(AlertStoreTest, ChangesAreInOneOrderForEveryReader) {
  Alert first = Raise("s-1");
  const Alert second = Raise("s-2");
  WriteBatch batch;
  first.finding.stage = "two";
  Change(first, AlertChangeKind::kStageRaised, batch);
  Write(batch);
  for (int restart = 0; restart < 2; ++restart) {
    // A start passes over numbers that may have been given.
    EXPECT_EQ(store_->last_change(), restart == 0 ? 3 : 3 + vangnet::kUnsyncedChangesMax);
    EXPECT_THAT(ChangesAfter(0), ElementsAre(first.id, second.id, first.id));
    EXPECT_THAT(ChangesAfter(0, 1), ElementsAre(first.id));
    EXPECT_THAT(ChangesAfter(2), ElementsAre(first.id));
    EXPECT_THAT(ChangesAfter(3), IsEmpty());
    const auto changes = Must(store_->GetChangesAfter(0, 10));
    EXPECT_EQ(changes[0].change.kind, AlertChangeKind::kRaised);
    EXPECT_EQ(changes[0].change.stage, "one");
    EXPECT_EQ(changes[2].sequence, 3u);
    EXPECT_EQ(changes[2].change.kind, AlertChangeKind::kStageRaised);
    Reopen();
  }
}

TEST_P(AlertStoreTest, NothingIsShownBeforeApplied) {
  Alert alert = Raise("s-1");
  WriteBatch batch;
  Change(alert, AlertChangeKind::kUpdated, batch);
  ASSERT_TRUE(disk_->kv().Write(batch, Durability::kUnsynced).ok());
  EXPECT_EQ(store_->last_change(), 1u);
  EXPECT_THAT(ChangesAfter(1), IsEmpty());
  store_->Applied();
  EXPECT_THAT(ChangesAfter(1), ElementsAre(alert.id));
}

TEST_P(AlertStoreTest, ABatchThatIsNotWrittenLeavesNoGap) {
  Alert alert = Raise("s-1");
  WriteBatch batch;
  Alert copy = alert;
  copy.state = AlertState::kResolved;
  Change(copy, AlertChangeKind::kResolved, batch);
  store_->AddEvaluation(Student("s-1"), {}, {kMonday, {}, ""}, batch);
  store_->Discard();
  EXPECT_THAT(store_->CountOpen(), ElementsAre(Pair(Pair("no-placement", "one"), 1)));
  batch.Clear();
  Change(alert, AlertChangeKind::kUpdated, batch);
  Write(batch);
  const auto changes = Must(store_->GetChangesAfter(1, 10));
  ASSERT_EQ(changes.size(), 1u);
  EXPECT_EQ(changes[0].sequence, 2u);
  EXPECT_EQ(changes[0].change.kind, AlertChangeKind::kUpdated);
}

TEST_P(AlertStoreTest, OldChangesGoAndAskingForThemIsOutOfRange) {
  WriteBatch batch;
  const Alert alert = Raise("s-1");
  // As if many changes had been before.
  auto stored = Must(disk_->kv().Get(Table::kChanges, vangnet::ChangeKey(1)));
  const uint64_t last = vangnet::kChangesMax - vangnet::kUnsyncedChangesMax;
  for (const uint64_t number : {uint64_t{2}, last}) {
    batch.Put(Table::kChanges, vangnet::ChangeKey(number), *stored);
  }
  ASSERT_TRUE(disk_->kv().Write(batch, Durability::kUnsynced).ok());
  Reopen();
  EXPECT_TRUE(store_->GetChangesAfter(0, 10).ok()) << "exactly as many as are kept";
  Raise("s-2");
  EXPECT_TRUE(absl::IsOutOfRange(store_->GetChangesAfter(0, 10).status()));
  EXPECT_TRUE(store_->GetChangesAfter(1, 10).ok());
  EXPECT_EQ(Must(store_->GetChangesAfter(last, 10)).size(), 1u) << "behind the gap that the start left";
  EXPECT_FALSE(Must(disk_->kv().Get(Table::kChanges, vangnet::ChangeKey(1))).has_value());
  EXPECT_EQ(store_->last_change(), vangnet::kChangesMax + 1);
  // As if they were taken away while somebody asks.
  batch.Clear();
  batch.Delete(Table::kChanges, vangnet::ChangeKey(2));
  ASSERT_TRUE(disk_->kv().Write(batch, Durability::kUnsynced).ok());
  EXPECT_TRUE(absl::IsOutOfRange(store_->GetChangesAfter(1, 10).status()));
}

TEST_P(AlertStoreTest, ChangesNameNoChild) {
  const Alert alert = Raise("pseudonym-of-a-child");
  const auto changes = disk_->kv().NewIterator(Table::kChanges);
  changes->Seek("");
  ASSERT_TRUE(changes->Valid());
  EXPECT_EQ(changes->value().find("pseudonym"), std::string_view::npos);
}

TEST_P(AlertStoreTest, CountsOpenAlertsByRuleAndStage) {
  Alert first = Raise("s-1");
  Raise("s-2");
  Alert third = Raise("s-3", "two");
  WriteBatch batch;
  first.state = AlertState::kAcknowledged;
  Change(first, AlertChangeKind::kAcknowledged, batch);
  third.state = AlertState::kWithdrawn;
  Change(third, AlertChangeKind::kWithdrawn, batch);
  Write(batch);
  for (int restart = 0; restart < 2; ++restart) {
    EXPECT_THAT(store_->CountOpen(), ElementsAre(Pair(Pair("no-placement", "one"), 2)));
    Reopen();
  }
  batch.Clear();
  first.finding.stage = "two";
  Change(first, AlertChangeKind::kStageRaised, batch);
  Write(batch);
  EXPECT_THAT(store_->CountOpen(),
              ElementsAre(Pair(Pair("no-placement", "one"), 1), Pair(Pair("no-placement", "two"), 1)));
}

TEST_P(AlertStoreTest, FindsWhoIsDue) {
  Evaluate(Student("s-1"), {kMonday, {}, ""});
  Evaluate(Student("s-2"), {kMonday + 1, {}, ""});
  Evaluate(School("12AB00"), {kMonday, {}, ""});
  Evaluate(Student("s-3"), {vangnet::kDayMax, {7}, ""});
  for (int restart = 0; restart < 2; ++restart) {
    EXPECT_THAT(Due(kMonday - 1), IsEmpty());
    EXPECT_THAT(Due(kMonday), UnorderedElementsAre("s-1", "12AB00"));
    EXPECT_EQ(Due(kMonday, 1).size(), 1u);
    EXPECT_THAT(Due(kMonday + 1), UnorderedElementsAre("s-1", "12AB00", "s-2"));
    EXPECT_EQ(*store_->CountDue(kMonday), 2u);
    EXPECT_EQ(*store_->CountDue(vangnet::kDayMax), 3u);
    EXPECT_EQ(Must(store_->GetEvaluation(Student("s-3"))).alerts, std::vector<uint64_t>{7});
    Reopen();
  }
}

TEST_P(AlertStoreTest, TheMarkMovesWithTheEvaluation) {
  Evaluate(Student("s-1"), {kMonday, {}, ""});
  EXPECT_THAT(Due(kMonday), ElementsAre("s-1"));
  Evaluate(Student("s-1"), {kMonday + 7, {}, ""});
  EXPECT_THAT(Due(kMonday), IsEmpty());
  EXPECT_THAT(Due(kMonday + 7), ElementsAre("s-1"));
  Evaluate(Student("s-1"), {kMonday - 100, {}, ""});
  EXPECT_THAT(Due(kMonday), ElementsAre("s-1")) << "earlier than anything searched before";
  Evaluate(Student("s-1"), {});
  EXPECT_EQ(*store_->CountDue(kMonday + 1000), 0u);
  EXPECT_FALSE(disk_->kv().Get(Table::kEvaluations, vangnet::EvaluationKey(Student("s-1")))->has_value());
}

// A search between the write of a mark and Applied must not make the index forget the mark.
TEST_P(AlertStoreTest, AMarkWrittenDuringASearchIsFoundAfterwards) {
  Evaluate(Student("s-1"), {kMonday + 50, {}, ""});
  WriteBatch batch;
  store_->AddEvaluation(Student("s-1"), {kMonday + 50, {}, ""}, {kMonday, {}, ""}, batch);
  EXPECT_THAT(Due(kMonday + 10), IsEmpty());
  EXPECT_THAT(Due(kMonday + 60), ElementsAre("s-1"));
  Write(batch);
  EXPECT_THAT(Due(kMonday + 10), ElementsAre("s-1"));
}

// The same random evaluations to the store and to a map give the same, whatever was searched before.
TEST_P(AlertStoreTest, DueAgreesWithAMap) {
  std::mt19937_64 random(5);
  std::map<std::string, Day> model;
  for (int i = 0; i < 400; ++i) {
    const std::string key = "s-" + std::to_string(random() % 40);
    const Day due = random() % 5 == 0 ? vangnet::kDayMax : kMonday + static_cast<int>(random() % 60);
    Evaluate(Student(key), {due, {}, ""});
    model[key] = due;
    const Day day = kMonday + static_cast<int>(random() % 60);
    std::vector<std::string> expected;
    for (const auto& [student, on] : model) {
      if (on <= day) expected.push_back(student);
    }
    ASSERT_THAT(Due(day), testing::UnorderedElementsAreArray(expected)) << "step " << i;
    if (i % 100 == 99) Reopen();
  }
}

TEST_P(AlertStoreTest, RemembersWhoWasSetAside) {
  Evaluate(Student("s-1"), {kMonday, {}, "the evaluation threw"});
  Evaluate(School("12AB00"), {vangnet::kDayMax, {}, "so did this"});
  Evaluate(Student("s-2"), {kMonday, {}, ""});
  Reopen();
  EXPECT_THAT(*store_->GetSetAside(), UnorderedElementsAre(Student("s-1"), School("12AB00")));
  EXPECT_EQ(store_->GetEvaluation(Student("s-1"))->set_aside, "the evaluation threw");
  EXPECT_EQ(*store_->CountDue(vangnet::kDayMax), 2u) << "set aside is not due";
  Evaluate(Student("s-1"), {kMonday, {}, "threw again"});
  EXPECT_EQ(store_->GetSetAside()->size(), 2u);
  Evaluate(Student("s-1"), {kMonday, {}, ""});
  EXPECT_THAT(*store_->GetSetAside(), ElementsAre(School("12AB00")));
}

TEST_P(AlertStoreTest, GivesTheSameAnswerToTheSameCommandForADay) {
  WriteBatch batch;
  ASSERT_TRUE(store_->AddAnswer("r-1", "42", kNow, batch).ok());
  Write(batch);
  Reopen();
  EXPECT_EQ(*store_->GetAnswer("r-1", kNow + vangnet::kAnswersKept), "42");
  EXPECT_EQ(*store_->GetAnswer("r-1", kNow + vangnet::kAnswersKept + absl::Seconds(1)), std::nullopt);
  EXPECT_EQ(*store_->GetAnswer("r-2", kNow), std::nullopt);
  batch.Clear();
  ASSERT_TRUE(store_->AddAnswer("r-2", "43", kNow + absl::Hours(25), batch).ok());
  Write(batch);
  EXPECT_FALSE(disk_->kv().Get(Table::kRequests, vangnet::RequestKey("r-1"))->has_value());
  EXPECT_EQ(*store_->GetAnswer("r-2", kNow + absl::Hours(25)), "43");
}

TEST_P(AlertStoreTest, ARequestThatComesAgainAfterADayHasItsNewAnswer) {
  const absl::Time second = kNow + absl::Hours(25);
  WriteBatch batch;
  // More than are taken away at once.
  for (int i = 0; i < 20; ++i) {
    ASSERT_TRUE(store_->AddAnswer("q-" + std::to_string(i), "0", kNow - absl::Seconds(1), batch).ok());
  }
  ASSERT_TRUE(store_->AddAnswer("r-1", "42", kNow, batch).ok());
  Write(batch);
  batch.Clear();
  ASSERT_TRUE(store_->AddAnswer("r-1", "43", second, batch).ok());
  Write(batch);
  EXPECT_EQ(*store_->GetAnswer("r-1", second), "43");
  batch.Clear();
  ASSERT_TRUE(store_->AddAnswer("r-2", "44", second + absl::Hours(1), batch).ok());
  Write(batch);
  EXPECT_EQ(*store_->GetAnswer("r-1", second + absl::Hours(2)), "43");
  size_t entries = 0;
  const auto requests = disk_->kv().NewIterator(Table::kRequests);
  for (requests->Seek(""); requests->Valid(); requests->Next()) ++entries;
  EXPECT_EQ(entries, 4u) << "an answer and an age of each";
}

TEST_P(AlertStoreTest, ListenersAreToldOfEachBatch) {
  std::vector<uint64_t> told;
  const uint64_t handle = store_->AddListener([&](uint64_t last) { told.push_back(last); });
  Raise("s-1");
  Raise("s-2");
  store_->RemoveListener(handle);
  Raise("s-3");
  EXPECT_THAT(told, ElementsAre(1, 2));
}

TEST_P(AlertStoreTest, IsReadWhileItIsWritten) {
  std::atomic<bool> done = false;
  std::thread reader([&] {
    while (!done) {
      uint64_t expected = 0;
      for (const StoredChange& change : Must(store_->GetChangesAfter(0, 1000))) {
        ASSERT_EQ(change.sequence, ++expected);
        ASSERT_TRUE(Must(store_->GetAlert(change.alert)).has_value());
      }
      ASSERT_TRUE(store_->ListAlerts(0, 10, nullptr).ok());
      ASSERT_TRUE(store_->GetDue(kMonday, 10).ok());
      store_->CountOpen();
    }
  });
  for (int i = 0; i < 200; ++i) {
    Raise("s-" + std::to_string(i % 10));
    Evaluate(Student("s-" + std::to_string(i % 10)), {kMonday + i % 3, {}, ""});
  }
  done = true;
  reader.join();
  EXPECT_EQ(store_->last_change(), 200u);
  EXPECT_EQ(Due(kMonday + 3).size(), 10u);
}

INSTANTIATE_TEST_SUITE_P(AllStores, AlertStoreTest, testing::Values("Memory", "Rocksdb"),
                         [](const auto& test) { return std::string(test.param); });

}  // namespace
}  // namespace vangnet_testing
