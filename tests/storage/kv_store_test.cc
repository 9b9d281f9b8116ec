#include "storage/kv_store.h"

#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include <random>
#include <set>
#include <thread>

#include "tests/storage/kv_stores.h"

namespace vangnet_testing {
namespace {

using testing::ElementsAre;
using testing::IsEmpty;
using vangnet::Durability;
using vangnet::KvIterator;
using vangnet::KvStore;
using vangnet::Table;
using vangnet::WriteBatch;

class KvStoreTest : public testing::TestWithParam<const char*> {
 protected:
  KvStore& kv() { return store_->kv(); }
  void Put(Table table, const std::string& key, const std::string& value) {
    WriteBatch batch;
    batch.Put(table, key, value);
    ASSERT_TRUE(kv().Write(batch, Durability::kUnsynced).ok());
  }
  void Delete(Table table, const std::string& key) {
    WriteBatch batch;
    batch.Delete(table, key);
    ASSERT_TRUE(kv().Write(batch, Durability::kUnsynced).ok());
  }
  std::optional<std::string> Get(Table table, const std::string& key) { return *kv().Get(table, key); }
  static std::vector<std::string> KeysFrom(KvIterator& iterator, const std::string& key) {
    std::vector<std::string> keys;
    for (iterator.Seek(key); iterator.Valid(); iterator.Next()) keys.emplace_back(iterator.key());
    EXPECT_TRUE(iterator.status().ok());
    return keys;
  }

