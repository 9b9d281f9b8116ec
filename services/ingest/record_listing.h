// RecordListing is one call of ListRecords: what the records of a source are now.
//
// Guarantees: each record that was there when the call began and has not changed since is sent once. It reads on as
//   fast as the caller takes it, a slice at a time on the threads of the queue, where it takes turns with whatever else
//   is read; of a caller that is gone no other slice is read.
// Ownership and lifetime: owns itself; it is gone when the call is over.
// Thread safety: gRPC calls it from its threads, and the queue from its own.
// Errors: those of FactStore; RESOURCE_EXHAUSTED: too much is being read; UNAVAILABLE: the server is shutting down.
// Limits and cost: a slice looks at 1,024 children or reads 256 records. It holds the records of one child, or of a
//   slice. Children are read beside the cache of states, unless those of one school are asked for.
#ifndef VANGNET_SERVICES_INGEST_RECORD_LISTING_H_
#define VANGNET_SERVICES_INGEST_RECORD_LISTING_H_

#include <grpcpp/support/server_callback.h>

#include <atomic>
#include <deque>
#include <string>
#include <utility>

#include "absl/status/status.h"
#include "domain/record.h"
#include "services/runtime/task_queue.h"
#include "storage/fact_store.h"
#include "vangnet/v1/ingest_service.pb.h"

namespace vangnet {

class RecordListing final : public grpc::ServerWriteReactor<v1::ListRecordsResponse> {
 public:
  // Records of `source`; only those of `school` and of children ever placed there when it is not empty. `facts` and
  // `queue` outlive the listing.
  static RecordListing* Start(const FactStore& facts, TaskQueue& queue, std::string source, std::string school);

  void OnWriteDone(bool ok) override;
  void OnCancel() override { cancelled_ = true; }
  void OnDone() override { delete this; }

 private:
  // What subjects_ and found_ are filled from once both are empty.
  enum class Next { kSchool, kSchools, kChildren, kNothing };

  RecordListing(const FactStore& facts, TaskQueue& queue, std::string source, std::string school);
  // Reads a slice and proceeds. The listing may be gone when either returns.
  void ReadOn();
  // Sends the next record, has the next slice read, or ends the call.
  void Proceed();
  absl::Status ReadSlice();
  // Fills subjects_ or found_; adds to `looked` at how many children that took a look.
  absl::Status Refill(size_t& looked);
  // Finds the subject's records.
  absl::Status LookAt(const Subject& subject);
  // Makes of a record what is sent.
  absl::Status Read(const Subject& subject, const StateEntry& entry);
  bool is_at_end() const { return next_ == Next::kNothing && subjects_.empty() && found_.empty(); }

  const FactStore& facts_;
  TaskQueue& queue_;
  const std::string source_;
  const std::string school_;
  std::atomic<bool> cancelled_ = false;

  // Of the task that is in the queue or runs, or of the write that is under way.
  Next next_;
  std::string before_;                                // the last school or child that subjects_ or found_ were given
  std::deque<Subject> subjects_;                      // to be looked at, in order
  std::deque<std::pair<Subject, StateEntry>> found_;  // to be read, in order
  std::deque<v1::ListRecordsResponse> records_;       // to be sent; the front is being sent
};

}  // namespace vangnet

#endif  // VANGNET_SERVICES_INGEST_RECORD_LISTING_H_
