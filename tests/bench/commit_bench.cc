// How many records a second one committer makes durable, without the network: groups of 1,000 records of random
// children through FactStore::Commit on RocksDB, with one sync and one mark a group, and what it costs to evaluate
// nobody but write the packed states meanwhile.
//
// commit_bench DIRECTORY [records] [children] [sweep]: DIRECTORY must not exist and is removed afterwards. With
// "sweep" the packed states of what is pending are written after every 16 groups, as a sweeper does.
#include <sys/resource.h>

#include <algorithm>
#include <chrono>
#include <cstdio>
#include <cstdlib>
#include <filesystem>
#include <random>
#include <string>
#include <vector>

#include "storage/fact_store.h"
#include "storage/file_durable_mark.h"
#include "storage/rocksdb_kv_store.h"
#include "tests/bench/check.h"

namespace {

using vangnet::Chunk;
using vangnet::Day;
using vangnet::FactStore;
using vangnet::IncomingRecord;
using vangnet_testing::Check;

constexpr size_t kGroup = 1000;

double CpuSeconds() {
  rusage usage{};
  getrusage(RUSAGE_SELF, &usage);
  const auto seconds = [](const timeval& t) {
    return static_cast<double>(t.tv_sec) + static_cast<double>(t.tv_usec) / 1e6;
  };
  return seconds(usage.ru_utime) + seconds(usage.ru_stime);
}

// An absence or, once in ten, a placement of a random child, as large as on the wire: about 110 bytes.
IncomingRecord RandomRecord(std::mt19937_64& random, uint64_t number, uint64_t children) {
  IncomingRecord incoming;
  const uint64_t child = random() % children;
  incoming.record.subject.key = "s-" + std::to_string(1'000'000 + child);
  incoming.record.key = {"las-" + std::to_string(child % 30), "abs-" + std::to_string(number)};
  incoming.record.revision = 1'795'455'588'716'097 + number;
  const std::string school = std::to_string(10 + child % 80) + "AB00";
  const Day day = Day(2026, 8, 1) + static_cast<int>(random() % 200);
  if (random() % 10 == 0) {
    vangnet::Placement placement;
    placement.school = school;
    placement.group = "groep 5";
    placement.days = {day, vangnet::kDayMax};
    incoming.record.fact = placement;
  } else {
    vangnet::Absence absence;
    absence.school = school;
    absence.category = vangnet::AbsenceCategory::kSick;
    absence.authorised = vangnet::Authorised::kYes;
    absence.extent = vangnet::DaysExtent{{day, day + static_cast<int>(random() % 3)}};
    incoming.record.fact = absence;
  }
  incoming.digest = random();
  incoming.canonical = incoming.record.subject.key + incoming.record.key.source + incoming.record.key.record_id +
                       school + std::to_string(incoming.record.revision) + day.ToString() + day.ToString();
  incoming.canonical.resize(110, 'c');
  return incoming;
}

void Sweep(FactStore& store, vangnet::KvStore& kv) {
  while (store.pending() > 0) {
    const auto taken = store.TakePending(512);
    vangnet::WriteBatch batch;
    Check(store.AddEvaluated(taken, batch));
    Check(kv.Write(batch, vangnet::Durability::kUnsynced));
    store.Evaluated(taken);
  }
}

void Run(const std::string& directory, uint64_t records, uint64_t children, bool sweep) {
  auto kv = vangnet::RocksdbKvStore::Open(directory + "/db", {});
  Check(kv.status());
  auto mark = vangnet::FileDurableMark::Open(directory + "/mark");
  Check(mark.status());
  auto store = FactStore::Open(**kv, **mark, {});
  Check(store.status());
  std::mt19937_64 random(1);
  double seconds = 0;
  double cpu = 0;
  std::vector<double> calls;
  for (uint64_t sent = 0; sent < records;) {
    std::vector<Chunk> group(1);
    group[0].source = "las";
    for (size_t i = 0; i < kGroup; ++i) group[0].records.push_back(RandomRecord(random, sent++, children));
    const double cpu_before = CpuSeconds();
    const auto before = std::chrono::steady_clock::now();
    Check((*store)->Commit(group, absl::FromUnixMicros(static_cast<int64_t>(1'795'455'588'000'000 + sent))).status());
    calls.push_back(std::chrono::duration<double>(std::chrono::steady_clock::now() - before).count());
    if (sweep && sent % (16 * kGroup) == 0) Sweep(**store, **kv);
    seconds += std::chrono::duration<double>(std::chrono::steady_clock::now() - before).count();
    cpu += CpuSeconds() - cpu_before;
  }
  std::sort(calls.begin(), calls.end());
  std::printf("%.0f records/s, %.2f us CPU a record, commit p50 %.2f p99 %.2f max %.2f ms\n",
              static_cast<double>(records) / seconds, cpu / static_cast<double>(records) * 1e6,
              calls[calls.size() / 2] * 1e3, calls[calls.size() * 99 / 100] * 1e3, calls.back() * 1e3);
  for (const auto& [name, value] : (*kv)->Figures()) {
    std::printf("%s %llu\n", name.c_str(), static_cast<unsigned long long>(value));
  }
  const auto begin = std::chrono::steady_clock::now();
  store->reset();
  kv->reset();
  const auto closed = std::chrono::steady_clock::now();
  kv = vangnet::RocksdbKvStore::Open(directory + "/db", {});
  Check(kv.status());
  store = FactStore::Open(**kv, **mark, {});
  Check(store.status());
  const auto opened = std::chrono::steady_clock::now();
  std::printf("close %.2f s, open %.2f s with %zu children pending\n",
              std::chrono::duration<double>(closed - begin).count(),
              std::chrono::duration<double>(opened - closed).count(), (*store)->pending());
}

}  // namespace

int main(int argc, char** argv) {
  if (argc < 2 || !std::filesystem::create_directory(argv[1])) {
    std::fprintf(stderr, "usage: commit_bench NEW_DIRECTORY [records] [children] [sweep]\n");
    return 2;
  }
  const uint64_t records = argc > 2 ? std::strtoull(argv[2], nullptr, 10) : 400'000;
  const uint64_t children = argc > 3 ? std::strtoull(argv[3], nullptr, 10) : 40'000;
  Run(argv[1], records, children, argc > 4);
  std::error_code ignored;
  std::filesystem::remove_all(argv[1], ignored);
  return 0;
}
