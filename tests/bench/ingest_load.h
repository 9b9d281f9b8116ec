// The client's side of the ingest benchmarks: sends pre-made records to a server and measures what comes back.
//
// Time and units: wall-clock seconds by the steady clock; latencies in milliseconds.
// Errors: a call that fails, or an answer that refuses a record of ours, ends the program with what the server said:
//   a benchmark of errors measures nothing.
#ifndef VANGNET_TESTS_BENCH_INGEST_LOAD_H_
#define VANGNET_TESTS_BENCH_INGEST_LOAD_H_

#include <grpcpp/grpcpp.h>

#include <memory>
#include <string>
#include <vector>

#include "tests/bench/bench_records.h"
#include "tests/bench/client.h"
#include "vangnet/v1/alert_service.grpc.pb.h"
#include "vangnet/v1/ingest_service.grpc.pb.h"

namespace vangnet_testing {

struct OpenLoopResult {
  Latencies acknowledged;     // from the moment a chunk was due to its answer
  Latencies visible;          // from the answer to the alert of the chunk's dropped-out child at a watcher
  Latencies absence_visible;  // to that of the chunk's child that was absent for long
  double records_per_second = 0;
};

class IngestLoad {
 public:
  // `certificate`: as Connect takes it.
  explicit IngestLoad(const std::string& address, const std::string& certificate = "");

  // One stream, at most `window` chunks unanswered. Seconds until the last answer.
  double Stream(const std::vector<vangnet::v1::StreamRecordsRequest>& chunks, int window);
  // As many threads as `records` has lists, one record a call. Seconds until the last answer.
  double Unary(const std::vector<std::vector<vangnet::v1::Record>>& records);
  // One stream, one chunk each time it is due, whether or not earlier ones are answered. With `watching`, every
  // chunk also brings a child that dropped out and one that has been absent for long, and the ways of their alerts to a
  // watcher are measured.
  enum class Watching { kOff, kOn };
  OpenLoopResult OpenLoop(BenchRecords* records, double records_per_second, int records_per_chunk, double seconds,
                          Watching watching);
  // Waits until everything before it has been evaluated: until a watcher has seen a child that drops out now, and then
  // one that is absent. Each is the last of its lane (storage/pending_list.h).
  void AwaitEvaluation(BenchRecords* records);

 private:
  std::unique_ptr<vangnet::v1::IngestService::Stub> ingest_;
  std::unique_ptr<vangnet::v1::AlertService::Stub> alerts_;
};

}  // namespace vangnet_testing

#endif  // VANGNET_TESTS_BENCH_INGEST_LOAD_H_
