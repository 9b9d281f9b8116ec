#include "services/server/app.h"

#include <prometheus/exposer.h>
#include <pthread.h>
#include <sys/resource.h>
#include <unistd.h>

#include <algorithm>
#include <atomic>
#include <csignal>
#include <cstdio>
#include <exception>
#include <filesystem>
#include <thread>
#include <utility>
#include <variant>

#include "alerts/engine/commands.h"
#include "alerts/engine/region_findings.h"
#include "alerts/engine/sweeper.h"
#include "domain/parallel.h"
#include "google/protobuf/stubs/logging.h"
#include "services/alerts/alert_service.h"
#include "services/convert/record_reader.h"
#include "services/ingest/absence_warning.h"
#include "services/ingest/calendar_warning.h"
#include "services/ingest/group_committer.h"
#include "services/ingest/ingest_service.h"
#include "services/maintenance/maintenance_service.h"
#include "services/maintenance/unfinished_directory.h"
#include "services/policy/backtests.h"
#include "services/policy/configuration_archive.h"
#include "services/policy/policy_keeper.h"
#include "services/policy/policy_service.h"
#include "services/runtime/authenticator.h"
#include "services/runtime/grpc_locks.h"
#include "services/runtime/guarded_clock.h"
#include "services/runtime/local_day.h"
#include "services/runtime/task_queue.h"
#include "services/schools/school_service.h"
#include "services/server/configuration_advisor.h"
#include "services/server/grpc_server.h"
#include "services/server/listener_probe.h"
#include "services/server/metrics.h"
#include "services/server/reserved_kv_store.h"
#include "services/server/wake_up.h"
#include "services/students/student_service.h"
#include "storage/alert_store.h"
#include "storage/fact_store.h"
#include "storage/file_durable_mark.h"
#include "storage/policy_store.h"
#include "storage/rocksdb_backup.h"
#include "storage/rocksdb_kv_store.h"
#include "storage/schema.h"

namespace vangnet {

namespace {

constexpr absl::Duration kClockJumpMax = absl::Hours(1);
// How long the engine rests when nothing happens; the turn of a day is noticed within it.
constexpr absl::Duration kSweepEvery = absl::Seconds(1);
constexpr absl::Duration kWatchEvery = absl::Seconds(1);
constexpr absl::Duration kProbeEvery = absl::Seconds(1);
constexpr size_t kFindingListingsMax = 32;
constexpr size_t kReadsMax = 256;
constexpr size_t kReloadsMax = 8;

// Nothing can be stored any more, or not before the next start has looked at what stands. A commit that read what does
// not read stored nothing, and a start would read the same: the process goes on, and those who send other things with
// it.
bool IsFatalToCommits(const absl::Status& status) { return absl::IsInternal(status); }
bool IsFatalToSweeps(const absl::Status& status) { return absl::IsInternal(status) || absl::IsDataLoss(status); }

std::string ToString(const absl::Status& status) { return status.ToString(); }

uint64_t Mebibytes(int mebibytes) { return static_cast<uint64_t>(mebibytes) << 20; }

}  // namespace

class App::Impl {
 public:
  Impl(const Startup& startup, Stores stores, const Clock& clock, const Log& log)
      : startup_(startup),
        stores_(std::move(stores)),
        reserve_(stores_.free_bytes, Mebibytes(startup.settings.disk_reserve_mib)),
        clock_(clock, kClockJumpMax),
        log_(log) {
    stores_.kv = std::make_unique<ReservedKvStore>(std::move(stores_.kv), reserve_);
  }

  absl::Status Open();
  absl::Status Listen();
  void StartLoops();
  void Reload();
  void Stop();

  const std::string& address() const { return server_->address(); }
  const std::string& metrics_address() const { return metrics_address_; }
  bool failed() const { return failed_; }

 private:
  // Chooses the configuration to begin with and opens the engine under it.
  absl::Status OpenEngine();
  absl::Status Expose(const std::string& metrics_listen);
  void CommitLoop();
  void SweepLoop();
  void WatchLoop();
  void TaskLoop();
  void ReadLoop();
  void PolicyLoop();
  void BacktestLoop();
  void BackupLoop();
  void ProbeLoop();
  void SweepOnce(bool& work_left);
  void LogSweep(const SweepResult& result);
  void ReportClock();
  void LookAtDisk();
  void LookAtRepairs();
  // The operator said that a missing mark is no obstacle; whether it was missing.
  void ReportMark(bool was_there);
  void LogRead(const Access& access);
  void Fail(std::string_view where, const absl::Status& status);
  // The process is to end.
  void GiveUp();
  Metrics::Reading Read();

