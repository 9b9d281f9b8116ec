// EngineWorld is a small region with its stores in memory and the engine that keeps its alerts, for tests.
//
// The region: schools 12AB00 (unit north) and 34CD00 (unit south), open from Monday to Friday, closed 17 to 25 October
// 2026; the rules no-placement, long-absence (missed), school-silent and unknown-school as in the default policy.
#ifndef VANGNET_TESTS_ALERTS_ENGINE_ENGINE_WORLD_H_
#define VANGNET_TESTS_ALERTS_ENGINE_ENGINE_WORLD_H_

#include <memory>
#include <optional>
#include <random>
#include <string>
#include <vector>

#include "alerts/engine/sweeper.h"
#include "domain/mutex.h"
#include "storage/alert_store.h"
#include "storage/fact_store.h"
#include "storage/memory_durable_mark.h"
#include "storage/memory_kv_store.h"
#include "storage/policy_store.h"

namespace vangnet_testing {

using vangnet::Day;

vangnet::Region SmallRegion();
vangnet::Policy SmallPolicy();

// Records, by the word of the school system. `id` is the record_id; the source is "las-1".
vangnet::Record StudentRecord(const std::string& student, const std::string& id, uint64_t revision,
                              std::optional<vangnet::Fact> fact);
vangnet::Record SchoolRecord(const std::string& school, const std::string& id, uint64_t revision,
                             std::optional<vangnet::Fact> fact);
// At `school` from `first` until `last`.
vangnet::Fact PlacedAt(const std::string& school, Day first, Day last = vangnet::kDayMax);
// Sick from `first` until `last`.
vangnet::Fact SickFrom(const std::string& school, Day first, Day last = vangnet::kDayMax);
vangnet::Fact CompleteThrough(const std::string& school, Day day);
// A child of nine.
vangnet::Fact Born();
// A record of one of a dozen children or two schools, of autumn 2026; now and then it is withdrawn, or its revision is
// older than `revision`.
vangnet::Record AnyRecord(std::mt19937_64& random, uint64_t revision);

class EngineWorld {
 public:
  EngineWorld();

  // A change of these is seen by the next Open or Activate.
  vangnet::Region region = SmallRegion();
  vangnet::Policy policy = SmallPolicy();
  std::string version = "1";
  vangnet::Sweeper::Options options;
  uint64_t states_behind_max = 0;  // of the facts' options
  Day today{2026, 10, 16};

  // Opens the stores and the engine on what the disk holds.
  void Open();
  // Ends the process. `survivors`: power loss too, and of the batches since the last sync only so many are left.
  void Crash(std::optional<size_t> survivors = std::nullopt);
  void Activate();

  void Send(const std::vector<vangnet::Record>& records, bool backfill = false);
  // Nothing comes for as long as it takes a backfill to pause.
  void Pause() { now += options.backfill.pause; }
  vangnet::SweepResult SweepOnce();
  // Sweeps until there is nothing left; what all calls did, added up.
  vangnet::SweepResult Sweep();

  // All alerts, as "s-1 long-absence early since 2026-10-12: raised, stage raised", by id.
  std::vector<std::string> Alerts() const;
  // Those that are open, without their history and sorted.
  std::vector<std::string> OpenAlerts() const;
  std::vector<vangnet::Alert> AllAlerts() const;

  vangnet::MemoryKvStore kv;
  vangnet::PolicyStore policies{kv};
  vangnet::MemoryDurableMark mark;
  vangnet::Mutex alert_writes;
  std::unique_ptr<vangnet::FactStore> facts;
  std::unique_ptr<vangnet::AlertStore> alerts;
  std::unique_ptr<vangnet::Sweeper> sweeper;
  absl::Time now;

 private:
  vangnet::EngineConfiguration Configuration() const;
};

}  // namespace vangnet_testing

#endif  // VANGNET_TESTS_ALERTS_ENGINE_ENGINE_WORLD_H_
