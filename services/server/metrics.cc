#include "services/server/metrics.h"

#include <algorithm>

namespace vangnet {

namespace {

using prometheus::Histogram;
using prometheus::Registry;

constexpr int kCodes = 17;
constexpr const char* kCodeNames[kCodes] = {
    "OK",       "Canceled",       "Unknown",          "InvalidArgument",   "DeadlineExceeded",
    "NotFound", "AlreadyExists",  "PermissionDenied", "ResourceExhausted", "FailedPrecondition",
    "Aborted",  "OutOfRange",     "Unimplemented",    "Internal",          "Unavailable",
    "DataLoss", "Unauthenticated"};

prometheus::Family<prometheus::Counter>* Counter(Registry& registry, const char* name, const char* help) {
  return &prometheus::BuildCounter().Name(name).Help(help).Register(registry);
}
prometheus::Family<prometheus::Gauge>* Gauge(Registry& registry, const char* name, const char* help) {
  return &prometheus::BuildGauge().Name(name).Help(help).Register(registry);
}
prometheus::Family<Histogram>* HistogramFamily(Registry& registry, const char* name, const char* help) {
  return &prometheus::BuildHistogram().Name(name).Help(help).Register(registry);
}

// From a tenth of a millisecond, where a synced write lies, to what a person would call broken.
const Histogram::BucketBoundaries& LatencyBuckets() {
  static const Histogram::BucketBoundaries kBuckets = {0.0001, 0.00025, 0.0005, 0.001, 0.0025, 0.005, 0.01, 0.025, 0.05,
                                                       0.1,    0.25,    0.5,    1,     2.5,    5,     10,   30};
  return kBuckets;
}

const char* KindName(AlertChangeKind kind) {
  switch (kind) {
    case AlertChangeKind::kRaised:
      return "raised";
    case AlertChangeKind::kStageRaised:
      return "stage_raised";
    case AlertChangeKind::kStageLowered:
      return "stage_lowered";
    case AlertChangeKind::kUpdated:
      return "updated";
    case AlertChangeKind::kResolved:
      return "resolved";
    case AlertChangeKind::kWithdrawn:
      return "withdrawn";
    case AlertChangeKind::kReopened:
      return "reopened";
    case AlertChangeKind::kAcknowledged:
      return "acknowledged";
  }
  return "other";
}

// The parts of /package.Service/Method.
std::string ServiceOf(const std::string& method) { return method.substr(1, method.rfind('/') - 1); }
std::string NameOf(const std::string& method) { return method.substr(method.rfind('/') + 1); }

}  // namespace

Metrics::ConfigurationFigures::ConfigurationFigures(prometheus::Registry& registry)
    : warnings(&Gauge(registry, "vangnet_configuration_warnings",
                      "What is odd about the active policy and region, as `vangnet policy check` would say it today.")
                    ->Add({})),
      calendar_left(
          &Gauge(registry, "vangnet_region_calendar_left_seconds",
                 "Time until the last holiday that the region's calendar knows, in whole days; below 0: past.")
               ->Add({})),
      info(Gauge(registry, "vangnet_configuration_info", "The region and policy in use, by version.")),
      activating(&Gauge(registry, "vangnet_configuration_activating",
                        "1: not everybody was evaluated under the region and policy in use yet.")
                      ->Add({})),
      held(&Gauge(registry, "vangnet_configuration_held",
                  "1: a region and policy would bring or end too many alerts and wait to be confirmed.")
                ->Add({})),
      reloads(Counter(registry, "vangnet_configuration_reloads_total",
                      "Times that region and policy were read again, by what came of it.")),
      last_reload_successful(&Gauge(registry, "vangnet_configuration_last_reload_successful",
                                    "0: the last time, region and policy had problems or the try failed.")
                                  ->Add({})) {
  last_reload_successful->Set(1);  // it started with them
  // All of them from the beginning, so that the first one is an increase.
  for (ReloadOutcome outcome : kReloadOutcomes) reloads->Add({{"outcome", ReloadOutcomeName(outcome)}});
}

Metrics::Metrics()
    : rpc_started_(Counter(registry_, "grpc_server_started_total", "Calls that were begun.")),
      rpc_handled_(Counter(registry_, "grpc_server_handled_total", "Calls that are over, by their status code.")),
      rpc_seconds_(HistogramFamily(registry_, "grpc_server_handling_seconds",
                                   "How long calls took; streams last as long as their callers like.")),
      ingest_records_(Counter(registry_, "vangnet_ingest_records_total", "Records that were answered, by outcome.")),
      commit_seconds_(&HistogramFamily(registry_, "vangnet_ingest_commit_seconds",
                                       "How long it took to make one group of records durable.")
                           ->Add({}, LatencyBuckets())),
      commit_records_(
          &HistogramFamily(registry_, "vangnet_ingest_commit_records", "Records that were made durable together.")
               ->Add({}, Histogram::BucketBoundaries{1, 4, 16, 64, 256, 1024, 4096, 16384})),
      children_due_(
          &Gauge(registry_, "vangnet_children_due", "Subjects that are due today and not evaluated yet.")->Add({})),
      pending_subjects_(
          &Gauge(registry_, "vangnet_pending_subjects",
                 "Subjects with facts that are not evaluated yet, those that wait for a backfill among them.")
               ->Add({})),
      waiting_for_backfill_(&Gauge(registry_, "vangnet_backfill_waiting_subjects",
                                   "Pending subjects that wait for their backfill to pause.")
                                 ->Add({})),
      set_aside_(&Gauge(registry_, "vangnet_set_aside_subjects",
                        "Subjects that could not be evaluated because of a fault of the program.")
                      ->Add({})),
      evaluation_seconds_(&HistogramFamily(registry_, "vangnet_evaluation_seconds",
                                           "How long one batch of evaluations took, its alerts written.")
                               ->Add({}, LatencyBuckets())),
      ack_to_alert_seconds_(
          &HistogramFamily(registry_, "vangnet_ack_to_alert_seconds",
                           "From the receipt of the oldest fact of a batch to its alerts, backfills left out.")
               ->Add({}, LatencyBuckets())),
      evaluated_(&Counter(registry_, "vangnet_evaluated_subjects_total", "Subjects that were evaluated.")->Add({})),
      alert_changes_(Counter(registry_, "vangnet_alert_changes_total", "Changes of alerts, by kind.")),
      backfill_digests_(
          &Counter(registry_, "vangnet_backfill_digests_total", "Digests of what a backfill brought a team, one each.")
               ->Add({})),
      open_alerts_(Gauge(registry_, "vangnet_open_alerts",
                         "Open alerts by rule and stage; cells of fewer than five are put together or left out.")),
      sweep_heartbeat_(&Gauge(registry_, "vangnet_sweep_heartbeat_timestamp_seconds",
                              "When the engine last looked for something to do.")
                            ->Add({})),
      last_turned_day_(&Gauge(registry_, "vangnet_last_turned_day_timestamp_seconds",
                              "The beginning of the last day that was turned.")
                            ->Add({})),
      clock_held_(&Gauge(registry_, "vangnet_clock_held_seconds",
                         "How far the wall clock is ahead of the time that is believed; 0 when it is followed.")
                       ->Add({})),
      disk_free_(&Gauge(registry_, "vangnet_disk_free_bytes", "What is free on the disk of the database.")->Add({})),
      disk_short_(&Gauge(registry_, "vangnet_disk_short",
                         "1: less is free than the reserve; records are refused, alerts go on.")
                       ->Add({})),
      repairs_(&Gauge(registry_, "vangnet_database_repairs",
                      "Parts of derived tables that did not read and were made anew since the start: the disk is bad.")
                    ->Add({})),
      configuration_(registry_),
      reads_(Counter(registry_, "vangnet_student_data_reads_total", "Calls that read data of children, by method.")),
      reads_lost_(
          &Counter(registry_, "vangnet_access_log_lost_total", "Reads that the access log could not keep.")->Add({})),
      storage_(Gauge(registry_, "vangnet_rocksdb_figure", "Figures of the database, by its own names.")) {}

void Metrics::SetReader(std::function<Reading()> reader) {
  MutexLock lock(scrape_mutex_);
  reader_ = std::move(reader);
}

void Metrics::Method::Handled(int code, absl::Duration took) {
  handled_[static_cast<size_t>(std::clamp(code, 0, kCodes - 1))]->Increment();
  seconds_->Observe(absl::ToDoubleSeconds(took));
}

void Metrics::ServeMethods(const std::vector<std::string>& methods) {
  MutexLock lock(mutex_);
  for (const std::string& method : methods) methods_.try_emplace(method);
}

Metrics::Method& Metrics::MethodOf(std::string_view method, const char* type) {
  MutexLock lock(mutex_);
  const auto served = methods_.find(method);
  if (served == methods_.end()) {
    AddCounters(other_methods_, {{"grpc_type", "other"}, {"grpc_service", "other"}, {"grpc_method", "other"}});
    return other_methods_;
  }
  AddCounters(
      served->second,
      {{"grpc_type", type}, {"grpc_service", ServiceOf(served->first)}, {"grpc_method", NameOf(served->first)}});
  return served->second;
}

void Metrics::AddCounters(Method& method, const prometheus::Labels& labels) {
  if (method.started_ != nullptr) return;
  method.started_ = &rpc_started_->Add(labels);
  method.seconds_ = &rpc_seconds_->Add(labels, LatencyBuckets());
  for (const char* code : kCodeNames) {
    prometheus::Labels with_code = labels;
    with_code.emplace("grpc_code", code);
    method.handled_.push_back(&rpc_handled_->Add(with_code));
  }
}

void Metrics::CountOutcomes(std::string_view source, const OutcomeCounts& counts) {
  const SourceCounters counters = CountersOf(source);
  counters.accepted->Increment(static_cast<double>(counts.accepted));
  counters.duplicate->Increment(static_cast<double>(counts.duplicate));
  counters.stale->Increment(static_cast<double>(counts.stale));
  counters.rejected->Increment(static_cast<double>(counts.rejected));
}

Metrics::SourceCounters Metrics::CountersOf(std::string_view source) {
  MutexLock lock(mutex_);
  if (const auto known = sources_.find(source); known != sources_.end()) return known->second;
  const std::string label(sources_.size() < kSourcesMax ? source : "other");
  const auto [at, is_new] = sources_.try_emplace(label);
  if (is_new) {
    const auto add = [&](const char* outcome) {
      return &ingest_records_->Add({{"source", label}, {"outcome", outcome}});
    };
    at->second = {add("accepted"), add("duplicate"), add("stale"), add("rejected")};
  }
  return at->second;
}

void Metrics::Committed(size_t records, absl::Duration took) {
  commit_records_->Observe(static_cast<double>(records));
  commit_seconds_->Observe(absl::ToDoubleSeconds(took));
}

void Metrics::Swept(const SweepResult& result, absl::Time now, absl::Duration took, absl::Time day_start) {
  sweep_heartbeat_->Set(absl::ToDoubleSeconds(now - absl::UnixEpoch()));
  last_turned_day_->Set(absl::ToDoubleSeconds(day_start - absl::UnixEpoch()));
  children_due_->Set(static_cast<double>(result.due_left));
  set_aside_->Set(static_cast<double>(result.set_aside_left));
  waiting_for_backfill_->Set(static_cast<double>(result.waiting_left));
  backfill_digests_->Increment(static_cast<double>(result.digests.size()));
  if (result.evaluated == 0) return;
  evaluated_->Increment(static_cast<double>(result.evaluated));
  evaluation_seconds_->Observe(absl::ToDoubleSeconds(took));
  if (result.oldest_received_at.has_value()) {
    ack_to_alert_seconds_->Observe(std::max(0.0, absl::ToDoubleSeconds(now - *result.oldest_received_at)));
  }
  for (const auto& [kind, changes] : result.changes) {
    alert_changes_->Add({{"kind", KindName(kind)}}).Increment(static_cast<double>(changes));
  }
}

void Metrics::Acknowledged() { alert_changes_->Add({{"kind", KindName(AlertChangeKind::kAcknowledged)}}).Increment(); }

void Metrics::Advised(size_t warnings, int calendar_days_left) {
  configuration_.warnings->Set(static_cast<double>(warnings));
  configuration_.calendar_left->Set(calendar_days_left * 86400.0);
}

void Metrics::Reloaded(ReloadOutcome outcome) {
  configuration_.reloads->Add({{"outcome", ReloadOutcomeName(outcome)}}).Increment();
  const bool failed = outcome == ReloadOutcome::kRefused || outcome == ReloadOutcome::kFailed;
  configuration_.last_reload_successful->Set(failed ? 0 : 1);
}

void Metrics::CountRead(std::string_view method, bool kept) {
  reads_->Add({{"method", std::string(method)}}).Increment();
  if (!kept) reads_lost_->Increment();
}

OpenAlertCells WithoutSmallCells(const OpenAlertCells& cells, uint64_t small) {
  OpenAlertCells shown;
  uint64_t other = 0;
  for (const auto& [cell, count] : cells) {
    if (count >= small) {
      shown.emplace(cell, count);
    } else {
      other += count;
    }
  }
  if (other >= small) shown[{"other", "other"}] = other;
  return shown;
}

void Metrics::ShowOpenAlerts(const OpenAlertCells& cells) {
  const OpenAlertCells shown = WithoutSmallCells(cells, kSmallCell);
  for (auto gone = shown_cells_.begin(); gone != shown_cells_.end();) {
    if (shown.contains(gone->first)) {
      ++gone;
    } else {
      open_alerts_->Remove(gone->second);
      gone = shown_cells_.erase(gone);
    }
  }
  for (const auto& [cell, count] : shown) {
    prometheus::Gauge*& gauge = shown_cells_[cell];
    if (gauge == nullptr) gauge = &open_alerts_->Add({{"rule", cell.first}, {"stage", cell.second}});
    gauge->Set(static_cast<double>(count));
  }
}

void Metrics::ShowVersion(const std::string& version) {
  if (shown_version_gauge_ != nullptr && version == shown_version_) return;
  if (shown_version_gauge_ != nullptr) configuration_.info->Remove(shown_version_gauge_);
  shown_version_ = version;
  shown_version_gauge_ = &configuration_.info->Add({{"version", version}});
  shown_version_gauge_->Set(1);
}

void Metrics::Show(const Reading& reading) {
  ShowVersion(reading.configuration.version);
  configuration_.activating->Set(reading.configuration.activating ? 1 : 0);
  configuration_.held->Set(reading.configuration.held ? 1 : 0);
  pending_subjects_->Set(static_cast<double>(reading.pending_subjects));
  clock_held_->Set(absl::ToDoubleSeconds(reading.clock_held));
  if (reading.disk.free_bytes.has_value()) disk_free_->Set(static_cast<double>(*reading.disk.free_bytes));
  disk_short_->Set(reading.disk.is_short ? 1 : 0);
  repairs_->Set(static_cast<double>(reading.disk.repairs));
  for (const auto& [name, value] : reading.storage) storage_->Add({{"figure", name}}).Set(static_cast<double>(value));
  ShowOpenAlerts(reading.open_alerts);
}

std::vector<prometheus::MetricFamily> Metrics::Collect() const {
  {
    MutexLock lock(scrape_mutex_);
    // Collect is const by prometheus-cpp's interface; what it shows is brought up to date all the same.
    if (reader_) const_cast<Metrics*>(this)->Show(reader_());
  }
  return registry_.Collect();
}

}  // namespace vangnet