  const Startup startup_;
  Stores stores_;
  const DiskReserve reserve_;
  GuardedClock clock_;
  const Log& log_;
  std::atomic<bool> failed_ = false;

  std::shared_ptr<Metrics> metrics_ = std::make_shared<Metrics>();
  std::unique_ptr<FactStore> facts_;
  std::unique_ptr<AlertStore> alerts_;
  Mutex alert_writes_;
  std::unique_ptr<PolicyStore> policies_;
  std::unique_ptr<ConfigurationArchive> archive_;
  std::unique_ptr<Sweeper> sweeper_;
  std::unique_ptr<PolicyKeeper> keeper_;
  std::unique_ptr<AlertCommands> commands_;
  std::unique_ptr<RegionFindings> findings_;
  std::unique_ptr<RecordReader> reader_;
  std::unique_ptr<GroupCommitter> committer_;
  std::unique_ptr<Ingest> ingest_;
  TaskQueue tasks_{kFindingListingsMax};
  TaskQueue reads_{kReadsMax};
  TaskQueue policy_tasks_{kReloadsMax};
  std::atomic<bool> activating_ = false;
  std::atomic<bool> reads_are_lost_ = false;

  LoopbackAuthenticator authenticator_;
  AccessLog access_log_{[this](const Access& access) { LogRead(access); }};
  Gate gate_{authenticator_, access_log_};
  std::unique_ptr<IngestService> ingest_service_;
  std::unique_ptr<AlertService> alert_service_;
  std::unique_ptr<StudentService> student_service_;
  std::unique_ptr<SchoolService> school_service_;
  std::unique_ptr<Backtests> backtests_;
  std::unique_ptr<PolicyService> policy_service_;
  std::unique_ptr<MaintenanceService> maintenance_service_;
  std::unique_ptr<GrpcServer> server_;
  std::unique_ptr<prometheus::Exposer> exposer_;
  std::string metrics_address_;

