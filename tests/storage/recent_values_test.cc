#include "storage/recent_values.h"

#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include <atomic>
#include <functional>
#include <optional>
#include <string>
#include <thread>
#include <utility>
#include <vector>

#include "storage/memory_kv_store.h"

namespace vangnet_testing {
namespace {

using vangnet::Durability;
using vangnet::KvIterator;
using vangnet::MemoryKvStore;
using vangnet::RecentValues;
using vangnet::Table;
using vangnet::WriteBatch;

// Counts the reads, and fails them on demand.
class CountedKvStore : public vangnet::KvStore {
 public:
  absl::Status Write(const WriteBatch& batch, Durability durability) override { return kv_.Write(batch, durability); }
  absl::StatusOr<std::optional<std::string>> Get(Table table, std::string_view key) const override {
    ++reads;
    if (!failure.ok()) return failure;
    auto value = kv_.Get(table, key);
    if (const auto hook = std::exchange(after_next_read, nullptr)) hook();
    return value;
  }
  std::unique_ptr<KvIterator> NewIterator(Table table) const override { return kv_.NewIterator(table); }
  std::vector<std::pair<std::string, uint64_t>> Figures() const override { return kv_.Figures(); }

  mutable std::atomic<int> reads = 0;
  absl::Status failure;
  mutable std::function<void()> after_next_read;

 private:
  MemoryKvStore kv_;
};

class RecentValuesTest : public testing::Test {
 protected:
  void Put(const std::string& key, const std::string& value) {
    WriteBatch batch;
    batch.Put(Table::kAlerts, key, value);
    ASSERT_TRUE(kv_.Write(batch, Durability::kUnsynced).ok());
  }
  // Writes it through the values.
  void PutThrough(RecentValues& values, const std::string& key, const std::string& value) {
    WriteBatch batch;
    values.Put(key, value, batch);
    ASSERT_TRUE(kv_.Write(batch, Durability::kUnsynced).ok());
    values.Applied();
  }
  static std::optional<std::string> ValueIn(const RecentValues& values, const std::string& key) {
    std::optional<std::string> copy;
    const absl::Status status = values.Read(key, [&](const RecentValues::Value& value) {
      copy = value;
      return absl::OkStatus();
    });
    EXPECT_TRUE(status.ok()) << status;
    return copy;
  }

