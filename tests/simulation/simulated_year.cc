#include "tests/simulation/simulated_year.h"

#include <algorithm>
#include <array>
#include <cerrno>
#include <iterator>

#include "tests/simulation/describe.h"

namespace vangnet_testing {

using vangnet::Alert;
using vangnet::Finding;
using vangnet::Record;
using vangnet::Subject;
using vangnet::SubjectKind;

namespace {

constexpr int kTriesMax = 20;
constexpr int kChunkMax = 40;
constexpr size_t kChildrenAudited = 4;  // each day
constexpr int kBrokenDayPercent = 20;
// Versions that packed states may be behind, each in a third of the years: none, those of some days, all of the year.
constexpr std::array<uint64_t, 3> kStatesBehindMax = {0, 300, 1'000'000};

vangnet::EngineConfiguration ConfigurationOf(const SchoolYear& year, const vangnet::Policy& policy,
                                             const std::string& version) {
  return {.region = std::make_shared<const vangnet::Region>(year.region),
          .policy = std::make_shared<const vangnet::Policy>(policy),
          .version = version};
}

std::vector<std::string> Sorted(std::vector<std::string> lines) {
  std::sort(lines.begin(), lines.end());
  return lines;
}

// What stands in one list and not in the other.
std::string Difference(const std::vector<std::string>& expected, const std::vector<std::string>& found) {
  std::vector<std::string> missing;
  std::vector<std::string> extra;
  std::set_difference(expected.begin(), expected.end(), found.begin(), found.end(), std::back_inserter(missing));
  std::set_difference(found.begin(), found.end(), expected.begin(), expected.end(), std::back_inserter(extra));
  std::string text;
  for (const std::string& line : missing) text += "\n  the naive rules find, and no alert says: " + line;
  for (const std::string& line : extra) text += "\n  an alert says, and the naive rules do not find: " + line;
  return text;
}

}  // namespace

SimulatedYear::SimulatedYear(uint64_t seed)
    : seed_(seed),
      dice_(~seed),
      power_(seed),
      year_(MakeSchoolYear(seed)),
      disk_(std::make_shared<SimulatedDisk>()),
      service_(disk_, {.log_bytes_max = uint64_t{1} << 20,
                       .states_behind_max = kStatesBehindMax[seed % kStatesBehindMax.size()],
                       .configuration = ConfigurationOf(year_, year_.policy, "first")}),
      policy_(year_.policy) {}

void SimulatedYear::Fail(const std::string& what) {
  if (!ok()) return;
  outcome_.failure = today_.ToString() + ": " + what + "\n  replay: VANGNET_FAULT_SEED=" + std::to_string(seed_) +
                     " simulated_year_test --gtest_filter='*EveryDay*'";
}

YearOutcome SimulatedYear::Live(uint64_t days_max) {
  today_ = year_.first;
  now_ = absl::FromUnixSeconds(int64_t{today_.days_since_epoch()} * 86'400);
  DoUntilDone("the first start", [&] { return service_.Start(); });
  for (; ok() && today_ <= year_.last && outcome_.days < days_max; ++today_) LiveDay();
  disk_->SetImage({});
  for (const auto& [subject, versions] : acknowledged_) outcome_.counts.acknowledged += versions.size();
  outcome_.counts.injected += disk_->injected();
  return outcome_;
}

void SimulatedYear::LiveDay() {
  ++outcome_.days;
  // Eight o'clock, and never back.
  now_ = std::max(now_, absl::FromUnixSeconds(int64_t{today_.days_since_epoch()} * 86'400 + 8 * 3'600));
  told_today_.clear();
  if (dice_.Chance(kBrokenDayPercent)) Break();
  if (today_ == year_.policy_changes_on) {
    policy_ = year_.later_policy;
    service_.Configure(ConfigurationOf(year_, policy_, "later"));
  }
  const auto told = year_.told.find(today_);
  std::vector<Record> versions;
  if (told != year_.told.end()) versions = told->second;
  // What was sent long ago is sent again.
  for (int i = dice_.Number(0, 8); i > 0 && !sent_.empty(); --i) {
    versions.push_back(dice_.OneOf(sent_));
    ++outcome_.sent_again;
  }
  dice_.Shuffle(versions);
  for (const auto& chunk : Chunks(std::move(versions))) {
    Deliver(chunk, /*backfill=*/dice_.Chance(5));
    if (dice_.Chance(20)) Sweep();
  }
  Sweep();
  if (dice_.Chance(30)) AcknowledgeOne();
  // Another death between acts.
  if (dice_.Chance(3)) Restart();
  Audit(/*everybody=*/today_ == year_.last || dice_.Chance(1));
}

void SimulatedYear::Break() {
  power_goes_ = dice_.Chance(50);
  if (dice_.Chance(75)) {
    disk_->DieAt(static_cast<uint64_t>(dice_.Number(1, 60)), SimulatedDisk::Changes::kOfThisThread);
    return;
  }
  // Files that only this thread writes to, so that the number means the same in every life.
  const auto kind = dice_.OneOf<FileKind>({FileKind::kLog, FileKind::kMark});
  const auto call = dice_.OneOf<DiskCall>({DiskCall::kWrite, DiskCall::kSync});
  const uint64_t number = disk_->Calls(kind, call) + static_cast<uint64_t>(dice_.Number(1, 15));
  disk_->SetFaults({{kind, call, number, EIO}});
}

void SimulatedYear::Restart() {
  absl::Status status;
  for (int start = 0; start < kTriesMax; ++start) {
    ++outcome_.counts.restarts;
    service_.Kill();
    if (disk_->died()) ++outcome_.counts.injected;
    disk_->SetFaults({});
    disk_->Revive();
    if (power_goes_) disk_->LosePower(power_);
    power_goes_ = dice_.Chance(50);
    // It may die again while it starts, or soon after.
    if (start == 0 && dice_.Chance(15)) {
      disk_->DieAt(static_cast<uint64_t>(dice_.Number(1, 30)), SimulatedDisk::Changes::kOfThisThread);
    }
    status = service_.Start();
    if (status.ok()) {
      double& longest = outcome_.counts.seconds_until_ready_max;
      longest = std::max(longest, service_.seconds_until_ready());
      return;
    }
  }
  outcome_.counts.missing += sent_.size();
  Fail("it does not start: " + status.ToString());
}

template <typename Function>
void SimulatedYear::DoUntilDone(const char* what, Function act) {
  for (int tries = 0; ok(); ++tries) {
    now_ += absl::Seconds(1);
    const absl::Status status = act();
    if (status.ok()) return;
    if (tries >= kTriesMax) Fail(std::string(what) + " is never done: " + status.ToString());
    Restart();
  }
}

std::vector<std::vector<Record>> SimulatedYear::Chunks(std::vector<Record> versions) {
  std::vector<std::vector<Record>> chunks;
  for (size_t begin = 0; begin < versions.size();) {
    const size_t end = std::min(versions.size(), begin + static_cast<size_t>(dice_.Number(1, kChunkMax)));
    chunks.emplace_back(std::make_move_iterator(versions.begin() + static_cast<ptrdiff_t>(begin)),
                        std::make_move_iterator(versions.begin() + static_cast<ptrdiff_t>(end)));
    begin = end;
  }
  return chunks;
}

void SimulatedYear::Deliver(const std::vector<Record>& chunk, bool backfill) {
  DoUntilDone("a chunk", [&] { return service_.Send(chunk, now_, backfill); });
  if (!ok()) return;
  for (const Record& record : chunk) {
    if (record.subject.kind == SubjectKind::kStudent) told_today_.insert(record.subject.key);
    if (acknowledged_[record.subject].try_emplace({record.key, record.revision}, record).second) {
      sent_.push_back(record);
    }
  }
}

void SimulatedYear::Sweep() {
  // Long enough after the last chunk that no backfill is waited for.
  now_ += absl::Seconds(10);
  DoUntilDone("a sweep", [&] { return service_.Sweep(today_, now_); });
}

void SimulatedYear::AcknowledgeOne() {
  const int choice = dice_.Number(0, 1'000'000);
  DoUntilDone("an acknowledgement", [&] {
    auto alerts = service_.ParseAlerts();
    if (!alerts.ok()) return alerts.status();
    std::erase_if(*alerts, [](const Alert* alert) { return !alert->is_open(); });
    if (alerts->empty()) return absl::OkStatus();
    const uint64_t id = (*alerts)[static_cast<size_t>(choice) % alerts->size()]->id;
    absl::Status status = service_.Acknowledge(id, now_);
    if (status.ok()) alerts_acknowledged_.insert(id);
    return status;
  });
}

void SimulatedYear::Audit(bool everybody) {
  std::set<Subject> subjects;
  for (const auto& keys : everybody ? year_.children : ChildrenToAudit()) {
    for (const std::string& key : keys) subjects.insert({SubjectKind::kStudent, key});
    ++outcome_.audits;
  }
  if (everybody) {
    for (const std::string& school : year_.schools) subjects.insert({SubjectKind::kSchool, school});
    ++outcome_.audits;
  }
  // First, for the disk may fail under it, and what is read of the alerts is gone with the program.
  for (const Subject& subject : subjects) AuditVersions(subject);
  // Whatever died is up again and has swept, or the audit would be of the wrong day.
  std::vector<const Alert*> alerts;
  DoUntilDone("an audit", [&] {
    if (absl::Status status = service_.Sweep(today_, now_); !status.ok()) return status;
    auto all = service_.ParseAlerts();
    if (!all.ok()) return all.status();
    alerts = *std::move(all);
    return absl::OkStatus();
  });
  if (!ok()) return;
  outcome_.alerts = alerts.size();
  if (everybody) AuditAlerts(alerts);
  AuditFindings(subjects, alerts);
}

std::vector<std::vector<std::string>> SimulatedYear::ChildrenToAudit() {
  std::vector<std::vector<std::string>> chosen;
  std::vector<std::vector<std::string>> told;
  for (const auto& keys : year_.children) {
    if (std::any_of(keys.begin(), keys.end(), [&](const auto& key) { return told_today_.contains(key); })) {
      told.push_back(keys);
    }
  }
  while (chosen.size() < kChildrenAudited) {
    chosen.push_back(chosen.size() % 2 == 0 && !told.empty() ? dice_.OneOf(told) : dice_.OneOf(year_.children));
  }
  return chosen;
}

NaiveInput SimulatedYear::InputOf(const std::set<Subject>& subjects) const {
  NaiveInput input{.versions = {}, .region = year_.region, .policy = policy_};
  for (const auto& [subject, versions] : acknowledged_) {
    if (subject.kind == SubjectKind::kStudent && !subjects.contains(subject)) continue;
    for (const auto& [name, record] : versions) input.versions.push_back(record);
  }
  return input;
}

void SimulatedYear::AuditFindings(const std::set<Subject>& subjects, const std::vector<const Alert*>& alerts) {
  std::vector<std::string> naive;
  for (const Finding& finding : NaiveFindings(InputOf(subjects), today_)) {
    if (finding.subject.kind == SubjectKind::kSchool && !subjects.contains(finding.subject)) continue;
    if (!policy_.rules[static_cast<size_t>(finding.rule_index)].shadow) naive.push_back(Describe(finding));
  }
  naive = Sorted(std::move(naive));
  std::vector<std::string> shown;
  for (const Alert* alert : alerts) {
    if (alert->is_open() && subjects.contains(alert->finding.subject)) shown.push_back(Describe(alert->finding));
  }
  shown = Sorted(std::move(shown));
  outcome_.findings_compared += naive.size();
  for (const std::string& line : shown) {
    for (const char character : line) {
      outcome_.fingerprint = outcome_.fingerprint * 1'099'511'628'211U + static_cast<unsigned char>(character);
    }
  }
  if (naive == shown) return;
  ++outcome_.counts.differing;
  Fail("alerts and naive rules differ" + Difference(naive, shown));
}

void SimulatedYear::AuditVersions(const Subject& subject) {
  std::vector<Record> held;
  DoUntilDone("reading versions", [&] {
    auto read = service_.VersionsOf(subject);
    if (read.ok()) held = *std::move(read);
    return read.status();
  });
  if (!ok()) return;
  Versions versions;
  for (Record& record : held) {
    const std::pair<vangnet::RecordKey, uint64_t> name = {record.key, record.revision};
    versions.emplace(name, std::move(record));
  }
  const Versions& expected = acknowledged_[subject];
  for (const auto& [name, record] : expected) {
    const auto found = versions.find(name);
    if (found != versions.end() && found->second == record) continue;
    ++outcome_.counts.missing;
    Fail("acknowledged, and missing: " + subject.key + " " + name.first.record_id + "@" + std::to_string(name.second));
  }
  for (const auto& [name, record] : versions) {
    if (expected.contains(name)) continue;
    ++outcome_.counts.invented;
    Fail("invented: " + subject.key + " " + name.first.record_id + "@" + std::to_string(name.second));
  }
}

void SimulatedYear::AuditAlerts(const std::vector<const Alert*>& alerts) {
  const auto listed = service_.Alerts();
  if (!listed.ok()) return Fail("alerts cannot be listed: " + listed.status().ToString());
  const bool same = std::equal(listed->begin(), listed->end(), alerts.begin(), alerts.end(),
                               [](const Alert& one, const Alert* other) { return one == *other; });
  if (!same) Fail("the alerts that are listed are not those that are stored");
  outcome_.counts.raised_twice = CountRaisedTwice(*listed);
  if (outcome_.counts.raised_twice > 0) Fail("an alert was raised twice");
  const uint64_t missing = CountAcknowledgementsMissing(*listed, alerts_acknowledged_);
  outcome_.counts.missing += missing;
  if (missing > 0) Fail("acknowledgements of alerts are missing");
}

}  // namespace vangnet_testing
