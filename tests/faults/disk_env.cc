#include "tests/faults/disk_env.h"

#include <algorithm>
#include <atomic>
#include <cerrno>
#include <cstring>
#include <utility>
#include <vector>

#include "rocksdb/file_system.h"
#include "rocksdb/system_clock.h"

namespace vangnet_testing {

namespace {

using rocksdb::FileOptions;
using rocksdb::IODebugContext;
using rocksdb::IOOptions;
using rocksdb::IOStatus;
using rocksdb::Slice;

// As RocksDB's own file system tells errors.
IOStatus ToStatus(int error, const std::string& path) {
  switch (error) {
    case 0:
      return IOStatus::OK();
    case ENOSPC: {
      IOStatus status = IOStatus::NoSpace(path, std::strerror(error));
      status.SetRetryable(true);
      return status;
    }
    case ENOENT:
      return IOStatus::PathNotFound(path, std::strerror(error));
    default:
      return IOStatus::IOError(path, std::strerror(error));
  }
}

// A disk, as long as the program lives.
struct Life {
  std::shared_ptr<SimulatedDisk> disk;
  DiskEnv::OptionsFile options_file = DiskEnv::OptionsFile::kRefused;
  std::atomic<bool> ended = false;
  // A log that failed keeps failing until the program starts again. Were the next write to go well, RocksDB might sync
  // the failed log before it has noted the failure, and Debian's, built with assertions, would abort this test.
  std::atomic<int> log_error = 0;
};

class DiskWritableFile : public rocksdb::FSWritableFile {
 public:
  DiskWritableFile(Life& life, std::string path, SimulatedDisk::Handle file)
      : life_(life), path_(std::move(path)), file_(std::move(file)), size_(life.disk->SizeOf(file_)) {}

  using rocksdb::FSWritableFile::Append;
  IOStatus Append(const Slice& data, const IOOptions&, IODebugContext*) override {
    if (life_.ended) return IOStatus::OK();
    int error = file_->kind == FileKind::kLog ? life_.log_error.load() : 0;
    if (error == 0) error = life_.disk->Write(file_, size_, {data.data(), data.size()});
    if (error == 0) size_ += data.size();
    return Noted(error);
  }
  IOStatus Truncate(uint64_t size, const IOOptions&, IODebugContext*) override {
    if (life_.ended) return IOStatus::OK();
    size_ = size;
    return ToStatus(life_.disk->Truncate(file_, size), path_);
  }
  IOStatus Close(const IOOptions&, IODebugContext*) override { return IOStatus::OK(); }
  IOStatus Flush(const IOOptions&, IODebugContext*) override { return IOStatus::OK(); }
  IOStatus Sync(const IOOptions&, IODebugContext*) override {
    if (life_.ended) return IOStatus::OK();
    return Noted(life_.disk->Sync(file_));
  }
  bool IsSyncThreadSafe() const override { return true; }
  uint64_t GetFileSize(const IOOptions&, IODebugContext*) override { return size_; }

 private:
  IOStatus Noted(int error) {
    if (error != 0 && file_->kind == FileKind::kLog) life_.log_error = error;
    return ToStatus(error, path_);
  }

  Life& life_;
  const std::string path_;
  const SimulatedDisk::Handle file_;
  uint64_t size_;
};

class DiskReader : public rocksdb::FSSequentialFile, public rocksdb::FSRandomAccessFile {
 public:
  DiskReader(Life& life, std::string path, SimulatedDisk::Handle file)
      : life_(life), path_(std::move(path)), file_(std::move(file)) {}

  IOStatus Read(size_t size, const IOOptions& options, Slice* result, char* scratch, IODebugContext* debug) override {
    const IOStatus status = Read(at_, size, options, result, scratch, debug);
    if (status.ok()) at_ += result->size();
    return status;
  }
  IOStatus Skip(uint64_t size) override {
    at_ += size;
    return IOStatus::OK();
  }
  IOStatus Read(uint64_t offset, size_t size, const IOOptions&, Slice* result, char* scratch,
                IODebugContext*) const override {
    if (life_.ended) return IOStatus::IOError(path_, "the program has ended");
    std::string bytes;
    const int error = life_.disk->Read(file_, offset, size, bytes);
    std::copy(bytes.begin(), bytes.end(), scratch);
    *result = Slice(scratch, bytes.size());
    return ToStatus(error, path_);
  }
  bool use_direct_io() const override { return false; }
  size_t GetRequiredBufferAlignment() const override { return 1; }
  IOStatus InvalidateCache(size_t, size_t) override { return IOStatus::OK(); }
  rocksdb::Temperature GetTemperature() const override { return rocksdb::Temperature::kUnknown; }

