// SimulatedDisk is a disk in memory that can lose its power, fail any call, fill up and rot.
//
// It stands below everything that stores: DiskEnv puts RocksDB on it, and disk_calls.cc the durable mark, which calls
// the system itself.
//
// Guarantees: it promises what POSIX promises and no more. Bytes survive LosePower once their file was synced, a name
//   (made, renamed or deleted) once its directory was. Of the rest, chance decides file by file and sector by sector.
// Thread safety: all methods may be called concurrently.
// Errors: an errno; 0 when it went well.
// Limits and cost: all in memory; a sync copies what changed. Directories are only the beginnings of names; they are
//   always there.
#ifndef VANGNET_TESTS_FAULTS_SIMULATED_DISK_H_
#define VANGNET_TESTS_FAULTS_SIMULATED_DISK_H_

#include <array>
#include <cstdint>
#include <limits>
#include <map>
#include <memory>
#include <optional>
#include <random>
#include <string>
#include <string_view>
#include <thread>
#include <vector>

#include "domain/mutex.h"

namespace vangnet_testing {

enum class FileKind : uint8_t { kLog, kTable, kManifest, kCurrent, kMark, kOther };
inline constexpr int kFileKindCount = 6;
const char* NameOf(FileKind kind);
// By the name that RocksDB or we gave the file.
FileKind KindOf(std::string_view path);

enum class DiskCall : uint8_t { kCreate, kOpen, kRead, kWrite, kSync, kRename, kDelete, kSyncDirectory };
inline constexpr int kDiskCallCount = 8;
const char* NameOf(DiskCall call);

// One call that fails: the `number`th (from 1) of this kind of call on this kind of file. Directories are kOther.
struct DiskFault {
  FileKind kind = FileKind::kLog;
  DiskCall call = DiskCall::kWrite;
  uint64_t number = 1;
  int error = 0;  // errno
};

class SimulatedDisk {
 public:
  // What a file is made of; it outlives its name, as on any Unix.
  struct File {
    FileKind kind = FileKind::kOther;
    std::string bytes;
    std::string durable;      // what a power loss leaves for sure
    size_t changed_from = 0;  // bytes before it are in `durable` as they are
  };
  using Handle = std::shared_ptr<File>;

  SimulatedDisk() = default;
  SimulatedDisk(const SimulatedDisk&) = delete;
  SimulatedDisk& operator=(const SimulatedDisk&) = delete;

  // --- what a program calls ---
  int Create(const std::string& path, Handle& file);  // empty, whatever was there
  int Open(const std::string& path, Handle& file);    // ENOENT
  int Write(const Handle& file, uint64_t offset, std::string_view bytes);
  int Read(const Handle& file, uint64_t offset, size_t size, std::string& bytes);
  int Sync(const Handle& file);
  int Truncate(const Handle& file, uint64_t size);
  int Rename(const std::string& from, const std::string& to);
  int Delete(const std::string& path);
  int SyncDirectory(const std::string& directory);
  bool Exists(const std::string& path) const;
  std::optional<uint64_t> SizeOf(const std::string& path) const;
  uint64_t SizeOf(const Handle& file) const;
  // Names directly below `directory`, without it.
  std::vector<std::string> List(const std::string& directory) const;
  uint64_t free_bytes() const;

  // --- what a test does to it ---
  // All of it from the next call on.
  void SetFaults(std::vector<DiskFault> faults);
  // Calls so far, of each kind on each kind of file.
  uint64_t Calls(FileKind kind, DiskCall call) const;
  void ForgetCalls();
  // Calls that failed by SetFaults.
  uint64_t injected() const;
  // The program dies in the call that changes the disk for the `number`th time from now (from 1): that call is half
  // done, all later ones fail and do nothing, until Revive.
  enum class Changes : uint8_t {
    kAll,
    // Those of RocksDB's own threads are not counted: the same number is the same call in every life.
    kOfThisThread,
  };
  void DieAt(uint64_t number, Changes changes = Changes::kAll);
  void Revive();
  // Since DieAt, and before Revive.
  bool died() const;
  // Calls that change the disk, so far.
  uint64_t changes() const;
  // More than this the files cannot hold together. A write that does not fit is cut short, and ENOSPC.
  void SetCapacity(uint64_t bytes);
  // Since SetCapacity.
  uint64_t least_free_bytes() const;
  uint64_t used_bytes() const;
  // From now on a sync says that all went well and does nothing.
  void Lie();
  // Power is lost and comes back. Nothing may be open.
  void LosePower(std::mt19937_64& random);
  // For files that lie still: their bytes, durable at once.
  std::map<std::string, std::string> Image() const;
  void SetImage(const std::map<std::string, std::string>& image);

 private:
  void CountChange() VANGNET_REQUIRES(mutex_);
  // Counts the call; the error it must fail with.
  int Count(FileKind kind, DiskCall call) VANGNET_REQUIRES(mutex_);
  uint64_t Used() const VANGNET_REQUIRES(mutex_);
  static void Flush(File& file);
  static void LoseUnsynced(File& file, std::mt19937_64& random);

  using Names = std::map<std::string, Handle>;
  mutable vangnet::Mutex mutex_;
  Names names_ VANGNET_GUARDED_BY(mutex_);
  Names durable_names_ VANGNET_GUARDED_BY(mutex_);
  std::vector<DiskFault> faults_ VANGNET_GUARDED_BY(mutex_);
  std::array<std::array<uint64_t, kDiskCallCount>, kFileKindCount> calls_ VANGNET_GUARDED_BY(mutex_){};
  uint64_t injected_ VANGNET_GUARDED_BY(mutex_) = 0;
  bool lies_ VANGNET_GUARDED_BY(mutex_) = false;
  uint64_t changes_ VANGNET_GUARDED_BY(mutex_) = 0;
  uint64_t changes_left_ VANGNET_GUARDED_BY(mutex_) = 0;  // until it dies; 0: it does not
  std::optional<std::thread::id> doomed_ VANGNET_GUARDED_BY(mutex_);
  bool dead_ VANGNET_GUARDED_BY(mutex_) = false;
  uint64_t capacity_ VANGNET_GUARDED_BY(mutex_) = std::numeric_limits<uint64_t>::max();
  uint64_t least_free_ VANGNET_GUARDED_BY(mutex_) = std::numeric_limits<uint64_t>::max();
};

}  // namespace vangnet_testing

#endif  // VANGNET_TESTS_FAULTS_SIMULATED_DISK_H_