  CountedKvStore kv_;
};

TEST_F(RecentValuesTest, AValueIsReadFromDiskOnce) {
  Put("a", "1");
  const RecentValues values(kv_, Table::kAlerts, 1 << 20);
  for (int i = 0; i < 3; ++i) {
    EXPECT_EQ(ValueIn(values, "a"), "1");
    EXPECT_EQ(ValueIn(values, "none"), std::nullopt) << "That there is none is known too.";
  }
  EXPECT_EQ(kv_.reads, 2);
}

TEST_F(RecentValuesTest, WhatWasWrittenIsReadFromWhenItIsApplied) {
  RecentValues values(kv_, Table::kAlerts, 1 << 20);
  EXPECT_EQ(ValueIn(values, "a"), std::nullopt);
  WriteBatch batch;
  values.Put("a", "1", batch);
  values.Put("b", "2", batch);
  ASSERT_TRUE(kv_.Write(batch, Durability::kUnsynced).ok());
  EXPECT_EQ(ValueIn(values, "a"), std::nullopt);
  values.Applied();
  EXPECT_EQ(ValueIn(values, "a"), "1");
  EXPECT_EQ(ValueIn(values, "b"), "2") << "Also of a key that nobody asked for.";
  EXPECT_EQ(kv_.reads, 1);
  WriteBatch deletion;
  values.Delete("a", deletion);
  ASSERT_TRUE(kv_.Write(deletion, Durability::kUnsynced).ok());
  values.Applied();
  EXPECT_EQ(ValueIn(values, "a"), std::nullopt);
  EXPECT_EQ(ValueIn(RecentValues(kv_, Table::kAlerts, 1 << 20), "a"), std::nullopt) << "It is gone from the disk.";
}

TEST_F(RecentValuesTest, WhatIsDiscardedIsNeverSeen) {
  RecentValues values(kv_, Table::kAlerts, 1 << 20);
  PutThrough(values, "a", "1");
  WriteBatch batch;
  values.Put("a", "2", batch);
  values.Discard();
  values.Applied();
  EXPECT_EQ(ValueIn(values, "a"), "1");
}

TEST_F(RecentValuesTest, AReadThatFailedIsTriedAgain) {
  Put("a", "1");
  const RecentValues values(kv_, Table::kAlerts, 1 << 20);
  kv_.failure = absl::UnavailableError("the disk");
  const auto ignore = [](const RecentValues::Value&) { return absl::OkStatus(); };
  EXPECT_EQ(values.Read("a", ignore), kv_.failure);
  kv_.failure = absl::OkStatus();
  EXPECT_EQ(ValueIn(values, "a"), "1");
}

TEST_F(RecentValuesTest, WhatTheReaderFindsIsPassedOn) {
  const RecentValues values(kv_, Table::kAlerts, 1 << 20);
  const absl::Status broken = absl::DataLossError("it does not parse");
  EXPECT_EQ(values.Read("a", [&](const RecentValues::Value&) { return broken; }), broken);
}

// All keys here are of one part, which has a sixty-fourth of the bytes.
TEST_F(RecentValuesTest, WhoIsAskedForStaysAndTheBytesAreBounded) {
  constexpr uint64_t kBytesMax = 64 * 10'000;
  RecentValues values(kv_, Table::kAlerts, kBytesMax);
  Put("a-asked-for", "1");
  Put("a-forgotten", "1");
  ValueIn(values, "a-forgotten");
  ValueIn(values, "a-asked-for");
  kv_.reads = 0;
  for (int i = 0; i < 1'000; ++i) {
    PutThrough(values, "a" + std::to_string(i), std::string(50, 'v'));
    EXPECT_EQ(ValueIn(values, "a-asked-for"), "1");
    ASSERT_LE(values.bytes(), kBytesMax / 64);
  }
  EXPECT_EQ(kv_.reads, 0);
  EXPECT_GT(values.bytes(), kBytesMax / 64 / 2 - 1'000);
  EXPECT_EQ(ValueIn(values, "a-forgotten"), "1");
  EXPECT_EQ(kv_.reads, 1);
  // One that is replaced again and again takes the place of one.
  for (int i = 0; i < 1'000; ++i) PutThrough(values, "a-asked-for", std::to_string(i));
  EXPECT_EQ(ValueIn(values, "a-asked-for"), "999");
  EXPECT_LE(values.bytes(), kBytesMax / 64);
}

TEST_F(RecentValuesTest, AValueLargerThanAllIsKeptAlone) {
  RecentValues values(kv_, Table::kAlerts, 64 * 1'000);
  const std::string large(5'000, 'v');
  PutThrough(values, "a", large);
  EXPECT_EQ(ValueIn(values, "a"), large);
  PutThrough(values, "b", "1");
  EXPECT_EQ(ValueIn(values, "b"), "1");
}

// A reader that read the disk before a value was written must not bring the old one back afterwards.
TEST_F(RecentValuesTest, AValueThatIsAppliedWhileItIsReadIsNotOvertaken) {
  constexpr int kYieldsMax = 20'000;
  RecentValues values(kv_, Table::kAlerts, 1 << 20);
  Put("a", "0");
  std::jthread writer;
  std::atomic<bool> applied = false;
  kv_.after_next_read = [&] {
    writer = std::jthread([&] {
      PutThrough(values, "a", "1");
      applied = true;
    });
    // It waits for this reader, or it would be done long before.
    for (int i = 0; i < kYieldsMax && !applied; ++i) std::this_thread::yield();
  };
  EXPECT_EQ(ValueIn(values, "a"), "0");
  writer.join();
  EXPECT_EQ(ValueIn(values, "a"), "1");
}

// The same by chance, and for ThreadSanitizer.
TEST_F(RecentValuesTest, NoReaderSeesAnOlderValueThanTheLastApplied) {
  RecentValues values(kv_, Table::kAlerts, 64 * 400);  // little: values are read from disk again and again
  std::atomic<int> applied = 0;
  Put("a", "0");
  {
    std::vector<std::jthread> readers;
    for (int reader = 0; reader < 3; ++reader) {
      readers.emplace_back([&, reader] {
        for (int seen = 0; seen < 1'000;) {
          const int before = applied;
          seen = std::stoi(*ValueIn(values, "a"));
          EXPECT_GE(seen, before);
          ValueIn(values, "a-other-" + std::to_string(seen % 7 * 3 + reader));
        }
      });
    }
    for (int value = 1; value <= 1'000; ++value) {
      PutThrough(values, "a", std::to_string(value));
      applied = value;
    }
  }
  EXPECT_EQ(ValueIn(values, "a"), "1000");
}

}  // namespace
}  // namespace vangnet_testing
