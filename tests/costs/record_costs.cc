// What a record costs where no busy machine moves the figure: instructions, under callgrind; allocations; bytes; syncs.
//
// record_costs, run under `valgrind --tool=callgrind --collect-atstart=no`, sends the absences of some hundred children
// through what vangnetd does with them, one step after the other, each on one thread and without gRPC. RocksDB and the
// disk are left out: what a step asks of its KvStore is counted as bytes and syncs, and not as instructions. callgrind
// writes one file of costs for each step, named after it; all the rest is printed, a line for each figure: name, tab,
// value. costs_test.py puts both together.
#include <valgrind/callgrind.h>

#include <array>
#include <atomic>
#include <cstdint>
#include <cstdio>
#include <cstdlib>
#include <memory>
#include <new>
#include <string>
#include <string_view>
#include <utility>
#include <variant>
#include <vector>

#include "alerts/engine/region_findings.h"
#include "alerts/engine/sweeper.h"
#include "services/convert/configuration.h"
#include "services/convert/sample_configuration.h"
#include "services/ingest/judged_request.h"
#include "services/ingest/request_parser.h"
#include "storage/alert_store.h"
#include "storage/fact_store.h"
#include "storage/memory_durable_mark.h"
#include "storage/memory_kv_store.h"
#include "tests/bench/bench_records.h"
#include "tests/bench/check.h"

