// scale_bench: one vangnetd that grows to ten regions, or to a hundred, which is more than the country. What a region
// more costs, and at one, ten and a hundred: memory, disk, starts after a kill and after an orderly end; a backtest of
// the first; vangnet verify of all.
//
// What is measured, how, and what it gave: tests/bench/README.md.
#include <fcntl.h>
#include <spawn.h>
#include <sys/resource.h>
#include <sys/wait.h>
#include <unistd.h>

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
#include "tests/bench/client.h"
#include "tests/bench/figures.h"
#include "tests/bench/flags.h"
#include "tests/bench/ingest_load.h"
#include "tests/bench/server_process.h"
#include "tests/bench/vangnetd_process.h"

namespace vangnet_testing {
namespace {

using vangnet::v1::StreamRecordsRequest;

constexpr int kRegionsMax = 100;  // BenchRecords has schools for as many
constexpr int kAbsencesPerChild = 10;
constexpr int kRecordsPerChild = 2 + kAbsencesPerChild;
constexpr int kRecordsPerChunk = 1000;
constexpr int kWindow = 4;

double SecondsOf(const timeval& time) {
  return static_cast<double>(time.tv_sec) + static_cast<double>(time.tv_usec) / 1e6;
}

// What loading something took.
struct Cost {
  double records = 0;
  double streamed_seconds = 0;
  double evaluated_seconds = 0;
  double cpu_seconds = 0;
};

Cost& operator+=(Cost& sum, const Cost& one) {
  sum.records += one.records;
  sum.streamed_seconds += one.streamed_seconds;
  sum.evaluated_seconds += one.evaluated_seconds;
  sum.cpu_seconds += one.cpu_seconds;
  return sum;
}

// What a program took; one that fails ends this one.
struct Spent {
  double seconds = 0;
  double cpu_seconds = 0;
  double peak_bytes = 0;
};

Spent RunProgram(const std::vector<std::string>& command, const std::string& output) {
  posix_spawn_file_actions_t actions;
  posix_spawn_file_actions_init(&actions);
  posix_spawn_file_actions_addopen(&actions, STDOUT_FILENO, output.c_str(), O_WRONLY | O_CREAT | O_TRUNC, 0644);
  std::vector<char*> words;
  words.reserve(command.size() + 1);
  for (const std::string& word : command) words.push_back(const_cast<char*>(word.c_str()));
  words.push_back(nullptr);
  const double begin = Seconds();
  pid_t pid = 0;
  int status = 1;
  rusage usage{};
  if (posix_spawn(&pid, words[0], &actions, nullptr, words.data(), environ) == 0) wait4(pid, &status, 0, &usage);
  posix_spawn_file_actions_destroy(&actions);
  if (status != 0) {
    std::fprintf(stderr, "%s failed:\n%s\n", command[0].c_str(), ReadWholeFile(output).c_str());
    std::exit(1);
  }
  return {Seconds() - begin, SecondsOf(usage.ru_utime) + SecondsOf(usage.ru_stime),
          static_cast<double>(usage.ru_maxrss) * 1024};
}

class ScaleBench {
 public:
  ScaleBench(const Flags& flags, int regions)
      : vangnet_(flags.Get("vangnet")),
        options_(ReadVangnetdOptions(flags, flags.Get("directory", "bench-data"))),
        children_(flags.GetInt("students", 27'500)),
        regions_wanted_(regions) {}

  void Run() {
    std::filesystem::remove_all(options_.directory);
    server_ = StartVangnetd(options_);
    for (int size = 1; size <= regions_wanted_; size *= 10) {
      Cost cost;
      while (static_cast<int>(regions_.size()) < size) cost += AddRegion();
      // All since the size before: RocksDB merges now and then, and no region pays for its own.
      Report("a region more", cost);
      MeasureSize();
    }
    MeasureDifference();
    server_.reset();
    const double records = static_cast<double>(regions_.size()) * children_ * kRecordsPerChild;
    const Spent verify =
        RunProgram({vangnet_, "verify", "--data_dir", options_.directory + "/data"}, options_.directory + "/verify");
    figures_.Add(At() + "vangnet verify, us of CPU/record", verify.cpu_seconds / records * 1e6);
    figures_.Add(At() + "vangnet verify, s", verify.seconds);
    figures_.Add(At() + "vangnet verify, peak MB", verify.peak_bytes / 1e6);
    std::filesystem::remove_all(options_.directory);
  }

  const Figures& figures() const { return figures_; }

 private:
  // One region more: its profiles and placements, then its absences.
  Cost AddRegion() {
    const auto number = static_cast<uint64_t>(regions_.size());
    regions_.emplace_back(number + 1, children_, Today(), "r" + std::to_string(number) + "-", static_cast<int>(number));
    BenchRecords& maker = regions_.back();
    std::vector<StreamRecordsRequest> chunks = maker.Enrolments(kRecordsPerChunk);
    for (StreamRecordsRequest& chunk : maker.Absences(kAbsencesPerChild * children_, kRecordsPerChunk)) {
      chunks.push_back(std::move(chunk));
    }
    return Load(chunks);
  }

  // Until all of it has been evaluated, and for the processor until the tables written for it are merged too: whoever
  // comes next would pay for that.
  Cost Load(const std::vector<StreamRecordsRequest>& chunks) {
    Cost cost;
    for (const StreamRecordsRequest& chunk : chunks) cost.records += chunk.records_size();
    IngestLoad load(server_->address());
    const double cpu_before = server_->CpuSeconds();
    const double begin = Seconds();
    cost.streamed_seconds = load.Stream(chunks, kWindow);
    load.AwaitEvaluation(&regions_.front());
    cost.evaluated_seconds = Seconds() - begin;
    server_->AwaitRest();
    cost.cpu_seconds = server_->CpuSeconds() - cpu_before;
    return cost;
  }

  // What the names of figures begin with, at the size of now.
  std::string At() const { return std::to_string(regions_.size()) + "x: "; }

  void Report(const std::string& name, const Cost& cost) {
    figures_.Add(At() + name + ", stream, records/s", cost.records / cost.streamed_seconds);
    figures_.Add(At() + name + ", until evaluated, records/s", cost.records / cost.evaluated_seconds);
    figures_.Add(At() + name + ", CPU us/record", cost.cpu_seconds / cost.records * 1e6);
  }

  // One absence for each of `count` children, evenly over all regions.
  std::vector<StreamRecordsRequest> Spread(int count) {
    std::vector<StreamRecordsRequest> chunks;
    for (int i = 0; i < count; ++i) {
      if (i % kRecordsPerChunk == 0) chunks.emplace_back();
      const size_t region = static_cast<size_t>(i) % regions_.size();
      const auto child =
          static_cast<uint64_t>(i) / regions_.size() * regions_.size() % static_cast<uint64_t>(children_);
      regions_[region].AbsenceOf(child, chunks.back().add_records());
    }
    return chunks;
  }

  void MeasureSize() {
    Report("absences over all children", Load(Spread(children_ * 3 / 4)));
    const double children = static_cast<double>(children_) * static_cast<double>(regions_.size());
    figures_.Add(At() + "server memory, MB", server_->ResidentBytes() / 1e6);
    const double disk = BytesOfDirectory(options_.directory + "/data");
    figures_.Add(At() + "disk, bytes/record", disk / (children * kRecordsPerChild));
    figures_.Add(At() + "disk, bytes/child", disk / children);
    // Killed at the last answer: the tail of the log is full, and the last children are not evaluated.
    IngestLoad(server_->address()).Stream(Spread(children_ * 3 / 4), kWindow);
    server_->Kill();
    server_ = StartVangnetd(options_);
    figures_.Add(At() + "kill -9 to serving, s", server_->seconds_to_ready());
    IngestLoad(server_->address()).AwaitEvaluation(&regions_.front());
    server_.reset();
    server_ = StartVangnetd(options_);
    figures_.Add(At() + "start after an orderly end, s", server_->seconds_to_ready());
    if (regions_.size() == 1) {
      figures_.Add("1x: backtest of a year, every rule twice, s", BacktestSeconds(server_->address()));
    }
  }

  // What of memory grows with the children, and not with the settings.
  void MeasureDifference() {
    const auto regions = static_cast<double>(regions_.size());
    const double more = static_cast<double>(children_) * (regions - 1);
    const double last = figures_.Median(At() + "server memory, MB");
    const double memory = last - figures_.Median("1x: server memory, MB");
    figures_.Add("server memory, bytes for each child more", memory * 1e6 / more);
    figures_.Add("server memory at 2.4 million children by that, GB",
                 (last + memory / more * (2.4e6 - children_ * regions)) / 1e3);
  }

  const std::string vangnet_;
  const VangnetdOptions options_;
  const int children_;  // of a region
  const int regions_wanted_;
  std::unique_ptr<ServerProcess> server_;
  std::vector<BenchRecords> regions_;
  Figures figures_;
};

int Main(int argc, char** argv) {
  const Flags flags(argc, argv);
  const int regions = flags.GetInt("regions", 10);
  if (!flags.HasAll({"vangnetd", "vangnet", "region", "policy"}) || (regions != 10 && regions != kRegionsMax)) {
    std::fprintf(stderr,
                 "usage: scale_bench --vangnetd PROGRAM --vangnet PROGRAM --region FILE --policy FILE\n"
                 "         [--students N (of a region)] [--regions 10|100] [--directory DIR] [--figures FILE]\n");
    return 2;
  }
  ScaleBench bench(flags, regions);
  bench.Run();
  bench.figures().Print();
  bench.figures().Append(flags.Get("figures"));
  return 0;
}

}  // namespace
}  // namespace vangnet_testing

int main(int argc, char** argv) {
  vangnet::TakeGrpcLocksUnchecked();
  return vangnet_testing::Main(argc, argv);
}
