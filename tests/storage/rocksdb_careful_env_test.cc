// What no database can be made to show at will: the order of two calls, and what a failure stops.
#include "storage/rocksdb_careful_env.h"

#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include <memory>
#include <string>
#include <vector>

#include "rocksdb/file_system.h"

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
  bool failed_ = false;
  const std::unique_ptr<rocksdb::Env> noting_ = rocksdb::NewCompositeEnv(std::make_shared<NotingFiles>(notes_));
  const std::unique_ptr<rocksdb::Env> careful_ = MakeCarefulEnv(*noting_, [this] { return failed_; });
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
  failed_ = true;
  EXPECT_TRUE(Delete("/db/000004.log").IsIOError());
  EXPECT_TRUE(Rename("/db/000005.dbtmp", "/db/CURRENT").IsIOError());
  EXPECT_THAT(notes_, IsEmpty());
}

}  // namespace
}  // namespace vangnet
