// What no database can be made to show at will: the order of two calls, and what a failure stops.
#include "storage/rocksdb_careful_env.h"

#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include <atomic>
#include <memory>
#include <string>
#include <vector>

#include "rocksdb/file_system.h"
#include "storage/rocksdb_open.h"
#include "tests/testing/temporary_directory.h"

namespace vangnet {
namespace {

using testing::ElementsAre;
using testing::IsEmpty;

// Notes what reaches the disk: "sync DIRECTORY", "rename FILE", "delete FILE".
class NotingFiles : public rocksdb::FileSystemWrapper {
 public:
  explicit NotingFiles(std::vector<std::string>& notes)
      : FileSystemWrapper(rocksdb::FileSystem::Default()), notes_(notes) {}
  const char* Name() const override { return "NotingFiles"; }
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

  std::vector<std::string>& notes_;
};

class CarefulEnvTest : public testing::Test {
 protected:
  rocksdb::Status Rename(const std::string& from, const std::string& to) {
    return careful_->GetFileSystem()->RenameFile(from, to, {}, nullptr);
  }
  rocksdb::Status Delete(const std::string& name) { return careful_->GetFileSystem()->DeleteFile(name, {}, nullptr); }

  std::vector<std::string> notes_;
  const std::shared_ptr<std::atomic<bool>> failed_ = std::make_shared<std::atomic<bool>>(false);
  const std::unique_ptr<rocksdb::Env> noting_ = rocksdb::NewCompositeEnv(std::make_shared<NotingFiles>(notes_));
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

}  // namespace
}  // namespace vangnet
