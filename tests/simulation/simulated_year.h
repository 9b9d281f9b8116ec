// SimulatedYear lets the whole service below the wire live through a SchoolYear, on a disk that fails, and has it
// checked by the naive rules every day.
//
// Virtual time, one thread, one seed: stores, engine and commands are the real ones, on a SimulatedDisk. Senders send
// late, twice and out of order, and again until they are answered. The program dies in the middle of a call on the
// disk, the power goes, calls fail; it starts again, and may die while it does.
//
// Each day, when all is swept, some children (first of all those of whom something was told) are compared with
// NaiveFindings of what was acknowledged of them: every finding, whole, and every version. At the end and on some days
// it is everybody and the schools.
//
// Guarantees: the same seed lives the same year. RocksDB's own threads may differ in what they did when the program
//   died; nothing that is stored or answered may depend on it.
// Thread safety: one thread at a time, one in a process (service_on_disk.h).
// Cost: seconds, and some hundred megabytes: a database whose log failed keeps its memory until the process ends.
#ifndef VANGNET_TESTS_SIMULATION_SIMULATED_YEAR_H_
#define VANGNET_TESTS_SIMULATION_SIMULATED_YEAR_H_

#include <cstdint>
#include <map>
#include <memory>
#include <random>
#include <set>
#include <string>
#include <utility>
#include <vector>

#include "tests/faults/fault_counts.h"
#include "tests/faults/service_on_disk.h"
#include "tests/faults/simulated_disk.h"
#include "tests/simulation/dice.h"
#include "tests/simulation/naive_rules.h"
#include "tests/simulation/school_year.h"

namespace vangnet_testing {

struct YearOutcome {
  FaultCounts counts;  // `differing`: audits that found something else than the service
  uint64_t days = 0;
  uint64_t sent_again = 0;         // versions sent although they had been acknowledged
  uint64_t audits = 0;             // of one child or of all schools
  uint64_t findings_compared = 0;  // in them
  uint64_t alerts = 0;             // ever raised
  uint64_t fingerprint = 0;        // of all that the audits saw
  std::string failure;             // the first thing that was wrong; empty: nothing
};

class SimulatedYear {
 public:
  explicit SimulatedYear(uint64_t seed);

  // The whole year, or its first days, or until something is wrong.
  YearOutcome Live(uint64_t days_max = 366);
  const SchoolYear& year() const { return year_; }
  // To do something to it before the year begins.
  SimulatedDisk& disk() { return *disk_; }

 private:
  // What was acknowledged, by identity and revision.
  using Versions = std::map<std::pair<vangnet::RecordKey, uint64_t>, vangnet::Record>;

  bool ok() const { return outcome_.failure.empty(); }
  void Fail(const std::string& what);
  void LiveDay();
  // One of the ways in which things go wrong, at some call from now on.
  void Break();
  void Restart();
  std::vector<std::vector<vangnet::Record>> Chunks(std::vector<vangnet::Record> versions);
  void Deliver(const std::vector<vangnet::Record>& chunk, bool backfill);
  void Sweep();
  void AcknowledgeOne();
  // Until `act` goes well, starting again after each failure.
  template <typename Function>
  void DoUntilDone(const char* what, Function act);

  // Some children, or everybody: the children, the schools, and the alerts among themselves.
  void Audit(bool everybody);
  // Whether the open alerts of `subjects` are what the naive rules find of them; shadow rules raise none. Schools only
  // with all children: what is found of a school is of all who are placed there.
  void AuditFindings(const std::set<vangnet::Subject>& subjects, const std::vector<const vangnet::Alert*>& alerts);
  // Whether `alerts` are those that can be listed, and hold together.
  void AuditAlerts(const std::vector<const vangnet::Alert*>& alerts);
  void AuditVersions(const vangnet::Subject& subject);
  NaiveInput InputOf(const std::set<vangnet::Subject>& subjects) const;
  std::vector<std::vector<std::string>> ChildrenToAudit();

  const uint64_t seed_;
  Dice dice_;
  std::mt19937_64 power_;
  const SchoolYear year_;
  const std::shared_ptr<SimulatedDisk> disk_;
  ServiceOnDisk service_;
  vangnet::Policy policy_;  // that holds
  vangnet::Day today_;
  absl::Time now_;
  bool power_goes_ = false;  // when it dies the next time
  std::set<std::string> told_today_;
  std::vector<vangnet::Record> sent_;
  std::map<vangnet::Subject, Versions> acknowledged_;
  std::set<uint64_t> alerts_acknowledged_;
  YearOutcome outcome_;
};

}  // namespace vangnet_testing

#endif  // VANGNET_TESTS_SIMULATION_SIMULATED_YEAR_H_