 private:
  Life& life_;
  const std::string path_;
  const SimulatedDisk::Handle file_;
  uint64_t at_ = 0;
};

class DiskDirectory : public rocksdb::FSDirectory {
 public:
  DiskDirectory(Life& life, std::string path) : life_(life), path_(std::move(path)) {}
  IOStatus Fsync(const IOOptions&, IODebugContext*) override {
    if (life_.ended) return IOStatus::OK();
    return ToStatus(life_.disk->SyncDirectory(path_), path_);
  }
  IOStatus Close(const IOOptions&, IODebugContext*) override { return IOStatus::OK(); }

 private:
  Life& life_;
  const std::string path_;
};

class NoLog : public rocksdb::Logger {
 public:
  using rocksdb::Logger::Logv;
  void Logv(const char*, va_list) override {}
  size_t GetLogFileSize() const override { return 0; }
};

class DiskLock : public rocksdb::FileLock {};

class DiskFileSystem : public rocksdb::FileSystemWrapper {
 public:
  explicit DiskFileSystem(Life& life) : FileSystemWrapper(FileSystem::Default()), life_(life) {}
  const char* Name() const override { return "DiskFileSystem"; }

  IOStatus NewSequentialFile(const std::string& path, const FileOptions&,
                             std::unique_ptr<rocksdb::FSSequentialFile>* file, IODebugContext*) override {
    return OpenReader(path, file);
  }
  IOStatus NewRandomAccessFile(const std::string& path, const FileOptions&,
                               std::unique_ptr<rocksdb::FSRandomAccessFile>* file, IODebugContext*) override {
    return OpenReader(path, file);
  }
  IOStatus NewWritableFile(const std::string& path, const FileOptions&, std::unique_ptr<rocksdb::FSWritableFile>* file,
                           IODebugContext*) override {
    const bool of_options = path.find("/OPTIONS-") != std::string::npos;
    if (of_options && life_.options_file == DiskEnv::OptionsFile::kRefused) return IOStatus::NotSupported(path);
    return OpenWriter(path, file, &SimulatedDisk::Create);
  }
  IOStatus ReopenWritableFile(const std::string& path, const FileOptions&,
                              std::unique_ptr<rocksdb::FSWritableFile>* file, IODebugContext*) override {
    return OpenWriter(path, file, &SimulatedDisk::Open);
  }
  IOStatus ReuseWritableFile(const std::string&, const std::string&, const FileOptions&,
                             std::unique_ptr<rocksdb::FSWritableFile>*, IODebugContext*) override {
    return IOStatus::NotSupported("no log is ever written over");
  }
  IOStatus NewDirectory(const std::string& path, const IOOptions&, std::unique_ptr<rocksdb::FSDirectory>* directory,
                        IODebugContext*) override {
    *directory = std::make_unique<DiskDirectory>(life_, path);
    return IOStatus::OK();
  }
  IOStatus FileExists(const std::string& path, const IOOptions&, IODebugContext*) override {
    if (life_.ended) return Ended(path);
    return life_.disk->Exists(path) ? IOStatus::OK() : IOStatus::NotFound(path);
  }
  IOStatus GetChildren(const std::string& path, const IOOptions&, std::vector<std::string>* names,
                       IODebugContext*) override {
    if (life_.ended) return Ended(path);
    *names = life_.disk->List(path);
    return IOStatus::OK();
  }
  IOStatus GetChildrenFileAttributes(const std::string& path, const IOOptions& options,
                                     std::vector<rocksdb::FileAttributes>* attributes, IODebugContext* debug) override {
    return FileSystem::GetChildrenFileAttributes(path, options, attributes, debug);
  }
  IOStatus DeleteFile(const std::string& path, const IOOptions&, IODebugContext*) override {
    return life_.ended ? Ended(path) : ToStatus(life_.disk->Delete(path), path);
  }
  IOStatus CreateDir(const std::string&, const IOOptions&, IODebugContext*) override { return IOStatus::OK(); }
  IOStatus CreateDirIfMissing(const std::string&, const IOOptions&, IODebugContext*) override { return IOStatus::OK(); }
  IOStatus DeleteDir(const std::string&, const IOOptions&, IODebugContext*) override { return IOStatus::OK(); }
  IOStatus GetFileSize(const std::string& path, const IOOptions&, uint64_t* size, IODebugContext*) override {
    const auto found = life_.disk->SizeOf(path);
    *size = found.value_or(0);
    return found ? IOStatus::OK() : IOStatus::PathNotFound(path);
  }
  IOStatus GetFileModificationTime(const std::string&, const IOOptions&, uint64_t* time, IODebugContext*) override {
    *time = 0;
    return IOStatus::OK();
  }
  IOStatus RenameFile(const std::string& from, const std::string& to, const IOOptions&, IODebugContext*) override {
    return life_.ended ? Ended(from) : ToStatus(life_.disk->Rename(from, to), from);
  }
  IOStatus LockFile(const std::string&, const IOOptions&, rocksdb::FileLock** lock, IODebugContext*) override {
    *lock = new DiskLock;
    return IOStatus::OK();
  }
  IOStatus UnlockFile(rocksdb::FileLock* lock, const IOOptions&, IODebugContext*) override {
    delete static_cast<DiskLock*>(lock);
    return IOStatus::OK();
  }
  IOStatus NewLogger(const std::string&, const IOOptions&, std::shared_ptr<rocksdb::Logger>* logger,
                     IODebugContext*) override {
    *logger = std::make_shared<NoLog>();
    return IOStatus::OK();
  }
  IOStatus GetAbsolutePath(const std::string& path, const IOOptions&, std::string* absolute, IODebugContext*) override {
    *absolute = path;
    return IOStatus::OK();
  }
  IOStatus GetFreeSpace(const std::string&, const IOOptions&, uint64_t* bytes, IODebugContext*) override {
    *bytes = life_.disk->free_bytes();
    return IOStatus::OK();
  }
  IOStatus IsDirectory(const std::string& path, const IOOptions&, bool* is_directory, IODebugContext*) override {
    *is_directory = !life_.disk->SizeOf(path).has_value();
    return IOStatus::OK();
  }

