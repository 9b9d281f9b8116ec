// What no database can be made to show at will: the order of two calls, and what a failure stops.
#include "storage/rocksdb_careful_env.h"

#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include <atomic>
#include <memory>
#include <string>
#include <thread>
#include <utility>
#include <vector>

#include "rocksdb/file_system.h"
#include "storage/rocksdb_open.h"
#include "tests/testing/temporary_directory.h"

// Databases that failed are abandoned as they are: a merge that one of them had still to begin is nobody's any more.
// AddressSanitizer reads this name.
extern "C" const char* __lsan_default_suppressions() { return "leak:rocksdb::DBImpl::MaybeScheduleFlushOrCompaction"; }

namespace vangnet {
namespace {

using testing::ElementsAre;
using testing::IsEmpty;

// Notes what reaches the disk: "sync DIRECTORY" or FILE, "rename FILE", "delete FILE".
class NotingFiles : public rocksdb::FileSystemWrapper {
 public:
  NotingFiles(std::vector<std::string>& notes, const bool& broken)
      : FileSystemWrapper(rocksdb::FileSystem::Default()), notes_(notes), broken_(broken) {}
  const char* Name() const override { return "NotingFiles"; }
  rocksdb::IOStatus NewWritableFile(const std::string& name, const rocksdb::FileOptions&,
                                    std::unique_ptr<rocksdb::FSWritableFile>* file, rocksdb::IODebugContext*) override {
    *file = std::make_unique<File>(*this, name);
    return rocksdb::IOStatus::OK();
  }
  rocksdb::IOStatus NewDirectory(const std::string& name, const rocksdb::IOOptions&,
                                 std::unique_ptr<rocksdb::FSDirectory>* directory, rocksdb::IODebugContext*) override {
    *directory = std::make_unique<Directory>(notes_, name);
    return rocksdb::IOStatus::OK();
  }
  rocksdb::IOStatus RenameFile(const std::string&, const std::string& to, const rocksdb::IOOptions&,
                               rocksdb::IODebugContext*) override {
    notes_.push_back("rename " + to);
    return rocksdb::IOStatus::OK();
  }
  rocksdb::IOStatus DeleteFile(const std::string& name, const rocksdb::IOOptions&, rocksdb::IODebugContext*) override {
    notes_.push_back("delete " + name);
    return rocksdb::IOStatus::OK();
  }

 private:
  class Directory : public rocksdb::FSDirectory {
   public:
    Directory(std::vector<std::string>& notes, std::string name) : notes_(notes), name_(std::move(name)) {}
    rocksdb::IOStatus Fsync(const rocksdb::IOOptions&, rocksdb::IODebugContext*) override {
      notes_.push_back("sync " + name_);
      return rocksdb::IOStatus::OK();
    }

   private:
    std::vector<std::string>& notes_;
    const std::string name_;
  };
  class File : public rocksdb::FSWritableFile {
   public:
    File(NotingFiles& files, std::string name) : files_(files), name_(std::move(name)) {}
    using FSWritableFile::Append;
    rocksdb::IOStatus Append(const rocksdb::Slice&, const rocksdb::IOOptions&, rocksdb::IODebugContext*) override {
      return rocksdb::IOStatus::OK();
    }
    rocksdb::IOStatus Flush(const rocksdb::IOOptions&, rocksdb::IODebugContext*) override {
      return rocksdb::IOStatus::OK();
    }
    rocksdb::IOStatus Close(const rocksdb::IOOptions&, rocksdb::IODebugContext*) override {
      return rocksdb::IOStatus::OK();
    }
    rocksdb::IOStatus Sync(const rocksdb::IOOptions&, rocksdb::IODebugContext*) override {
      files_.notes_.push_back("sync " + name_);
      return files_.broken_ ? rocksdb::IOStatus::IOError(name_, "broken") : rocksdb::IOStatus::OK();
    }

   private:
    NotingFiles& files_;
    const std::string name_;
  };

  std::vector<std::string>& notes_;
  const bool& broken_;  // no file can be synced
};

class CarefulEnvTest : public testing::Test {
 protected:
  rocksdb::Status Rename(const std::string& from, const std::string& to) {
    return careful_->GetFileSystem()->RenameFile(from, to, {}, nullptr);
  }
  rocksdb::Status Delete(const std::string& name) { return careful_->GetFileSystem()->DeleteFile(name, {}, nullptr); }
  // Null: it cannot be made.
  std::unique_ptr<rocksdb::FSWritableFile> Make(const std::string& name) {
    std::unique_ptr<rocksdb::FSWritableFile> file;
    const rocksdb::IOStatus status = careful_->GetFileSystem()->NewWritableFile(name, {}, &file, nullptr);
    EXPECT_EQ(status.ok(), file != nullptr);
    return file;
  }
  static rocksdb::Status Append(rocksdb::FSWritableFile& file) { return file.Append("record", {}, nullptr); }
  static rocksdb::Status Sync(rocksdb::FSWritableFile& file) { return file.Sync({}, nullptr); }

