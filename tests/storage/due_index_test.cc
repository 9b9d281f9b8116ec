#include "storage/due_index.h"

#include <gtest/gtest.h>

#include <functional>
#include <set>
#include <string>

#include "storage/memory_kv_store.h"
#include "tests/storage/facts.h"

namespace vangnet_testing {
namespace {

using vangnet::Day;
using vangnet::DueIndex;
using vangnet::Durability;
using vangnet::MemoryKvStore;
using vangnet::Subject;
using vangnet::WriteBatch;

constexpr Day kToday{2026, 11, 23};

class DueIndexTest : public testing::Test {
 protected:
  void Mark(const std::string& student, Day day) {
    WriteBatch batch;
    due_.AddMark(day, Student(student), batch);
    Write(batch);
  }
  void Unmark(const std::string& student, Day day) {
    WriteBatch batch;
    due_.RemoveMark(day, Student(student), batch);
    Write(batch);
  }
  void Write(const WriteBatch& batch) {
    ASSERT_TRUE(kv_.Write(batch, Durability::kUnsynced).ok());
    due_.Applied();
  }
  // Takes the marks of all whom it accepts away, `at_once` at a time, as the sweeper does.
  std::set<std::string> TakeAll(size_t at_once, const std::function<bool(const Subject&)>& wanted) {
    std::set<std::string> taken;
    while (true) {
      const auto found = due_.Find(kToday, at_once, wanted);
      EXPECT_TRUE(found.ok());
      EXPECT_LE(found->size(), at_once);
      for (const Subject& subject : *found) {
        EXPECT_TRUE(taken.insert(subject.key).second) << subject.key << " twice";
        Unmark(subject.key, kToday);
      }
      if (found->size() < at_once) return taken;
    }
  }

  MemoryKvStore kv_;
  DueIndex due_{kv_};
};

TEST_F(DueIndexTest, FindsEveryoneAFewAtATime) {
  std::set<std::string> students;
  for (int i = 0; i < 300; ++i) students.insert("s-" + std::to_string(i));
  for (const std::string& student : students) Mark(student, kToday);
  Mark("tomorrow", kToday + 1);
  EXPECT_EQ(TakeAll(7, nullptr), students);
  EXPECT_TRUE(TakeAll(7, nullptr).empty());
}

// Whoever becomes due in a partition that a search has left behind is found by the next that has room.
TEST_F(DueIndexTest, FindsThoseBehindTheLastSearch) {
  for (int i = 0; i < 300; ++i) Mark("s-" + std::to_string(i), kToday);
  ASSERT_EQ(due_.Find(kToday, 299, nullptr)->size(), 299u);
  for (int i = 300; i < 600; ++i) Mark("s-" + std::to_string(i), kToday);
  EXPECT_EQ(due_.Find(kToday, 1000, nullptr)->size(), 600u);
}

// While a backfill waits across midnight, half of those who are due are evaluated with it, and passed over until then.
TEST_F(DueIndexTest, ThoseWhoArePassedOverAreNotAllLookedAtEachTime) {
  std::set<std::string> waiting;
  for (int i = 0; i < 2000; ++i) {
    const std::string student = "s-" + std::to_string(i);
    Mark(student, kToday);
    if (i % 2 == 0) waiting.insert(student);
  }
  int looks = 0;
  const auto is_free = [&](const Subject& subject) {
    ++looks;
    return !waiting.contains(subject.key);
  };
  EXPECT_EQ(TakeAll(10, is_free).size(), 1000u);
  EXPECT_LT(looks, 10'000) << "a hundred searches, of which each would see five hundred on the average";
}

// A batch that is written is in what a count sees, before it is applied and counted.
TEST_F(DueIndexTest, ABatchThatIsNotAppliedYetIsNotCountedTwice) {
  Mark("s-1", kToday);
  Mark("s-2", kToday);
  WriteBatch added;
  due_.AddMark(kToday, Student("s-3"), added);
  ASSERT_TRUE(kv_.Write(added, Durability::kUnsynced).ok());
  EXPECT_EQ(*due_.Count(kToday), 3u);
  due_.Applied();
  EXPECT_EQ(*due_.Count(kToday), 3u);
  WriteBatch removed;
  for (const char* student : {"s-1", "s-2", "s-3"}) due_.RemoveMark(kToday, Student(student), removed);
  ASSERT_TRUE(kv_.Write(removed, Durability::kUnsynced).ok());
  EXPECT_EQ(*due_.Count(kToday + 2), 0u);
  due_.Applied();
  EXPECT_EQ(*due_.Count(kToday + 2), 0u);
  WriteBatch failed;
  due_.AddMark(kToday, Student("s-4"), failed);
  due_.Discard();
  EXPECT_EQ(*due_.Count(kToday), 0u);
  Mark("s-4", kToday);
  EXPECT_EQ(*due_.Count(kToday), 1u) << "kept, and counted on";
}

}  // namespace
}  // namespace vangnet_testing
