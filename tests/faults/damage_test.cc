// A disk that lies still and rots: one bit changed anywhere, or a file cut short. Whatever was acknowledged is there,
// or the service says that it is not.
#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include <random>
#include <regex>

#include "rocksdb/options.h"
#include "rocksdb/sst_file_reader.h"
#include "tests/faults/story_with_faults.h"

namespace vangnet_testing {
namespace {

using Files = std::map<std::string, std::string>;
using testing::HasSubstr;

constexpr size_t kActs = 60;
constexpr size_t kLaterActs = 6;  // at least
constexpr size_t kLaterActsMax = 20;
const absl::Time kLater = absl::FromUnixSeconds(1'795'000'000);
constexpr vangnet::Day kDay{2026, 12, 1};

// What a service on these files says and holds, once it has looked at everything.
absl::StatusOr<Holdings> Open(const Files& files, const ServiceOnDisk::Options& options = {}) {
  const auto disk = std::make_shared<SimulatedDisk>();
  disk->SetImage(files);
  ServiceOnDisk service(disk, options);
  absl::Status status = service.Start();
  if (status.ok()) status = service.Sweep(kDay, kLater);
  auto holdings = status.ok() ? service.ReadAll() : absl::StatusOr<Holdings>(status);
  service.Kill();
  disk->SetImage({});
  return holdings;
}

std::set<uint64_t> AcknowledgedAlerts(const Holdings& holdings) {
  std::set<uint64_t> acknowledged;
  for (const vangnet::Alert& alert : holdings.alerts) {
    for (const vangnet::AlertChange& change : alert.history) {
      if (change.kind == vangnet::AlertChangeKind::kAcknowledged) acknowledged.insert(alert.id);
    }
  }
  return acknowledged;
}

class DamageTest : public testing::Test {
 protected:
  // A service that ran for a while and was killed: log, tables, manifest and mark, and no damage.
  static void SetUpTestSuite() {
    const auto disk = std::make_shared<SimulatedDisk>();
    StoryWithFaults story(MakeActs(3, kActs), disk);
    ASSERT_TRUE(story.Run().clean());
    // A start leaves all in tables: a new start, and some more, so that there is a log as well. It ends with a chunk
    // that was acknowledged and a sweep that nobody was told of, in one log: RocksDB's threads decide when it begins
    // another.
    ASSERT_TRUE(story.Restart());
    size_t told = 0;
    bool in_one_log = false;
    for (const Act& act : MakeActs(4, kLaterActsMax)) {
      const std::string log = LastLog(disk->Image());
      ASSERT_TRUE(story.service().Send(Renamed(act.records), kLater).ok());
      ASSERT_TRUE(story.service().Sweep(kDay, kLater).ok());
      in_one_log = !log.empty() && LastLog(disk->Image()) == log;
      if (++told >= kLaterActs && in_one_log) break;
    }
    ASSERT_TRUE(in_one_log);
    story.service().Kill();
    files_ = new Files(disk->Image());
    const auto held = Open(*files_);
    ASSERT_TRUE(held.ok()) << held.status();
    held_ = new Holdings(*held);
  }
  static void TearDownTestSuite() {
    delete files_;
    delete held_;
  }
  static const Files& files() { return *files_; }
  static const Holdings& held() { return *held_; }

  static std::vector<vangnet::Record> Renamed(std::vector<vangnet::Record> records, const char* suffix = "-later") {
    for (vangnet::Record& record : records) record.key.record_id += suffix;
    return records;
  }
  // Empty: there is none with anything in it.
  static std::string LastLog() { return LastLog(files()); }
  static std::string LastLog(const Files& files) {
    std::string last;
    for (const auto& [path, bytes] : files) {
      if (KindOf(path) == FileKind::kLog && !bytes.empty()) last = path;
    }
    return last;
  }
  // Those of one column family that have anything in them.
  static std::vector<std::string> TablesOf(const std::string& family) {
    const auto disk = std::make_shared<SimulatedDisk>();
    disk->SetImage(files());
    DiskEnv& env = DiskEnv::Make(disk, DiskEnv::OptionsFile::kRefused);
    rocksdb::Options options;
    options.env = &env.env();
    std::vector<std::string> tables;
    for (const auto& [path, bytes] : files()) {
      if (KindOf(path) != FileKind::kTable) continue;
      rocksdb::SstFileReader reader(options);
      if (reader.Open(path).ok() && reader.GetTableProperties()->column_family_name == family) tables.push_back(path);
    }
    env.End();
    return tables;
  }
  // What a service on these files holds when it went on for some days, and was started again; and what it repaired.
  static absl::StatusOr<Holdings> GoOn(const Files& files, uint64_t& repairs) {
    const auto disk = std::make_shared<SimulatedDisk>();
    disk->SetImage(files);
    ServiceOnDisk service(disk, {});
    absl::Status status = service.Start();
    vangnet::Day day = kDay;
    absl::Time now = kLater;
    for (const Act& act : MakeActs(5, kLaterActsMax)) {
      if (status.ok()) status = service.Send(Renamed(act.records, "-still-later"), now);
      if (status.ok()) status = service.Sweep(day, now);
      day = day + 1;
      now += absl::Hours(24);
    }
    if (status.ok()) repairs = service.repairs();
    if (status.ok()) status = service.Start();
    if (status.ok()) status = service.Sweep(day, now);
    auto holdings = status.ok() ? service.ReadAll() : absl::StatusOr<Holdings>(status);
    service.Kill();
    disk->SetImage({});
    return holdings;
  }
  // How a service on `files` comes off against one without damage.
  static void Judge(const std::string& what, const Files& files, FaultCounts& counts) {
    ++counts.injected;
    const auto found = Open(files);
    if (!found.ok()) {
      EXPECT_THAT(found.status().code(),
                  testing::AnyOf(absl::StatusCode::kDataLoss, absl::StatusCode::kInternal,
                                 absl::StatusCode::kFailedPrecondition, absl::StatusCode::kUnknown))
          << what << ": " << found.status();
      return;
    }
    ++counts.restarts;
    counts.acknowledged += found->versions;
    for (const auto& [name, holding] : held().records) {
      const auto at = found->records.find(name);
      if (at == found->records.end() || at->second != holding) ++counts.missing;
    }
    if (found->versions != held().versions) ++counts.missing;
    if (found->records.size() > held().records.size()) ++counts.invented;
    if (OpenAlertsOf(*found) != OpenAlertsOf(held())) ++counts.differing;
    if (AcknowledgedAlerts(*found) != AcknowledgedAlerts(held())) ++counts.missing;
    EXPECT_TRUE(counts.clean()) << what << ": nobody was told";
  }

 private:
  static inline const Files* files_ = nullptr;
  static inline const Holdings* held_ = nullptr;
};

TEST_F(DamageTest, AFlippedBitIsNeverSilent) {
  std::mt19937_64 random(5);
  for (int kind = 0; kind < kFileKindCount; ++kind) {
    FaultCounts counts;
    for (const auto& [path, bytes] : files()) {
      if (KindOf(path) != static_cast<FileKind>(kind) || bytes.empty()) continue;
      // Of the files that there are few of, more bits.
      const uint64_t flips = std::min<uint64_t>(Times(KindOf(path) == FileKind::kTable ? 2 : 40), bytes.size() * 8);
      for (uint64_t i = 0; i < flips && counts.clean(); ++i) {
        const size_t bit = random() % (bytes.size() * 8);
        Files damaged = files();
        char& byte = damaged[path][bit / 8];
        byte = static_cast<char>(byte ^ (1 << bit % 8));
        Judge("bit " + std::to_string(bit) + " of " + path + " of " + std::to_string(bytes.size()) + " bytes", damaged,
              counts);
      }
    }
    EXPECT_GT(counts.injected, 0u) << NameOf(static_cast<FileKind>(kind));
    Report(std::string("bit flipped in ") + NameOf(static_cast<FileKind>(kind)), counts);
  }
}

// The headers of the log and of the manifest: where RocksDB takes damage for the end.
TEST_F(DamageTest, ABitFlippedInALengthOrTypeIsFound) {
  FaultCounts counts;
  for (const auto& [path, bytes] : files()) {
    if (KindOf(path) != FileKind::kManifest && KindOf(path) != FileKind::kLog) continue;
    for (size_t at = 0; at + 7 <= bytes.size();) {
      const size_t length = static_cast<uint8_t>(bytes[at + 4]) | static_cast<uint8_t>(bytes[at + 5]) << 8;
      for (size_t bit = (at + 4) * 8; bit < (at + 7) * 8; bit += 1 + (at / 7) % Times(1)) {
        if (Times(1) == 1 && (at / 64 + bit) % 12 != 0) continue;
        Files damaged = files();
        damaged[path][bit / 8] = static_cast<char>(damaged[path][bit / 8] ^ (1 << bit % 8));
        const auto found = Open(damaged);
        EXPECT_TRUE(absl::IsDataLoss(found.status())) << path << " bit " << bit << " " << found.status();
        ++counts.injected;
      }
      at += 7 + length;
      if (32768 - at % 32768 < 7) at += 32768 - at % 32768;
    }
  }
  EXPECT_GT(counts.injected, 20u);
  Report("bit flipped in a log's headers", counts);
}

// RocksDB reads a table's properties before it checks them: one bit of the word behind them, which counts the restarts
// of a block, once ended the process. The metadata lies at a table's end, and its blocks have one restart.
TEST_F(DamageTest, ABitFlippedInAWordBehindATablesMetadataIsFound) {
  constexpr size_t kMetadataBytes = 1'200;
  constexpr std::string_view kOneRestart("\1\0\0\0", 4);
  FaultCounts counts;
  for (const auto& [path, bytes] : files()) {
    if (KindOf(path) != FileKind::kTable) continue;
    size_t at = bytes.size() - std::min(bytes.size(), kMetadataBytes);
    for (; (at = bytes.find(kOneRestart, at)) != std::string::npos; at += kOneRestart.size()) {
      Files damaged = files();
      damaged[path][at + 3] = static_cast<char>(0x80);
      Judge("the last bit of the word at " + std::to_string(at) + " of " + path, damaged, counts);
    }
  }
  EXPECT_GT(counts.injected, 40u);
  Report("bit flipped in a table's metadata", counts);
}

TEST_F(DamageTest, ALogCutShortIsFineOrCounted) {
  FaultCounts counts;
  const std::string log = LastLog();
  const size_t size = files().at(log).size();
  int refused = 0;
  for (size_t left = 0; left < size; left += Times(1) == 1 ? 1 + size / 60 : 1) {
    Files cut = files();
    cut[log].resize(left);
    const auto found = Open(cut);
    ++counts.injected;
    if (found.ok()) {
      counts.missing += found->versions != held().versions;
      counts.differing += OpenAlertsOf(*found) != OpenAlertsOf(held());
      ++counts.restarts;
      continue;
    }
    ++refused;
    // The count that the alarm gives is what is really missing, as somebody sees who puts the mark aside.
    std::erase_if(cut, [](const auto& file) { return KindOf(file.first) == FileKind::kMark; });
    const auto rest = Open(cut, {.accept_without_mark = true});
    ASSERT_TRUE(rest.ok()) << rest.status();
    const std::string message(found.status().message());
    EXPECT_THAT(message, HasSubstr(": " + std::to_string(held().versions - rest->versions) +
                                   " acknowledged records are missing"));
  }
  EXPECT_TRUE(counts.clean()) << counts.missing << " missing, " << counts.differing << " differing";
  EXPECT_GT(refused, 0);
  EXPECT_GT(counts.restarts, 0u) << "some cuts only take what was never acknowledged";
  counts.acknowledged = counts.injected * held().versions;
  Report("log cut short", counts);
}

// Whatever is derived is made anew, and the service goes on: what comes later is stored and evaluated, also when the
// tables are merged that do not read.
TEST_F(DamageTest, ADamagedBlockOfADerivedTableStopsNobody) {
  FaultCounts counts;
  for (const char* name : {"states", "placed", "due", "links", "evaluations"}) {
    Files damaged = files();
    for (const std::string& path : TablesOf(name)) {
      // The first block, which is the only one of a table as small as these.
      damaged[path][20] = static_cast<char>(damaged[path][20] ^ 4);
      ++counts.injected;
    }
    uint64_t repairs = 0;
    const auto expected = GoOn(files(), repairs);
    EXPECT_EQ(repairs, 0u);
    const auto found = GoOn(damaged, repairs);
    ASSERT_TRUE(expected.ok()) << expected.status();
    ASSERT_TRUE(found.ok()) << name << ": " << found.status();
    EXPECT_GT(repairs, 0u) << name;
    EXPECT_EQ(found->records, expected->records) << name;
    EXPECT_EQ(found->versions, expected->versions) << name;
    EXPECT_EQ(OpenAlertsOf(*found), OpenAlertsOf(*expected)) << name;
  }
  EXPECT_GE(counts.injected, 5u) << "one of each at least; how many there are RocksDB's threads decide";
  Report("damaged derived tables", counts);
}

// Without the file that names the manifest RocksDB would begin anew, and delete every table.
TEST_F(DamageTest, ADatabaseWithoutItsFilesIsRefused) {
  FaultCounts counts;
  for (const auto& [path, bytes] : files()) {
    if (KindOf(path) == FileKind::kOther || KindOf(path) == FileKind::kMark) continue;
    Files rest = files();
    rest.erase(path);
    Judge("without " + path, rest, counts);
  }
  Report("a file is gone", counts);
}

}  // namespace
}  // namespace vangnet_testing