  std::vector<std::string> notes_;
  bool broken_ = false;
  const std::shared_ptr<std::atomic<bool>> failed_ = std::make_shared<std::atomic<bool>>(false);
  const std::unique_ptr<rocksdb::Env> noting_ =
      rocksdb::NewCompositeEnv(std::make_shared<NotingFiles>(notes_, broken_));
  const std::unique_ptr<rocksdb::Env> careful_ = MakeCarefulEnv(*noting_, failed_, 0);
};

TEST_F(CarefulEnvTest, NamesAreDurableBeforeCurrentNamesThem) {
  EXPECT_TRUE(Rename("/db/000005.dbtmp", "/db/CURRENT").ok());
  EXPECT_TRUE(Rename("/db/LOG", "/db/LOG.old").ok());
  EXPECT_THAT(notes_, ElementsAre("sync /db", "rename /db/CURRENT", "rename /db/LOG.old"));
}

TEST_F(CarefulEnvTest, AfterAFailureWhatIsThereStays) {
  EXPECT_TRUE(Delete("/db/000003.log").ok());
  EXPECT_THAT(notes_, ElementsAre("delete /db/000003.log"));
  notes_.clear();
  *failed_ = true;
  EXPECT_TRUE(Delete("/db/000004.log").IsIOError());
  EXPECT_TRUE(Rename("/db/000005.dbtmp", "/db/CURRENT").IsIOError());
  EXPECT_THAT(notes_, IsEmpty());
}

TEST_F(CarefulEnvTest, ALogIsOnTheDiskBeforeTheNextOneAndNotSyncedAgain) {
  const auto first = Make("/db/000001.log");
  EXPECT_THAT(notes_, IsEmpty());
  EXPECT_TRUE(Append(*first).ok());
  const auto second = Make("/db/000002.log");
  EXPECT_THAT(notes_, ElementsAre("sync /db/000001.log"));
  broken_ = true;  // Nobody learns of it by the first log, which is whole.
  EXPECT_TRUE(Sync(*first).ok());
  EXPECT_FALSE(*failed_);
  EXPECT_THAT(notes_, ElementsAre("sync /db/000001.log"));
  EXPECT_TRUE(Append(*second).ok());
  EXPECT_TRUE(Sync(*second).IsIOError());
  EXPECT_TRUE(*failed_);
}

TEST_F(CarefulEnvTest, ThereIsNoNextLogWhenTheLastCannotBeSynced) {
  const auto first = Make("/db/000001.log");
  EXPECT_TRUE(Append(*first).ok());
  broken_ = true;
  EXPECT_EQ(Make("/db/000002.log"), nullptr);
  EXPECT_TRUE(*failed_);
  EXPECT_TRUE(Sync(*first).IsIOError()) << "what is not on the disk is never said to be";
}

TEST_F(CarefulEnvTest, ALogThatIsClosedOrGoneIsLeftAlone) {
  auto first = Make("/db/000001.log");
  EXPECT_TRUE(Append(*first).ok());
  first.reset();
  const auto second = Make("/db/000002.log");
  EXPECT_TRUE(Append(*second).ok());
  EXPECT_TRUE(second->Close({}, nullptr).ok());
  EXPECT_NE(Make("/db/000003.log"), nullptr);
  EXPECT_THAT(notes_, IsEmpty());
}

// The system's files, of which the logs cannot be synced while the disk is full.
class FullFiles : public rocksdb::FileSystemWrapper {
 public:
  explicit FullFiles(const std::atomic<bool>& full) : FileSystemWrapper(rocksdb::FileSystem::Default()), full_(full) {}
  const char* Name() const override { return "FullFiles"; }
  rocksdb::IOStatus NewWritableFile(const std::string& path, const rocksdb::FileOptions& options,
                                    std::unique_ptr<rocksdb::FSWritableFile>* file,
                                    rocksdb::IODebugContext* debug) override {
    rocksdb::IOStatus status = target()->NewWritableFile(path, options, file, debug);
    if (status.ok() && path.ends_with(".log")) *file = std::make_unique<Log>(std::move(*file), full_);
    return status;
  }

 private:
  class Log : public rocksdb::FSWritableFileOwnerWrapper {
   public:
    Log(std::unique_ptr<rocksdb::FSWritableFile>&& file, const std::atomic<bool>& full)
        : FSWritableFileOwnerWrapper(std::move(file)), full_(full) {}
    rocksdb::IOStatus Sync(const rocksdb::IOOptions& options, rocksdb::IODebugContext* debug) override {
      return full_ ? rocksdb::IOStatus::NoSpace("the disk is full") : target()->Sync(options, debug);
    }

