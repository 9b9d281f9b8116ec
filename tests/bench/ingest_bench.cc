// ingest_bench: how fast vangnetd takes records, beside a bare probe and PostgreSQL in the same run.
//
// What is measured, how, and what it gave: tests/bench/README.md.
#include <algorithm>
#include <chrono>
#include <cstdio>
#include <cstdlib>
#include <filesystem>
#include <map>
#include <memory>
#include <optional>
#include <string>
#include <utility>
#include <vector>

#include "domain/day.h"
#include "tests/bench/bench_records.h"
#include "tests/bench/ingest_load.h"
#include "tests/bench/server_process.h"
#ifdef VANGNET_BENCH_POSTGRES
#include "tests/bench/postgres_load.h"
#endif

namespace vangnet_testing {
namespace {

using vangnet::Day;
using vangnet::v1::Record;
using vangnet::v1::StreamRecordsRequest;

constexpr int kRecordsPerChunk = 1000;
constexpr int kWindow = 4;
constexpr int kUnaryCallers = 64;
constexpr int kPostgresConnections = 16;
constexpr double kNoise = 0.7;  // Wall-clock targets are gated with this slack (limits of the machine, not of ours).

// The command line: --name value, all optional but the first four.
class Flags {
 public:
  Flags(int argc, char** argv) {
    for (int i = 1; i + 1 < argc; i += 2) values_[argv[i]] = argv[i + 1];
  }
  std::string Get(const std::string& name, const std::string& otherwise = "") const {
    const auto found = values_.find("--" + name);
    return found == values_.end() ? otherwise : found->second;
  }
  int GetInt(const std::string& name, int otherwise) const {
    return std::atoi(Get(name, std::to_string(otherwise)).c_str());
  }

 private:
  std::map<std::string, std::string> values_;
};

// Figures by name, a value per repetition; medians are reported.
class Figures {
 public:
  void Add(const std::string& name, double value) { values_[name].push_back(value); }
  bool Has(const std::string& name) const { return values_.contains(name); }
  double Median(const std::string& name) const {
    std::vector<double> sorted = values_.at(name);
    std::sort(sorted.begin(), sorted.end());
    return sorted[sorted.size() / 2];
  }
  void Print() const {
    std::printf("\n%-56s %12s %12s %12s\n", "figure", "median", "least", "most");
    for (const auto& [name, values] : values_) {
      const auto [least, most] = std::minmax_element(values.begin(), values.end());
      std::printf("%-56s %12.2f %12.2f %12.2f\n", name.c_str(), Median(name), *least, *most);
    }
  }

 private:
  std::map<std::string, std::vector<double>> values_;
};

Day Today() {
  const auto now = std::chrono::system_clock::now();
  return Day(static_cast<int32_t>(std::chrono::floor<std::chrono::days>(now).time_since_epoch().count()));
}

class IngestBench {
 public:
  explicit IngestBench(const Flags& flags)
      : flags_(flags),
        directory_(flags.Get("directory", "bench-data")),
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
    const std::vector<std::vector<Record>> unary = UnaryRecords(&maker, kUnaryCallers, 600);
    MeasureProbe('Q', chunks);
    MeasureVangnetd(chunks, unary, &maker);
    MeasureProbe('D', chunks);
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

  static std::vector<std::vector<Record>> UnaryRecords(BenchRecords* maker, int callers, int records_each) {
    std::vector<std::vector<Record>> records(callers, std::vector<Record>(records_each));
    for (std::vector<Record>& own : records) {
      for (Record& record : own) maker->Absence(&record);
    }
    return records;
  }

