// What it costs to look at every child of the country on one day: histories read from RocksDB, every rule of the
// default policy, with evidence. And what a restart and memory cost at that size.
//
// country_bench NEW_DIRECTORY POLICY [children]: the directory is removed afterwards. A child has a profile, a
// placement and the ten absences of a year, one in twenty of them long; schools have 240 children and the region's
// calendar. One school in a hundred is not listed by the region.
#include <sys/resource.h>

#include <algorithm>
#include <chrono>
#include <cstdio>
#include <cstdlib>
#include <filesystem>
#include <fstream>
#include <iterator>
#include <random>
#include <string>
#include <thread>
#include <utility>

#include "alerts/engine/region_findings.h"
#include "alerts/engine/sweeper.h"
#include "domain/mutex.h"
#include "services/convert/configuration.h"
#include "storage/alert_store.h"
#include "storage/file_durable_mark.h"
#include "storage/rocksdb_kv_store.h"

namespace {

using vangnet::Chunk;
using vangnet::Day;
using vangnet::FactStore;

constexpr uint64_t kChildrenPerSchool = 240;
constexpr uint64_t kSchoolsPerUnlisted = 100;
constexpr int kAbsencesPerChild = 10;
constexpr uint64_t kChildrenPerGroup = 500;
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

void Check(const absl::Status& status) {
  if (status.ok()) return;
  std::fprintf(stderr, "%s\n", status.ToString().c_str());
  std::exit(1);
}

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

void Load(uint64_t children, FactStore& facts, vangnet::KvStore& kv) {
  std::mt19937_64 random(1);
  for (uint64_t child = 0; child < children;) {
    std::vector<Chunk> group(1);
    group[0].source = "las-1";
    for (uint64_t i = 0; i < kChildrenPerGroup && child < children; ++i) AddChild(child++, random, group[0]);
    Check(facts.Commit(group, absl::FromUnixSeconds(1'795'000'000)).status());
    const auto taken = facts.TakePending(kChildrenPerGroup);
    vangnet::WriteBatch batch;
    Check(facts.AddEvaluated(taken, batch));
    Check(kv.Write(batch, vangnet::Durability::kUnsynced));
    facts.Evaluated(taken);
  }
}

vangnet::Rulebook ReadRulebook(const char* policy_file, uint64_t children) {
  std::ifstream file(policy_file);
  const std::string text{std::istreambuf_iterator<char>(file), {}};
  auto policy = vangnet::ReadPolicy(text);
  if (!policy.value) {
    std::fprintf(stderr, "%s is no policy\n", policy_file);
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
  vangnet::RegionFindings findings(facts, static_cast<int>(std::thread::hardware_concurrency()));
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

// What a change costs that touches everybody, another calendar: all are evaluated again and the alerts are written.
void Activate(FactStore& facts, vangnet::KvStore& kv, const vangnet::Rulebook& rulebook, uint64_t children) {
  auto alerts = vangnet::AlertStore::Open(kv);
  Check(alerts.status());
  vangnet::Mutex alert_writes;
  vangnet::Sweeper::Options options;
  options.threads = static_cast<int>(std::thread::hardware_concurrency());
  auto region = std::make_shared<vangnet::Region>(rulebook.book->region());
  auto sweeper = vangnet::Sweeper::Create(kv, facts, **alerts, alert_writes, {region, rulebook.policy, "1"}, options);
  Check(sweeper.status());
  const vangnet::SweepInput input{absl::FromUnixSeconds(1'795'000'000), kToday};
  Check((*sweeper)->RunOnce(input).status());
  auto changed = std::make_shared<vangnet::Region>(*region);
  changed->closures.push_back({{kToday - 30, kToday - 30}, std::nullopt});
  (*sweeper)->SetConfiguration({changed, rulebook.policy, "2"});
  const auto begin = Clock::now();
  const double cpu_before = CpuSeconds();
  uint64_t evaluated = 0;
  bool work_left = true;
  while (work_left) {
    const auto swept = (*sweeper)->RunOnce(input);
    Check(swept.status());
    evaluated += swept->evaluated;
    work_left = swept->work_left;
  }
  const double seconds = SecondsSince(begin);
  if (evaluated < children) Check(absl::InternalError("not everybody was evaluated"));
  std::printf("everybody after a change of the calendar: %.2f s, %.0f children/s, %.2f us of CPU a child\n", seconds,
              static_cast<double>(children) / seconds,
              (CpuSeconds() - cpu_before) / static_cast<double>(children) * 1e6);
}

void Run(const std::string& directory, const char* policy_file, uint64_t children) {
  auto kv = vangnet::RocksdbKvStore::Open(directory + "/db", {});
  Check(kv.status());
  auto mark = vangnet::FileDurableMark::Open(directory + "/mark");
  Check(mark.status());
  auto facts = FactStore::Open(**kv, **mark, {});
  Check(facts.status());
  auto begin = Clock::now();
  Load(children, **facts, **kv);
  std::printf("loaded %llu children in %.1f s\n", static_cast<unsigned long long>(children), SecondsSince(begin));
  facts->reset();
  kv->reset();

  begin = Clock::now();
  kv = vangnet::RocksdbKvStore::Open(directory + "/db", {});
  Check(kv.status());
  facts = FactStore::Open(**kv, **mark, {});
  Check(facts.status());
  std::printf("opened again in %.2f s\n", SecondsSince(begin));

  const vangnet::Rulebook rulebook = ReadRulebook(policy_file, children);
  for (const char* what : {"from RocksDB", "from memory"}) {
    begin = Clock::now();
    const double cpu_before = CpuSeconds();
    const size_t found = CountFindings(**facts, rulebook);
    const double seconds = SecondsSince(begin);
    const double cpu = CpuSeconds() - cpu_before;
    std::printf(
        "every child once, %s: %.2f s, %.2f us and %.2f us of CPU a child, %zu findings; 2.4 million would take "
        "%.1f s\n",
        what, seconds, seconds / static_cast<double>(children) * 1e6, cpu / static_cast<double>(children) * 1e6, found,
        seconds / static_cast<double>(children) * 2.4e6);
  }
  Activate(**facts, **kv, rulebook, children);
  rusage usage{};
  getrusage(RUSAGE_SELF, &usage);
  std::printf("peak memory %ld MiB\n", usage.ru_maxrss / 1024);
}

}  // namespace

int main(int argc, char** argv) {
  if (argc < 3 || !std::filesystem::create_directory(argv[1])) {
    std::fprintf(stderr, "usage: country_bench NEW_DIRECTORY POLICY [children]\n");
    return 2;
  }
  Run(argv[1], argv[2], argc > 3 ? std::strtoull(argv[3], nullptr, 10) : 240'000);
  std::error_code ignored;
  std::filesystem::remove_all(argv[1], ignored);
  return 0;
}
