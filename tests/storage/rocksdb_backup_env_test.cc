// What a backup writes goes to the disk piece by piece, so that a sync of the log never waits for all of it.
#include "storage/rocksdb_backup_env.h"

#include <gtest/gtest.h>

#include <memory>
#include <string>
#include <utility>
#include <vector>

#include "rocksdb/file_system.h"
#include "tests/testing/temporary_directory.h"

namespace vangnet {
namespace {

struct Sent {
  uint64_t from = 0;
  uint64_t bytes = 0;
};

// Notes what was sent on its way, and whether sending waits for the piece before.
class NotingFiles : public rocksdb::FileSystemWrapper {
 public:
  NotingFiles() : FileSystemWrapper(rocksdb::FileSystem::Default()) {}
  const char* Name() const override { return "NotingFiles"; }

  rocksdb::IOStatus NewWritableFile(const std::string& path, const rocksdb::FileOptions& options,
                                    std::unique_ptr<rocksdb::FSWritableFile>* file,
                                    rocksdb::IODebugContext* debug) override {
    waits = options.strict_bytes_per_sync;
    rocksdb::IOStatus status = target()->NewWritableFile(path, options, file, debug);
    if (status.ok()) *file = std::make_unique<File>(std::move(*file), *this);
    return status;
  }

  bool waits = false;
  bool fails = false;
  std::vector<Sent> sent;

 private:
  class File : public rocksdb::FSWritableFileOwnerWrapper {
   public:
    File(std::unique_ptr<rocksdb::FSWritableFile> file, NotingFiles& files)
        : FSWritableFileOwnerWrapper(std::move(file)), files_(files) {}
    rocksdb::IOStatus RangeSync(uint64_t from, uint64_t bytes, const rocksdb::IOOptions& options,
                                rocksdb::IODebugContext* debug) override {
      if (files_.fails) return rocksdb::IOStatus::IOError("the test");
      files_.sent.push_back({from, bytes});
      return FSWritableFileOwnerWrapper::RangeSync(from, bytes, options, debug);
    }

   private:
    NotingFiles& files_;
  };
};

class BackupEnvTest : public testing::Test {
 protected:
  rocksdb::IOStatus WritePieces(int count, size_t bytes) {
    std::unique_ptr<rocksdb::FSWritableFile> file;
    rocksdb::IOStatus status = env_.GetFileSystem()->NewWritableFile(directory_.path("table"), {}, &file, nullptr);
    const std::string piece(bytes, 'x');
    for (int i = 0; i < count && status.ok(); ++i) status = file->Append(piece, {}, nullptr);
    return status;
  }

  const vangnet_testing::TemporaryDirectory directory_;
  const std::shared_ptr<NotingFiles> files_ = std::make_shared<NotingFiles>();
  const std::unique_ptr<rocksdb::Env> noting_ = rocksdb::NewCompositeEnv(files_);
  BackupEnv env_{*noting_, [] { return false; }};
};

TEST_F(BackupEnvTest, ATableIsSentToTheDiskAsItComes) {
  constexpr int kPieces = 100;
  constexpr size_t kBytes = size_t{96} << 10;
  ASSERT_TRUE(WritePieces(kPieces, kBytes).ok());
  EXPECT_TRUE(files_->waits);
  uint64_t end = 0;
  for (const Sent& sent : files_->sent) {
    EXPECT_EQ(sent.from, end);
    EXPECT_LT(sent.bytes, BackupEnv::kSteadyBytes + kBytes);
    end = sent.from + sent.bytes;
  }
  EXPECT_LT(kPieces * kBytes - end, BackupEnv::kSteadyBytes) << "never more than one piece is left";
}

TEST_F(BackupEnvTest, ADiskThatTakesNoPieceFailsTheBackup) {
  files_->fails = true;
  EXPECT_FALSE(WritePieces(30, size_t{64} << 10).ok());
}

}  // namespace
}  // namespace vangnet