  std::unique_ptr<ServerProcess> Start(std::vector<std::string> command) {
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

  void MeasureProbe(char shape, const std::vector<StreamRecordsRequest>& chunks) {
    const auto server = Start({flags_.Get("probe"), std::string(1, shape), Fresh()});
    IngestLoad load(server->address());
    const double seconds = load.Stream(chunks, kWindow);
    const std::string name = std::string("bare probe ") + shape;
    figures_.Add(name + ": stream, records/s", CountOf(chunks) / seconds);
    figures_.Add(name + ": server CPU, us/record", server->CpuSeconds() / CountOf(chunks) * 1e6);
  }

  void MeasureVangnetd(const std::vector<StreamRecordsRequest>& chunks, const std::vector<std::vector<Record>>& unary,
                       BenchRecords* maker) {
    const auto server =
        Start({flags_.Get("vangnetd"), "--data_dir", Fresh(), "--listen", "127.0.0.1:0", "--metrics_listen",
               "127.0.0.1:0", "--region", flags_.Get("region"), "--policy", flags_.Get("policy")});
    IngestLoad load(server->address());
    const double cpu_before = server->CpuSeconds();
    const double seconds = load.Stream(chunks, kWindow);
    figures_.Add("vangnetd: stream, records/s", CountOf(chunks) / seconds);
    load.AwaitEvaluation(maker);
    figures_.Add("vangnetd: server CPU with evaluation, us/record",
                 (server->CpuSeconds() - cpu_before) / CountOf(chunks) * 1e6);
    figures_.Add("vangnetd: 64 unary callers, records/s",
                 static_cast<double>(unary.size() * unary[0].size()) / load.Unary(unary));
    load.AwaitEvaluation(maker);
    Report("10k/s, chunks of 100", load.OpenLoop(maker, 10'000, 100, seconds_, IngestLoad::Watching::kOn));
    load.AwaitEvaluation(maker);
    {
      const BacktestLoad backtests(server->address());
      Report("10k/s beside a backtest", load.OpenLoop(maker, 10'000, 100, seconds_, IngestLoad::Watching::kOn));
    }
    load.AwaitEvaluation(maker);
    Report("50k/s, chunks of 1000", load.OpenLoop(maker, 50'000, 1000, seconds_, IngestLoad::Watching::kOn));
  }

  void Report(const std::string& name, const OpenLoopResult& result) {
    figures_.Add("vangnetd: open loop " + name + ", ack p50, ms", result.acknowledged.Percentile(0.5));
    figures_.Add("vangnetd: open loop " + name + ", ack p99, ms", result.acknowledged.Percentile(0.99));
    figures_.Add("vangnetd: open loop " + name + ", ack to alert p99, ms", result.visible.Percentile(0.99));
    figures_.Add("vangnetd: open loop " + name + ", achieved records/s", result.records_per_second);
  }

  void MeasurePostgres([[maybe_unused]] const std::vector<StreamRecordsRequest>& chunks,
                       [[maybe_unused]] BenchRecords* maker) {
#ifdef VANGNET_BENCH_POSTGRES
    if (flags_.Get("postgres").empty()) return;
    PostgresLoad load(flags_.Get("postgres"));
    figures_.Add("PostgreSQL: batched upsert, 1 connection, records/s", CountOf(chunks) / load.Batched(chunks));
    const std::vector<std::vector<Record>> single = UnaryRecords(maker, kPostgresConnections, 2'400);
    figures_.Add("PostgreSQL: single upserts, 16 connections, records/s",
                 static_cast<double>(single.size() * single[0].size()) / load.Single(single));
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

struct Target {
  std::string what;
  std::string figure;
  std::string reference;  // a figure; empty: the figure itself is compared
  double at_least = 0;    // of figure ÷ reference
  double at_most = 0;     // of the figure, or of figure ÷ reference
};

// The targets of the main job, and what a backtest beside it may cost. False when one is missed by more than noise
// explains.
bool PrintTargets(const Figures& figures) {
  const std::vector<Target> targets = {
      {"stream against probe D", "vangnetd: stream, records/s", "bare probe D: stream, records/s", 1.0, 0},
      {"stream against PostgreSQL batched", "vangnetd: stream, records/s",
       "PostgreSQL: batched upsert, 1 connection, records/s", 1.5, 0},
      {"stream against probe Q (goal 0.30)", "vangnetd: stream, records/s", "bare probe Q: stream, records/s", 0, 0},
      {"64 unary callers against PostgreSQL single", "vangnetd: 64 unary callers, records/s",
       "PostgreSQL: single upserts, 16 connections, records/s", 1.0, 0},
      {"ack p99 at 10k/s", "vangnetd: open loop 10k/s, chunks of 100, ack p99, ms", "", 0, 20},
      {"ack to alert p99 at 10k/s", "vangnetd: open loop 10k/s, chunks of 100, ack to alert p99, ms", "", 0, 100},
      {"ack p99 at 10k/s, with a backtest / without", "vangnetd: open loop 10k/s beside a backtest, ack p99, ms",
       "vangnetd: open loop 10k/s, chunks of 100, ack p99, ms", 0, 3},
      {"ack to alert p99 at 50k/s", "vangnetd: open loop 50k/s, chunks of 1000, ack to alert p99, ms", "", 0, 500},
  };
  bool all_met = true;
  std::printf("\n%-46s %10s %12s\n", "target", "measured", "wanted");
  for (const Target& target : targets) {
    if (!figures.Has(target.figure) || (!target.reference.empty() && !figures.Has(target.reference))) {
      std::printf("%-46s %10s\n", target.what.c_str(), "not run");
      continue;
    }
    if (target.reference.empty()) {
      const double value = figures.Median(target.figure);
      std::printf("%-46s %8.1f ms %6s %.0f ms\n", target.what.c_str(), value, "<=", target.at_most);
      all_met = all_met && value * kNoise <= target.at_most;
    } else {
      const double ratio = figures.Median(target.figure) / figures.Median(target.reference);
      const bool is_limit = target.at_most > 0;
      std::printf("%-46s %10.2f %9s %.2f\n", target.what.c_str(), ratio,
                  is_limit ? "<=" : ">=", is_limit ? target.at_most : target.at_least);
      all_met = all_met && (is_limit ? ratio * kNoise <= target.at_most : ratio >= target.at_least * kNoise);
    }
  }
  return all_met;
}

int Run(int argc, char** argv) {
  const Flags flags(argc, argv);
  for (const char* needed : {"vangnetd", "probe", "region", "policy"}) {
    if (!flags.Get(needed).empty()) continue;
    std::fprintf(stderr,
                 "usage: ingest_bench --vangnetd PROGRAM --probe PROGRAM --region FILE --policy FILE\n"
                 "         [--records N] [--students N] [--repetitions N] [--seconds N] [--directory DIR]\n"
                 "         [--postgres CONNINFO] [--gate yes]\n");
    return 2;
  }
  IngestBench bench(flags);
  const int repetitions = flags.GetInt("repetitions", 3);
  for (int repetition = 0; repetition < repetitions; ++repetition) {
    bench.Repeat(repetition);
    std::fprintf(stderr, "repetition %d of %d done\n", repetition + 1, repetitions);
  }
  bench.figures().Print();
  const bool all_met = PrintTargets(bench.figures());
  return flags.Get("gate") == "yes" && !all_met ? 1 : 0;
}

}  // namespace
}  // namespace vangnet_testing

int main(int argc, char** argv) { return vangnet_testing::Run(argc, argv); }