   private:
    const std::atomic<bool>& full_;
  };

  const std::atomic<bool>& full_;
};

// RocksDB tells such a failure of a log as one of a table, and would sync the log again when there is room: Debian's
// aborts then.
TEST(RocksdbCarefulLogTest, ALogThatCannotBeSyncedWhileATableIsMadeEndsTheDatabase) {
  const vangnet_testing::TemporaryDirectory directory;
  // A database whose log failed keeps its threads: these are never destroyed.
  static std::atomic<bool>& full = *new std::atomic<bool>(false);
  static rocksdb::Env& env = *rocksdb::NewCompositeEnv(std::make_shared<FullFiles>(full)).release();
  auto kv = OpenRocksdb(env, directory.path("db"), {});
  ASSERT_TRUE(kv.ok()) << kv.status();
  WriteBatch batch;
  batch.Put(Table::kVersions, "key", "value");
  ASSERT_TRUE((*kv)->Write(batch, Durability::kUnsynced).ok());
  full = true;
  EXPECT_FALSE((*kv)->EmptyLog().ok());
  full = false;
  EXPECT_TRUE(absl::IsInternal((*kv)->Write(batch, Durability::kSynced)));
}

// The system's files; a log that is not the newest can be synced so often, and then no more.
class AgeingFiles : public rocksdb::FileSystemWrapper {
 public:
  explicit AgeingFiles(int syncs) : FileSystemWrapper(rocksdb::FileSystem::Default()), syncs_left_(syncs) {}
  const char* Name() const override { return "AgeingFiles"; }
  rocksdb::IOStatus NewWritableFile(const std::string& path, const rocksdb::FileOptions& options,
                                    std::unique_ptr<rocksdb::FSWritableFile>* file,
                                    rocksdb::IODebugContext* debug) override {
    rocksdb::IOStatus status = target()->NewWritableFile(path, options, file, debug);
    if (status.ok() && path.ends_with(".log")) *file = std::make_unique<Log>(std::move(*file), *this);
    return status;
  }

 private:
  class Log : public rocksdb::FSWritableFileOwnerWrapper {
   public:
    Log(std::unique_ptr<rocksdb::FSWritableFile>&& file, AgeingFiles& files)
        : FSWritableFileOwnerWrapper(std::move(file)), files_(files), number_(++files.logs_) {}
    rocksdb::IOStatus Sync(const rocksdb::IOOptions& options, rocksdb::IODebugContext* debug) override {
      if (number_ == files_.logs_ || --files_.syncs_left_ >= 0) return target()->Sync(options, debug);
      for (int turn = 0; turn < 1000; ++turn) std::this_thread::yield();  // A disk takes its time to fail.
      return rocksdb::IOStatus::IOError("an old log", "broken");
    }

   private:
    AgeingFiles& files_;
    const int number_;
  };

  std::atomic<int> logs_ = 0;
  std::atomic<int> syncs_left_;
};

// One thread writes synced, as the committer does, one unsynced, as the sweeper, and tables are made beside. Of forty
// such ends ten were aborts of RocksDB, when whoever synced the old log second called its broken file again.
TEST(RocksdbCarefulLogTest, AnOldLogThatCannotBeSyncedEndsTheDatabaseInOrder) {
  // Databases whose log failed keep their threads: these are never destroyed.
  static std::vector<std::unique_ptr<rocksdb::Env>>& kept = *new std::vector<std::unique_ptr<rocksdb::Env>>;
  const std::string value(2000, 'x');
  int ends = 0;
  for (int syncs = 0; syncs < 12; ++syncs) {
    const vangnet_testing::TemporaryDirectory directory;
    kept.push_back(rocksdb::NewCompositeEnv(std::make_shared<AgeingFiles>(syncs % 4)));
    auto kv = OpenRocksdb(*kept.back(), directory.path("db"), {.log_bytes_max = 64 << 10});
    ASSERT_TRUE(kv.ok()) << kv.status();
    std::atomic<bool> ended = false;
    const auto write = [&](Table table, Durability durability) {
      for (uint64_t key = 0; key < 20'000 && !ended; ++key) {
        WriteBatch batch;
        batch.Put(table, std::to_string(key * 7919 % 20'000), value);
        if (!(*kv)->Write(batch, durability).ok()) ended = true;
      }
    };
    std::thread sweeper(write, Table::kAlerts, Durability::kUnsynced);
    write(Table::kVersions, Durability::kSynced);
    sweeper.join();
    if (ended) ++ends;
  }
  EXPECT_GT(ends, 0);
}

}  // namespace
}  // namespace vangnet
