// A store that the engine kept is found in order, at every step; and every kind of entry that is damaged, gone or made
// up is found.
#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include <functional>
#include <memory>
#include <random>
#include <string>
#include <vector>

#include "alerts/engine/commands.h"
#include "alerts/engine/verify_findings.h"
#include "storage/keys.h"
#include "storage/verify_alerts.h"
#include "storage/verify_facts.h"
#include "tests/alerts/engine/engine_world.h"

namespace vangnet {
namespace {

using testing::IsEmpty;
using vangnet_testing::AnyRecord;
using vangnet_testing::Born;
using vangnet_testing::CompleteThrough;
using vangnet_testing::EngineWorld;
using vangnet_testing::PlacedAt;
using vangnet_testing::SchoolRecord;
using vangnet_testing::SickFrom;
using vangnet_testing::StudentRecord;

class VerifyTest : public testing::Test {
 protected:
  // Everything that is checked, on what the disk holds.
  StoreReport Verify() {
    StoreReport report;
    const auto marked = world_->mark.Read();
    VerifyFacts(
        world_->kv, marked.ok() ? *marked : std::nullopt,
        [](const DecodedVersion& version) {
          const bool fits = StableHash(version.canonical) == version.digest;
          return fits ? absl::OkStatus() : absl::DataLossError("its digest is not its own");
        },
        report);
    VerifyAlerts(world_->kv, report);
    if (report.disagreements() > 0) return report;  // the stores may not open
    const auto facts = FactStore::Open(world_->kv, world_->mark, {});
    const auto alerts = AlertStore::Open(world_->kv);
    EXPECT_TRUE(facts.ok()) << facts.status();
    EXPECT_TRUE(alerts.ok()) << alerts.status();
    if (!facts.ok() || !alerts.ok()) return report;
    const EngineConfiguration configuration{std::make_shared<const Region>(world_->region),
                                            std::make_shared<const Policy>(world_->policy), world_->version};
    const absl::Status read = VerifyFindings(world_->kv, **facts, **alerts, configuration, report);
    EXPECT_TRUE(read.ok()) << read;
    return report;
  }

  // Children who are ill, who left, who have two keys; schools that are silent or unknown; a command; refused records;
  // a backfill with its digest.
  void Fill() {
    world_->Open();
    std::vector<Record> records;
    for (int i = 0; i < 40; ++i) {
      const std::string student = "s-" + std::to_string(i);
      records.push_back(StudentRecord(student, "profile-" + student, 1, Born()));
      const Day last = i % 4 == 0 ? Day(2026, 9, 1 + i % 20) : kDayMax;
      records.push_back(StudentRecord(student, "placement-" + student, 1,
                                      PlacedAt(i % 3 == 0 ? "34CD00" : "12AB00", Day(2026, 8, 24), last)));
      if (i % 5 == 0)
        records.push_back(StudentRecord(student, "ill-" + student, 1, SickFrom("12AB00", Day(2026, 9, 7))));
    }
    records.push_back(SchoolRecord("12AB00", "complete", 1, CompleteThrough("12AB00", Day(2026, 10, 15))));
    records.push_back(StudentRecord("k-1", "same-1", 1, SameStudent{"s-3"}));
    records.push_back(StudentRecord("k-2", "same-2", 1, SameStudent{"s-4"}));
    world_->Send(records);
    world_->Sweep();
    world_->Send({StudentRecord("k-2", "same-2", 2, std::nullopt),
                  StudentRecord("s-5", "placement-s-5", 3, PlacedAt("34CD00", Day(2026, 8, 24))),
                  StudentRecord("s-5", "placement-s-5", 2, PlacedAt("99ZZ99", Day(2026, 8, 24)))});  // comes too late
    world_->Sweep();
    world_->Send({StudentRecord("b-1", "profile-b", 1, Born())}, /*backfill=*/true);
    world_->Pause();
    world_->Sweep();
    Chunk refused;
    refused.source = "las-2";
    refused.refused = {{"", "REQUIRED", "student", "", "raw"}, {"", "REQUIRED", "student", "", "raw"}};
    ASSERT_TRUE(world_->facts->Commit({refused}, world_->now).ok());
    WriteBatch batch;
    const AlertStore& alerts = *world_->alerts;
    ASSERT_GE(world_->AllAlerts().size(), 10u);
    ASSERT_TRUE(world_->alerts->AddAnswer("request-1", "1", world_->now, batch).ok());
    ASSERT_TRUE(world_->policies.AddActivation({"1", "policy", "region"}, world_->now, batch).ok());
    ASSERT_TRUE(world_->kv.Write(batch, Durability::kSynced).ok());
    ASSERT_EQ(alerts.GetSetAside()->size(), 0u);
    world_->Crash();
  }

