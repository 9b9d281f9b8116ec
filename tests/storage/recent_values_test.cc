#include "storage/recent_values.h"

#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include <atomic>
#include <optional>
#include <string>
#include <thread>
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
    return kv_.Get(table, key);
  }
  std::unique_ptr<KvIterator> NewIterator(Table table) const override { return kv_.NewIterator(table); }
  std::vector<std::pair<std::string, uint64_t>> Figures() const override { return kv_.Figures(); }

  mutable std::atomic<int> reads = 0;
  absl::Status failure;

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

TEST_F(RecentValuesTest, WhatWasWrittenIsReadFromWhenItIsTold) {
  RecentValues values(kv_, Table::kAlerts, 1 << 20);
  EXPECT_EQ(ValueIn(values, "a"), std::nullopt);
  Put("a", "1");
  EXPECT_EQ(ValueIn(values, "a"), std::nullopt);
  values.Replace("a", "1");
  EXPECT_EQ(ValueIn(values, "a"), "1");
  values.Replace("a", std::nullopt);
  EXPECT_EQ(ValueIn(values, "a"), std::nullopt);
  values.Replace("b", "2");
  EXPECT_EQ(ValueIn(values, "b"), "2") << "Also of a key that nobody asked for.";
  EXPECT_EQ(kv_.reads, 1);
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
    values.Replace("a" + std::to_string(i), std::string(50, 'v'));
    EXPECT_EQ(ValueIn(values, "a-asked-for"), "1");
    ASSERT_LE(values.bytes(), kBytesMax / 64);
  }
  EXPECT_EQ(kv_.reads, 0);
  EXPECT_GT(values.bytes(), kBytesMax / 64 / 2 - 1'000);
  EXPECT_EQ(ValueIn(values, "a-forgotten"), "1");
  EXPECT_EQ(kv_.reads, 1);
  // One that is replaced again and again takes the place of one.
  for (int i = 0; i < 1'000; ++i) values.Replace("a-asked-for", std::to_string(i));
  EXPECT_EQ(ValueIn(values, "a-asked-for"), "999");
  EXPECT_LE(values.bytes(), kBytesMax / 64);
}

TEST_F(RecentValuesTest, AValueLargerThanAllIsKeptAlone) {
  RecentValues values(kv_, Table::kAlerts, 64 * 1'000);
  const std::string large(5'000, 'v');
  values.Replace("a", large);
  EXPECT_EQ(ValueIn(values, "a"), large);
  values.Replace("b", "1");
  EXPECT_EQ(ValueIn(values, "b"), "1");
}

// A reader that began before a value was written must not bring the old one back afterwards.
TEST_F(RecentValuesTest, NoReaderSeesAnOlderValueThanTheLastTold) {
  RecentValues values(kv_, Table::kAlerts, 64 * 400);  // little: values are read from disk again and again
  std::atomic<int> told = 0;
  Put("a", "0");
  {
    std::vector<std::jthread> readers;
    for (int reader = 0; reader < 3; ++reader) {
      readers.emplace_back([&, reader] {
        for (int seen = 0; seen < 1'000;) {
          const int before = told;
          seen = std::stoi(*ValueIn(values, "a"));
          EXPECT_GE(seen, before);
          ValueIn(values, "a-other-" + std::to_string(seen % 7 * 3 + reader));
        }
      });
    }
    for (int value = 1; value <= 1'000; ++value) {
      Put("a", std::to_string(value));
      values.Replace("a", std::to_string(value));
      told = value;
    }
  }
  EXPECT_EQ(ValueIn(values, "a"), "1000");
}

}  // namespace
}  // namespace vangnet_testing
