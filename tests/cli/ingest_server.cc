#include "tests/cli/ingest_server.h"

#include <grpcpp/security/server_credentials.h>
#include <grpcpp/server_builder.h>

namespace vangnet_testing {

using vangnet::MutexLock;
namespace v1 = vangnet::v1;

IngestServer::IngestServer() {
  grpc::ServerBuilder builder;
  builder.AddListeningPort("127.0.0.1:0", grpc::InsecureServerCredentials(), &port_);
  builder.RegisterService(this);
  server_ = builder.BuildAndStart();
}

IngestServer::~IngestServer() { server_->Shutdown(); }

void IngestServer::BreakAt(int chunk, grpc::Status status) {
  MutexLock lock(mutex_);
  break_in_ = chunk;
  break_with_ = std::move(status);
}

std::vector<std::string> IngestServer::stored() const {
  MutexLock lock(mutex_);
  return stored_;
}

std::vector<v1::StreamRecordsRequest> IngestServer::chunks() const {
  MutexLock lock(mutex_);
  return chunks_;
}

bool IngestServer::AwaitChunks(size_t count) const {
  MutexLock lock(mutex_);
  while (chunks_.size() < count) {
    if (came_.WaitFor(mutex_, absl::Seconds(30))) return false;
  }
  return true;
}

bool IngestServer::Store(const v1::StreamRecordsRequest& chunk, v1::StreamRecordsResponse& response) {
  MutexLock lock(mutex_);
  chunks_.push_back(chunk);
  came_.SignalAll();
  for (const v1::Record& record : chunk.records()) {
    v1::RecordResult* result = response.add_results();
    if (record.record_id().compare(0, 3, "bad") == 0) {
      result->set_outcome(v1::RECORD_OUTCOME_REJECTED);
      result->set_reason("REQUIRED");
      result->set_field("absence.school");
      result->set_description("the field is required and missing");
      continue;
    }
    const std::string version = record.record_id() + "@" + std::to_string(record.revision());
    const bool is_new = chunk.validate_only() || versions_.emplace(version, record.SerializeAsString()).second;
    result->set_outcome(is_new ? v1::RECORD_OUTCOME_ACCEPTED : v1::RECORD_OUTCOME_DUPLICATE);
    if (is_new && !chunk.validate_only()) stored_.push_back(record.record_id());
    if (!chunk.cursor().empty()) cursors_[record.source() + "/" + chunk.channel()] = chunk.cursor();
  }
  response.set_cursor(chunk.cursor());
  return break_in_ == 0 || --break_in_ != 0;
}

grpc::Status IngestServer::StreamRecords(
    grpc::ServerContext*, grpc::ServerReaderWriter<v1::StreamRecordsResponse, v1::StreamRecordsRequest>* stream) {
  for (v1::StreamRecordsRequest chunk; stream->Read(&chunk);) {
    v1::StreamRecordsResponse response;
    if (!Store(chunk, response)) {
      MutexLock lock(mutex_);
      return break_with_;
    }
    stream->Write(response);
  }
  return grpc::Status::OK;
}

grpc::Status IngestServer::GetSourceStatus(grpc::ServerContext*, const v1::GetSourceStatusRequest* request,
                                           v1::GetSourceStatusResponse* response) {
  MutexLock lock(mutex_);
  const auto cursor = cursors_.find(request->source() + "/" + request->channel());
  if (cursor != cursors_.end()) response->add_channels()->set_cursor(cursor->second);
  return grpc::Status::OK;
}

}  // namespace vangnet_testing
