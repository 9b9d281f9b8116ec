#include "storage/rocksdb_careful_env.h"

#include <string>
#include <string_view>
#include <utility>

#include "rocksdb/file_system.h"

namespace vangnet {
namespace {

constexpr std::string_view kCurrent = "/CURRENT";

class CarefulFiles : public rocksdb::FileSystemWrapper {
 public:
  CarefulFiles(const std::shared_ptr<rocksdb::FileSystem>& files, std::function<bool()> failed)
      : FileSystemWrapper(files), failed_(std::move(failed)) {}
  const char* Name() const override { return "CarefulFiles"; }

  rocksdb::IOStatus RenameFile(const std::string& from, const std::string& to, const rocksdb::IOOptions& options,
                               rocksdb::IODebugContext* debug) override {
    if (failed_()) return Failed(to);
    rocksdb::IOStatus status;
    if (to.ends_with(kCurrent)) {
      status = SyncDirectory(to.substr(0, to.size() - kCurrent.size()), options, debug);
    }
    if (status.ok()) status = target()->RenameFile(from, to, options, debug);
    return status;
  }
  rocksdb::IOStatus DeleteFile(const std::string& path, const rocksdb::IOOptions& options,
                               rocksdb::IODebugContext* debug) override {
    if (failed_()) return Failed(path);
    return target()->DeleteFile(path, options, debug);
  }

 private:
  static rocksdb::IOStatus Failed(const std::string& path) {
    return rocksdb::IOStatus::IOError(path, "the disk failed before; the database must be reopened");
  }
  rocksdb::IOStatus SyncDirectory(const std::string& directory, const rocksdb::IOOptions& options,
                                  rocksdb::IODebugContext* debug) {
    std::unique_ptr<rocksdb::FSDirectory> opened;
    rocksdb::IOStatus status = target()->NewDirectory(directory, options, &opened, debug);
    if (status.ok()) status = opened->Fsync(options, debug);
    return status;
  }

  const std::function<bool()> failed_;
};

class CarefulEnv : public rocksdb::EnvWrapper {
 public:
  CarefulEnv(rocksdb::Env& env, std::function<bool()> failed) : EnvWrapper(&env) {
    file_system_ = std::make_shared<CarefulFiles>(env.GetFileSystem(), std::move(failed));
    system_clock_ = env.GetSystemClock();
  }
  const char* Name() const override { return "CarefulEnv"; }
};

}  // namespace

std::unique_ptr<rocksdb::Env> MakeCarefulEnv(rocksdb::Env& env, std::function<bool()> failed) {
  return std::make_unique<CarefulEnv>(env, std::move(failed));
}

}  // namespace vangnet