namespace {

using vangnet::Day;
using vangnet::FactStore;
using vangnet::Table;
using vangnet_testing::Check;

constexpr int kChildren = 500;
constexpr int kRecords = 5000;
constexpr int kRecordsPerChunk = 1000;
constexpr Day kToday{2026, 11, 24};
constexpr absl::Time kNow = absl::FromUnixSeconds(1'795'514'400);  // 2026-11-24 10:00 in the Netherlands

std::atomic<bool> counting = false;
std::atomic<uint64_t> allocations = 0;

void Print(const std::string& name, uint64_t value) {
  std::printf("%s\t%llu\n", name.c_str(), static_cast<unsigned long long>(value));
}

void Count(bool on) {
  counting = on;
  CALLGRIND_TOGGLE_COLLECT;
}

// Nothing is counted while it lives, in a step.
class Uncounted {
 public:
  Uncounted() : was_counting_(counting) {
    if (was_counting_) Count(false);
  }
  ~Uncounted() {
    if (was_counting_) Count(true);
  }
  Uncounted(const Uncounted&) = delete;
  Uncounted& operator=(const Uncounted&) = delete;

 private:
  const bool was_counting_;
};

// Runs `step` and gives its costs `name`.
template <typename Step>
void Measure(const char* name, Step step) {
  CALLGRIND_ZERO_STATS;
  allocations = 0;
  Count(true);
  step();
  Count(false);
  CALLGRIND_DUMP_STATS_AT(name);
  Print(std::string(name) + " allocations", allocations);
}

class UncountedIterator : public vangnet::KvIterator {
 public:
  explicit UncountedIterator(std::unique_ptr<vangnet::KvIterator> iterator) : iterator_(std::move(iterator)) {}
  ~UncountedIterator() override {
    const Uncounted uncounted;
    iterator_.reset();
  }
  void Seek(std::string_view key) override {
    const Uncounted uncounted;
    iterator_->Seek(key);
  }
  void SeekForPrev(std::string_view key) override {
    const Uncounted uncounted;
    iterator_->SeekForPrev(key);
  }
  void Next() override {
    const Uncounted uncounted;
    iterator_->Next();
  }
  void Prev() override {
    const Uncounted uncounted;
    iterator_->Prev();
  }
  bool Valid() const override { return iterator_->Valid(); }
  std::string_view key() const override { return iterator_->key(); }
  std::string_view value() const override { return iterator_->value(); }
  absl::Status status() const override { return iterator_->status(); }

 private:
  std::unique_ptr<vangnet::KvIterator> iterator_;
};

// A store whose own work is not counted, but what is written to it.
class UncountedKvStore : public vangnet::KvStore {
 public:
  absl::Status Write(const vangnet::WriteBatch& batch, vangnet::Durability durability) override {
    const Uncounted uncounted;
    batch.ForEach([this](const vangnet::WriteBatch::Operation& operation) {
      bytes_[static_cast<size_t>(operation.table)] += operation.key.size() + operation.value.size();
    });
    return store_.Write(batch, durability);
  }
  absl::StatusOr<std::optional<std::string>> Get(Table table, std::string_view key) const override {
    const Uncounted uncounted;
    return store_.Get(table, key);
  }
  std::unique_ptr<vangnet::KvIterator> NewIterator(Table table) const override {
    const Uncounted uncounted;
    return std::make_unique<UncountedIterator>(store_.NewIterator(table));
  }
  uint64_t syncs() const { return store_.syncs(); }
  // Of the keys and values put into the table so far.
  uint64_t bytes(Table table) const { return bytes_[static_cast<size_t>(table)]; }

 private:
  vangnet::MemoryKvStore store_;
  std::array<uint64_t, vangnet::kTableCount> bytes_{};
};

vangnet::EngineConfiguration SampleConfiguration() {
  auto region = vangnet::ReadRegion(vangnet::SampleRegionText());
  auto policy = vangnet::ReadPolicy(vangnet::DefaultPolicyText());
  if (!region.value || !policy.value) Check(absl::InternalError("the sample configuration has problems"));
  return {.region = std::make_shared<const vangnet::Region>(*std::move(region.value)),
          .policy = std::make_shared<const vangnet::Policy>(*std::move(policy.value)),
          .version = "sample"};
}

class Costs {
 public:
  Costs() : configuration_(SampleConfiguration()), reader_(configuration_.region->school_pattern) {
    auto facts = FactStore::Open(kv_, mark_, {});
    Check(facts.status());
    facts_ = *std::move(facts);
    auto alerts = vangnet::AlertStore::Open(kv_);
    Check(alerts.status());
    alerts_ = *std::move(alerts);
    auto sweeper = vangnet::Sweeper::Create(kv_, *facts_, *alerts_, alert_writes_, configuration_, {});
    Check(sweeper.status());
    sweeper_ = *std::move(sweeper);
  }

  void Run() {
    vangnet_testing::BenchRecords made(1, kChildren, kToday, "s-");
    for (const auto& chunk : made.Enrolments(kRecordsPerChunk)) Commit(Read(chunk.SerializeAsString()).chunks);
    Sweep();
    std::vector<std::string> wires;
    for (const auto& chunk : made.Absences(kRecords, kRecordsPerChunk)) wires.push_back(chunk.SerializeAsString());

    std::vector<vangnet::JudgedRequest> requests;
    Measure("read", [&] {
      for (const std::string& wire : wires) requests.push_back(Read(wire));
    });

    const uint64_t version_bytes = kv_.bytes(Table::kVersions);
    const uint64_t log_syncs = kv_.syncs();
    const uint64_t mark_syncs = mark_.writes();
    std::vector<std::vector<vangnet::ChunkResult>> results;
    Measure("store", [&] {
      for (const vangnet::JudgedRequest& request : requests) results.push_back(Commit(request.chunks));
    });
    Print("store version_bytes", kv_.bytes(Table::kVersions) - version_bytes);
    Print("store log_syncs", kv_.syncs() - log_syncs);
    Print("store mark_syncs", mark_.writes() - mark_syncs);

    std::vector<std::string> answers;
    Measure("answer", [&] {
      for (size_t i = 0; i < requests.size(); ++i) answers.push_back(EncodeAnswer(requests[i], results[i], ""));
    });

    uint64_t evaluated = 0;
    Measure("evaluate", [&] { evaluated = Sweep(); });
    Print("evaluate children", evaluated);

    Measure("find", [&] { FindAll(); });

    const uint64_t state_bytes = kv_.bytes(Table::kStates);
    Check(facts_->WriteStates());
    Print("state bytes", kv_.bytes(Table::kStates) - state_bytes);
    Print("records", kRecords);
    Print("children", kChildren);
    Print("groups", requests.size());
  }

 private:
  vangnet::JudgedRequest Read(std::string_view wire) const {
    const auto parsed = vangnet::ParseIngestRequest(wire);
    const auto* request = std::get_if<vangnet::IngestRequest>(&parsed);
    if (request == nullptr) Check(absl::InternalError("a chunk does not parse"));
    auto judged = vangnet::Judge(*request, {.reader = reader_,
                                            .caller = caller_,
                                            .received_on = kToday,
                                            .source_before = "",
                                            .find_warning = no_warning_});
    Check(judged.status());
    if (!judged->refused_results.empty()) Check(absl::InternalError("a record was refused"));
    return *std::move(judged);
  }

  std::vector<vangnet::ChunkResult> Commit(const std::vector<vangnet::Chunk>& group) {
    auto results = facts_->Commit(group, kNow);
    Check(results.status());
    return *std::move(results);
  }

  // Until nothing is left to do. How many children were evaluated.
  uint64_t Sweep() {
    uint64_t evaluated = 0;
    bool work_left = true;
    while (work_left) {
      const auto swept = sweeper_->RunOnce({kNow, kToday});
      Check(swept.status());
      evaluated += swept->evaluated;
      work_left = swept->work_left;
    }
    return evaluated;
  }

  void FindAll() {
    vangnet::RegionFindings findings(*facts_, 1);
    vangnet::FindingsQuery query;
    query.day = kToday;
    const auto page = findings.List(sweeper_->rulebook(), query, "", 1'000'000);
    Check(page.status());
    if (page->findings.empty()) Check(absl::InternalError("nothing was found"));
  }

  const vangnet::EngineConfiguration configuration_;
  const vangnet::RecordReader reader_;
  const vangnet::Caller caller_{.name = "",
                                .role = vangnet::Role::kOperator,
                                .sources = vangnet::Scope::All(),
                                .schools = vangnet::Scope::All(),
                                .units = vangnet::Scope::All()};
  const vangnet::FindWarning no_warning_ = [](const vangnet::Record&) { return std::string(); };
  UncountedKvStore kv_;
  vangnet::MemoryDurableMark mark_;
  vangnet::Mutex alert_writes_;
  std::unique_ptr<FactStore> facts_;
  std::unique_ptr<vangnet::AlertStore> alerts_;
  std::unique_ptr<vangnet::Sweeper> sweeper_;
};

}  // namespace

// What the C++ standard calls whenever an object is allocated, [new.delete].
void* operator new(size_t size) {
  if (counting) ++allocations;
  void* memory = std::malloc(size == 0 ? 1 : size);
  if (memory == nullptr) std::abort();
  return memory;
}
void operator delete(void* memory) noexcept { std::free(memory); }
void operator delete(void* memory, size_t /*size*/) noexcept { std::free(memory); }

int main() {
  Costs().Run();
  return 0;
}
