#include "storage/rocksdb_backup_env.h"

#include <memory>
#include <utility>

#include "rocksdb/file_system.h"

namespace vangnet {
namespace {

// Read until it is given up.
class CheckedFile : public rocksdb::FSSequentialFileOwnerWrapper {
 public:
  CheckedFile(std::unique_ptr<rocksdb::FSSequentialFile> file, const std::function<bool()>& given_up)
      : FSSequentialFileOwnerWrapper(std::move(file)), given_up_(given_up) {}

  rocksdb::IOStatus Read(size_t bytes, const rocksdb::IOOptions& options, rocksdb::Slice* result, char* scratch,
                         rocksdb::IODebugContext* debug) override {
    if (given_up_()) return rocksdb::IOStatus::Aborted("the check of the backup was given up");
    return FSSequentialFileOwnerWrapper::Read(bytes, options, result, scratch, debug);
  }

 private:
  const std::function<bool()>& given_up_;  // of the file system, which outlives its files
};

// Written piece by piece.
class SteadyFile : public rocksdb::FSWritableFileOwnerWrapper {
 public:
  explicit SteadyFile(std::unique_ptr<rocksdb::FSWritableFile> file) : FSWritableFileOwnerWrapper(std::move(file)) {}

  rocksdb::IOStatus Append(const rocksdb::Slice& data, const rocksdb::IOOptions& options,
                           rocksdb::IODebugContext* debug) override {
    return Count(data, FSWritableFileOwnerWrapper::Append(data, options, debug), options, debug);
  }
  rocksdb::IOStatus Append(const rocksdb::Slice& data, const rocksdb::IOOptions& options,
                           const rocksdb::DataVerificationInfo& verification, rocksdb::IODebugContext* debug) override {
    return Count(data, FSWritableFileOwnerWrapper::Append(data, options, verification, debug), options, debug);
  }

 private:
  // With strict_bytes_per_sync, RangeSync waits for the piece before and sends this one on its way.
  rocksdb::IOStatus Count(const rocksdb::Slice& data, rocksdb::IOStatus appended, const rocksdb::IOOptions& options,
                          rocksdb::IODebugContext* debug) {
    if (!appended.ok()) return appended;
    appended_ += data.size();
    if (appended_ - sent_ < BackupEnv::kSteadyBytes) return appended;
    const uint64_t from = std::exchange(sent_, appended_);
    return RangeSync(from, appended_ - from, options, debug);
  }

  uint64_t appended_ = 0;
  uint64_t sent_ = 0;
};

class BackupFiles : public rocksdb::FileSystemWrapper {
 public:
  BackupFiles(const std::shared_ptr<rocksdb::FileSystem>& files, std::function<bool()> given_up)
      : FileSystemWrapper(files), given_up_(std::move(given_up)) {}
  const char* Name() const override { return "BackupFiles"; }

  rocksdb::IOStatus NewSequentialFile(const std::string& path, const rocksdb::FileOptions& options,
                                      std::unique_ptr<rocksdb::FSSequentialFile>* file,
                                      rocksdb::IODebugContext* debug) override {
    rocksdb::IOStatus status = target()->NewSequentialFile(path, options, file, debug);
    if (status.ok()) *file = std::make_unique<CheckedFile>(std::move(*file), given_up_);
    return status;
  }

  rocksdb::IOStatus NewWritableFile(const std::string& path, const rocksdb::FileOptions& options,
                                    std::unique_ptr<rocksdb::FSWritableFile>* file,
                                    rocksdb::IODebugContext* debug) override {
    rocksdb::FileOptions strict = options;
    strict.strict_bytes_per_sync = true;
    rocksdb::IOStatus status = target()->NewWritableFile(path, strict, file, debug);
    if (status.ok()) *file = std::make_unique<SteadyFile>(std::move(*file));
    return status;
  }

 private:
  const std::function<bool()> given_up_;
};

}  // namespace

BackupEnv::BackupEnv(rocksdb::Env& env, std::function<bool()> given_up) : EnvWrapper(&env) {
  file_system_ = std::make_shared<BackupFiles>(env.GetFileSystem(), std::move(given_up));
  system_clock_ = env.GetSystemClock();
}

}  // namespace vangnet
