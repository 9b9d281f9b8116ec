// A store that is filled with the export of another is the same store, table by table.
#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include <map>
#include <string>
#include <vector>

#include "services/convert/digest.h"
#include "services/convert/record_reader.h"
#include "services/maintenance/store_export.h"
#include "services/maintenance/store_import.h"
#include "storage/alert_store.h"
#include "storage/digest_store.h"
#include "storage/keys.h"
#include "storage/memory_durable_mark.h"
#include "storage/meta_numbers.h"
#include "storage/policy_store.h"
#include "tests/testing/temporary_directory.h"
#include "vangnet/v1/record.pb.h"

namespace vangnet {
namespace {

using testing::HasSubstr;

const absl::Time kNoon = absl::FromUnixSeconds(1'795'435'200);
// A name of a caller that is no text.
const std::string kNoText("\xff\0request", 9);

IncomingRecord Incoming(const v1::Record& record) {
  IncomingRecord incoming;
  incoming.canonical = record.SerializeAsString();
  auto read = RecordFromCanonical(incoming.canonical);
  EXPECT_TRUE(read.ok()) << read.status();
  incoming.record = *std::move(read);
  incoming.digest = ShortDigest(incoming.canonical);
  return incoming;
}

v1::Record RecordOf(const std::string& student, const std::string& id, uint64_t revision) {
  v1::Record record;
  record.set_source("las");
  record.set_record_id(id);
  record.set_revision(revision);
  record.set_student(student);
  return record;
}

v1::Record Profile(const std::string& student, uint64_t revision) {
  v1::Record record = RecordOf(student, "profile-" + student, revision);
  record.mutable_student_profile()->set_birth_date("2017-03-0" + std::to_string(revision));
  return record;
}

v1::Record Placement(const std::string& student) {
  v1::Record record = RecordOf(student, "placement-" + student, 1);
  record.mutable_placement()->set_school("12AB00");
  record.mutable_placement()->set_kind(v1::PLACEMENT_KIND_REGULAR);
  record.mutable_placement()->set_first_day("2026-08-24");
  return record;
}

v1::Record SameStudent(const std::string& student, const std::string& other, uint64_t revision) {
  v1::Record record = RecordOf(student, "same-" + student, revision);
  record.mutable_same_student()->set_other(other);
  return record;
}

v1::Record Withdrawn(const std::string& student, const std::string& id, uint64_t revision) {
  v1::Record record = RecordOf(student, id, revision);
  record.set_withdrawn(true);
  return record;
}

v1::Record CompleteThrough(const std::string& day) {
  v1::Record record = RecordOf("", "complete", 1);
  record.mutable_attendance_complete()->set_school("12AB00");
  record.mutable_attendance_complete()->set_through_day(day);
  return record;
}

class StoreArchiveTest : public testing::Test {
 protected:
  // Each of `records` in a chunk of its own, all received at one moment.
  static void Commit(FactStore& facts, const std::vector<v1::Record>& records, absl::Time at, bool backfill = false) {
    std::vector<Chunk> group;
    for (const v1::Record& record : records) {
      Chunk& chunk = group.emplace_back();
      chunk.source = "las";
      chunk.channel = "nightly";
      chunk.cursor = "page " + record.record_id();
      chunk.backfill = backfill;
      chunk.records.push_back(Incoming(record));
      chunk.refused.push_back({"", "NO_FACT", "fact", "there is none", kNoText});
    }
    const auto results = facts.Commit(group, at);
    ASSERT_TRUE(results.ok()) << results.status();
  }

  static void Evaluate(KvStore& kv, FactStore& facts) {
    facts.ReleaseBackfill();
    const auto subjects = facts.TakePending(1'000);
    WriteBatch batch;
    ASSERT_TRUE(facts.AddEvaluated(subjects, batch).ok());
    ASSERT_TRUE(kv.Write(batch, Durability::kSynced).ok());
    facts.Evaluated(subjects);
  }

  static void AddAlerts(KvStore& kv) {
    auto alerts = AlertStore::Open(kv);
    ASSERT_TRUE(alerts.ok()) << alerts.status();
    const Subject child{SubjectKind::kStudent, "s-1"};
    WriteBatch batch;
    Alert alert;
    alert.id = (*alerts)->AllocateId(child);
    alert.finding.subject = child;
    alert.finding.rule = "no-placement";
    alert.finding.since = Day(2026, 11, 2);
    alert.finding.evidence.push_back({{"las", "placement-s-1"}, "s-1", 1});
    alert.state = AlertState::kAcknowledged;
    alert.team = "north";
    alert.acknowledged_by = "anna";
    alert.opened_at = alert.changed_at = kNoon;
    alert.last_shown = Day(2026, 11, 20);
    alert.history.resize(2);
    alert.history[0].changed_at = alert.history[1].changed_at = kNoon;
    alert.history[1].kind = AlertChangeKind::kAcknowledged;
    alert.history[1].actor = "anna";
    alert.history[1].note = "a note";
    (*alerts)->AddAlert(alert, alert.history, batch);
    StoredEvaluation evaluation;
    evaluation.due = Day(2026, 12, 1);
    evaluation.alerts = {alert.id};
    (*alerts)->AddEvaluation(child, {}, evaluation, batch);
    StoredEvaluation set_aside;
    set_aside.set_aside = "a fault";
    (*alerts)->AddEvaluation({SubjectKind::kSchool, "12AB00"}, {}, set_aside, batch);
    ASSERT_TRUE((*alerts)->AddAnswer(kNoText, "an answer", kNoon, batch).ok());
    batch.Put(Table::kMeta, MetaKey("engine.day"), "2026-11-23");
    ASSERT_TRUE(kv.Write(batch, Durability::kSynced).ok());
    (*alerts)->Applied();
  }

  static void AddDigests(KvStore& kv) {
    auto digests = DigestStore::Open(kv);
    ASSERT_TRUE(digests.ok()) << digests.status();
    BackfillDigest digest;
    digest.team = "north";
    digest.received_from = digest.received_until = kNoon;
    digest.changes[{"no-placement", "", AlertChangeKind::kRaised}] = 3;
    WriteBatch batch;
    (*digests)->AddToOpen(digest, batch);
    (*digests)->AddClosed(kNoon, batch);
    digest.team = "south";
    (*digests)->AddToOpen(digest, batch);
    ASSERT_TRUE(kv.Write(batch, Durability::kSynced).ok());
  }

  static void AddConfigurations(KvStore& kv) {
    const PolicyStore policies(kv);
    for (const char* version : {"one", "two", "one"}) {  // one of them in use again
      WriteBatch batch;
      const ConfigurationFiles files{.version = version, .policy = kNoText, .region = "region of " + kNoText};
      ASSERT_TRUE(policies.AddActivation(files, kNoon, batch).ok());
      ASSERT_TRUE(kv.Write(batch, Durability::kSynced).ok());
    }
    const PolicyHold hold{.files = {.version = "three", .policy = "p", .region = "r"},
                          .held_since = kNoon,
                          .students = 100,
                          .students_with_new_alert = 50,
                          .new_alerts_by_rule = {{"no-placement", 50}},
                          .students_with_ended_alert = 3,
                          .ended_alerts_by_rule = {{"late", 3}}};
    ASSERT_TRUE(policies.SetHold(hold).ok());
  }

  enum class End { kOrderly, kKilled };
  // A store with everything that there can be; part of it is not evaluated yet. Killed it has no packed states.
  void Fill(const std::string& path, End end = End::kOrderly) {
    auto directory = MakeDataDirectory(path);
    ASSERT_TRUE(directory.ok()) << directory.status();
    KvStore& kv = *directory->kv;
    MemoryDurableMark mark;
    auto facts = FactStore::Open(kv, mark, {});
    ASSERT_TRUE(facts.ok()) << facts.status();
    Commit(**facts, {Profile("s-1", 1), Placement("s-1"), CompleteThrough("2026-11-20")}, kNoon);
    Commit(**facts, {Profile("s-2", 2), SameStudent("s-2", "s-1", 1)}, kNoon + absl::Seconds(1), /*backfill=*/true);
    Evaluate(kv, **facts);
    Commit(**facts, {Withdrawn("s-2", "same-s-2", 2), Profile("s-2", 1)}, kNoon + absl::Seconds(2));  // stale
    Evaluate(kv, **facts);
    Commit(**facts, {Profile("s-3", 1)}, kNoon + absl::Seconds(2));  // at the same moment, and not evaluated
    Commit(**facts, {Profile("s-1", 2)}, kNoon + absl::Seconds(3), /*backfill=*/true);
    AddAlerts(kv);
    AddDigests(kv);
    AddConfigurations(kv);
    if (end == End::kOrderly) {
      ASSERT_TRUE((*facts)->WriteStates().ok());
    }
    const uint64_t last = (*facts)->last_sequence();
    facts->reset();
    ASSERT_TRUE(FinishDataDirectory(*std::move(directory), last, path).ok());
  }

  static std::vector<std::string> Export(const std::string& path) {
    std::vector<std::string> lines;
    auto directory = OpenDataDirectory(path);
    EXPECT_TRUE(directory.ok()) << directory.status();
    const auto exported = ExportStore(*directory->kv, Unreadable::kIsAnError, [&](std::string_view line) {
      lines.emplace_back(line);
      return true;
    });
    EXPECT_TRUE(exported.ok()) << exported.status();
    return lines;
  }

  static absl::Status Import(const std::string& path, const std::vector<std::string>& lines) {
    auto import = StoreImport::Begin(path);
    if (!import.ok()) return import.status();
    for (const std::string& line : lines) {
      if (absl::Status added = (*import)->Add(line); !added.ok()) return added;
    }
    return (*import)->Finish(absl::FromUnixSeconds(1'795'000'000)).status();
  }

  using Entries = std::map<std::string, std::string>;  // "table/key" to value
  static Entries EntriesOf(const std::string& path) {
    Entries entries;
    const auto directory = OpenDataDirectory(path);
    EXPECT_TRUE(directory.ok()) << directory.status();
    for (int table = 0; table < kTableCount; ++table) {
      const auto at = directory->kv->NewIterator(static_cast<Table>(table));
      for (at->Seek(""); at->Valid(); at->Next()) {
        entries[TableName(static_cast<Table>(table)) + ("/" + std::string(at->key()))] = at->value();
      }
    }
    return entries;
  }

  vangnet_testing::TemporaryDirectory directory_;
};

TEST_F(StoreArchiveTest, PackedStatesThatAreBehindChangeNothingInAnExport) {
  Fill(directory_.path("ended"));
  Fill(directory_.path("killed"), End::kKilled);
  EXPECT_NE(EntriesOf(directory_.path("killed")), EntriesOf(directory_.path("ended")));
  EXPECT_EQ(Export(directory_.path("killed")), Export(directory_.path("ended")));
}

TEST_F(StoreArchiveTest, EveryTableComesBackEntryByEntry) {
  Fill(directory_.path("data"));
  const std::vector<std::string> lines = Export(directory_.path("data"));
  const absl::Status imported = Import(directory_.path("imported"), lines);
  ASSERT_TRUE(imported.ok()) << imported;
  const Entries entries = EntriesOf(directory_.path("data"));
  std::map<std::string, int> tables;
  for (const auto& [name, value] : entries) ++tables[name.substr(0, name.find('/'))];
  EXPECT_EQ(tables.size(), static_cast<size_t>(kTableCount)) << "a table that this test leaves empty";
  Entries imported_entries = EntriesOf(directory_.path("imported"));
  // The order of changes goes on in its own way, under a name of its own.
  EXPECT_EQ(imported_entries.erase("meta/" + MetaKey(kChangeLogMeta)), 1u);
  EXPECT_EQ(imported_entries, entries);
  EXPECT_EQ(Export(directory_.path("imported")), lines);
}

// A region may export before its first record: the policy, the ids that were given and the day come back.
TEST_F(StoreArchiveTest, AStoreWithoutRecordsComesBackToo) {
  {
    auto directory = MakeDataDirectory(directory_.path("data"));
    ASSERT_TRUE(directory.ok()) << directory.status();
    WriteBatch batch;
    batch.Put(Table::kMeta, MetaKey(kAlertCounterMeta), EncodeNumber(7));
    ASSERT_TRUE(PolicyStore(*directory->kv).AddActivation({"v1", "p", "r"}, kNoon, batch).ok());
    ASSERT_TRUE(directory->kv->Write(batch, Durability::kSynced).ok());
    ASSERT_TRUE(FinishDataDirectory(*std::move(directory), 0, directory_.path("data")).ok());
  }
  const std::vector<std::string> lines = Export(directory_.path("data"));
  EXPECT_THAT(lines, testing::SizeIs(3));  // a header, a policy, and the end
  const absl::Status imported = Import(directory_.path("imported"), lines);
  ASSERT_TRUE(imported.ok()) << imported;
  EXPECT_EQ(Export(directory_.path("imported")), lines);
  const absl::Status whole = CheckAcknowledged(*OpenDataDirectory(directory_.path("imported")));
  EXPECT_TRUE(whole.ok()) << "no server would start on it: " << whole;
}

TEST_F(StoreArchiveTest, WhatIsCutOffAnywhereIsRefused) {
  Fill(directory_.path("data"));
  const std::vector<std::string> lines = Export(directory_.path("data"));
  for (const size_t kept : {size_t{0}, size_t{1}, lines.size() / 2, lines.size() - 1}) {
    const std::string path = directory_.path("cut-" + std::to_string(kept));
    const absl::Status refused = Import(path, {lines.begin(), lines.begin() + static_cast<int64_t>(kept)});
    EXPECT_TRUE(absl::IsInvalidArgument(refused)) << kept << ": " << refused;
    EXPECT_TRUE(absl::IsFailedPrecondition(OpenDataDirectory(path).status())) << "a server would start on it";
  }
}

TEST_F(StoreArchiveTest, ALineOfAnotherProgramIsRefusedWhereItStands) {
  Fill(directory_.path("data"));
  const std::vector<std::string> lines = Export(directory_.path("data"));
  const std::string header = lines.front();
  int imports = 0;
  for (const char* line : {R"({"progress": {"name": "c2NoZW1h", "text": "AA=="}})",  // schema
                           R"({"alert": {"id": "65", "state": 77}})",                // no such state
                           R"({"evaluation": {"subjectKind": 3, "subject": "cy0x", "state": {}}})",
                           R"({"answer": {"requestId": "YQ==", "answer": {"answeredAtMicros": "-1"}}})",
                           R"({"unknown": {}})", "{}", header.c_str()}) {
    const absl::Status refused = Import(directory_.path(std::to_string(++imports)), {header, line});
    EXPECT_TRUE(absl::IsInvalidArgument(refused)) << line << ": " << refused;
    EXPECT_THAT(std::string(refused.message()), testing::Not(HasSubstr("cut off"))) << line;
  }
}

}  // namespace
}  // namespace vangnet
