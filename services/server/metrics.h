// Metrics is everything that a dashboard may know: every name and label of /metrics stands in metrics.cc.
//
// Guarantees: no label ever holds a child, a class or free text, and of the groups that alerts are shown by, their rule
//   and stage, none is shown that has fewer than kSmallCell open. What counts all children or alerts of the region
//   (those due, those set aside, changes of alerts by kind, since the start) counts from one: it says that something
//   happened to somebody of them all. Sources beyond kSourcesMax are counted as "other", and so are calls of methods
//   that are not served, whatever their names: nothing is kept of those.
// Thread safety: all methods may be called concurrently; counting does not wait for a scrape to read its figures.
#ifndef VANGNET_SERVICES_SERVER_METRICS_H_
#define VANGNET_SERVICES_SERVER_METRICS_H_

#include <prometheus/collectable.h>
#include <prometheus/counter.h>
#include <prometheus/family.h>
#include <prometheus/gauge.h>
#include <prometheus/histogram.h>
#include <prometheus/registry.h>

#include <cstdint>
#include <functional>
#include <map>
#include <memory>
#include <optional>
#include <string>
#include <string_view>
#include <utility>
#include <vector>

#include "absl/time/time.h"
#include "alerts/engine/sweeper.h"
#include "domain/day.h"
#include "domain/mutex.h"
#include "services/ingest/ingest.h"
#include "services/policy/policy_keeper.h"

namespace vangnet {

// Open alerts by (rule, stage).
using OpenAlertCells = std::map<std::pair<std::string, std::string>, uint64_t>;

class Metrics final : public prometheus::Collectable {
 public:
  static constexpr uint64_t kSmallCell = 5;
  static constexpr size_t kSourcesMax = 500;

  // What is read when somebody scrapes.
  struct Reading {
    uint64_t pending_subjects = 0;
    OpenAlertCells open_alerts = {};
    absl::Duration clock_held = absl::ZeroDuration();
    struct {
      std::optional<uint64_t> free_bytes = {};
      bool is_short = false;  // records are refused
      uint64_t repairs = 0;   // parts of derived tables made anew since the start
    } disk = {};
    struct {
      std::string version = {};
      bool activating = false;
      bool held = false;  // another one waits for a person
    } configuration = {};
    std::vector<std::pair<std::string, uint64_t>> storage = {};
  };

  Metrics();
  // Called at each scrape from then on; empty: no longer. Returns when no call of the one before is on its way.
  void SetReader(std::function<Reading()> reader);

  // --- gRPC, with the names that the grpc-ecosystem gives them ---
  // One method of one service, as its calls count it.
  class Method {
   public:
    void Started() { started_->Increment(); }
    void Handled(int code, absl::Duration took);

   private:
    friend class Metrics;
    prometheus::Counter* started_ = nullptr;
    prometheus::Histogram* seconds_ = nullptr;
    std::vector<prometheus::Counter*> handled_;  // by code
  };
  // Those that there are, as /package.Service/Method: calls of others are counted together, and so are all before this.
  void ServeMethods(const std::vector<std::string>& methods);
  // `method` as a caller named it; `type` such as "unary". Lives as long as the metrics.
  Method& MethodOf(std::string_view method, const char* type);

  // --- ingest ---
  void CountOutcomes(std::string_view source, const OutcomeCounts& counts);
  void Committed(size_t records, absl::Duration took);

  // --- engine ---
  void Swept(const SweepResult& result, absl::Time now, absl::Duration took, absl::Time day_start);
  // Somebody acknowledged an alert.
  void Acknowledged();

  // --- configuration ---
  // How much is odd about it, and days until its calendar ends; 0: there is none.
  void Advised(size_t warnings, int calendar_days_left);

  // --- region and policy ---
  void Reloaded(ReloadOutcome outcome);

  // --- reads of children's data ---
  // `kept`: whether the access log has it, where there is one.
  void CountRead(std::string_view method, bool kept);

  std::vector<prometheus::MetricFamily> Collect() const override;

