// Walks over many children at once: all of a partition, and those placed at schools.
#include <gtest/gtest.h>

#include <algorithm>
#include <set>

#include "storage/fact_store.h"
#include "storage/keys.h"
#include "storage/memory_durable_mark.h"
#include "tests/storage/facts.h"
#include "tests/storage/kv_stores.h"

namespace vangnet_testing {
namespace {

using vangnet::Chunk;
using vangnet::Durability;
using vangnet::FactStore;
using vangnet::IncomingRecord;
using vangnet::Table;
using vangnet::WriteBatch;

template <typename T>
T Must(absl::StatusOr<T> value) {
  EXPECT_TRUE(value.ok()) << value.status();
  return *std::move(value);
}

class FactScanTest : public testing::TestWithParam<const char*> {
 protected:
  void SetUp() override { Open(); }
  void Open() {
    auto store = FactStore::Open(disk_->kv(), mark_, {});
    ASSERT_TRUE(store.ok()) << store.status();
    store_ = *std::move(store);
  }
  void Reopen() {
    store_.reset();
    disk_->Reopen();
    Open();
  }
  void Commit(std::vector<IncomingRecord> records) {
    Chunk chunk;
    chunk.source = "las";
    chunk.records = std::move(records);
    EXPECT_TRUE(store_->Commit({chunk}, absl::FromUnixSeconds(1'795'455'588)).ok());
  }
  // As the sweeper does: the states of all children are on disk afterwards.
  void EvaluateAll() {
    const auto taken = store_->TakePending(1'000'000);
    WriteBatch batch;
    EXPECT_TRUE(store_->AddEvaluated(taken, batch).ok());
    EXPECT_TRUE(disk_->kv().Write(batch, Durability::kUnsynced).ok());
    store_->Evaluated(taken);
  }

  std::unique_ptr<ReopenableKv> disk_ = MakeKv(GetParam());
  vangnet::MemoryDurableMark mark_;
  std::unique_ptr<FactStore> store_;
};

// Every child once, under the smallest of its keys, on disk or only in memory.
TEST_P(FactScanTest, AScanGivesEveryChildInOrderOfKey) {
  FactMaker make(5);
  std::set<std::string> children;
  const auto send = [&](int from, int until) {
    std::vector<IncomingRecord> records;
    for (int i = from; i < until; ++i) {
      const std::string student = "s-" + std::to_string(1000 + i);
      children.insert(student);
      vangnet::Fact fact = make.MakeOfStudent();
      if (std::holds_alternative<vangnet::SameStudent>(fact)) fact = AbsentOn(kMonday);
      records.push_back(Version(Student(student), "a", 1 + make.Below(5), fact));
      records.push_back(Version(Student(student), "placed", 1 + make.Below(5), PlacedAt("12AB00")));
    }
    Commit(std::move(records));
  };
  send(0, 400);
  EvaluateAll();
  send(200, 600);
  // The last of them has no records under its smallest key.
  Commit({Version(Student("s-1500"), "same", 1, SameAs("s-1003")),
          Version(Student("s-0500"), "same", 1, SameAs("s-1590")),
          Version(Student("s-1004"), "same", 1, SameAs("s-0004"))});
  children.insert({"s-0004", "s-0500"});
  for (const char* joined : {"s-1500", "s-1590", "s-1004"}) children.erase(joined);
  for (const std::string first : {"", "s-1300", "s-9"}) {
    std::set<std::string> scanned;
    for (int partition = 0; partition < vangnet::kPartitionCount; ++partition) {
      const auto scan = store_->Scan(partition, first);
      std::string last;
      while (scan->Next()) {
        EXPECT_LT(last, scan->student());
        last = scan->student();
        scanned.insert(last);
        EXPECT_EQ(vangnet::PartitionOf(last), partition);
        const auto history = scan->GetHistory();
        ASSERT_TRUE(history.ok()) << history.status();
        EXPECT_EQ(**history, Must(store_->GetHistory(store_->KeysOf(last)))) << last;
      }
      EXPECT_TRUE(scan->status().ok());
    }
    EXPECT_EQ(scanned, std::set<std::string>(children.lower_bound(first), children.end())) << first;
  }
}

TEST_P(FactScanTest, AScanMakesABrokenStateAnew) {
  Commit({Version(Student("s-1"), "a", 1, AbsentOn(kMonday)), Version(Student("s-1"), "b", 1, PlacedAt("12AB00"))});
  EvaluateAll();
  const auto whole = Must(store_->GetHistory({"s-1"}));
  WriteBatch batch;
  batch.Put(Table::kStates, vangnet::StateKey("s-1"), "broken");
  ASSERT_TRUE(disk_->kv().Write(batch, Durability::kUnsynced).ok());
  Reopen();
  const auto scan = store_->Scan(vangnet::PartitionOf("s-1"), "");
  ASSERT_TRUE(scan->Next());
  const auto history = scan->GetHistory();
  ASSERT_TRUE(history.ok()) << history.status();
  EXPECT_EQ(**history, whole);
  EXPECT_FALSE(scan->Next());
}

TEST_P(FactScanTest, KnowsWhoWasPlacedAtTheSchoolsThatAreAskedFor) {
  for (const bool written : {false, true}) {
    std::vector<IncomingRecord> records;
    for (int i = 0; i < 100; ++i) {
      const std::string student = (written ? "s-" : "t-") + std::to_string(i);
      records.push_back(Version(Student(student), "a", 1, PlacedAt(i % 3 == 0 ? "12AB00" : "34CD00")));
      records.push_back(Version(Student(student), "b", 1, PlacedAt("99ZZ00")));
    }
    Commit(std::move(records));
    if (!written) EvaluateAll();
  }
  FactStore::Placed placed;
  for (int partition = 0; partition < vangnet::kPartitionCount; ++partition) {
    const auto wanted = [](std::string_view school) { return school != "34CD00"; };
    for (const auto& [school, students] : Must(store_->GetPlaced(partition, wanted))) {
      EXPECT_TRUE(std::is_sorted(students.begin(), students.end()));
      placed[school].insert(placed[school].end(), students.begin(), students.end());
    }
  }
  ASSERT_EQ(placed.size(), 2u);
  for (auto& [school, students] : placed) {
    std::sort(students.begin(), students.end());
    EXPECT_EQ(students, Must(store_->GetStudentsEverPlacedAt(school)));
    EXPECT_EQ(students.size(), school == "12AB00" ? 68u : 200u);
  }
}

// A listing of a source read everybody through the cache, and pushed out the states that records and evaluations need.
TEST_P(FactScanTest, RecordsOfASourceAreFoundBesideTheCache) {
  std::vector<IncomingRecord> records;
  for (int i = 0; i < 300; ++i) {
    records.push_back(Version(Student("s-" + std::to_string(i)), "a", 1, AbsentOn(kMonday)));
    if (i % 3 == 0) records.back().record.key.source = "other";
  }
  Commit({records.begin(), records.begin() + 200});
  EvaluateAll();
  Commit({records.begin() + 200, records.end()});
  Commit({Version(Student("s-3"), "b", 1, AbsentOn(kMonday))});
  const auto find = [&](const std::string& source, size_t keys_max, size_t records_max) {
    std::vector<std::string> found;
    for (std::string after;;) {
      const auto page = *store_->FindRecordsOf(source, after, keys_max, records_max);
      for (const auto& [child, entry] : page.records) found.push_back(child.key + " " + entry.key.record_id);
      if (!page.has_more) return found;
      EXPECT_TRUE(after.empty() || vangnet::StateKey(after) < vangnet::StateKey(page.last));
      after = page.last;
    }
  };
  const std::vector<std::string> other = find("other", 1'000, 1'000);
  EXPECT_EQ(other.size(), 100u);
  EXPECT_EQ(find("las", 1'000, 1'000).size(), 201u);
  EXPECT_TRUE(find("nobody", 7, 1).empty());
  for (size_t max : {1u, 7u}) {
    EXPECT_EQ(find("other", max, 1'000), other);
    EXPECT_EQ(find("other", 1'000, max), other);
  }
  EvaluateAll();
  EXPECT_TRUE(store_->WriteStates().ok());
  Reopen();
  EXPECT_EQ(find("other", 1'000, 1'000), other);
  for (const auto& [name, value] : store_->Figures()) EXPECT_EQ(value, 0u) << name;
}

INSTANTIATE_TEST_SUITE_P(AllStores, FactScanTest, testing::Values("Memory", "Rocksdb"),
                         [](const auto& test) { return std::string(test.param); });

}  // namespace
}  // namespace vangnet_testing
