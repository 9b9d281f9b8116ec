#include "tests/faults/story_with_faults.h"

#include <algorithm>
#include <optional>
#include <random>
#include <utility>

#include "tests/alerts/engine/engine_world.h"

namespace vangnet_testing {

using vangnet::Day;
using vangnet::Fact;
using vangnet::Record;

namespace {

constexpr Day kFirstDay{2026, 9, 7};
constexpr int kStartsMax = 3;
constexpr int kTriesMax = 200;
constexpr uint64_t kStudents = 12;

Holdings::RecordName NameOf(const Record& record) {
  return {record.subject.key, record.key.source, record.key.record_id};
}

class Scribe {
 public:
  explicit Scribe(uint64_t seed) : random_(seed) {}

  Record Write(Day today) {
    const std::string student = "s-" + std::to_string(Below(kStudents));
    const std::string school = Below(3) == 0 ? "34CD00" : "12AB00";
    const uint64_t kind = Below(100);
    if (kind < 25) return Of(student, "placement", MaybeGone(PlacedAt(school, kFirstDay - 100, EndNear(today))));
    if (kind < 90) {
      const Day first = today - static_cast<int>(Below(20));
      const std::string id = "absence-" + std::to_string(Below(6));
      return Of(student, id, MaybeGone(SickFrom(school, first, EndNear(first + 10))));
    }
    if (kind < 94) {
      return Of(student, "link", MaybeGone(vangnet::SameStudent{"s-" + std::to_string(Below(kStudents))}));
    }
    Record record = SchoolRecord(school, "complete", 0, CompleteThrough(school, today - static_cast<int>(Below(3))));
    return Numbered(std::move(record));
  }
  uint64_t Below(uint64_t end) { return random_() % end; }

 private:
  Record Of(const std::string& student, const std::string& id, std::optional<Fact> fact) {
    return Numbered(StudentRecord(student, id, 0, std::move(fact)));
  }
  Record Numbered(Record record) {
    record.revision = ++revisions_[NameOf(record)];
    return record;
  }
  std::optional<Fact> MaybeGone(Fact fact) { return Below(15) == 0 ? std::nullopt : std::optional(std::move(fact)); }
  Day EndNear(Day day) { return Below(2) == 0 ? vangnet::kDayMax : day + static_cast<int>(Below(12)) - 4; }

