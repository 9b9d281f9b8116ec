#include "storage/pending_list.h"

#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include "storage/fact_store.h"
#include "storage/memory_durable_mark.h"
#include "storage/memory_kv_store.h"
#include "tests/storage/facts.h"

namespace vangnet_testing {
namespace {

using testing::ElementsAre;
using vangnet::PendingList;
using vangnet::PendingSubject;
using vangnet::Subject;
using vangnet::SubjectKind;

class PendingListTest : public testing::Test {
 protected:
  // Something new of a child, live: an absence, one of a week, or a placement.
  void Absent(const std::string& student) { Change({.subject = {SubjectKind::kStudent, student}}); }
  void LongAbsent(const std::string& student) {
    Change({.subject = {SubjectKind::kStudent, student}, .long_absence = true});
  }
  void Moves(const std::string& student) {
    Change({.subject = {SubjectKind::kStudent, student}, .placement_changed = true});
  }
  std::vector<std::string> Take(size_t max) {
    std::vector<std::string> keys;
    const auto alone = [](const Subject&) { return std::vector<std::string>(); };
    for (const PendingSubject& taken : Taken(max, alone)) keys.push_back(taken.subject.key);
    return keys;
  }
  std::vector<PendingSubject> Taken(size_t max, const std::function<std::vector<std::string>(const Subject&)>& joined) {
    return list_.Take(max, joined);
  }
  const PendingList& list() const { return list_; }

 private:
  void Change(PendingSubject change) {
    change.first_sequence = change.last_sequence = ++sequence_;
    change.backfill_only = false;
    change.received_at = absl::UnixEpoch();
    list_.Add({change}, sequence_);
  }

  PendingList list_;
  uint64_t sequence_ = 0;
};

// Who has no school any more does not wait until a whole region's absences are evaluated, nor they for many who move.
TEST_F(PendingListTest, ChangedPlacementsAreTakenFirstAndLeaveHalfToTheOthers) {
  for (const char* student : {"absent-1", "absent-2", "absent-3", "moves-1"}) Absent(student);
  for (const char* student : {"moves-2", "moves-1", "moves-3", "moves-4"}) Moves(student);
  EXPECT_THAT(Take(4), ElementsAre("moves-1", "moves-2", "absent-1", "absent-2")) << "the oldest change of each first";
  EXPECT_EQ(list().evaluated(), 0U);
  EXPECT_THAT(Take(1), ElementsAre("absent-3")) << "a batch of one is for those who wait longest";
  EXPECT_THAT(Take(4), ElementsAre("moves-3", "moves-4")) << "nobody leaves room for nobody";
}

// Whoever is taken twice is evaluated twice in one batch, and has each of its new alerts twice.
TEST_F(PendingListTest, NobodyIsTakenTwiceWhenALinkComesMeanwhile) {
  Absent("a");
  Absent("b");
  const auto linked_after_a = [](const Subject& subject) {
    return subject.key == "a" ? std::vector<std::string>{"a"} : std::vector<std::string>{"a", "b"};
  };
  std::vector<std::string> keys;
  for (const PendingSubject& taken : Taken(10, linked_after_a)) keys.push_back(taken.subject.key);
  EXPECT_THAT(keys, ElementsAre("a", "b"));
}

TEST_F(PendingListTest, WhoIsAbsentForAWeekIsTakenWithThoseWhoMove) {
  for (const char* student : {"absent-1", "absent-2", "absent-3", "absent-4"}) Absent(student);
  LongAbsent("long-1");
  Moves("moves-1");
  LongAbsent("absent-3");
  EXPECT_THAT(Take(6), ElementsAre("absent-3", "long-1", "moves-1", "absent-1", "absent-2", "absent-4"));
}

// Received on Monday the 23rd.
TEST(LongAbsenceTest, IsOneThatHasLastedAWeekWhenItIsReceived) {
  const vangnet::Day monday(2026, 11, 23);
  const struct {
    const char* what;
    vangnet::DayInterval days;
    bool is_long;
  } cases[] = {
      {"ill today, until further notice", {monday, vangnet::kDayMax}, false},
      {"ill since Wednesday, until further notice", {monday - 5, vangnet::kDayMax}, false},
      {"ill since last Tuesday, until further notice", {monday - 6, vangnet::kDayMax}, true},
      {"one day, long ago", {monday - 60, monday - 60}, false},
      {"a week, long ago", {monday - 60, monday - 54}, true},
      {"always", {vangnet::kDayMin, vangnet::kDayMax}, true},
      {"away for two weeks from tomorrow on", {monday + 1, monday + 15}, false},
  };
  for (const auto& [what, days, is_long] : cases) {
    vangnet::MemoryKvStore kv;
    vangnet::MemoryDurableMark mark;
    const auto store = vangnet::FactStore::Open(kv, mark, {});
    ASSERT_TRUE(store.ok());
    auto absence = std::get<vangnet::Absence>(AbsentOn(monday));
    absence.extent = vangnet::DaysExtent{days};
    vangnet::Chunk chunk;
    chunk.records = {Version(Student("s-1"), "a", 1, absence)};
    ASSERT_TRUE((*store)->Commit({chunk}, absl::FromCivil(absl::CivilHour(2026, 11, 23, 9), absl::UTCTimeZone())).ok());
    const auto taken = (*store)->TakePending(1);
    ASSERT_EQ(taken.size(), 1U);
    EXPECT_EQ(taken[0].long_absence, is_long) << what;
    EXPECT_FALSE(taken[0].placement_changed) << what;
  }
}

}  // namespace
}  // namespace vangnet_testing
