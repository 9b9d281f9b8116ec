#include "cli/push_file.h"

#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include "tests/cli/text_file.h"

namespace vangnet {
namespace {

using ::testing::ElementsAre;
using vangnet_testing::TextFile;

const PushFile kFirst{.name = "a", .fingerprint = "aaaa", .bytes = 10, .sources = {}};
const PushFile kSecond{.name = "b", .fingerprint = "bbbb", .bytes = 10, .sources = {}};

std::vector<PushFile> Scan(const std::vector<std::string>& names, std::string_view how = "") {
  absl::StatusOr<std::vector<PushFile>> files = ScanPushFiles(names, how);
  EXPECT_TRUE(files.ok()) << files.status();
  return files.ok() ? *std::move(files) : std::vector<PushFile>(names.size());
}

TEST(PushFileTest, FingerprintChangesWithContentAndWithHowItIsRead) {
  const TextFile one("one", "{\"source\":\"las-1\"}\n{\"source\": \"las-2\"}\n");
  const TextFile other("other", "{\"source\":\"las-1\"}\n{\"source\": \"las-3\"}\n");
  const PushFile file = Scan({one.path()}).front();
  EXPECT_EQ(file.fingerprint, Scan({one.path()}).front().fingerprint);
  EXPECT_NE(file.fingerprint, Scan({other.path()}).front().fingerprint);
  EXPECT_NE(file.fingerprint, Scan({one.path()}, "mapping").front().fingerprint);
  EXPECT_THAT(file.sources, ElementsAre("las-1", "las-2"));
  EXPECT_EQ(file.bytes, 39);
}

// Regression: a cursor of the second file skipped whatever the first one was.
TEST(PushFileTest, FingerprintChangesWithTheFilesBefore) {
  const TextFile one("one", "{\"source\":\"las-1\"}\n");
  const TextFile changed("changed", "{\"source\":\"las-2\"}\n");
  const TextFile last("last", "{\"source\":\"las-3\"}\n");
  const std::vector<PushFile> before = Scan({one.path(), last.path()});
  const std::vector<std::string> cursors = {CursorOf(before[1], 7, false)};
  EXPECT_EQ(PlaceToResume(Scan({one.path(), last.path()}), cursors), (PushPlace{1, 7}));
  EXPECT_EQ(PlaceToResume(Scan({changed.path(), last.path()}), cursors), std::nullopt);
  EXPECT_EQ(PlaceToResume(Scan({changed.path(), one.path(), last.path()}), cursors), std::nullopt);
  EXPECT_EQ(PlaceToResume(Scan({last.path()}), cursors), std::nullopt);
  EXPECT_EQ(PlaceToResume(Scan({one.path(), last.path(), changed.path()}), cursors), (PushPlace{1, 7}))
      << "what comes behind it has not been sent and may be anything";
}

TEST(PushFileTest, NothingBehindStandardInputIsResumed) {
  const TextFile one("one", "{\"source\":\"las-1\"}\n");
  const std::vector<PushFile> files = Scan({one.path(), "-", one.path()});
  EXPECT_NE(files[0].fingerprint, "");
  EXPECT_EQ(files[1].fingerprint, "");
  EXPECT_EQ(CursorOf(files[2], 7, false), "") << "standard input, before it, would be skipped with it";
}

TEST(PushFileTest, ResumesBehindTheFurthestCursorOfItsFiles) {
  const std::vector<PushFile> files = {kFirst, kSecond};
  EXPECT_EQ(PlaceToResume(files, {}), std::nullopt);
  EXPECT_EQ(PlaceToResume(files, {"cccc:7", "", "nonsense"}), std::nullopt);
  EXPECT_EQ(PlaceToResume(files, {CursorOf(kFirst, 900, false)}), (PushPlace{0, 900}));
  EXPECT_EQ(PlaceToResume(files, {CursorOf(kSecond, 5, false), CursorOf(kFirst, 900, false)}), (PushPlace{1, 5}));
}

TEST(PushFileTest, AFinishedPushBeginsAnew) {
  EXPECT_EQ(PlaceToResume({kFirst, kSecond}, {CursorOf(kFirst, 900, false), CursorOf(kSecond, 12, true)}),
            std::nullopt);
}

TEST(PushFileTest, StandardInputHasNoCursor) {
  EXPECT_EQ(CursorOf({.name = "-", .fingerprint = "", .bytes = 0, .sources = {}}, 12, false), "");
}

}  // namespace
}  // namespace vangnet