  struct Entry {
    std::string key;
    std::string value;
  };
  std::vector<Entry> EntriesOf(Table table) const {
    std::vector<Entry> entries;
    const auto iterator = world_->kv.NewIterator(table);
    for (iterator->Seek(""); iterator->Valid(); iterator->Next()) {
      entries.push_back({std::string(iterator->key()), std::string(iterator->value())});
    }
    return entries;
  }
  void Put(Table table, const std::string& key, const std::string& value) {
    WriteBatch batch;
    batch.Put(table, key, value);
    ASSERT_TRUE(world_->kv.Write(batch, Durability::kSynced).ok());
  }
  void Delete(Table table, const std::string& key) {
    WriteBatch batch;
    batch.Delete(table, key);
    ASSERT_TRUE(world_->kv.Write(batch, Durability::kSynced).ok());
  }

  std::unique_ptr<EngineWorld> world_ = std::make_unique<EngineWorld>();
};

// Entries that are gone without leaving a trace.
bool MayGo(Table table, const std::string& key) {
  if (table == Table::kMeta) return true;     // each its own way: see below
  if (table == Table::kDigests) return true;  // the newest
  if (table == Table::kSources && key == RejectionCountsKey("las-2")) return false;
  return table == Table::kSources && key == ChannelKey("las-2", "");  // it only ever refused
}

TEST_F(VerifyTest, AStoreThatTheEngineKeptIsInOrder) {
  Fill();
  const StoreReport report = Verify();
  EXPECT_THAT(report.shown(), IsEmpty());
  EXPECT_THAT(report.skipped(), IsEmpty());
  for (const char* what : {"versions", "packed states of students", "packed states of schools", "entries of placed",
                           "entries of links", "entries of sources", "refused records", "alerts", "evaluations",
                           "due marks", "changes of alerts", "entries of requests", "digests",
                           "configurations that were in use", "students evaluated again", "schools evaluated again"}) {
    EXPECT_GT(report.counts().count(what), 0u) << what;
  }
}

TEST_F(VerifyTest, EveryEntryThatIsGoneIsMissed) {
  Fill();
  int gone = 0;
  for (int i = 0; i < kTableCount; ++i) {
    const auto table = static_cast<Table>(i);
    const std::vector<Entry> entries = EntriesOf(table);
    EXPECT_FALSE(entries.empty()) << TableName(table);
    for (const Entry& entry : entries) {
      if (MayGo(table, entry.key)) continue;
      Delete(table, entry.key);
      EXPECT_GT(Verify().disagreements(), 0u) << TableName(table) << " " << testing::PrintToString(entry.key);
      Put(table, entry.key, entry.value);
      ++gone;
    }
  }
  EXPECT_GT(gone, 250);
  EXPECT_EQ(Verify().disagreements(), 0u);
}

TEST_F(VerifyTest, MetaThatIsGoneIsMissed) {
  Fill();
  for (const char* name : {"schema", "last_sequence", "alert_counter"}) {
    const std::string key = MetaKey(name);
    const auto value = world_->kv.Get(Table::kMeta, key);
    ASSERT_TRUE(value.ok() && value->has_value()) << name;
    Delete(Table::kMeta, key);
    EXPECT_GT(Verify().disagreements(), 0u) << name;
    Put(Table::kMeta, key, **value);
  }
  // Without its cursor everything is evaluated again; without its day, or a name, nothing can be compared.
  for (const char* name : {"engine.day", "engine.configuration"}) {
    const std::string key = MetaKey(name);
    const auto value = world_->kv.Get(Table::kMeta, key);
    ASSERT_TRUE(value.ok() && value->has_value()) << name;
    Delete(Table::kMeta, key);
    EXPECT_FALSE(Verify().skipped().empty()) << name;
    Put(Table::kMeta, key, **value);
  }
}

TEST_F(VerifyTest, EveryValueThatIsCutShortIsFound) {
  Fill();
  int cut = 0;
  for (int i = 0; i < kTableCount; ++i) {
    const auto table = static_cast<Table>(i);
    for (const Entry& entry : EntriesOf(table)) {
      const bool is_text = table == Table::kMeta;  // texts of the engine and of configurations are judged elsewhere
      if (entry.value.empty() || is_text) continue;
      Put(table, entry.key, entry.value.substr(0, entry.value.size() - 1));
      EXPECT_GT(Verify().disagreements(), 0u) << TableName(table) << " " << testing::PrintToString(entry.key);
      Put(table, entry.key, entry.value);
      ++cut;
    }
  }
  EXPECT_GT(cut, 200);
}

TEST_F(VerifyTest, AnEntryThatIsMadeUpIsFound) {
  Fill();
  const Subject nobody{SubjectKind::kStudent, "nobody"};
  const std::vector<std::pair<Table, std::string>> made_up = {
      {Table::kMeta, MetaKey("nonsense")},
      {Table::kVersions, VersionKey(3, 5)},
      {Table::kVersions, VersionKey(3, 99'999)},
      {Table::kStates, StateKey("nobody")},
      {Table::kSchools, SchoolKey("77XX77")},
      {Table::kPlaced, PlacedKey("12AB00", "nobody")},
      {Table::kLinks, LinkKey("nobody", "s-1")},
      {Table::kSources, "nonsense"},
      {Table::kQuarantine, RejectionKey("las-2", 77)},
      {Table::kQuarantine, RejectionKey("las-9", 1)},
      {Table::kEvaluations, "nonsense"},
      {Table::kDue, DueKey(Day(2026, 12, 1), nobody)},
      {Table::kAlerts, AlertKey(64 * 7777)},
      {Table::kChanges, ChangeKey(99'999)},
      {Table::kRequests, RequestKey("request-2")},
      {Table::kRequests, RequestAgeKey(7, "request-3")},
      {Table::kDigests, DigestKey(77)},
  };
  for (const auto& [table, key] : made_up) {
    Put(table, key, "");
    EXPECT_GT(Verify().disagreements(), 0u) << TableName(table) << " " << testing::PrintToString(key);
    Delete(table, key);
  }
  EXPECT_EQ(Verify().disagreements(), 0u);
}

// Values of the right form that say the wrong thing: each entry takes the place of another of its table.
TEST_F(VerifyTest, AValueOfAnotherEntryIsFound) {
  Fill();
  int exchanged = 0;
  for (const Table table :
       {Table::kVersions, Table::kStates, Table::kSchools, Table::kAlerts, Table::kEvaluations, Table::kChanges}) {
    const std::vector<Entry> entries = EntriesOf(table);
    for (size_t i = 1; i < entries.size(); ++i) {
      if (entries[i].value == entries[i - 1].value) continue;
      Put(table, entries[i].key, entries[i - 1].value);
      EXPECT_GT(Verify().disagreements(), 0u) << TableName(table) << " " << testing::PrintToString(entries[i].key);
      Put(table, entries[i].key, entries[i].value);
      ++exchanged;
    }
  }
  EXPECT_GT(exchanged, 150);
}

TEST_F(VerifyTest, AMarkAheadOfTheVersionsIsFound) {
  Fill();
  ASSERT_TRUE(world_->mark.Write(1'000'000).ok());
  EXPECT_GT(Verify().disagreements(), 0u);
}

TEST_F(VerifyTest, AlertsThatTheRulesDoNotGiveAreFound) {
  Fill();
  // The same facts under another policy, passed off as the one they were made under.
  world_->policy.rules.erase(world_->policy.rules.begin());
  const StoreReport fewer = Verify();
  EXPECT_GT(fewer.disagreements(), 0u);
  EXPECT_THAT(fewer.shown(), testing::Contains(testing::HasSubstr("is open and what it says is not found")));
  world_->policy = vangnet_testing::SmallPolicy();
  world_->policy.rules[1].stages[1].condition.n = 400;
  const StoreReport other = Verify();
  EXPECT_THAT(other.shown(), testing::Contains(testing::HasSubstr("differs from what is found")));
  world_->policy = vangnet_testing::SmallPolicy();
  world_->policy.rules.push_back(world_->policy.rules[0]);
  world_->policy.rules.back().id = "no-placement-twice";
  const StoreReport more = Verify();
  EXPECT_THAT(more.shown(), testing::Contains(testing::HasSubstr("has no alert of no-placement-twice")));
}

// At any moment of a random life, sweeps cut off and power lost, nothing is falsely accused.
TEST_F(VerifyTest, NothingIsFalselyAccusedAtAnyMoment) {
  int verified = 0;
  for (uint64_t seed = 1; seed <= 150; ++seed) {
    SCOPED_TRACE(seed);
    std::mt19937_64 random(seed);
    const auto below = [&](uint64_t end) { return random() % end; };
    world_ = std::make_unique<EngineWorld>();
    world_->options.subjects_per_batch_max = 3;
    world_->states_behind_max = std::vector<uint64_t>{0, 5, 1000}[below(3)];
    world_->Open();
    uint64_t revision = 0;
    for (int step = 0; step < 60; ++step) {
      const uint64_t choice = below(10);
      if (choice < 5) {
        std::vector<Record> records;
        for (uint64_t i = 0; i <= below(6); ++i) records.push_back(AnyRecord(random, ++revision));
        world_->Send(records, /*backfill=*/below(4) == 0);
      } else if (choice < 8) {
        world_->SweepOnce();
      } else if (choice == 8) {
        world_->today = world_->today + 1;
      } else {
        world_->Crash(below(2) == 0 ? std::optional<size_t>(below(3)) : std::nullopt);
        world_->Open();
      }
      const StoreReport report = Verify();
      ASSERT_THAT(report.shown(), IsEmpty()) << "step " << step;
      verified += static_cast<int>(report.counts().count("students evaluated again"));
    }
  }
  EXPECT_GT(verified, 1000);
}

}  // namespace
}  // namespace vangnet
