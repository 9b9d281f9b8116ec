#include "tests/faults/disk_calls.h"

#include <fcntl.h>
#include <sys/types.h>

#include <algorithm>
#include <cerrno>
#include <cstdarg>
#include <map>
#include <string>
#include <utility>

namespace vangnet_testing {
namespace {

using vangnet::Mutex;
using vangnet::MutexLock;

// Beyond every number that the system gives.
constexpr int kFirstFile = 1 << 24;

struct OpenFile {
  std::shared_ptr<SimulatedDisk> disk;
  SimulatedDisk::Handle file;  // none: a directory
  std::string path;
};

struct Mounted {
  Mutex mutex;
  std::shared_ptr<SimulatedDisk> disk VANGNET_GUARDED_BY(mutex);
  std::map<int, OpenFile> files VANGNET_GUARDED_BY(mutex);
  int next_file VANGNET_GUARDED_BY(mutex) = kFirstFile;
};

Mounted& TheMounted() {
  static Mounted& mounted = *new Mounted;
  return mounted;
}

bool IsSimulated(const char* path) { return std::string_view(path).starts_with(kMountPoint); }
bool IsSimulated(int file) { return file >= kFirstFile; }

std::shared_ptr<SimulatedDisk> TheDisk() {
  MutexLock lock(TheMounted().mutex);
  return TheMounted().disk;
}

OpenFile Find(int file) {
  MutexLock lock(TheMounted().mutex);
  return TheMounted().files.at(file);
}

// As the system answers: -1, and why in errno.
int Answer(int error) {
  if (error == 0) return 0;
  errno = error;
  return -1;
}

int OpenSimulated(const char* path, int flags) {
  OpenFile opened{TheDisk(), nullptr, path};
  if ((flags & O_DIRECTORY) == 0) {
    int error = opened.disk->Open(path, opened.file);
    if (error == ENOENT && (flags & O_CREAT) != 0) error = opened.disk->Create(path, opened.file);
    if (error != 0) return Answer(error);
    if ((flags & O_TRUNC) != 0) opened.disk->Truncate(opened.file, 0);
  }
  MutexLock lock(TheMounted().mutex);
  const int file = TheMounted().next_file++;
  TheMounted().files[file] = std::move(opened);
  return file;
}

int SyncSimulated(int file) {
  const OpenFile opened = Find(file);
  return Answer(opened.file != nullptr ? opened.disk->Sync(opened.file) : opened.disk->SyncDirectory(opened.path));
}

}  // namespace

void MountDisk(std::shared_ptr<SimulatedDisk> disk) {
  MutexLock lock(TheMounted().mutex);
  TheMounted().disk = std::move(disk);
}

}  // namespace vangnet_testing

// The names are the linker's.
// NOLINTBEGIN(bugprone-reserved-identifier, readability-identifier-naming)
extern "C" {

int __real_open(const char* path, int flags, ...);
int __real_access(const char* path, int mode);
int __real_close(int file);
ssize_t __real_pread(int file, void* bytes, size_t size, off_t offset);
ssize_t __real_pwrite(int file, const void* bytes, size_t size, off_t offset);
int __real_fsync(int file);
int __real_fdatasync(int file);
int __real_rename(const char* from, const char* to);

int __wrap_open(const char* path, int flags, ...) {
  if (vangnet_testing::IsSimulated(path)) return vangnet_testing::OpenSimulated(path, flags);
  va_list rest;
  va_start(rest, flags);
  const int mode = (flags & O_CREAT) != 0 ? va_arg(rest, int) : 0;
  va_end(rest);
  return __real_open(path, flags, mode);
}

int __wrap_access(const char* path, int mode) {
  if (!vangnet_testing::IsSimulated(path)) return __real_access(path, mode);
  return vangnet_testing::Answer(vangnet_testing::TheDisk()->Exists(path) ? 0 : ENOENT);
}

int __wrap_close(int file) {
  if (!vangnet_testing::IsSimulated(file)) return __real_close(file);
  vangnet::MutexLock lock(vangnet_testing::TheMounted().mutex);
  vangnet_testing::TheMounted().files.erase(file);
  return 0;
}

ssize_t __wrap_pread(int file, void* bytes, size_t size, off_t offset) {
  if (!vangnet_testing::IsSimulated(file)) return __real_pread(file, bytes, size, offset);
  const auto opened = vangnet_testing::Find(file);
  std::string found;
  const int error = opened.disk->Read(opened.file, static_cast<uint64_t>(offset), size, found);
  if (error != 0) return vangnet_testing::Answer(error);
  std::copy(found.begin(), found.end(), static_cast<char*>(bytes));
  return static_cast<ssize_t>(found.size());
}

ssize_t __wrap_pwrite(int file, const void* bytes, size_t size, off_t offset) {
  if (!vangnet_testing::IsSimulated(file)) return __real_pwrite(file, bytes, size, offset);
  const auto opened = vangnet_testing::Find(file);
  const int error =
      opened.disk->Write(opened.file, static_cast<uint64_t>(offset), {static_cast<const char*>(bytes), size});
  return error != 0 ? vangnet_testing::Answer(error) : static_cast<ssize_t>(size);
}

int __wrap_fsync(int file) {
  return vangnet_testing::IsSimulated(file) ? vangnet_testing::SyncSimulated(file) : __real_fsync(file);
}

int __wrap_fdatasync(int file) {
  return vangnet_testing::IsSimulated(file) ? vangnet_testing::SyncSimulated(file) : __real_fdatasync(file);
}

int __wrap_rename(const char* from, const char* to) {
  if (!vangnet_testing::IsSimulated(from)) return __real_rename(from, to);
  return vangnet_testing::Answer(vangnet_testing::TheDisk()->Rename(from, to));
}

}  // extern "C"
// NOLINTEND(bugprone-reserved-identifier, readability-identifier-naming)
