// What it costs to look at every child of the country on one day: histories read from RocksDB, every rule of the
// default policy, with evidence; a restart; packed states made anew; everybody evaluated again; the turn of quiet days.
// At a tenth of the size (1x) and at the size (10x), below gRPC.
//
// A child has a profile, a placement and the ten absences of a year, one in twenty of them long; schools have 240
// children and the region's calendar. One school in a hundred is not listed by the region.
#include <sys/resource.h>

#include <algorithm>
#include <chrono>
#include <cstdio>
#include <cstdlib>
#include <filesystem>
#include <fstream>
#include <iterator>
#include <memory>
#include <random>
#include <string>
#include <thread>
#include <utility>

#include "alerts/engine/region_findings.h"
#include "alerts/engine/sweeper.h"
#include "domain/mutex.h"
#include "domain/parallel.h"
#include "rocksdb/db.h"
#include "services/convert/configuration.h"
#include "storage/alert_store.h"
#include "storage/file_durable_mark.h"
#include "storage/keys.h"
#include "storage/meta_numbers.h"
#include "storage/rocksdb_kv_store.h"
#include "tests/bench/check.h"
#include "tests/bench/figures.h"
#include "tests/bench/flags.h"

namespace {

using vangnet::Chunk;
using vangnet::Day;
using vangnet::FactStore;
using vangnet_testing::Check;
using vangnet_testing::Figures;

constexpr uint64_t kChildrenPerSchool = 240;
constexpr uint64_t kSchoolsPerUnlisted = 100;
constexpr int kAbsencesPerChild = 10;
constexpr uint64_t kChildrenPerGroup = 500;
constexpr int kQuietDays = 7;
constexpr double kMergeSecondsMax = 60;
constexpr Day kToday{2026, 11, 24};

using Clock = std::chrono::steady_clock;

double CpuSeconds() {
  rusage usage{};
  getrusage(RUSAGE_SELF, &usage);
  const auto seconds = [](const timeval& time) {
    return static_cast<double>(time.tv_sec) + static_cast<double>(time.tv_usec) / 1e6;
  };
  return seconds(usage.ru_utime) + seconds(usage.ru_stime);
}

double SecondsSince(Clock::time_point begin) { return std::chrono::duration<double>(Clock::now() - begin).count(); }

std::string SchoolKey(uint64_t number) { return std::to_string(1000 + number) + "AB"; }

void Add(std::string child, std::string record_id, vangnet::Fact fact, std::mt19937_64& random, Chunk& chunk) {
  vangnet::IncomingRecord& incoming = chunk.records.emplace_back();
  incoming.record.subject.key = std::move(child);
  incoming.record.key = {chunk.source, std::move(record_id)};
  incoming.record.fact = std::move(fact);
  incoming.digest = random();
  incoming.canonical.assign(110, 'c');
}

void AddChild(uint64_t number, std::mt19937_64& random, Chunk& chunk) {
  const std::string child = "s-" + std::to_string(10'000'000 + number);
  vangnet::StudentProfile profile;
  profile.birth_date = Day(2013, 1, 1) + static_cast<int>(random() % 3000);
  Add(child, "profile", profile, random, chunk);
  vangnet::Placement placement;
  placement.school = SchoolKey(number / kChildrenPerSchool);
  placement.days.first = Day(2025, 8, 1);
  Add(child, "placement", placement, random, chunk);
  for (int i = 0; i < kAbsencesPerChild; ++i) {
    const Day first = kToday - static_cast<int>(random() % 365);
    const int more_days = random() % 20 == 0 ? static_cast<int>(random() % 30) : 0;
    vangnet::Absence absence;
    absence.school = placement.school;
    absence.category = vangnet::AbsenceCategory::kSick;
    absence.authorised = random() % 5 == 0 ? vangnet::Authorised::kNo : vangnet::Authorised::kYes;
    absence.extent = vangnet::DaysExtent{{first, first + more_days}};
    Add(child, "abs-" + std::to_string(i), absence, random, chunk);
  }
}

void WritePending(FactStore& facts, vangnet::KvStore& kv) {
  while (facts.pending() > 0) {
    const auto taken = facts.TakePending(kChildrenPerGroup);
    vangnet::WriteBatch batch;
    Check(facts.AddEvaluated(taken, batch));
    Check(kv.Write(batch, vangnet::Durability::kUnsynced));
    facts.Evaluated(taken);
  }
}

void Load(uint64_t children, FactStore& facts, vangnet::KvStore& kv) {
  std::mt19937_64 random(1);
  for (uint64_t child = 0; child < children;) {
    std::vector<Chunk> group(1);
    group[0].source = "las-1";
    for (uint64_t i = 0; i < kChildrenPerGroup && child < children; ++i) AddChild(child++, random, group[0]);
    Check(facts.Commit(group, absl::FromUnixSeconds(1'795'000'000)).status());
    WritePending(facts, kv);
  }
}

vangnet::Rulebook ReadRulebook(const std::string& policy_file, uint64_t children) {
  std::ifstream file(policy_file);
  const std::string text{std::istreambuf_iterator<char>(file), {}};
  auto policy = vangnet::ReadPolicy(text);
  if (!policy.value) {
    std::fprintf(stderr, "%s is no policy\n", policy_file.c_str());
    std::exit(2);
  }
  auto region = std::make_shared<vangnet::Region>();
  vangnet::Timetable timetable;
  for (int weekday = 1; weekday <= 5; ++weekday) {
    const auto day = static_cast<vangnet::Weekday>(weekday);
    timetable.sessions.push_back({day, {510, 720, vangnet::DayPart::kMorning}});
    if (day != vangnet::Weekday::kWednesday)
      timetable.sessions.push_back({day, {780, 900, vangnet::DayPart::kAfternoon}});
  }
  region->default_timetable.push_back(timetable);
  for (uint64_t school = 0; school * kChildrenPerSchool < children; ++school) {
    if (school % kSchoolsPerUnlisted != 0) region->schools[SchoolKey(school)].name = "school";
  }
  region->closures.push_back({{Day(2026, 10, 17), Day(2026, 10, 25)}, {}});
  return {vangnet::SchoolBook::Create(std::move(region), {}), std::make_shared<vangnet::Policy>(*policy.value)};
}

size_t CountFindings(const FactStore& facts, const vangnet::Rulebook& rulebook) {
  vangnet::RegionFindings findings(facts, static_cast<int>(vangnet::CoreCount()));
  vangnet::FindingsQuery query;
  query.day = kToday;
  size_t found = 0;
  std::string position;
  do {
    auto page = findings.List(rulebook, query, position, 10'000'000);
    Check(page.status());
    found += page->findings.size();
    position = page->next;
  } while (!position.empty());
  return found;
}

// Throws away what is derived from the versions, and opens the store again, which makes it anew.
void Forget(vangnet::RocksdbKvStore& kv) {
  for (const vangnet::Table table : {vangnet::Table::kStates, vangnet::Table::kPlaced}) {
    vangnet::WriteBatch batch;
    const auto all = kv.NewIterator(table);
    for (all->Seek(""); all->Valid(); all->Next()) batch.Delete(table, all->key());
    Check(kv.Write(batch, vangnet::Durability::kUnsynced));
  }
  vangnet::WriteBatch batch;
  for (const char* number : {vangnet::kCursorMeta, vangnet::kEvaluatedMeta}) {
    batch.Delete(vangnet::Table::kMeta, vangnet::MetaKey(number));
  }
  Check(kv.Write(batch, vangnet::Durability::kSynced));
  // Or the start that is measured would first read again what was thrown away.
  Check(kv.EmptyLog());
}

class CountryBench {
 public:
  // `size` begins the names of the figures.
  CountryBench(std::string directory, const std::string& policy_file, uint64_t children, const std::string& size,
               Figures& figures)
      : directory_(std::move(directory)),
        children_(children),
        prefix_("country " + size + ": "),
        figures_(figures),
        rulebook_(ReadRulebook(policy_file, children)) {}

  void Run() {
    if (!std::filesystem::create_directory(directory_)) Check(absl::AlreadyExistsError(directory_));
    auto mark = vangnet::FileDurableMark::Open(directory_ + "/mark");
    Check(mark.status());
    mark_ = *std::move(mark);
    Open();
    Load(children_, *facts_, *kv_);
    Close();
    const Clock::time_point begin = Clock::now();
    Open();
    Add("opened again, s", SecondsSince(begin));
    AwaitMerges();
    MeasureFindings("from RocksDB");
    MeasureFindings("from memory");
    MeasureRebuild();
    for (const auto& [name, value] : facts_->Figures()) {
      if (name == "state_cache_bytes") Add("rule state in memory, bytes/child", PerChild(static_cast<double>(value)));
    }
    MeasureSweeps();
    Close();
    std::error_code ignored;
    std::filesystem::remove_all(directory_, ignored);
  }

 private:
  void Add(const std::string& name, double value) { figures_.Add(prefix_ + name, value); }
  double PerChild(double value) const { return value / static_cast<double>(children_); }

  void Open() {
    auto kv = vangnet::RocksdbKvStore::Open(directory_ + "/db", {});
    Check(kv.status());
    kv_ = *std::move(kv);
    FactStore::Options options;
    options.open_threads = vangnet::CoreCount();
    auto facts = FactStore::Open(*kv_, *mark_, options);
    Check(facts.status());
    facts_ = *std::move(facts);
  }

  void Close() {
    Check(facts_->WriteStates());
    facts_.reset();
    kv_.reset();
  }

  // Until RocksDB has merged what was loaded, which a day does not begin with.
  void AwaitMerges() const {
    for (const Clock::time_point begin = Clock::now(); SecondsSince(begin) < kMergeSecondsMax;) {
      uint64_t left = 0;
      for (const std::string& property :
           {rocksdb::DB::Properties::kMemTableFlushPending, rocksdb::DB::Properties::kNumRunningFlushes,
            rocksdb::DB::Properties::kCompactionPending, rocksdb::DB::Properties::kNumRunningCompactions}) {
        uint64_t some = 0;
        if (!kv_->database().GetAggregatedIntProperty(property, &some)) {
          Check(absl::InternalError("RocksDB does not tell of " + property));
        }
        left += some;
      }
      if (left == 0) return;
      std::this_thread::sleep_for(std::chrono::milliseconds(10));
    }
    Check(absl::InternalError("RocksDB merges without end"));
  }

  void MeasureFindings(const std::string& from) {
    const Clock::time_point begin = Clock::now();
    const double cpu_before = CpuSeconds();
    const size_t found = CountFindings(*facts_, rulebook_);
    if (found == 0) Check(absl::InternalError("nothing was found"));
    Add("every child once, " + from + ", us/child", PerChild(SecondsSince(begin)) * 1e6);
    Add("every child once, " + from + ", CPU us/child", PerChild(CpuSeconds() - cpu_before) * 1e6);
  }

  // Of all packed states from the versions. The alerts are the next figure.
  void MeasureRebuild() {
    Forget(*kv_);
    Close();
    const Clock::time_point begin = Clock::now();
    const double cpu_before = CpuSeconds();
    Open();
    if (facts_->pending() < children_) Check(absl::InternalError("not everybody was made anew"));
    WritePending(*facts_, *kv_);
    const auto records = static_cast<double>(facts_->last_sequence());
    Add("states made anew from the versions, us/record", SecondsSince(begin) / records * 1e6);
    Add("states made anew from the versions, CPU us/record", (CpuSeconds() - cpu_before) / records * 1e6);
    // As a server has most of them: a list of everybody would walk over what Forget deleted, with nothing above it.
    Check(facts_->WriteStates());
  }

  // Calls the sweeper until there is nothing to do. How many were evaluated.
  static uint64_t SweepAll(vangnet::Sweeper& sweeper, const vangnet::SweepInput& input) {
    uint64_t evaluated = 0;
    bool work_left = true;
    while (work_left) {
      const auto swept = sweeper.RunOnce(input);
      Check(swept.status());
      evaluated += swept->evaluated;
      work_left = swept->work_left;
    }
    return evaluated;
  }

  // Everybody after a change of the calendar, which touches everybody, with the alerts written; then a week in which
  // nothing is sent.
  void MeasureSweeps() {
    auto alerts = vangnet::AlertStore::Open(*kv_);
    Check(alerts.status());
    vangnet::Mutex alert_writes;
    vangnet::Sweeper::Options options;
    options.threads = static_cast<int>(vangnet::CoreCount());
    auto region = std::make_shared<vangnet::Region>(rulebook_.book->region());
    auto sweeper =
        vangnet::Sweeper::Create(*kv_, *facts_, **alerts, alert_writes, {region, rulebook_.policy, "1"}, options);
    Check(sweeper.status());
    vangnet::SweepInput input{absl::FromUnixSeconds(1'795'000'000), kToday};
    SweepAll(**sweeper, input);
    auto changed = std::make_shared<vangnet::Region>(*region);
    changed->closures.push_back({{kToday - 30, kToday - 30}, std::nullopt});
    (*sweeper)->SetConfiguration({changed, rulebook_.policy, "2"});
    Clock::time_point begin = Clock::now();
    double cpu_before = CpuSeconds();
    if (SweepAll(**sweeper, input) < children_) Check(absl::InternalError("not everybody was evaluated"));
    Add("everybody after a change, us/child", PerChild(SecondsSince(begin)) * 1e6);
    Add("everybody after a change, CPU us/child", PerChild(CpuSeconds() - cpu_before) * 1e6);
    for (int day = 0; day < kQuietDays; ++day) {
      input.now += absl::Hours(24);
      ++input.today;
      begin = Clock::now();
      const auto due = static_cast<double>(SweepAll(**sweeper, input));
      Add("turn of a quiet day, us/child", PerChild(SecondsSince(begin)) * 1e6);
      Add("turn of a quiet day, % of the children due", PerChild(due) * 100);
    }
  }

  const std::string directory_;
  const uint64_t children_;
  const std::string prefix_;
  Figures& figures_;
  const vangnet::Rulebook rulebook_;
  std::unique_ptr<vangnet::FileDurableMark> mark_;
  std::unique_ptr<vangnet::RocksdbKvStore> kv_;
  std::unique_ptr<FactStore> facts_;
};

}  // namespace

int main(int argc, char** argv) {
  const vangnet_testing::Flags flags(argc, argv);
  if (!flags.HasAll({"directory", "policy"})) {
    std::fprintf(stderr,
                 "usage: country_bench --directory NEW_DIRECTORY --policy FILE [--children N] [--figures FILE]\n");
    return 2;
  }
  const auto children = static_cast<uint64_t>(flags.GetInt("children", 240'000));
  const std::string directory = flags.Get("directory");
  const std::string policy = flags.Get("policy");
  Figures figures;
  CountryBench(directory, policy, children / 10, "1x", figures).Run();
  CountryBench(directory, policy, children, "10x", figures).Run();
  figures.Print();
  figures.Append(flags.Get("figures"));
  return 0;
}
