#include "tests/bench/ingest_load.h"

#include <grpcpp/grpcpp.h>

#include <algorithm>
#include <chrono>
#include <cstdio>
#include <cstdlib>
#include <memory>
#include <semaphore>
#include <thread>
#include <utility>

#include "tests/bench/alert_watch.h"

namespace vangnet_testing {
namespace {

using vangnet::v1::IngestRecordsRequest;
using vangnet::v1::IngestRecordsResponse;
using vangnet::v1::Record;
using vangnet::v1::StreamRecordsRequest;
using vangnet::v1::StreamRecordsResponse;

constexpr int kWindowMax = 1 << 20;

// The bare probes answer without results; vangnetd with one per record.
template <typename Response>
void ExpectStored(const Response& response) {
  for (const auto& result : response.results()) {
    if (result.outcome() != vangnet::v1::RECORD_OUTCOME_REJECTED) continue;
    std::fprintf(stderr, "refused: %s %s\n", result.reason().c_str(), result.description().c_str());
    std::exit(1);
  }
}

}  // namespace

IngestLoad::IngestLoad(const std::string& address, const std::string& certificate) {
  const std::shared_ptr<grpc::Channel> channel = Connect(address, certificate);
  ingest_ = vangnet::v1::IngestService::NewStub(channel);
  alerts_ = vangnet::v1::AlertService::NewStub(channel);
}

double IngestLoad::Stream(const std::vector<StreamRecordsRequest>& chunks, int window) {
  grpc::ClientContext context;
  std::counting_semaphore<kWindowMax> unanswered(window);
  const double start = Seconds();
  auto stream = ingest_->StreamRecords(&context);
  std::thread reader([&] {
    StreamRecordsResponse answer;
    while (stream->Read(&answer)) {
      ExpectStored(answer);
      unanswered.release();
    }
  });
  for (const StreamRecordsRequest& chunk : chunks) {
    unanswered.acquire();
    if (!stream->Write(chunk)) break;
  }
  stream->WritesDone();
  reader.join();
  ExpectOk(stream->Finish(), "StreamRecords");
  return Seconds() - start;
}

double IngestLoad::Unary(const std::vector<std::vector<Record>>& records) {
  const double start = Seconds();
  std::vector<std::thread> callers;
  callers.reserve(records.size());
  for (const std::vector<Record>& own : records) {
    callers.emplace_back([this, &own] {
      IngestRecordsRequest request;
      IngestRecordsResponse response;
      for (const Record& record : own) {
        grpc::ClientContext context;
        request.Clear();
        *request.add_records() = record;
        ExpectOk(ingest_->IngestRecords(&context, request, &response), "IngestRecords");
        ExpectStored(response);
      }
    });
  }
  for (std::thread& caller : callers) caller.join();
  return Seconds() - start;
}

OpenLoopResult IngestLoad::OpenLoop(BenchRecords* records, double records_per_second, int records_per_chunk,
                                    double seconds, Watching watching) {
  const auto count = static_cast<size_t>(records_per_second * seconds / records_per_chunk);
  std::vector<StreamRecordsRequest> chunks =
      records->Absences(static_cast<int>(count) * records_per_chunk, records_per_chunk);
  std::vector<std::string> dropped_out(count);
  std::vector<std::string> absent(count);
  std::unique_ptr<AlertWatch> watch;
  if (watching == Watching::kOn) {
    // Children with a school, whose placements have long been evaluated.
    std::vector<StreamRecordsRequest> enrolments(1);
    for (size_t i = 0; i < count; ++i) {
      // In place of three absences, so that the rate stays.
      for (int removed = 0; removed < 3; ++removed) chunks[i].mutable_records()->RemoveLast();
      records->DropOut(&chunks[i], &dropped_out[i]);
      Record* absence = chunks[i].add_records();
      records->LongAbsence(records->Enrol(enrolments.data()), absence);
      absent[i] = absence->student();
    }
    Stream(enrolments, 1);
    AwaitEvaluation(records);
    watch = std::make_unique<AlertWatch>(*alerts_);
  }

  std::vector<double> answered(count);
  grpc::ClientContext context;
  auto stream = ingest_->StreamRecords(&context);
  const double step = records_per_chunk / records_per_second;
  const double start = Seconds() + 0.01;
  std::thread reader([&] {
    StreamRecordsResponse answer;
    for (size_t i = 0; i < count && stream->Read(&answer); ++i) {
      answered[i] = Seconds();
      ExpectStored(answer);
    }
  });
  for (size_t i = 0; i < count; ++i) {
    const double wait = start + static_cast<double>(i) * step - Seconds();
    if (wait > 0) std::this_thread::sleep_for(std::chrono::duration<double>(wait));
    if (!stream->Write(chunks[i])) break;
  }
  stream->WritesDone();
  reader.join();
  ExpectOk(stream->Finish(), "StreamRecords");

  OpenLoopResult result;
  result.records_per_second = static_cast<double>(count) * records_per_chunk / (answered.back() - start);
  for (size_t i = 0; i < count; ++i) {
    result.acknowledged.milliseconds.push_back((answered[i] - start - static_cast<double>(i) * step) * 1e3);
    if (!watch) continue;
    const auto delay = [&](const std::string& student) {
      return std::max(0.0, watch->AwaitStudent(student) - answered[i]) * 1e3;
    };
    result.visible.milliseconds.push_back(delay(dropped_out[i]));
    result.absence_visible.milliseconds.push_back(delay(absent[i]));
  }
  return result;
}

void IngestLoad::AwaitEvaluation(BenchRecords* records) {
  AlertWatch watch(*alerts_);
  std::vector<StreamRecordsRequest> chunk(1);
  const uint64_t enrolled = records->Enrol(chunk.data());
  std::string dropped_out;
  records->DropOut(chunk.data(), &dropped_out);
  Stream(chunk, 1);
  watch.AwaitStudent(dropped_out);
  // Only now: an absence that comes with its child's placement would go before the others.
  chunk.front().Clear();
  Record* absence = chunk.front().add_records();
  records->LongAbsence(enrolled, absence);
  const std::string absent = absence->student();
  Stream(chunk, 1);
  watch.AwaitStudent(absent);
}

}  // namespace vangnet_testing
