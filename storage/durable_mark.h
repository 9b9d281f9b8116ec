// DurableMark remembers, outside the database, how far records were acknowledged, so that a database that lost its
// end is noticed (design: high-water mark).
//
// Guarantees: after Write returned OK, Read gives that value or a later one, also after power loss in the middle of
//   a Write. Two checksummed slots in a preallocated file, written in turn and fdatasync-ed.
// Thread safety: Write by one thread at a time.
// Errors: INTERNAL the disk failed: exit and reopen; DATA_LOSS from Read: there is a mark and it does not read.
#ifndef VANGNET_STORAGE_DURABLE_MARK_H_
#define VANGNET_STORAGE_DURABLE_MARK_H_

#include <cstdint>
#include <memory>
#include <optional>
#include <string>

#include "absl/status/status.h"
#include "absl/status/statusor.h"

namespace vangnet {

class DurableMark {
 public:
  virtual ~DurableMark() = default;
  // The last sequence marked; nothing: there is no mark.
  virtual absl::StatusOr<std::optional<uint64_t>> Read() = 0;
  // Makes the mark when there is none.
  virtual absl::Status Write(uint64_t sequence) = 0;
};

}  // namespace vangnet

#endif  // VANGNET_STORAGE_DURABLE_MARK_H_
