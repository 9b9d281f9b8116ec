#include "storage/rocksdb_careful_env.h"

#include <atomic>
#include <cstdint>
#include <memory>
#include <string>
#include <string_view>
#include <utility>

#include "domain/mutex.h"
#include "rocksdb/file_system.h"
#include "storage/rocksdb_table_check.h"

namespace vangnet {
namespace {

using rocksdb::DataVerificationInfo;
using rocksdb::IODebugContext;
using rocksdb::IOOptions;
using rocksdb::IOStatus;
using rocksdb::Slice;
using Failed = std::shared_ptr<std::atomic<bool>>;

constexpr std::string_view kCurrent = "/CURRENT";
constexpr std::string_view kTableSuffix = ".sst";
constexpr std::string_view kLogSuffix = ".log";

// Whether the database cannot go on without the file.
bool IsLogOrManifest(std::string_view path) {
  return path.ends_with(kLogSuffix) || path.substr(path.rfind('/') + 1).starts_with("MANIFEST-");
}

// A log or manifest.
class NotedFile : public rocksdb::FSWritableFileOwnerWrapper {
 public:
  NotedFile(std::unique_ptr<FSWritableFile>&& file, Failed failed)
      : FSWritableFileOwnerWrapper(std::move(file)), failed_(std::move(failed)) {}

  IOStatus Append(const Slice& data, const IOOptions& options, IODebugContext* debug) override {
    ++written_;
    return Noted(target()->Append(data, options, debug));
  }
  IOStatus Append(const Slice& data, const IOOptions& options, const DataVerificationInfo& verification,
                  IODebugContext* debug) override {
    ++written_;
    return Noted(target()->Append(data, options, verification, debug));
  }
  IOStatus PositionedAppend(const Slice& data, uint64_t offset, const IOOptions& options,
                            IODebugContext* debug) override {
    ++written_;
    return Noted(target()->PositionedAppend(data, offset, options, debug));
  }
  IOStatus PositionedAppend(const Slice& data, uint64_t offset, const IOOptions& options,
                            const DataVerificationInfo& verification, IODebugContext* debug) override {
    ++written_;
    return Noted(target()->PositionedAppend(data, offset, options, verification, debug));
  }
  IOStatus Flush(const IOOptions& options, IODebugContext* debug) override {
    return Noted(target()->Flush(options, debug));
  }
  IOStatus Sync(const IOOptions& options, IODebugContext* debug) override {
    return SyncIfNeeded([&] { return target()->Sync(options, debug); });
  }
  IOStatus Fsync(const IOOptions& options, IODebugContext* debug) override {
    return SyncIfNeeded([&] { return target()->Fsync(options, debug); });
  }
  IOStatus Close(const IOOptions& options, IODebugContext* debug) override {
    return Noted(target()->Close(options, debug));
  }

 private:
  IOStatus Noted(IOStatus status) {
    if (!status.ok()) *failed_ = true;
    return status;
  }
  // Nothing is asked of the disk when nothing was written since it was last asked.
  template <typename Ask>
  IOStatus SyncIfNeeded(Ask ask) {
    const uint64_t written = written_;
    if (synced_ == written) return IOStatus::OK();
    IOStatus status = Noted(ask());
    if (status.ok()) synced_ = written;
    return status;
  }

  const Failed failed_;
  std::atomic<uint64_t> written_ = 0;  // pieces
  std::atomic<uint64_t> synced_ = 0;   // of them; two syncs at once may leave fewer than there are
};

// The log that is written to, among the threads of a database.
class LatestLog {
 public:
  // Syncs what is in the latest log. It is `next` from now on, if that worked.
  IOStatus SyncAndReplace(rocksdb::FSWritableFile* next, const IOOptions& options, IODebugContext* debug) {
    MutexLock lock(mutex_);
    IOStatus status = file_ == nullptr ? IOStatus::OK() : file_->Sync(options, debug);
    if (status.ok()) file_ = next;
    return status;
  }
  void Forget(rocksdb::FSWritableFile* file) {
    MutexLock lock(mutex_);
    if (file_ == file) file_ = nullptr;
  }

 private:
  Mutex mutex_;
  rocksdb::FSWritableFile* file_ VANGNET_GUARDED_BY(mutex_) = nullptr;
};

// A log, which may be the latest one until it is closed or gone.
class LogFile final : public NotedFile {
 public:
  LogFile(std::unique_ptr<FSWritableFile>&& file, Failed failed, std::shared_ptr<LatestLog> latest)
      : NotedFile(std::move(file), std::move(failed)), latest_(std::move(latest)) {}
  ~LogFile() override { latest_->Forget(this); }
  LogFile(const LogFile&) = delete;
  LogFile& operator=(const LogFile&) = delete;

  IOStatus Close(const IOOptions& options, IODebugContext* debug) override {
    latest_->Forget(this);
    return NotedFile::Close(options, debug);
  }

 private:
  const std::shared_ptr<LatestLog> latest_;
};

// A table. RocksDB writes what it merges at a low priority, and what it had in memory at a high one.
class TableFile : public rocksdb::FSWritableFileOwnerWrapper {
 public:
  TableFile(std::unique_ptr<FSWritableFile>&& file, rocksdb::FileSystem& files, std::string path,
            uint64_t merge_floor_bytes)
      : FSWritableFileOwnerWrapper(std::move(file)),
        files_(files),
        path_(std::move(path)),
        merge_floor_bytes_(merge_floor_bytes) {}