 private:
  using CounterFamily = prometheus::Family<prometheus::Counter>;
  using GaugeFamily = prometheus::Family<prometheus::Gauge>;
  // Of region and policy.
  struct ConfigurationFigures {
    explicit ConfigurationFigures(prometheus::Registry& registry);
    prometheus::Gauge* warnings;
    prometheus::Gauge* calendar_left;
    GaugeFamily* info;
    prometheus::Gauge* activating;
    prometheus::Gauge* held;
    CounterFamily* reloads;
    prometheus::Gauge* last_reload_successful;
  };
  // Records of one source, by outcome. Found once a chunk, which may have one record: the family's own search takes
  // longer than counting.
  struct SourceCounters {
    prometheus::Counter* accepted = nullptr;
    prometheus::Counter* duplicate = nullptr;
    prometheus::Counter* stale = nullptr;
    prometheus::Counter* rejected = nullptr;
  };
  void AddCounters(Method& method, const prometheus::Labels& labels);
  // Of the source, or of all others where too many are counted by name.
  SourceCounters CountersOf(std::string_view source);
  void ShowOpenAlerts(const OpenAlertCells& cells) VANGNET_REQUIRES(scrape_mutex_);
  void ShowVersion(const std::string& version) VANGNET_REQUIRES(scrape_mutex_);
  void Show(const Reading& reading) VANGNET_REQUIRES(scrape_mutex_);

  prometheus::Registry registry_;
  CounterFamily* rpc_started_;
  CounterFamily* rpc_handled_;
  prometheus::Family<prometheus::Histogram>* rpc_seconds_;
  CounterFamily* ingest_records_;
  prometheus::Histogram* commit_seconds_;
  prometheus::Histogram* commit_records_;
  prometheus::Gauge* children_due_;
  prometheus::Gauge* pending_subjects_;
  prometheus::Gauge* waiting_for_backfill_;
  prometheus::Gauge* set_aside_;
  prometheus::Histogram* evaluation_seconds_;
  prometheus::Histogram* ack_to_alert_seconds_;
  prometheus::Counter* evaluated_;
  CounterFamily* alert_changes_;
  prometheus::Counter* backfill_digests_;
  GaugeFamily* open_alerts_;
  prometheus::Gauge* sweep_heartbeat_;
  prometheus::Gauge* last_turned_day_;
  prometheus::Gauge* clock_held_;
  prometheus::Gauge* disk_free_;
  prometheus::Gauge* disk_short_;
  prometheus::Gauge* repairs_;
  ConfigurationFigures configuration_;
  CounterFamily* reads_;
  prometheus::Counter* reads_lost_;
  GaugeFamily* storage_;

  // Held while a scrape reads its figures, which asks the database: one at a time, and nobody who counts takes it.
  mutable Mutex scrape_mutex_;
  std::function<Reading()> reader_ VANGNET_GUARDED_BY(scrape_mutex_);
  std::string shown_version_ VANGNET_GUARDED_BY(scrape_mutex_);
  prometheus::Gauge* shown_version_gauge_ VANGNET_GUARDED_BY(scrape_mutex_) = nullptr;
  std::map<std::pair<std::string, std::string>, prometheus::Gauge*> shown_cells_ VANGNET_GUARDED_BY(scrape_mutex_);

  Mutex mutex_;
  // Those that are served, by name; with counters from the first call on.
  std::map<std::string, Method, std::less<>> methods_ VANGNET_GUARDED_BY(mutex_);
  Method other_methods_ VANGNET_GUARDED_BY(mutex_);
  std::map<std::string, SourceCounters, std::less<>> sources_ VANGNET_GUARDED_BY(mutex_);  // by label
};

// The cells that may be shown: those below `small` are left out, and put together as ("other", "other") if that is
// not small itself.
OpenAlertCells WithoutSmallCells(const OpenAlertCells& cells, uint64_t small);

}  // namespace vangnet

#endif  // VANGNET_SERVICES_SERVER_METRICS_H_