  WakeUp sweep_;
  WakeUp watch_;
  WakeUp probe_;
  uint64_t listener_ = 0;
  ConfigurationAdvisor advisor_{*metrics_, log_};  // of the sweeping thread
  bool held_reported_ = false;                     // of the sweeping thread
  bool sweep_failing_ = false;                     // of the sweeping thread
  bool disk_short_reported_ = false;               // of the watching thread
  uint64_t repairs_reported_ = 0;                  // of the watching thread
  std::vector<std::jthread> threads_;              // ends first
};

absl::Status App::Impl::Open() {
  const ServerSettings& settings = startup_.settings;
  FactStore::Options facts;
  facts.state_cache_bytes_max = Mebibytes(settings.state_cache_mib);
  facts.open_threads = CoreCount();
  facts.rejections_per_source_max = settings.rejections_per_source_max;
  facts.accept_without_mark = startup_.accept_store_without_mark;
  const auto marked = stores_.mark->Read();
  const auto older = IsOfOlderSchema(*stores_.kv);
  if (older.ok() && *older) {
    log_.Info("the database is brought to a newer schema, which older programs refuse",
              {{"schema", std::to_string(kSchema)}});
  }
  auto opened = FactStore::Open(*stores_.kv, *stores_.mark, facts);
  if (!opened.ok()) return opened.status();
  facts_ = *std::move(opened);
  if (startup_.accept_store_without_mark) ReportMark(marked.ok() && marked->has_value());
  if (absl::Status named = NameNewChangeLog(*stores_.kv, clock_.Now()); !named.ok()) return named;
  auto alerts = AlertStore::Open(*stores_.kv);
  if (!alerts.ok()) return alerts.status();
  alerts_ = *std::move(alerts);
  if (absl::Status engine = OpenEngine(); !engine.ok()) return engine;

  commands_ = std::make_unique<AlertCommands>(*stores_.kv, *alerts_, alert_writes_);
  // Listings are rare, and in no hurry (StartLoops): all processors, unlike the sweeper beside a stream of records.
  findings_ = std::make_unique<RegionFindings>(*facts_, static_cast<int>(CoreCount()));
  reader_ = std::make_unique<RecordReader>(startup_.configuration.region->school_pattern);
  GroupCommitter::Options committing;
  committing.queue_bytes_max = Mebibytes(settings.ingest_queue_mib);
  committing.may_grow = [this] { return reserve_.MayGrow(); };
  committer_ = std::make_unique<GroupCommitter>(*facts_, committing);
  ingest_ = std::make_unique<Ingest>(
      *facts_, *committer_, *reader_, clock_,
      Ingest::Options{.time_zone = startup_.time_zone,
                      .find_warning =
                          [this](const Record& record) {
                            const std::string warning = CalendarWarning(record);
                            return warning.empty() ? AbsenceWarning(record, *sweeper_->rulebook().book) : warning;
                          },
                      .count = [this](std::string_view source,
                                      const OutcomeCounts& counts) { metrics_->CountOutcomes(source, counts); }});
  return absl::OkStatus();
}

absl::Status App::Impl::OpenEngine() {
  const ServerSettings& settings = startup_.settings;
  policies_ = std::make_unique<PolicyStore>(*stores_.kv);
  auto start = PolicyKeeper::ChooseAtStart(*policies_, startup_.configuration, log_);
  if (!start.ok()) return start.status();
  archive_ = std::make_unique<ConfigurationArchive>(*policies_, start->configuration);
  Sweeper::Options sweeping;
  sweeping.threads = settings.engine_threads;
  sweeping.policies = policies_.get();
  auto sweeper = Sweeper::Create(*stores_.kv, *facts_, *alerts_, alert_writes_, std::move(start->configuration),
                                 std::move(sweeping));
  if (!sweeper.ok()) return sweeper.status();
  sweeper_ = *std::move(sweeper);
  PolicyKeeper::Options keeping;
  keeping.sources = startup_.sources;
  keeping.hold_above_per_mille = settings.hold_new_alerts_above_per_mille;
  keeping.time_zone = startup_.time_zone;
  keeping.school_pattern = startup_.configuration.region->school_pattern;
  keeping.wake_sweeper = [this] { sweep_.Signal(); };
  keeping.count = [this](ReloadOutcome outcome) { metrics_->Reloaded(outcome); };
  keeper_ = std::make_unique<PolicyKeeper>(*policies_, *facts_, *alerts_, *sweeper_, clock_, log_, std::move(keeping));
  if (start->proposed.has_value()) {
    policy_tasks_.Add([this, proposed = *std::move(start->proposed)] { (void)keeper_->ProposeAtStart(proposed); });
  }
  return absl::OkStatus();
}

absl::Status App::Impl::Listen() {
  ingest_service_ = std::make_unique<IngestService>(*facts_, *ingest_, reads_, gate_);
  alert_service_ = std::make_unique<AlertService>(*alerts_, sweeper_->digests(), *facts_, *commands_, reads_, clock_,
                                                  gate_, [this] { metrics_->Acknowledged(); });
  student_service_ = std::make_unique<StudentService>(
      *facts_, *alerts_, *findings_, tasks_, clock_, gate_,
      StudentService::Options{
          .time_zone = startup_.time_zone,
          .rulebook = [this] { return sweeper_->rulebook(); },
          .configuration_at = [this](std::optional<absl::Time> instant) { return archive_->At(instant); }});
  school_service_ = std::make_unique<SchoolService>(
      *facts_, [this] { return sweeper_->rulebook().book->region_calendar().shared_region(); }, reads_, gate_);
  backtests_ = std::make_unique<Backtests>(
      *facts_, clock_, gate_,
      Backtests::Options{.time_zone = startup_.time_zone, .rulebook = [this] { return sweeper_->rulebook(); }});
  policy_service_ = std::make_unique<PolicyService>(
      *policies_, *keeper_, *backtests_, policy_tasks_, reads_, gate_,
      PolicyService::Options{.activating = [this] { return activating_.load(); },
                             .today = [this] { return LocalDay(clock_.Now(), startup_.time_zone); }});
  maintenance_service_ = std::make_unique<MaintenanceService>(
      *facts_, clock_, log_, gate_,
      MaintenanceService::Options{.backup_dir = startup_.settings.backup_dir, .make_backup = stores_.make_backup});

  if (absl::Status exposed = Expose(startup_.settings.metrics_listen); !exposed.ok()) return exposed;
  auto server = GrpcServer::Start(
      {.listen = startup_.settings.listen,
       .tls_certificate = startup_.settings.tls_certificate,
       .tls_private_key = startup_.settings.tls_private_key,
       .services = {ingest_service_.get(), alert_service_.get(), student_service_.get(), school_service_.get(),
                    policy_service_.get(), maintenance_service_.get()},
       .service_names = {v1::IngestService::service_full_name(), v1::AlertService::service_full_name(),
                         v1::StudentService::service_full_name(), v1::SchoolService::service_full_name(),
                         v1::PolicyService::service_full_name(), v1::MaintenanceService::service_full_name()}},
      *metrics_, clock_);
  if (!server.ok()) return server.status();
  server_ = *std::move(server);
  return absl::OkStatus();
}

absl::Status App::Impl::Expose(const std::string& metrics_listen) {
  if (metrics_listen.empty()) return absl::OkStatus();
  try {
    // Two threads and half a minute are its defaults: two idle connections would end all scraping.
    exposer_ = std::make_unique<prometheus::Exposer>(
        std::vector<std::string>{"listening_ports", metrics_listen, "num_threads", "8", "request_timeout_ms", "2000"});
  } catch (const std::exception&) {
    return absl::FailedPreconditionError("cannot listen on " + metrics_listen + " for metrics; is it taken?");
  }
  metrics_address_ =
      metrics_listen.substr(0, metrics_listen.rfind(':') + 1) + std::to_string(exposer_->GetListeningPorts().front());
  metrics_->SetReader([this] { return Read(); });
  exposer_->RegisterCollectable(metrics_);
  return absl::OkStatus();
}

void App::Impl::StartLoops() {
  listener_ = alerts_->AddListener([this](uint64_t) { watch_.Signal(); });
  // Names of at most 15 letters, for whoever looks at the threads of the process.
  const auto start = [this](const char* name, void (Impl::*loop)(), int niceness = 0) {
    threads_.emplace_back([this, name, loop, niceness] {
      pthread_setname_np(pthread_self(), name);
      // On Linux each thread has a niceness of its own. Where it cannot be set the loop is merely less polite.
      if (niceness > 0) setpriority(PRIO_PROCESS, static_cast<id_t>(gettid()), niceness);
      (this->*loop)();
    });
  };
  server_->SetServing(true);  // before the threads, which say when one of the services does not
  start("committer", &Impl::CommitLoop);
  // Senders first: evaluations that wait for a burst to pass find more facts of a child at once. A listing of the
  // region is in no hurry at all.
  start("sweeper", &Impl::SweepLoop, 5);
  start("watches", &Impl::WatchLoop);
  start("probe", &Impl::ProbeLoop);
  start("reads", &Impl::ReadLoop, 5);
  start("listings", &Impl::TaskLoop, 10);
  // Trying a configuration on everybody is in no hurry either.
  start("policies", &Impl::PolicyLoop, 15);
  start("backtests", &Impl::BacktestLoop, 19);
  start("backups", &Impl::BackupLoop, 15);
}

void App::Impl::Stop() {
  if (threads_.empty()) return;
  // Its threads look up every two seconds: meanwhile the calls are drained.
  std::jthread closing([this] {
    metrics_->SetReader({});
    exposer_.reset();
  });
  // What was acknowledged must stay so, and what was taken is answered: the committer runs until no call is left.
  probe_.Stop();
  ingest_service_->Stop();
  alert_service_->Stop();
  keeper_->Stop();
  backtests_->Stop();
  maintenance_service_->Stop();
  // One listing may take longer than the others have: they are refused at once, and it ends when it is cancelled.
  student_service_->Stop();
  tasks_.Stop();
  while (tasks_.Wait()) tasks_.RunOnce();
  server_->Shutdown(kDrainTime);
  reads_.Stop();
  policy_tasks_.Stop();
  committer_->Stop();
  sweep_.Stop();
  watch_.Stop();
  for (std::jthread& thread : threads_) thread.join();
  threads_.clear();
  alerts_->RemoveListener(listener_);
  // Nothing depends on it: what is not written now is in versions and in the log, and read at the next start.
  if (failed_ || !reserve_.MayWrite().ok()) return;
  facts_->WriteStates().IgnoreError();
  if (stores_.before_end) stores_.before_end().IgnoreError();
}

void App::Impl::CommitLoop() {
  bool failing = false;
  while (committer_->Wait()) {
    const absl::Duration begun = clock_.Monotonic();
    const GroupCommitter::Group group = committer_->RunOnce(clock_.Now());
    if (group.status.ok()) {
      metrics_->Committed(group.records, clock_.Monotonic() - begun);
      sweep_.Signal();
      failing = false;
      continue;
    }
    if (IsFatalToCommits(group.status)) Fail("storing records", group.status);
    if (!failing) log_.Error("records could not be stored", {{"status", ToString(group.status)}});
    failing = true;
  }
}

void App::Impl::SweepLoop() {
  bool work_left = true;
  // Whatever is left at the end is found again at the next start: how far all is evaluated is durable.
  while (sweep_.Wait(work_left ? absl::ZeroDuration() : kSweepEvery)) {
    SweepOnce(work_left);
    ReportClock();
  }
}

void App::Impl::SweepOnce(bool& work_left) {
  const absl::Time now = clock_.Now();
  const absl::Duration begun = clock_.Monotonic();
  const absl::StatusOr<SweepResult> result =
      sweeper_->RunOnce({.now = now, .today = LocalDay(now, startup_.time_zone)});
  if (!result.ok()) {
    if (IsFatalToSweeps(result.status())) Fail("evaluating", result.status());
    if (!sweep_failing_) log_.Error("evaluations could not be stored", {{"status", ToString(result.status())}});
    sweep_failing_ = true;
    work_left = false;  // again with the next wake-up
    return;
  }
  sweep_failing_ = false;
  work_left = result->work_left;
  activating_ = result->activating;
  keeper_->Swept();
  metrics_->Swept(*result, clock_.Now(), clock_.Monotonic() - begun, StartOf(result->today, startup_.time_zone));
  LogSweep(*result);
  advisor_.Look(sweeper_->rulebook(), result->today);
}

void App::Impl::LogSweep(const SweepResult& result) {
  if (result.day_turned) {
    log_.Info("day turned", {{"day", result.today.ToString()}, {"due", std::to_string(result.due_left)}});
  }
  for (const BackfillDigest& digest : result.digests) {
    uint64_t changes = 0;
    for (const auto& [cell, count] : digest.changes) changes += count;
    log_.Info("a backfill is over", {{"team", digest.team},
                                     {"changes", std::to_string(changes)},
                                     {"sources", std::to_string(digest.sources.size())}});
  }
  for (const auto& [subject, reason] : result.set_aside) {
    // The key is the region's pseudonym, and stays out of the log all the same: it is found by its count and place.
    log_.Error("a subject was set aside",
               {{"kind", subject.kind == SubjectKind::kStudent ? "student" : "school"}, {"reason", reason}});
  }
}

void App::Impl::ReportClock() {
  const absl::Duration held = clock_.held();
  const bool is_held = held != absl::ZeroDuration();
  if (is_held && !held_reported_) {
    log_.Error("the wall clock jumped and is not believed; set it right, or restart to believe it",
               {{"ahead", absl::FormatDuration(held)}});
  } else if (!is_held && held_reported_) {
    log_.Info("the wall clock is believed again");
  }
  held_reported_ = is_held;
}

void App::Impl::ReportMark(bool was_there) {
  if (was_there) {
    log_.Warning("--accept_store_without_mark is not needed: the mark is there; start without it");
  } else {
    log_.Warning(
        "the database had no mark and was taken as it is; start without --accept_store_without_mark from now on",
        {{"versions", std::to_string(facts_->last_sequence())}});
  }
}

void App::Impl::LogRead(const Access& access) {
  const bool kept = stores_.access == nullptr || stores_.access->Add(access, clock_.Now());
  metrics_->CountRead(access.method, kept);
  const bool were_lost = reads_are_lost_.exchange(!kept);
  if (!kept && !were_lost) log_.Error("the access log cannot be written: reads go on and are counted only");
  if (kept && were_lost) log_.Info("the access log is written again");
}

void App::Impl::WatchLoop() {
  while (watch_.Wait(kWatchEvery)) {
    alert_service_->Wake();
    LookAtDisk();
    LookAtRepairs();
  }
}

void App::Impl::LookAtDisk() {
  const bool is_short = reserve_.is_short();
  if (is_short == disk_short_reported_ || failed_) return;
  disk_short_reported_ = is_short;
  server_->SetServing(v1::IngestService::service_full_name(), !is_short);
  if (is_short) {
    log_.Error("the disk is nearly full: records are refused until there is room again, alerts go on",
               {{"free_bytes", std::to_string(reserve_.free_bytes().value_or(0))}});
  } else {
    log_.Info("the disk has room again: records are taken");
  }
}

void App::Impl::LookAtRepairs() {
  const uint64_t repairs = facts_->repairs() + alerts_->repairs();
  if (repairs == repairs_reported_) return;
  repairs_reported_ = repairs;
  log_.Error("a part of the database does not read and was made anew from the rest: it is damaged, look at the disk",
             {{"since_start", std::to_string(repairs)}});
}

void App::Impl::ProbeLoop() {
  ListenerProbe listener(server_->address());
  bool shortage_reported = false;
  while (probe_.Wait(kProbeEvery)) {
    const ListenerProbe::Verdict verdict = listener.Look();
    if (probe_.stopped()) return;
    const bool is_shortage = verdict == ListenerProbe::Verdict::kNoDescriptors;
    if (is_shortage && !shortage_reported) log_.Error("out of file descriptors: no connection is accepted");
    shortage_reported = is_shortage;
    if (verdict != ListenerProbe::Verdict::kDead) continue;
    log_.Error("the port accepts no connections any more: restart", {{"address", server_->address()}});
    return GiveUp();
  }
}

void App::Impl::TaskLoop() {
  while (tasks_.Wait()) tasks_.RunOnce();
}

void App::Impl::ReadLoop() {
  while (reads_.Wait()) reads_.RunOnce();
}

void App::Impl::BacktestLoop() {
  while (backtests_->Wait()) backtests_->RunOnce();
}

void App::Impl::BackupLoop() {
  while (maintenance_service_->Wait()) maintenance_service_->RunOnce();
}

void App::Impl::PolicyLoop() {
  while (policy_tasks_.Wait()) policy_tasks_.RunOnce();
}

void App::Impl::Reload() {
  // It logs and counts what comes of it.
  if (!policy_tasks_.Add([this] { (void)keeper_->ReloadFiles(); })) log_.Warning("too many reloads are waiting");
}

void App::Impl::Fail(std::string_view where, const absl::Status& status) {
  log_.Error("the disk failed: nothing is acknowledged any more; restart",
             {{"where", std::string(where)}, {"status", ToString(status)}});
  GiveUp();
}

void App::Impl::GiveUp() {
  failed_ = true;
  server_->SetServing(false);
}

Metrics::Reading App::Impl::Read() {
  const auto hold = policies_->GetHold();
  return {.pending_subjects = sweeper_->pending(),
          .open_alerts = alerts_->CountOpen(),
          .clock_held = clock_.held(),
          .disk = {.free_bytes = reserve_.free_bytes(),
                   .is_short = reserve_.is_short(),
                   .repairs = facts_->repairs() + alerts_->repairs()},
          .configuration = {.version = sweeper_->version(),
                            .activating = activating_,
                            .held = hold.ok() && hold->has_value()},
          .storage = stores_.kv->Figures()};
}

absl::StatusOr<App::Stores> App::OpenStores(const ServerSettings& settings) {
  if (absl::Status finished = CheckFinished(settings.data_dir); !finished.ok()) return finished;
  std::error_code made;
  std::filesystem::create_directories(settings.data_dir, made);
  if (made) return absl::InternalError(settings.data_dir + ": " + made.message());
  RocksdbKvStore::Options options;
  options.block_cache_bytes = Mebibytes(settings.block_cache_mib);
  // Half of what records leave, twice what alerts need: small merges go on when records are refused already, and a
  // large one stops no alert.
  options.merge_floor_bytes = Mebibytes(settings.disk_reserve_mib) / 2;
  auto kv = RocksdbKvStore::Open(settings.data_dir + "/db", options);
  if (!kv.ok()) return kv.status();
  auto mark = FileDurableMark::Open(settings.data_dir + "/mark");
  if (!mark.ok()) return mark.status();
  std::unique_ptr<AccessFile> access;
  if (settings.access_log_mib > 0) {
    auto opened = AccessFile::Open(settings.data_dir + "/access-log", Mebibytes(settings.access_log_mib));
    if (!opened.ok()) return opened.status();
    access = *std::move(opened);
  }
  BackupMaker make_backup = [kv = kv->get()](const BackupOrder& order) { return MakeRocksdbBackup(*kv, order); };
  std::function<absl::Status()> before_end = [kv = kv->get()] { return kv->EmptyLog(); };
  return Stores{.kv = *std::move(kv),
                .mark = *std::move(mark),
                .access = std::move(access),
                .free_bytes = FreeBytesAt(settings.data_dir),
                .make_backup = std::move(make_backup),
                .before_end = std::move(before_end)};
}

absl::StatusOr<std::unique_ptr<App>> App::Start(const Startup& startup, Stores stores, const Clock& clock,
                                                const Log& log) {
  auto impl = std::make_unique<Impl>(startup, std::move(stores), clock, log);
  if (absl::Status opened = impl->Open(); !opened.ok()) return opened;
  if (absl::Status listening = impl->Listen(); !listening.ok()) return listening;
  impl->StartLoops();
  return std::unique_ptr<App>(new App(std::move(impl)));
}

App::App(std::unique_ptr<Impl> impl) : impl_(std::move(impl)) {}
App::~App() { impl_->Stop(); }
const std::string& App::address() const { return impl_->address(); }
const std::string& App::metrics_address() const { return impl_->metrics_address(); }
bool App::failed() const { return impl_->failed(); }
void App::Reload() { impl_->Reload(); }
void App::Stop() { impl_->Stop(); }

namespace {

// Says it on one line, and what the exit status is.
int Refuse(const absl::Status& status) {
  const std::string message(status.message().data(), status.message().size());
  std::fprintf(stderr, "vangnetd: %s\n", message.c_str());
  return 1;
}

// Until one of `signals` other than SIGHUP comes, or the app has failed.
void WaitForEnd(App& app, const sigset_t& signals) {
  constexpr timespec kLookEvery = {.tv_sec = 0, .tv_nsec = 100'000'000};
  while (!app.failed()) {
    const int signal = sigtimedwait(&signals, nullptr, &kLookEvery);
    if (signal == SIGHUP) {
      app.Reload();
    } else if (signal > 0) {
      return;
    }
  }
}

}  // namespace

int RunServer(const std::vector<std::string>& arguments) {
  const std::variant<Startup, EarlyExit> read = ReadStartup(arguments);
  if (const auto* exit = std::get_if<EarlyExit>(&read)) {
    std::fputs(exit->output.c_str(), stdout);
    std::fputs(exit->error.c_str(), stderr);
    return exit->status;
  }
  const auto& startup = std::get<Startup>(read);
  std::fputs(startup.warnings.c_str(), stderr);
  TakeGrpcLocksUnchecked();
  // Before any thread is made, so that none of them takes the signals.
  sigset_t signals;
  sigemptyset(&signals);
  sigaddset(&signals, SIGTERM);
  sigaddset(&signals, SIGINT);
  sigaddset(&signals, SIGHUP);
  pthread_sigmask(SIG_BLOCK, &signals, nullptr);
  signal(SIGPIPE, SIG_IGN);
  // It would write a line of its own for every record with invalid UTF-8; such records are answered, and counted.
  google::protobuf::SetLogHandler(nullptr);

  const SystemClock clock;
  const Log log(clock);
  absl::StatusOr<App::Stores> stores = App::OpenStores(startup.settings);
  if (!stores.ok()) return Refuse(stores.status());
  absl::StatusOr<std::unique_ptr<App>> app = App::Start(startup, *std::move(stores), clock, log);
  if (!app.ok()) return Refuse(app.status());
  std::printf("vangnetd listening on %s, metrics on %s\n", (*app)->address().c_str(),
              (*app)->metrics_address().c_str());
  std::fflush(stdout);
  WaitForEnd(**app, signals);
  log.Info("stopping");
  (*app)->Stop();
  return (*app)->failed() ? 1 : 0;
}

}  // namespace vangnet
