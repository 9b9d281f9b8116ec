// Backups of a database that is written meanwhile: whole, in order, and never believed when a byte of them changed.
#include "storage/rocksdb_backup.h"

#include <gmock/gmock.h>
#include <gtest/gtest.h>
#include <sys/resource.h>

#include <atomic>
#include <csignal>
#include <filesystem>
#include <fstream>
#include <memory>
#include <random>
#include <string>
#include <thread>
#include <vector>

#include "storage/keys.h"
#include "storage/rocksdb_kv_store.h"
#include "tests/testing/temporary_directory.h"

namespace vangnet {
namespace {

using vangnet_testing::TemporaryDirectory;

constexpr absl::Time kNow = absl::FromUnixSeconds(1'795'435'200);

class RocksdbBackupTest : public testing::Test {
 protected:
  RocksdbBackupTest() {
    auto opened = RocksdbKvStore::Open(database_, {});
    EXPECT_TRUE(opened.ok()) << opened.status();
    kv_ = *std::move(opened);
  }

  // Version `sequence`, and the counter that says how many there are, in one batch.
  void Write(uint64_t sequence, Durability durability = Durability::kSynced) {
    WriteBatch batch;
    std::string value(500, '\0');
    for (char& byte : value) byte = static_cast<char>(random_());
    batch.Put(Table::kVersions, VersionKey(static_cast<uint8_t>(sequence % 64), sequence), value);
    batch.Put(Table::kMeta, MetaKey("last"), std::to_string(sequence));
    ASSERT_TRUE(kv_->Write(batch, durability).ok());
  }
  void WriteAll(uint64_t first, uint64_t last) {
    for (uint64_t sequence = first; sequence < last; ++sequence) Write(sequence, Durability::kUnsynced);
    Write(last);
  }
  // How far a store is; -1: it has a hole, or a version that its counter does not know.
  static int64_t LastOf(const KvStore& kv) {
    const auto last = kv.Get(Table::kMeta, MetaKey("last"));
    if (!last.ok() || !last->has_value()) return 0;
    const int64_t count = std::stoll(**last);
    int64_t versions = 0;
    const auto iterator = kv.NewIterator(Table::kVersions);
    for (iterator->Seek(""); iterator->Valid(); iterator->Next()) ++versions;
    return versions == count && iterator->status().ok() ? count : -1;
  }
  absl::StatusOr<Backup> Make(uint64_t sequence, uint32_t keep = 0) {
    return MakeRocksdbBackup(*kv_, {backups_, sequence, kNow, keep, {}});
  }
  static void Flip(const std::string& file, uint64_t at, char bits) {
    std::fstream bytes(file, std::ios::in | std::ios::out | std::ios::binary);
    bytes.seekg(static_cast<std::streamoff>(at));
    const char flipped = static_cast<char>(bytes.get() ^ bits);
    bytes.seekp(static_cast<std::streamoff>(at));
    bytes.put(flipped);
  }
  // Of the directory of backups, by path.
  std::vector<std::string> FilesOfBackups() const {
    std::vector<std::string> files;
    for (const auto& entry : std::filesystem::recursive_directory_iterator(backups_)) {
      if (entry.is_regular_file() && entry.path().filename() != "LOCK") files.push_back(entry.path().string());
    }
    return files;
  }
  uint64_t BytesOfBackups() const {
    uint64_t bytes = 0;
    for (const std::string& file : FilesOfBackups()) bytes += std::filesystem::file_size(file);
    return bytes;
  }
  int64_t LastRestored(uint32_t id, const std::string& name) {
    const absl::Status restored = RestoreRocksdbBackup(backups_, id, directory_.path(name));
    EXPECT_TRUE(restored.ok()) << restored;
    const auto opened = RocksdbKvStore::Open(directory_.path(name), {});
    EXPECT_TRUE(opened.ok()) << opened.status();
    return opened.ok() ? LastOf(**opened) : -2;
  }

  TemporaryDirectory directory_;
  const std::string database_ = directory_.path("db");
  const std::string backups_ = directory_.path("backups");
  std::mt19937_64 random_{7};
  std::unique_ptr<RocksdbKvStore> kv_;
};

TEST_F(RocksdbBackupTest, EachBackupIsTheDatabaseAsItWas) {
  WriteAll(1, 100);
  const auto first = Make(100);
  ASSERT_TRUE(first.ok()) << first.status();
  WriteAll(101, 150);
  const auto second = Make(150);
  ASSERT_TRUE(second.ok()) << second.status();
  WriteAll(151, 160);

  const auto listed = ListRocksdbBackups(backups_);
  ASSERT_TRUE(listed.ok()) << listed.status();
  ASSERT_EQ(listed->size(), 2u);
  EXPECT_EQ((*listed)[0].sequence, 100u);
  EXPECT_EQ((*listed)[1].sequence, 150u);
  EXPECT_EQ(LastRestored(first->id, "a"), 100);
  EXPECT_EQ(LastRestored(second->id, "b"), 150);
  const auto in_place = OpenRocksdbBackup(backups_, first->id);
  ASSERT_TRUE(in_place.ok()) << in_place.status();
  EXPECT_EQ(LastOf(**in_place), 100);
  WriteBatch batch;
  batch.Put(Table::kMeta, MetaKey("x"), "x");
  EXPECT_EQ((*in_place)->Write(batch, Durability::kSynced).code(), absl::StatusCode::kFailedPrecondition);
}

// Regression: the backup was opened by the path as it was given, and RocksDB remaps absolute ones only.
TEST_F(RocksdbBackupTest, ABackupIsOpenedByARelativePathToo) {
  WriteAll(1, 10);
  const auto made = Make(10);
  ASSERT_TRUE(made.ok()) << made.status();
  const std::string there = std::filesystem::relative(backups_).string();
  for (const std::string& path : {there, "./" + there, there + "/", backups_ + "/../backups"}) {
    const auto opened = OpenRocksdbBackup(path, made->id);
    ASSERT_TRUE(opened.ok()) << path << ": " << opened.status();
    EXPECT_EQ(LastOf(**opened), 10) << path;
  }
}

TEST_F(RocksdbBackupTest, NothingStopsWhileBackupsAreMadeAndEachHasAllUpToItsSequence) {
  std::atomic<uint64_t> written = 0;
  std::atomic<bool> enough = false;
  std::thread writer([&] {
    for (uint64_t sequence = 1; !enough || sequence < 500; ++sequence) {
      Write(sequence);
      written = sequence;
    }
  });
  std::vector<Backup> backups;
  uint64_t written_meanwhile = 0;
  for (int i = 0; i < 5; ++i) {
    const uint64_t before = written;
    const auto made = Make(before);
    written_meanwhile += written - before;
    EXPECT_TRUE(made.ok()) << made.status();
    if (made.ok()) backups.push_back(*made);
  }
  enough = true;
  writer.join();
  EXPECT_GT(written_meanwhile, 0u);
  ASSERT_EQ(backups.size(), 5u);
  for (const Backup& backup : backups) {
    const int64_t last = LastRestored(backup.id, "restored-" + std::to_string(backup.id));
    EXPECT_GE(last, static_cast<int64_t>(backup.sequence));
    EXPECT_LE(last, static_cast<int64_t>(written));
  }
}

TEST_F(RocksdbBackupTest, TheNextBackupCopiesOnlyWhatIsNew) {
  WriteAll(1, 20'000);  // ten megabytes
  kv_.reset();          // into tables, at the next start
  kv_ = *RocksdbKvStore::Open(database_, {});
  ASSERT_TRUE(Make(20'000).ok());
  const uint64_t first = BytesOfBackups();
  WriteAll(20'001, 20'100);
  ASSERT_TRUE(Make(20'100).ok());
  const uint64_t added = BytesOfBackups() - first;
  EXPECT_GT(first, uint64_t{9} << 20);
  EXPECT_LT(added, uint64_t{1} << 20);
}

TEST_F(RocksdbBackupTest, OldBackupsGoAndThoseThatStayAreWhole) {
  for (uint64_t i = 1; i <= 5; ++i) {
    WriteAll(10 * i - 9, 10 * i);
    ASSERT_TRUE(Make(10 * i, 2).ok());
  }
  const auto left = ListRocksdbBackups(backups_);
  ASSERT_TRUE(left.ok());
  ASSERT_EQ(left->size(), 2u);
  EXPECT_EQ(LastRestored((*left)[0].id, "a"), 40);
  EXPECT_EQ(LastRestored((*left)[1].id, "b"), 50);
}

TEST_F(RocksdbBackupTest, ABackupThatIsStoppedLeavesTheOnesBeforeIt) {
  WriteAll(1, 8'000);
  ASSERT_TRUE(Make(8'000).ok());
  WriteAll(8'001, 16'000);
  int looks = 0;
  const auto stopped = MakeRocksdbBackup(*kv_, {backups_, 16'000, kNow, 0, [&] { return ++looks == 2; }});
  EXPECT_TRUE(absl::IsCancelled(stopped.status())) << stopped.status();
  EXPECT_EQ(looks, 2);
  const auto newest = FindRocksdbBackup(backups_, 0);
  ASSERT_TRUE(newest.ok()) << newest.status();
  EXPECT_EQ(newest->sequence, 8'000u);
  EXPECT_EQ(LastRestored(newest->id, "a"), 8'000);
  // What was left behind is no obstacle for the next one.
  const auto next = Make(16'000);
  ASSERT_TRUE(next.ok()) << next.status();
  EXPECT_EQ(LastRestored(next->id, "b"), 16'000);
}

// The engine looks whether it should stop before each piece of a file, and not after the last.
TEST_F(RocksdbBackupTest, WhereverABackupIsStoppedNothingUnverifiedIsLeft) {
  WriteAll(1, 9'200);  // a log of between 4 MiB and 5 MB, which is one piece
  int stops = 0;
  for (int stop_at = 1;; ++stop_at) {
    int looks = 0;
    const auto made = MakeRocksdbBackup(*kv_, {backups_, 9'200, kNow, 0, [&] { return ++looks == stop_at; }});
    if (made.ok()) break;
    ++stops;
    ASSERT_TRUE(absl::IsCancelled(made.status())) << made.status();
    const auto left = ListRocksdbBackups(backups_);
    ASSERT_TRUE(left.ok()) << left.status();
    ASSERT_TRUE(left->empty()) << "stopped at look " << stop_at;
  }
  EXPECT_GE(stops, 2) << "while it is made, and while it is read again";
}

// Once the engine wrote what it knows of a backup, files are only read: a stop had to wait until all of it was.
TEST_F(RocksdbBackupTest, ABackupThatIsStoppedWhileItIsReadAgainIsTakenAwayAtOnce) {
  WriteAll(1, 30'000);  // fifteen megabytes
  ASSERT_TRUE(Make(30'000).ok());
  WriteAll(30'001, 60'000);
  int looks = 0;
  const auto is_read_again = [&] { return std::filesystem::exists(backups_ + "/meta/2") && ++looks > 0; };
  const auto stopped = MakeRocksdbBackup(*kv_, {backups_, 60'000, kNow, 1, is_read_again});
  EXPECT_TRUE(absl::IsCancelled(stopped.status())) << stopped.status();
  EXPECT_EQ(looks, 1);
  const auto left = ListRocksdbBackups(backups_);
  ASSERT_TRUE(left.ok()) << left.status();
  ASSERT_EQ(left->size(), 1u);
  EXPECT_EQ(LastRestored(left->front().id, "a"), 30'000);
  const auto next = Make(60'000, 1);
  ASSERT_TRUE(next.ok()) << next.status();
  EXPECT_EQ(LastRestored(next->id, "b"), 60'000);
}

TEST_F(RocksdbBackupTest, AFlippedBitInAnyFileIsFound) {
  WriteAll(1, 2'000);
  kv_.reset();
  kv_ = *RocksdbKvStore::Open(database_, {});
  WriteAll(2'001, 2'100);
  ASSERT_TRUE(Make(2'100).ok());
  int flipped = 0;
  for (const std::string& file : FilesOfBackups()) {
    if (file.find("/meta/") != std::string::npos) continue;
    const uint64_t size = std::filesystem::file_size(file);
    for (int i = 0; i < 8 && size > 0; ++i) {
      const uint64_t at = random_() % size;
      const char bit = static_cast<char>(1 << random_() % 8);
      Flip(file, at, bit);
      const absl::Status sound = CheckRocksdbBackup(backups_, 1);
      const absl::Status restored = RestoreRocksdbBackup(backups_, 1, directory_.path("restored"));
      EXPECT_FALSE(sound.ok()) << file << " at " << at << " of " << size;
      EXPECT_FALSE(restored.ok()) << file << " at " << at << " of " << size;
      EXPECT_FALSE(std::filesystem::exists(directory_.path("restored")));
      Flip(file, at, bit);
      ++flipped;
    }
  }
  EXPECT_GE(flipped, 40);
  EXPECT_EQ(LastRestored(1, "whole"), 2'100);
}

TEST_F(RocksdbBackupTest, AFlippedBitInWhatIsKeptWithABackupIsFoundOrSaysTheSame) {
  WriteAll(1, 50);
  const auto made = Make(50);
  ASSERT_TRUE(made.ok());
  const std::string meta = backups_ + "/meta/1";
  int refused = 0;
  int same = 0;
  for (uint64_t at = 0; at < std::filesystem::file_size(meta); ++at) {
    const char bit = static_cast<char>(1 << random_() % 7);
    Flip(meta, at, bit);
    const auto found = FindRocksdbBackup(backups_, 1);
    if (!found.ok() || !CheckRocksdbBackup(backups_, 1).ok()) {
      ++refused;
    } else {
      // The engine's own time and sequence, which are not ours.
      EXPECT_EQ(*found, *made) << "byte " << at;
      EXPECT_EQ(LastRestored(1, "restored-" + std::to_string(at)), 50) << "byte " << at;
      ++same;
    }
    Flip(meta, at, bit);
  }
  EXPECT_GT(refused, 100);
  EXPECT_LT(same, 30);
}

TEST_F(RocksdbBackupTest, ANewBackupThatSharesADamagedTableDoesNotCount) {
  WriteAll(1, 2'000);
  kv_.reset();
  kv_ = *RocksdbKvStore::Open(database_, {});
  ASSERT_TRUE(Make(2'000).ok());
  for (const std::string& file : FilesOfBackups()) {
    if (file.find("shared_checksum") == std::string::npos) continue;
    std::fstream bytes(file, std::ios::in | std::ios::out | std::ios::binary);
    bytes.seekp(100);
    bytes.put('!');
  }
  WriteAll(2'001, 2'010);
  const auto made = Make(2'010, 1);
  EXPECT_TRUE(absl::IsDataLoss(made.status())) << made.status();
  const auto left = ListRocksdbBackups(backups_);
  ASSERT_TRUE(left.ok());
  ASSERT_EQ(left->size(), 1u);
  EXPECT_EQ(left->front().sequence, 2'000u);
}

// Files may not grow beyond a size while it lives: the disk takes a log, and not a copy of a large table.
class SmallFiles {
 public:
  explicit SmallFiles(uint64_t bytes_max) {
    signal(SIGXFSZ, SIG_IGN);
    getrlimit(RLIMIT_FSIZE, &before_);
    const rlimit small = {bytes_max, before_.rlim_max};
    setrlimit(RLIMIT_FSIZE, &small);
  }
  ~SmallFiles() { setrlimit(RLIMIT_FSIZE, &before_); }

 private:
  rlimit before_{};
};

TEST_F(RocksdbBackupTest, ADiskThatTakesNoMoreHarmsNeitherTheDatabaseNorEarlierBackups) {
  WriteAll(1, 100);
  ASSERT_TRUE(Make(100).ok());
  WriteAll(101, 20'000);
  kv_.reset();  // into one table of ten megabytes
  kv_ = *RocksdbKvStore::Open(database_, {});
  {
    const SmallFiles small(uint64_t{2} << 20);
    const auto made = Make(20'000);
    EXPECT_FALSE(made.ok());
    WriteAll(20'001, 20'100);
  }
  const auto newest = FindRocksdbBackup(backups_, 0);
  ASSERT_TRUE(newest.ok()) << newest.status();
  EXPECT_EQ(newest->sequence, 100u);
  EXPECT_EQ(LastRestored(newest->id, "a"), 100);
  EXPECT_EQ(LastOf(*kv_), 20'100);
  const auto next = Make(20'100);
  ASSERT_TRUE(next.ok()) << next.status();
  EXPECT_EQ(LastRestored(next->id, "b"), 20'100);
}

TEST_F(RocksdbBackupTest, WhatCannotBeRestoredIsRefusedClearly) {
  WriteAll(1, 10);
  EXPECT_TRUE(absl::IsNotFound(ListRocksdbBackups(backups_).status()));
  ASSERT_TRUE(Make(10).ok());
  EXPECT_TRUE(absl::IsNotFound(FindRocksdbBackup(backups_, 7).status()));
  EXPECT_TRUE(absl::IsNotFound(RestoreRocksdbBackup(backups_, 7, directory_.path("a"))));
  EXPECT_TRUE(absl::IsFailedPrecondition(RestoreRocksdbBackup(backups_, 1, database_)));
}

}  // namespace
}  // namespace vangnet
