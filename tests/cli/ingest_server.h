// IngestServer is a small ingest service that breaks when a test wants it to.
//
// It keeps versions like the real one (accepted, duplicate, rejected; cursor per source and channel) but in memory.
// Thread safety: all methods may be called concurrently.
#ifndef VANGNET_TESTS_CLI_INGEST_SERVER_H_
#define VANGNET_TESTS_CLI_INGEST_SERVER_H_

#include <grpcpp/server.h>

#include <map>
#include <memory>
#include <string>
#include <vector>

#include "domain/mutex.h"
#include "vangnet/v1/ingest_service.grpc.pb.h"

namespace vangnet_testing {

class IngestServer final : public vangnet::v1::IngestService::Service {
 public:
  IngestServer();
  ~IngestServer() override;

  std::string address() const { return "127.0.0.1:" + std::to_string(port_); }
  // The n-th chunk from now on, from 1, ends its stream with `status`: stored, but not answered.
  void BreakAt(int chunk, grpc::Status status);
  // Ids of the records, in the order in which they were first stored.
  std::vector<std::string> stored() const;
  std::vector<vangnet::v1::StreamRecordsRequest> chunks() const;
  // Waits until so many chunks have come; false: they did not within half a minute.
  bool AwaitChunks(size_t count) const;

  grpc::Status StreamRecords(
      grpc::ServerContext* context,
      grpc::ServerReaderWriter<vangnet::v1::StreamRecordsResponse, vangnet::v1::StreamRecordsRequest>* stream) override;
  grpc::Status GetSourceStatus(grpc::ServerContext* context, const vangnet::v1::GetSourceStatusRequest* request,
                               vangnet::v1::GetSourceStatusResponse* response) override;

 private:
  // False: this is the chunk to break at.
  bool Store(const vangnet::v1::StreamRecordsRequest& chunk, vangnet::v1::StreamRecordsResponse& response);

  mutable vangnet::Mutex mutex_;
  mutable vangnet::CondVar came_;
  std::vector<std::string> stored_ VANGNET_GUARDED_BY(mutex_);
  std::map<std::string, std::string> versions_ VANGNET_GUARDED_BY(mutex_);  // id and revision to content
  std::map<std::string, std::string> cursors_ VANGNET_GUARDED_BY(mutex_);   // by source and channel
  std::vector<vangnet::v1::StreamRecordsRequest> chunks_ VANGNET_GUARDED_BY(mutex_);
  int break_in_ VANGNET_GUARDED_BY(mutex_) = 0;
  grpc::Status break_with_ VANGNET_GUARDED_BY(mutex_);
  int port_ = 0;
  std::unique_ptr<grpc::Server> server_;
};

}  // namespace vangnet_testing

#endif  // VANGNET_TESTS_CLI_INGEST_SERVER_H_
