// Tables of versions in RocksDB, made one at a time, for tests of what is merged and when.
#ifndef VANGNET_TESTS_STORAGE_VERSION_TABLES_H_
#define VANGNET_TESTS_STORAGE_VERSION_TABLES_H_

#include <gtest/gtest.h>

#include <cstdint>
#include <random>
#include <string>

#include "rocksdb/db.h"
#include "storage/rocksdb_kv_store.h"

namespace vangnet_testing {

inline constexpr int kVersionsOfATable = 500;
inline constexpr size_t kVersionBytes = 1'000;
inline constexpr uint64_t kTableBytes = kVersionsOfATable * kVersionBytes;

// As in the store: every table has versions of every partition.
inline std::string KeyOfVersion(int number) {
  return std::string(1, static_cast<char>(number % 64)) + std::to_string(number);
}

// The same for the same number, and no compression makes it smaller.
inline std::string VersionOf(int number) {
  std::minstd_rand random(static_cast<uint32_t>(number) + 1);
  std::string version(kVersionBytes, '\0');
  for (char& byte : version) byte = static_cast<char>(random() >> 8);
  return version;
}

// The `table`th, from 0: into the log, synced, and from there into a table of its own.
inline void WriteVersionTable(vangnet::RocksdbKvStore& kv, int table) {
  vangnet::WriteBatch batch;
  for (int i = table * kVersionsOfATable; i < (table + 1) * kVersionsOfATable; ++i) {
    batch.Put(vangnet::Table::kVersions, KeyOfVersion(i), VersionOf(i));
  }
  const absl::Status written = kv.Write(batch, vangnet::Durability::kSynced);
  ASSERT_TRUE(written.ok()) << written;
  const absl::Status emptied = kv.EmptyLog();
  ASSERT_TRUE(emptied.ok()) << emptied;
}

// A property of RocksDB, over all its column families.
inline uint64_t SumOf(rocksdb::DB& database, const char* property) {
  uint64_t sum = 0;
  EXPECT_TRUE(database.GetAggregatedIntProperty(property, &sum)) << property;
  return sum;
}

}  // namespace vangnet_testing

#endif  // VANGNET_TESTS_STORAGE_VERSION_TABLES_H_