  std::unique_ptr<ReopenableKv> store_ = MakeKv(GetParam());
};

TEST_P(KvStoreTest, HasNothingAtFirst) {
  EXPECT_EQ(Get(Table::kMeta, "a"), std::nullopt);
  EXPECT_THAT(KeysFrom(*kv().NewIterator(Table::kMeta), ""), IsEmpty());
}

TEST_P(KvStoreTest, TablesAreApart) {
  Put(Table::kMeta, "a", "1");
  Put(Table::kDue, "a", "2");
  Delete(Table::kDue, "a");
  EXPECT_EQ(Get(Table::kMeta, "a"), "1");
  EXPECT_EQ(Get(Table::kDue, "a"), std::nullopt);
}

TEST_P(KvStoreTest, ABatchIsAppliedInItsOrder) {
  WriteBatch batch;
  batch.Put(Table::kMeta, "a", "1");
  batch.Delete(Table::kMeta, "a");
  batch.Put(Table::kMeta, "a", "2");
  batch.Put(Table::kMeta, "b", "3");
  batch.Delete(Table::kMeta, "b");
  ASSERT_TRUE(kv().Write(batch, Durability::kSynced).ok());
  EXPECT_EQ(Get(Table::kMeta, "a"), "2");
  EXPECT_EQ(Get(Table::kMeta, "b"), std::nullopt);
}

TEST_P(KvStoreTest, KeysAreOrderedAsUnsignedBytes) {
  for (const std::string& key : {std::string("b"), std::string("\xFF"), std::string(1, '\0'), std::string(),
                                 std::string("b\0", 2), std::string("\x7F")}) {
    Put(Table::kMeta, key, "");
  }
  EXPECT_THAT(KeysFrom(*kv().NewIterator(Table::kMeta), ""),
              ElementsAre("", std::string(1, '\0'), "b", std::string("b\0", 2), "\x7F", "\xFF"));
}

TEST_P(KvStoreTest, SeeksForwardAndBackward) {
  for (const char* key : {"b", "d", "f"}) Put(Table::kMeta, key, key);
  const auto iterator = kv().NewIterator(Table::kMeta);
  iterator->Seek("c");
  ASSERT_TRUE(iterator->Valid());
  EXPECT_EQ(iterator->key(), "d");
  iterator->Prev();
  EXPECT_EQ(iterator->key(), "b");
  iterator->Prev();
  EXPECT_FALSE(iterator->Valid());
  iterator->SeekForPrev("d");
  EXPECT_EQ(iterator->key(), "d");
  iterator->SeekForPrev("e");
  EXPECT_EQ(iterator->value(), "d");
  iterator->Next();
  EXPECT_EQ(iterator->key(), "f");
  iterator->SeekForPrev("a");
  EXPECT_FALSE(iterator->Valid());
  iterator->Seek("g");
  EXPECT_FALSE(iterator->Valid());
}

TEST_P(KvStoreTest, AnIteratorSeesTheStateAtItsCreation) {
  Put(Table::kMeta, "a", "old");
  Put(Table::kMeta, "b", "old");
  const auto iterator = kv().NewIterator(Table::kMeta);
  Put(Table::kMeta, "a", "new");
  Delete(Table::kMeta, "b");
  Put(Table::kMeta, "c", "new");
  iterator->Seek("");
  EXPECT_EQ(iterator->value(), "old");
  iterator->Next();
  ASSERT_TRUE(iterator->Valid());
  EXPECT_EQ(iterator->key(), "b");
  iterator->Next();
  EXPECT_FALSE(iterator->Valid());
  EXPECT_THAT(KeysFrom(*kv().NewIterator(Table::kMeta), ""), ElementsAre("a", "c"));
}

TEST_P(KvStoreTest, KeepsWhatWasSyncedWhenOpenedAgain) {
  WriteBatch batch;
  batch.Put(Table::kAlerts, "a", std::string(100'000, 'x'));
  ASSERT_TRUE(kv().Write(batch, Durability::kSynced).ok());
  store_->Reopen();
  EXPECT_EQ(Get(Table::kAlerts, "a"), std::string(100'000, 'x'));
}

TEST_P(KvStoreTest, HasFigures) { EXPECT_FALSE(kv().Figures().empty()); }

// The same random changes to the store and to a map give the same, forward and backward.
TEST_P(KvStoreTest, AgreesWithAMap) {
  std::mt19937_64 random(20'261'123);
  std::map<std::string, std::string> model;
  const auto key = [&] { return "k" + std::to_string(random() % 60); };
  for (int round = 0; round < 200; ++round) {
    WriteBatch batch;
    for (uint64_t i = random() % 8; i > 0; --i) {
      const std::string changed = key();
      if (random() % 3 == 0) {
        batch.Delete(Table::kStates, changed);
        model.erase(changed);
      } else {
        model[changed] = std::to_string(random());
        batch.Put(Table::kStates, changed, model[changed]);
      }
    }
    ASSERT_TRUE(kv().Write(batch, Durability::kUnsynced).ok());
    const auto iterator = kv().NewIterator(Table::kStates);
    std::map<std::string, std::string> forward;
    for (iterator->Seek(""); iterator->Valid(); iterator->Next()) forward.emplace(iterator->key(), iterator->value());
    ASSERT_EQ(forward, model);
    const std::string from = key();
    auto expected = model.upper_bound(from);
    for (iterator->SeekForPrev(from); iterator->Valid(); iterator->Prev()) {
      ASSERT_NE(expected, model.begin());
      ASSERT_EQ(iterator->key(), (--expected)->first);
    }
    ASSERT_EQ(expected, model.begin());
  }
}

TEST_P(KvStoreTest, IsReadWhileItIsWritten) {
  std::thread writer([this] {
    for (int i = 0; i < 500; ++i) {
      WriteBatch batch;
      // Both keys always have the same value.
      batch.Put(Table::kMeta, "a", std::to_string(i));
      batch.Put(Table::kMeta, "b", std::to_string(i));
      EXPECT_TRUE(kv().Write(batch, Durability::kUnsynced).ok());
    }
  });
  for (int i = 0; i < 500; ++i) {
    const auto iterator = kv().NewIterator(Table::kMeta);
    iterator->Seek("a");
    if (!iterator->Valid()) continue;
    const std::string value(iterator->value());
    iterator->Next();
    ASSERT_TRUE(iterator->Valid());
    EXPECT_EQ(iterator->value(), value);
  }
  writer.join();
}

INSTANTIATE_TEST_SUITE_P(AllStores, KvStoreTest, testing::Values("Memory", "Rocksdb"),
                         [](const auto& test) { return std::string(test.param); });

TEST(TableNameTest, EveryTableHasItsOwn) {
  std::set<std::string> names;
  for (int table = 0; table < vangnet::kTableCount; ++table) {
    names.insert(vangnet::TableName(static_cast<Table>(table)));
  }
  EXPECT_EQ(names.size(), static_cast<size_t>(vangnet::kTableCount));
  EXPECT_EQ(names.count(""), 0u);
}

}  // namespace
}  // namespace vangnet_testing
