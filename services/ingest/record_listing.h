// RecordListing is one call of ListRecords: what the records of a source are now.
//
// Guarantees: each record that was there when the call began and has not changed since is sent once. It reads on as
//   fast as the caller takes it, and holds one subject in memory.
// Ownership and lifetime: owns itself; it is gone when the call is over.
// Errors: those of FactStore.
#ifndef VANGNET_SERVICES_INGEST_RECORD_LISTING_H_
#define VANGNET_SERVICES_INGEST_RECORD_LISTING_H_

#include <grpcpp/support/server_callback.h>

#include <deque>
#include <string>
#include <vector>

#include "absl/status/status.h"
#include "domain/record.h"
#include "storage/fact_store.h"
#include "vangnet/v1/ingest_service.pb.h"

namespace vangnet {

class RecordListing final : public grpc::ServerWriteReactor<v1::ListRecordsResponse> {
 public:
  // Records of `source`; only those of `school` and of children ever placed there when it is not empty. `facts`
  // outlives the listing.
  static RecordListing* Start(const FactStore& facts, std::string source, std::string school);

  void OnWriteDone(bool ok) override;
  void OnDone() override;

 private:
  RecordListing(const FactStore& facts, std::string source) : facts_(facts), source_(std::move(source)) {}
  // Sends the next record, or ends the call.
  void Proceed();
  // Puts more subjects into subjects_; leaves it empty when there are no more.
  absl::Status ReadSubjects();
  // Puts the records of the subject into records_.
  absl::Status ReadRecords(const Subject& subject);

  const FactStore& facts_;
  const std::string source_;
  bool all_students_ = true;                     // still to go through every student
  std::string student_before_;                   // the last student listed
  std::deque<Subject> subjects_;                 // to be listed, in order
  std::deque<v1::ListRecordsResponse> records_;  // to be sent; the front is being sent
};

}  // namespace vangnet

#endif  // VANGNET_SERVICES_INGEST_RECORD_LISTING_H_
