// ingest_bench: how fast vangnetd takes records, beside a bare probe and PostgreSQL in the same run.
//
// What is measured, how, and what it gave: tests/bench/README.md.
#include <algorithm>
#include <chrono>
#include <cstdio>
#include <cstdlib>
#include <filesystem>
#include <memory>
#include <string>
#include <utility>
#include <vector>

#include "services/runtime/grpc_locks.h"
#include "tests/bench/bench_records.h"
#include "tests/bench/beside_load.h"
#include "tests/bench/figures.h"
#include "tests/bench/flags.h"
#include "tests/bench/ingest_load.h"
#include "tests/bench/server_process.h"
#include "tests/bench/vangnetd_process.h"
#ifdef VANGNET_BENCH_POSTGRES
#include "tests/bench/postgres_load.h"
#endif

namespace vangnet_testing {
namespace {

using vangnet::v1::Record;
using vangnet::v1::StreamRecordsRequest;

constexpr int kRecordsPerChunk = 1000;
constexpr int kWindow = 4;
constexpr int kUnaryCallers = 64;
constexpr int kPostgresConnections = 16;

class IngestBench {
 public:
  explicit IngestBench(const Flags& flags)
      : flags_(flags),
        directory_(std::filesystem::absolute(flags.Get("directory", "bench-data")).string()),
        records_(flags.GetInt("records", 400'000)),
        students_(flags.GetInt("students", 27'500)),
        seconds_(flags.GetInt("seconds", 4)) {}

  void Repeat(int repetition) {
    BenchRecords maker(static_cast<uint64_t>(repetition) + 1, students_, Today(), "s");
    std::vector<StreamRecordsRequest> chunks = maker.Enrolments(kRecordsPerChunk);
    const int enrolled = 2 * students_;
    for (StreamRecordsRequest& chunk :
         maker.Absences(std::max(records_ - enrolled, kRecordsPerChunk), kRecordsPerChunk)) {
      chunks.push_back(std::move(chunk));
    }
    // Together a quarter of the stream: it takes longer than merging what the stream left behind.
    const std::vector<std::vector<Record>> unary =
        UnaryRecords(&maker, kUnaryCallers, std::max(records_ / kUnaryCallers / 4, 1));
    MeasureProbe('Q', chunks, unary);
    MeasureVangnetd(chunks, unary, &maker);
    MeasureTls(chunks);
    MeasureProbe('D', chunks, {});
    MeasurePostgres(chunks, &maker);
    std::filesystem::remove_all(directory_);
  }

  const Figures& figures() const { return figures_; }

 private:
  static double CountOf(const std::vector<StreamRecordsRequest>& chunks) {
    double count = 0;
    for (const StreamRecordsRequest& chunk : chunks) count += chunk.records_size();
    return count;
  }

  static double CountOf(const std::vector<std::vector<Record>>& unary) {
    return static_cast<double>(unary.size() * unary[0].size());
  }

  static std::vector<std::vector<Record>> UnaryRecords(BenchRecords* maker, int callers, int records_each) {
    std::vector<std::vector<Record>> records(callers, std::vector<Record>(records_each));
    for (std::vector<Record>& own : records) {
      for (Record& record : own) maker->Absence(&record);
    }
    return records;
  }

  std::unique_ptr<ServerProcess> Start(const std::vector<std::string>& command) {
    auto server = ServerProcess::Start(command, directory_ + "/log");
    if (!server.ok()) {
      std::fprintf(stderr, "%s\n", std::string(server.status().message()).c_str());
      std::exit(1);
    }
    return *std::move(server);
  }

  // A fresh, empty data directory.
  std::string Fresh() {
    std::filesystem::remove_all(directory_);
    std::filesystem::create_directories(directory_ + "/data");
    return directory_ + "/data";
  }

  // With records of single callers or, if there are none, without.
  void MeasureProbe(char shape, const std::vector<StreamRecordsRequest>& chunks,
                    const std::vector<std::vector<Record>>& unary) {
    const auto server = Start({flags_.Get("probe"), std::string(1, shape), Fresh()});
    IngestLoad load(server->address());
    const double seconds = load.Stream(chunks, kWindow);
    const std::string name = std::string("bare probe ") + shape;
    figures_.Add(name + ": stream, records/s", CountOf(chunks) / seconds);
    figures_.Add(name + ": server CPU, us/record", server->CpuSeconds() / CountOf(chunks) * 1e6);
    if (!unary.empty()) figures_.Add(name + ": 64 unary callers, records/s", CountOf(unary) / load.Unary(unary));
  }

  void MeasureVangnetd(const std::vector<StreamRecordsRequest>& chunks, const std::vector<std::vector<Record>>& unary,
                       BenchRecords* maker) {
    Fresh();
    const auto server = StartVangnetd(ReadVangnetdOptions(flags_, directory_));
    IngestLoad load(server->address());
    const double cpu_before = server->CpuSeconds();
    const double seconds = load.Stream(chunks, kWindow);
    figures_.Add("vangnetd: stream, records/s", CountOf(chunks) / seconds);
    load.AwaitEvaluation(maker);
    figures_.Add("vangnetd: server CPU with evaluation, us/record",
                 (server->CpuSeconds() - cpu_before) / CountOf(chunks) * 1e6);
    figures_.Add("vangnetd: 64 unary callers, records/s", CountOf(unary) / load.Unary(unary));
    load.AwaitEvaluation(maker);
    Report("10k/s, chunks of 100", load.OpenLoop(maker, 10'000, 100, seconds_, IngestLoad::Watching::kOn));
    load.AwaitEvaluation(maker);
    using Work = BesideLoad::Work;
    for (const auto& [what, work] : {std::pair{"a backtest", Work::kBacktest}, std::pair{"a backup", Work::kBackup},
                                     std::pair{"a sweep", Work::kSweep}}) {
      {
        const BesideLoad beside(work, server->address(), directory_);
        Report(std::string("10k/s beside ") + what,
               load.OpenLoop(maker, 10'000, 100, seconds_, IngestLoad::Watching::kOn));
      }
      load.AwaitEvaluation(maker);
    }
    Report("50k/s, chunks of 1000", load.OpenLoop(maker, 50'000, 1000, seconds_, IngestLoad::Watching::kOn));
  }

  // The same stream, and the same server but for TLS.
  void MeasureTls(const std::vector<StreamRecordsRequest>& chunks) {
    Fresh();
    VangnetdOptions options = ReadVangnetdOptions(flags_, directory_);
    options.tls = true;
    const auto server = StartVangnetd(options);
    IngestLoad load(server->address(), ReadWholeFile(directory_ + "/server.crt"));
    figures_.Add("vangnetd: stream with TLS, records/s", CountOf(chunks) / load.Stream(chunks, kWindow));
  }

  void Report(const std::string& name, const OpenLoopResult& result) {
    figures_.Add("vangnetd: open loop " + name + ", ack p50, ms", result.acknowledged.Percentile(0.5));
    figures_.Add("vangnetd: open loop " + name + ", ack p99, ms", result.acknowledged.Percentile(0.99));
    figures_.Add("vangnetd: open loop " + name + ", ack to alert p99, ms", result.visible.Percentile(0.99));
    figures_.Add("vangnetd: open loop " + name + ", ack to alert of an absence p99, ms",
                 result.absence_visible.Percentile(0.99));
    figures_.Add("vangnetd: open loop " + name + ", achieved records/s", result.records_per_second);
  }

  void MeasurePostgres([[maybe_unused]] const std::vector<StreamRecordsRequest>& chunks,
                       [[maybe_unused]] BenchRecords* maker) {
#ifdef VANGNET_BENCH_POSTGRES
    if (flags_.Get("postgres").empty()) return;
    PostgresLoad load(flags_.Get("postgres"));
    figures_.Add("PostgreSQL: batched upsert, 1 connection, records/s", CountOf(chunks) / load.Batched(chunks));
    const std::vector<std::vector<Record>> single = UnaryRecords(maker, kPostgresConnections, 2'400);
    figures_.Add("PostgreSQL: single upserts, 16 connections, records/s", CountOf(single) / load.Single(single));
    load.Settle();
#endif
  }

  const Flags flags_;
  const std::string directory_;
  const int records_;
  const int students_;
  const int seconds_;
  Figures figures_;
};

int Run(int argc, char** argv) {
  const Flags flags(argc, argv);
  if (!flags.HasAll({"vangnetd", "probe", "region", "policy"})) {
    std::fprintf(stderr,
                 "usage: ingest_bench --vangnetd PROGRAM --probe PROGRAM --region FILE --policy FILE\n"
                 "         [--records N] [--students N] [--repetitions N] [--seconds N] [--directory DIR]\n"
                 "         [--postgres CONNINFO] [--figures FILE]\n");
    return 2;
  }
  IngestBench bench(flags);
  const int repetitions = flags.GetInt("repetitions", 3);
  for (int repetition = 0; repetition < repetitions; ++repetition) {
    bench.Repeat(repetition);
    std::fprintf(stderr, "repetition %d of %d done\n", repetition + 1, repetitions);
  }
  bench.figures().Print();
  bench.figures().Append(flags.Get("figures"));
  return 0;
}

}  // namespace
}  // namespace vangnet_testing

int main(int argc, char** argv) {
  vangnet::TakeGrpcLocksUnchecked();
  return vangnet_testing::Run(argc, argv);
}
