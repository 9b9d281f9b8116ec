#include "alerts/engine/progress.h"

#include "gmock/gmock.h"
#include "gtest/gtest.h"
#include "storage/keys.h"
#include "storage/memory_kv_store.h"

namespace vangnet {
namespace {

using ::testing::ElementsAre;
using ::testing::IsEmpty;
using ::testing::Pair;

class ProgressTest : public testing::Test {
 protected:
  Progress Load() {
    auto progress = Progress::Load(kv_);
    EXPECT_TRUE(progress.ok()) << progress.status();
    return *std::move(progress);
  }
  void Write(const WriteBatch& batch) { ASSERT_TRUE(kv_.Write(batch, Durability::kSynced).ok()); }
  // The value stored under the name, or "absent".
  std::string Stored(const std::string& name) {
    return kv_.Get(Table::kMeta, MetaKey(name)).value().value_or("absent");
  }

  MemoryKvStore kv_;
};

TEST_F(ProgressTest, KnowsNothingOfNewData) {
  const Progress progress = Load();
  EXPECT_FALSE(progress.day().has_value());
  EXPECT_FALSE(progress.configuration().has_value());
  EXPECT_FALSE(progress.activated_through().has_value());
  EXPECT_THAT(progress.schools_with_alerts(), IsEmpty());
}

TEST_F(ProgressTest, IsTheSameAfterARestartByteForByte) {
  Progress progress = Load();
  WriteBatch batch;
  progress.AddDay(Day(2026, 10, 12), batch);
  progress.AddActivation("abc", batch);
  progress.AddSchoolWithAlerts("12AB00", batch);
  progress.AddSchoolWithAlerts("34CD00", batch);
  progress.AddSchoolWithoutAlerts("12AB00", batch);
  Write(batch);
  EXPECT_EQ(Stored("engine.day"), "2026-10-12");
  EXPECT_EQ(Stored("engine.configuration"), "abc");
  EXPECT_EQ(Stored("engine.activation"), "s:");
  EXPECT_EQ(Stored("engine.school.12AB00"), "absent");
  EXPECT_EQ(Stored("engine.school.34CD00"), "");
  const Progress read = Load();
  EXPECT_EQ(read.day(), Day(2026, 10, 12));
  EXPECT_EQ(read.configuration(), "abc");
  EXPECT_EQ(read.activated_through(), "");
  EXPECT_THAT(read.schools_with_alerts(), ElementsAre("34CD00"));
}

TEST_F(ProgressTest, TellsTheFirstStudentFromNobodyLeft) {
  Progress progress = Load();
  WriteBatch batch;
  progress.AddActivation("abc", batch);
  progress.AddActivated("s-1", batch);
  Write(batch);
  EXPECT_EQ(Load().activated_through(), "s-1");
  batch.Clear();
  progress.AddActivationDone(batch);
  Write(batch);
  EXPECT_FALSE(Load().activated_through().has_value());
  EXPECT_EQ(Load().configuration(), "abc");
}

TEST_F(ProgressTest, KnowsWhySchoolsAreQueued) {
  Progress progress = Load();
  WriteBatch batch;
  progress.AddQueuedSchool("12AB00", {Occasion::kTime, /*backfill=*/true}, batch);
  progress.AddQueuedSchool("34CD00", {Occasion::kConfiguration, /*backfill=*/true}, batch);
  progress.AddQueuedSchool("34CD00", {Occasion::kFacts, /*backfill=*/false}, batch);
  progress.AddQueuedSchool("56EF00", {Occasion::kFacts, /*backfill=*/true}, batch);
  progress.AddSchoolEvaluated("56EF00", batch);
  Write(batch);
  EXPECT_EQ(Stored("engine.queued.12AB00"), "1b");
  EXPECT_EQ(Stored("engine.queued.34CD00"), "0n");
  EXPECT_THAT(Load().queued_schools(), ElementsAre(Pair("12AB00", QueuedSchool{Occasion::kTime, true}),
                                                   Pair("34CD00", QueuedSchool{Occasion::kFacts, false})));
}

TEST_F(ProgressTest, ASchoolThatIsQueuedForTheSameReasonIsNotWrittenAgain) {
  Progress progress = Load();
  WriteBatch batch;
  progress.AddQueuedSchool("12AB00", {Occasion::kFacts, /*backfill=*/false}, batch);
  batch.Clear();
  progress.AddQueuedSchool("12AB00", {Occasion::kTime, /*backfill=*/true}, batch);
  EXPECT_TRUE(batch.empty());
}

TEST_F(ProgressTest, RefusesAReasonThatIsNone) {
  WriteBatch batch;
  batch.Put(Table::kMeta, MetaKey("engine.queued.12AB00"), "9b");
  Write(batch);
  EXPECT_EQ(Progress::Load(kv_).status().code(), absl::StatusCode::kDataLoss);
}

TEST_F(ProgressTest, RefusesADayThatIsNone) {
  WriteBatch batch;
  batch.Put(Table::kMeta, MetaKey("engine.day"), "yesterday");
  Write(batch);
  EXPECT_EQ(Progress::Load(kv_).status().code(), absl::StatusCode::kDataLoss);
}

}  // namespace
}  // namespace vangnet