 private:
  static IOStatus Ended(const std::string& path) { return IOStatus::IOError(path, "the program has ended"); }

  template <typename Interface>
  IOStatus OpenReader(const std::string& path, std::unique_ptr<Interface>* file) {
    if (life_.ended) return Ended(path);
    SimulatedDisk::Handle handle;
    const int error = life_.disk->Open(path, handle);
    if (error == 0) *file = std::make_unique<DiskReader>(life_, path, std::move(handle));
    return ToStatus(error, path);
  }
  IOStatus OpenWriter(const std::string& path, std::unique_ptr<rocksdb::FSWritableFile>* file,
                      int (SimulatedDisk::*open)(const std::string&, SimulatedDisk::Handle&)) {
    if (life_.ended) return Ended(path);
    SimulatedDisk::Handle handle;
    const int error = ((*life_.disk).*open)(path, handle);
    if (error == 0) *file = std::make_unique<DiskWritableFile>(life_, path, std::move(handle));
    return ToStatus(error, path);
  }

  Life& life_;
};

// RocksDB rests for a second after a failure in the background, also when it is told to close, and looks for space on a
// full disk every five. The rest is left out; and a clock that is slow by almost five seconds makes it look at once,
// because what it waits for is a moment of the system's clock.
class RestlessClock : public rocksdb::SystemClockWrapper {
 public:
  RestlessClock() : SystemClockWrapper(rocksdb::SystemClock::Default()) {}
  const char* Name() const override { return "RestlessClock"; }
  uint64_t NowMicros() override { return SystemClockWrapper::NowMicros() - 4'990'000; }
  void SleepForMicroseconds(int) override {}
};

class RestlessEnv : public rocksdb::EnvWrapper {
 public:
  explicit RestlessEnv(const std::shared_ptr<rocksdb::FileSystem>& files)
      : EnvWrapper(std::shared_ptr<rocksdb::Env>(rocksdb::NewCompositeEnv(files))) {
    file_system_ = files;
    system_clock_ = std::make_shared<RestlessClock>();
  }
};

class DiskEnvImpl : public DiskEnv {
 public:
  DiskEnvImpl(std::shared_ptr<SimulatedDisk> disk, OptionsFile options_file) {
    life_.disk = std::move(disk);
    life_.options_file = options_file;
    env_ = std::make_unique<RestlessEnv>(std::make_shared<DiskFileSystem>(life_));
  }
  rocksdb::Env& env() override { return *env_; }
  void End() override { life_.ended = true; }

 private:
  Life life_;
  std::unique_ptr<rocksdb::Env> env_;
};

}  // namespace

DiskEnv& DiskEnv::Make(std::shared_ptr<SimulatedDisk> disk, OptionsFile options_file) {
  static std::vector<std::unique_ptr<DiskEnv>>& all = *new std::vector<std::unique_ptr<DiskEnv>>();
  all.push_back(std::make_unique<DiskEnvImpl>(std::move(disk), options_file));
  return *all.back();
}

}  // namespace vangnet_testing
