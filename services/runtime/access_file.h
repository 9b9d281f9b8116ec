// AccessFile is the access log on disk: a line of JSON for each read of children's data, appended to access.log and set
// aside as access.log.1, access.log.2 … when it is full, the oldest being removed.
//
// Guarantees: a line is written in one piece before the call that read is answered, and survives the process; the last
//   seconds may be lost with the power, for a sync per read would cost more than the read. At most `bytes_max` are
//   kept.
// Ownership and lifetime: the directory is its own.
// Thread safety: Add may be called concurrently.
// Errors: false from Add: the line is lost, as on a full disk. Reads go on: a child must not be missed because of it.
// Cost: one write to the page cache, a few microseconds.
#ifndef VANGNET_SERVICES_RUNTIME_ACCESS_FILE_H_
#define VANGNET_SERVICES_RUNTIME_ACCESS_FILE_H_

#include <cstdint>
#include <memory>
#include <string>

#include "absl/status/statusor.h"
#include "absl/time/time.h"
#include "domain/mutex.h"
#include "services/runtime/access_log.h"

namespace vangnet {

class AccessFile {
 public:
  static constexpr int kFiles = 8;  // the current one among them

  // Goes on in what is there. INTERNAL: the directory cannot be made or the file cannot be opened.
  static absl::StatusOr<std::unique_ptr<AccessFile>> Open(std::string directory, uint64_t bytes_max);
  ~AccessFile();
  AccessFile(const AccessFile&) = delete;
  AccessFile& operator=(const AccessFile&) = delete;

  bool Add(const Access& access, absl::Time now) VANGNET_EXCLUDES(mutex_);

 private:
  AccessFile(std::string directory, uint64_t file_bytes_max);
  bool OpenCurrent() VANGNET_REQUIRES(mutex_);
  void Rotate() VANGNET_REQUIRES(mutex_);
  std::string NameOf(int number) const;  // 0: the current one

  const std::string directory_;
  const uint64_t file_bytes_max_;
  Mutex mutex_;
  int descriptor_ VANGNET_GUARDED_BY(mutex_) = -1;
  uint64_t size_ VANGNET_GUARDED_BY(mutex_) = 0;
};

// The line of one read, with its line end.
std::string AccessLine(const Access& access, absl::Time now);

}  // namespace vangnet

#endif  // VANGNET_SERVICES_RUNTIME_ACCESS_FILE_H_
