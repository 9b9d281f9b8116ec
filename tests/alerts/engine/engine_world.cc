#include "tests/alerts/engine/engine_world.h"

#include <algorithm>
#include <utility>

#include "gtest/gtest.h"
#include "storage/fact_codec.h"
#include "storage/keys.h"

namespace vangnet_testing {

using namespace vangnet;  // NOLINT: a test helper speaks of little else

namespace {

constexpr int kSweepsMax = 100'000;

IncomingRecord Incoming(const Record& record) {
  IncomingRecord incoming;
  incoming.record = record;
  // Any bytes that are equal exactly when the content is.
  incoming.canonical = record.subject.key + "|" + record.key.source + "|" + record.key.record_id + "|" +
                       std::to_string(record.revision) + "|";
  StringList schools;
  ByteWriter writer(incoming.canonical);
  EncodeFact(record.fact, schools, writer);
  for (std::string_view school : schools) incoming.canonical += "|" + std::string(school);
  incoming.digest = StableHash(incoming.canonical);
  return incoming;
}

const char* KindName(AlertChangeKind kind) {
  static const char* const kNames[] = {"",         "raised",    "stage raised", "stage lowered", "updated",
                                       "resolved", "withdrawn", "reopened",     "acknowledged"};
  return kNames[static_cast<int>(kind)];
}

std::string Describe(const Alert& alert) {
  const Finding& finding = alert.finding;
  std::string text = finding.subject.key + " " + finding.rule + " " + finding.stage;
  if (!finding.identity.empty()) text += " " + finding.identity;
  return text + " since " + finding.since.ToString();
}

Rule RuleOf(const std::string& id, RuleSettings settings, std::vector<Stage> stages) {
  Rule rule;
  rule.id = id;
  rule.audience = {Audience::kSupportTeam};
  rule.settings = std::move(settings);
  rule.stages = std::move(stages);
  return rule;
}

}  // namespace

Region SmallRegion() {
  Region region;
  Timetable timetable;
  for (int weekday = 1; weekday <= 5; ++weekday) {
    timetable.sessions.push_back({static_cast<Weekday>(weekday), {8 * 60 + 30, 12 * 60, DayPart::kMorning}});
    timetable.sessions.push_back({static_cast<Weekday>(weekday), {13 * 60, 15 * 60, DayPart::kAfternoon}});
  }
  region.default_timetable = {timetable};
  region.closures = {{{Day(2026, 10, 17), Day(2026, 10, 25)}, {}}};
  region.schools["12AB00"].unit = "north";
  region.schools["34CD00"].unit = "south";
  region.units = {{"north", {"Noord", "team-north"}}, {"south", {"Zuid", "team-south"}}};
  region.teams = {{"team-north", "Noord"}, {"team-south", "Zuid"}, {"team-office", "Bureau"}};
  region.fallback_team = "team-office";
  region.audiences = {{Audience::kSupportTeam, "WPO 18a"}};
  region.school_pattern = "\\d{2}[A-Z]{2}\\d{2}";
  return region;
}

Policy SmallPolicy() {
  using Kind = StageCondition::Kind;
  Policy policy;
  policy.rules = {
      RuleOf("no-placement", NoPlacementSettings{},
             {{"open", {Kind::kAtLeastSchoolDays, 1}, {}}, {"confirmed", {Kind::kLongerThanDays, 28}, {}}}),
      RuleOf("long-absence", ContinuousAbsenceSettings{},
             {{"early", {Kind::kAtLeastSchoolDays, 5}, {}}, {"four-weeks", {Kind::kLongerThanDays, 28}, {}}}),
      RuleOf("school-silent", SchoolSilentSettings{}, {{"silent", {}, {}}}),
      RuleOf("unknown-school", UnknownSchoolSettings{}, {{"unknown", {}, {}}}),
  };
  return policy;
}

Record StudentRecord(const std::string& student, const std::string& id, uint64_t revision, std::optional<Fact> fact) {
  return {{SubjectKind::kStudent, student}, {"las-1", id}, revision, std::move(fact)};
}
Record SchoolRecord(const std::string& school, const std::string& id, uint64_t revision, std::optional<Fact> fact) {
  return {{SubjectKind::kSchool, school}, {"las-1", id}, revision, std::move(fact)};
}
Fact PlacedAt(const std::string& school, Day first, Day last) {
  Placement placement;
  placement.school = school;
  placement.days = {first, last};
  return placement;
}
Fact SickFrom(const std::string& school, Day first, Day last) {
  return Absence{school, AbsenceCategory::kSick, Authorised::kYes, DaysExtent{{first, last}}};
}
Fact CompleteThrough(const std::string& school, Day day) { return AttendanceComplete{school, day}; }

EngineWorld::EngineWorld() : now(absl::FromUnixSeconds(1'790'000'000)) { options.policies = &policies; }

EngineConfiguration EngineWorld::Configuration() const {
  return {std::make_shared<const Region>(region), std::make_shared<const Policy>(policy), version};
}

Fact Born() {
  StudentProfile profile;
  profile.birth_date = Day(2017, 3, 2);
  return profile;
}

Record AnyRecord(std::mt19937_64& random, uint64_t revision) {
  const auto below = [&](uint64_t end) { return random() % end; };
  if (below(5) == 0) revision = revision > 10 ? revision - below(10) : revision;
  const std::string school = below(2) == 0 ? "12AB00" : "34CD00";
  if (below(8) == 0) {
    return SchoolRecord(school, "complete-" + school, revision,
                        CompleteThrough(school, Day(2026, 9, 1) + static_cast<int>(below(40))));
  }
  const std::string student = "s-" + std::to_string(below(12));
  const Day first = Day(2026, 8, 1) + static_cast<int>(below(80));
  const Day last = below(2) == 0 ? kDayMax : first + static_cast<int>(below(30));
  const bool is_withdrawn = below(6) == 0;
  switch (below(4)) {
    case 0:
      return StudentRecord(student, "profile-" + student, revision, Born());
    case 1: {
      std::optional<Fact> fact;
      if (!is_withdrawn) fact = PlacedAt(school, first, last);
      return StudentRecord(student, "placement-" + student, revision, std::move(fact));
    }
    case 2: {
      std::optional<Fact> fact;
      if (!is_withdrawn) fact = SickFrom(school, first, last);
      return StudentRecord(student, "ill-" + student, revision, std::move(fact));
    }
    default: {
      std::optional<Fact> fact;
      if (!is_withdrawn) fact = SameStudent{"s-" + std::to_string(below(12))};
      return StudentRecord(student, "same-" + student, revision, std::move(fact));
    }
  }
}

void EngineWorld::Open() {
  // What a start finds is durable: RocksDB writes what it reads from its log to tables, and syncs them.
  ASSERT_TRUE(kv.Write({}, Durability::kSynced).ok());
  auto opened_facts = FactStore::Open(kv, mark, {.states_behind_max = states_behind_max});
  ASSERT_TRUE(opened_facts.ok()) << opened_facts.status();
  facts = *std::move(opened_facts);
  auto opened_alerts = AlertStore::Open(kv);
  ASSERT_TRUE(opened_alerts.ok()) << opened_alerts.status();
  alerts = *std::move(opened_alerts);
  auto created = Sweeper::Create(kv, *facts, *alerts, alert_writes, Configuration(), options);
  ASSERT_TRUE(created.ok()) << created.status();
  sweeper = *std::move(created);
}

void EngineWorld::Crash(std::optional<size_t> survivors) {
  sweeper.reset();
  alerts.reset();
  facts.reset();
  if (survivors) kv.DropUnsynced(*survivors);
}

void EngineWorld::Activate() { sweeper->SetConfiguration(Configuration()); }

void EngineWorld::Send(const std::vector<Record>& records, bool backfill) {
  Chunk chunk;
  chunk.source = "las-1";
  chunk.backfill = backfill;
  for (const Record& record : records) chunk.records.push_back(Incoming(record));
  now += absl::Milliseconds(1);
  const auto committed = facts->Commit({chunk}, now);
  ASSERT_TRUE(committed.ok()) << committed.status();
}

SweepResult EngineWorld::SweepOnce() {
  now += absl::Milliseconds(1);
  const auto result = sweeper->RunOnce({now, today});
  EXPECT_TRUE(result.ok()) << result.status();
  return result.value_or(SweepResult());
}

SweepResult EngineWorld::Sweep() {
  SweepResult all = SweepOnce();
  for (int i = 0; all.work_left && i < kSweepsMax; ++i) {
    SweepResult next = SweepOnce();
    next.day_turned = next.day_turned || all.day_turned;
    next.evaluated += all.evaluated;
    next.changed += all.changed;
    for (const auto& [kind, count] : all.changes) next.changes[kind] += count;
    next.shadow_findings += all.shadow_findings;
    next.digests.insert(next.digests.begin(), all.digests.begin(), all.digests.end());
    next.set_aside.insert(next.set_aside.begin(), all.set_aside.begin(), all.set_aside.end());
    all = std::move(next);
  }
  EXPECT_FALSE(all.work_left) << "The sweeper never gets done.";
  return all;
}

std::vector<Alert> EngineWorld::AllAlerts() const {
  const auto listed = alerts->ListAlerts(0, 1'000'000, [](const Alert&) { return true; });
  EXPECT_TRUE(listed.ok()) << listed.status();
  return listed.value_or(std::vector<Alert>());
}

std::vector<std::string> EngineWorld::Alerts() const {
  std::vector<std::string> texts;
  for (const Alert& alert : AllAlerts()) {
    std::string text = Describe(alert) + ":";
    for (const AlertChange& change : alert.history) {
      text += std::string(text.back() == ':' ? " " : ", ") + KindName(change.kind);
    }
    texts.push_back(std::move(text));
  }
  return texts;
}

std::vector<std::string> EngineWorld::OpenAlerts() const {
  std::vector<std::string> texts;
  for (const Alert& alert : AllAlerts()) {
    if (alert.is_open()) texts.push_back(Describe(alert));
  }
  std::sort(texts.begin(), texts.end());
  return texts;
}

}  // namespace vangnet_testing