  void SetIOPriority(rocksdb::Env::IOPriority priority) override {
    is_merge_ = priority == rocksdb::Env::IO_LOW;
    target()->SetIOPriority(priority);
  }
  IOStatus Append(const Slice& data, const IOOptions& options, IODebugContext* debug) override {
    IOStatus room = Room(data.size(), options, debug);
    return room.ok() ? target()->Append(data, options, debug) : room;
  }
  IOStatus Append(const Slice& data, const IOOptions& options, const DataVerificationInfo& verification,
                  IODebugContext* debug) override {
    IOStatus room = Room(data.size(), options, debug);
    return room.ok() ? target()->Append(data, options, verification, debug) : room;
  }

 private:
  IOStatus Room(uint64_t bytes, const IOOptions& options, IODebugContext* debug) const {
    uint64_t free = 0;
    // A file system that does not say how much is free has no floor.
    if (!is_merge_ || !files_.GetFreeSpace(path_, options, &free, debug).ok()) return IOStatus::OK();
    if (free >= merge_floor_bytes_ + bytes) return IOStatus::OK();
    return IOStatus::NoSpace(path_, "merging leaves the rest of the disk to the log");
  }

  rocksdb::FileSystem& files_;
  const std::string path_;
  const uint64_t merge_floor_bytes_;
  bool is_merge_ = false;
};

class CarefulFiles : public rocksdb::FileSystemWrapper {
 public:
  CarefulFiles(const std::shared_ptr<rocksdb::FileSystem>& files, Failed failed, uint64_t merge_floor_bytes)
      : FileSystemWrapper(files), failed_(std::move(failed)), merge_floor_bytes_(merge_floor_bytes) {}
  const char* Name() const override { return "CarefulFiles"; }

  IOStatus NewWritableFile(const std::string& path, const rocksdb::FileOptions& options,
                           std::unique_ptr<rocksdb::FSWritableFile>* file, IODebugContext* debug) override {
    IOStatus status = target()->NewWritableFile(path, options, file, debug);
    if (status.ok() && path.ends_with(kTableSuffix)) {
      *file = std::make_unique<TableFile>(std::move(*file), *target(), path, merge_floor_bytes_);
    }
    if (!IsLogOrManifest(path)) return status;
    if (!status.ok()) {
      *failed_ = true;
    } else if (path.ends_with(kLogSuffix)) {
      *file = std::make_unique<LogFile>(std::move(*file), failed_, latest_log_);
      status = latest_log_->SyncAndReplace(file->get(), options.io_options, debug);
      if (!status.ok()) file->reset();
    } else {
      *file = std::make_unique<NotedFile>(std::move(*file), failed_);
    }
    return status;
  }

  IOStatus NewRandomAccessFile(const std::string& path, const rocksdb::FileOptions& options,
                               std::unique_ptr<rocksdb::FSRandomAccessFile>* file, IODebugContext* debug) override {
    IOStatus status = target()->NewRandomAccessFile(path, options, file, debug);
    if (!status.ok() || !path.ends_with(kTableSuffix)) return status;
    uint64_t bytes = 0;
    status = target()->GetFileSize(path, options.io_options, &bytes, debug);
    if (status.ok()) status = CheckTable(**file, bytes, path);
    if (!status.ok()) file->reset();
    return status;
  }

  IOStatus RenameFile(const std::string& from, const std::string& to, const IOOptions& options,
                      IODebugContext* debug) override {
    if (*failed_) return AfterFailure(to);
    IOStatus status;
    if (to.ends_with(kCurrent)) {
      status = SyncDirectory(to.substr(0, to.size() - kCurrent.size()), options, debug);
    }
    if (status.ok()) status = target()->RenameFile(from, to, options, debug);
    return status;
  }
  IOStatus DeleteFile(const std::string& path, const IOOptions& options, IODebugContext* debug) override {
    if (*failed_) return AfterFailure(path);
    return target()->DeleteFile(path, options, debug);
  }

 private:
  static IOStatus AfterFailure(const std::string& path) {
    return IOStatus::IOError(path, "the disk failed before; the database must be reopened");
  }
  IOStatus SyncDirectory(const std::string& directory, const IOOptions& options, IODebugContext* debug) {
    std::unique_ptr<rocksdb::FSDirectory> opened;
    IOStatus status = target()->NewDirectory(directory, options, &opened, debug);
    if (status.ok()) status = opened->Fsync(options, debug);
    return status;
  }

  const Failed failed_;
  const uint64_t merge_floor_bytes_;
  const std::shared_ptr<LatestLog> latest_log_ = std::make_shared<LatestLog>();
};

class CarefulEnv : public rocksdb::EnvWrapper {
 public:
  CarefulEnv(rocksdb::Env& env, Failed failed, uint64_t merge_floor_bytes) : EnvWrapper(&env) {
    file_system_ = std::make_shared<CarefulFiles>(env.GetFileSystem(), std::move(failed), merge_floor_bytes);
    system_clock_ = env.GetSystemClock();
  }
  const char* Name() const override { return "CarefulEnv"; }
};

}  // namespace

std::unique_ptr<rocksdb::Env> MakeCarefulEnv(rocksdb::Env& env, Failed failed, uint64_t merge_floor_bytes) {
  return std::make_unique<CarefulEnv>(env, std::move(failed), merge_floor_bytes);
}

}  // namespace vangnet
