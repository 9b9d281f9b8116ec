#include "alerts/engine/progress.h"

#include "gmock/gmock.h"
#include "gtest/gtest.h"
#include "storage/keys.h"
#include "storage/memory_kv_store.h"

namespace vangnet {
namespace {

using ::testing::ElementsAre;
using ::testing::IsEmpty;

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

TEST_F(ProgressTest, RefusesADayThatIsNone) {
  WriteBatch batch;
  batch.Put(Table::kMeta, MetaKey("engine.day"), "yesterday");
  Write(batch);
  EXPECT_EQ(Progress::Load(kv_).status().code(), absl::StatusCode::kDataLoss);
}

}  // namespace
}  // namespace vangnet