  std::mt19937_64 random_;
  std::map<Holdings::RecordName, uint64_t> revisions_;
};

}  // namespace

std::vector<Act> MakeActs(uint64_t seed, size_t count) {
  Scribe scribe(seed);
  std::vector<Act> acts;
  Day today = kFirstDay;
  while (acts.size() < count) {
    Act act;
    const uint64_t kind = scribe.Below(10);
    if (kind < 6) {
      act.kind = Act::Kind::kSend;
      for (uint64_t left = 1 + scribe.Below(12); left > 0; --left) act.records.push_back(scribe.Write(today));
    } else if (kind < 9) {
      act.kind = Act::Kind::kSweep;
      if (scribe.Below(2) == 0) today = today + static_cast<int>(scribe.Below(5));
    } else {
      act.kind = Act::Kind::kAcknowledge;
      act.choice = scribe.Below(1000);
    }
    act.today = today;
    acts.push_back(std::move(act));
  }
  acts.back().kind = Act::Kind::kSweep;
  return acts;
}

StoryWithFaults::StoryWithFaults(std::vector<Act> acts, std::shared_ptr<SimulatedDisk> disk,
                                 const ServiceOnDisk::Options& options)
    : acts_(std::move(acts)), disk_(std::move(disk)), service_(disk_, options) {}

void StoryWithFaults::Pause() {
  vangnet::Mutex mutex;
  vangnet::CondVar never;
  vangnet::MutexLock lock(mutex);
  never.WaitFor(mutex, absl::Milliseconds(20));
}

bool StoryWithFaults::Restart() {
  service_.Kill();
  ++counts_.restarts;
  up_ = false;
  for (int start = 0; start < kStartsMax; ++start) {
    while_down();
    const absl::Status status = service_.Start();
    if (status.ok()) {
      counts_.seconds_until_ready_max = std::max(counts_.seconds_until_ready_max, service_.seconds_until_ready());
      return up_ = true;
    }
    errors_.push_back("start: " + status.ToString());
  }
  return false;
}

absl::Status StoryWithFaults::AcknowledgeOne(uint64_t choice) {
  auto held = service_.ReadAll();
  if (!held.ok()) return held.status();
  std::erase_if(held->alerts, [](const vangnet::Alert& alert) { return !alert.is_open(); });
  if (held->alerts.empty()) return absl::OkStatus();
  const uint64_t id = held->alerts[choice % held->alerts.size()].id;
  absl::Status status = service_.Acknowledge(id, now_);
  if (status.ok()) alerts_acknowledged_.insert(id);
  return status;
}

absl::Status StoryWithFaults::Do(const Act& act) {
  now_ += absl::Seconds(1);
  switch (act.kind) {
    case Act::Kind::kSend: {
      absl::Status status = service_.Send(act.records, now_);
      if (!status.ok()) return status;
      for (const Record& record : act.records) {
        uint64_t& highest = acknowledged_[NameOf(record)];
        highest = std::max(highest, record.revision);
        versions_acknowledged_.insert({NameOf(record), record.revision});
      }
      return status;
    }
    case Act::Kind::kSweep:
      today_ = act.today;
      return service_.Sweep(act.today, now_);
    case Act::Kind::kAcknowledge:
      return AcknowledgeOne(act.choice);
  }
  return absl::OkStatus();
}

void StoryWithFaults::DoUntilDone(const Act& act, size_t number) {
  for (const Record& record : act.records) sent_[NameOf(record)][record.revision] = DigestOf(record);
  for (int tries = 0; up_; ++tries) {
    const absl::Status status = Do(act);
    if (status.ok()) return;
    errors_.push_back("act " + std::to_string(number) + ": " + status.ToString());
    if (tries >= kTriesMax) {
      up_ = false;
    } else if (absl::IsUnavailable(status)) {
      when_full();
    } else {
      Restart();
    }
  }
}

FaultCounts StoryWithFaults::Run() {
  Restart();
  counts_.restarts = 0;
  for (size_t i = 0; up_ && i < acts_.size(); ++i) {
    before_act(i);
    DoUntilDone(acts_[i], i);
  }
  if (up_ && Restart()) {
    const Act last{.kind = Act::Kind::kSweep, .records = {}, .today = today_};
    DoUntilDone(last, acts_.size());
  }
  if (up_) {
    disk_->SetFaults({});
    Compare(counts_);
  } else {
    // A service that does not come up again has lost everything.
    counts_.missing += 1 + versions_acknowledged_.size();
  }
  counts_.injected += disk_->injected();
  counts_.acknowledged = versions_acknowledged_.size();
  return counts_;
}

void StoryWithFaults::Compare(FaultCounts& counts) {
  auto held = service_.ReadAll();
  if (!held.ok()) {
    errors_.push_back("at the end: " + held.status().ToString());
    counts.missing += versions_acknowledged_.size();
    return;
  }
  holdings_ = *std::move(held);
  for (const auto& [name, revision] : acknowledged_) {
    const auto found = holdings_.records.find(name);
    if (found == holdings_.records.end() || found->second.first < revision) ++counts.missing;
  }
  if (holdings_.versions < versions_acknowledged_.size()) {
    counts.missing += versions_acknowledged_.size() - holdings_.versions;
  }
  for (const auto& [name, holding] : holdings_.records) {
    const auto& [revision, digest] = holding;
    const auto& versions = sent_[name];
    const auto version = versions.find(revision);
    if (version == versions.end() || version->second != digest) ++counts.invented;
  }
  counts.raised_twice += CountRaisedTwice(holdings_.alerts);
  counts.missing += CountAcknowledgementsMissing(holdings_.alerts, alerts_acknowledged_);
}

std::string StoryWithFaults::Explain(const FaultCounts& counts) const {
  std::string text = std::to_string(counts.missing) + " missing, " + std::to_string(counts.invented) + " invented, " +
                     std::to_string(counts.differing) + " differing, " + std::to_string(counts.raised_twice) +
                     " raised twice";
  for (size_t i = errors_.size() > 5 ? errors_.size() - 5 : 0; i < errors_.size(); ++i) text += "\n" + errors_[i];
  return text;
}

std::vector<std::string> OpenAlertsOfACleanRun(const std::vector<Act>& acts) {
  StoryWithFaults clean(acts, std::make_shared<SimulatedDisk>());
  const FaultCounts counts = clean.Run();
  if (!counts.clean() || !clean.errors().empty()) return {"the run without faults failed"};
  return OpenAlertsOf(clean.holdings());
}

}  // namespace vangnet_testing
