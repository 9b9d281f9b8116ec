// IngestService serves vangnet.v1.IngestService: records come in, and senders see how far they got.
//
// IngestRecords and StreamRecords take the raw bytes, so that a record that is broken is refused alone.
// Guarantees: what is answered ACCEPTED is durable. What takes long to read is read by the thread that runs `reads`.
//   Stop ends the streams that are open, each after the answers to what it sent, and those that are still opened.
// Thread safety: gRPC calls it from its threads.
// Errors: as ingest_service.proto says.
#ifndef VANGNET_SERVICES_INGEST_INGEST_SERVICE_H_
#define VANGNET_SERVICES_INGEST_INGEST_SERVICE_H_

#include <grpcpp/support/server_callback.h>

#include <string>

#include "services/ingest/ingest.h"
#include "services/ingest/record_stream.h"
#include "services/runtime/open_calls.h"
#include "services/runtime/rpc.h"
#include "services/runtime/task_queue.h"
#include "storage/fact_store.h"
#include "vangnet/v1/ingest_service.grpc.pb.h"

namespace vangnet {

using IngestServiceBase = v1::IngestService::WithRawCallbackMethod_IngestRecords<
    v1::IngestService::WithRawCallbackMethod_StreamRecords<v1::IngestService::WithCallbackMethod_GetSourceStatus<
        v1::IngestService::WithCallbackMethod_ListRecords<v1::IngestService::WithCallbackMethod_ListRejections<
            v1::IngestService::WithCallbackMethod_ReplayRejections<v1::IngestService::Service>>>>>>;

class IngestService final : public IngestServiceBase {
 public:
  // All outlive the service.
  IngestService(FactStore& facts, Ingest& ingest, TaskQueue& reads, const Gate& gate)
      : facts_(facts), ingest_(ingest), reads_(reads), gate_(gate) {}

  void Stop() { streams_.Stop(); }

  grpc::ServerUnaryReactor* IngestRecords(grpc::CallbackServerContext* context, const grpc::ByteBuffer* request,
                                          grpc::ByteBuffer* response) override;
  grpc::ServerBidiReactor<grpc::ByteBuffer, grpc::ByteBuffer>* StreamRecords(
      grpc::CallbackServerContext* context) override;
  grpc::ServerUnaryReactor* GetSourceStatus(grpc::CallbackServerContext* context,
                                            const v1::GetSourceStatusRequest* request,
                                            v1::GetSourceStatusResponse* response) override;
  grpc::ServerWriteReactor<v1::ListRecordsResponse>* ListRecords(grpc::CallbackServerContext* context,
                                                                 const v1::ListRecordsRequest* request) override;
  grpc::ServerUnaryReactor* ListRejections(grpc::CallbackServerContext* context,
                                           const v1::ListRejectionsRequest* request,
                                           v1::ListRejectionsResponse* response) override;
  grpc::ServerUnaryReactor* ReplayRejections(grpc::CallbackServerContext* context,
                                             const v1::ReplayRejectionsRequest* request,
                                             v1::ReplayRejectionsResponse* response) override;

 private:
  grpc::Status FillSourceStatus(const Caller& caller, const v1::GetSourceStatusRequest& request,
                                v1::GetSourceStatusResponse& response) const;
  grpc::Status FillRejections(const Caller& caller, const v1::ListRejectionsRequest& request,
                              v1::ListRejectionsResponse& response) const;

  // Puts into the response those behind `before` that fit onto a page; whether there are more.
  absl::StatusOr<bool> AddRejections(const std::string& source, uint64_t before, size_t page_size,
                                     v1::ListRejectionsResponse& response) const;

  FactStore& facts_;
  Ingest& ingest_;
  TaskQueue& reads_;
  const Gate& gate_;
  OpenCalls<RecordStream> streams_;
};

}  // namespace vangnet

#endif  // VANGNET_SERVICES_INGEST_INGEST_SERVICE_H_
