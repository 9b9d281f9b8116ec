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

TEST(PushFileTest, FingerprintChangesWithContentAndWithHowItIsRead) {
  const TextFile one("one", "{\"source\":\"las-1\"}\n{\"source\": \"las-2\"}\n");
  const TextFile other("other", "{\"source\":\"las-1\"}\n{\"source\": \"las-3\"}\n");
  const absl::StatusOr<PushFile> file = ScanPushFile(one.path(), "");
  ASSERT_TRUE(file.ok()) << file.status();
  EXPECT_EQ(file->fingerprint, ScanPushFile(one.path(), "")->fingerprint);
  EXPECT_NE(file->fingerprint, ScanPushFile(other.path(), "")->fingerprint);
  EXPECT_NE(file->fingerprint, ScanPushFile(one.path(), "mapping")->fingerprint);
  EXPECT_THAT(file->sources, ElementsAre("las-1", "las-2"));
  EXPECT_EQ(file->bytes, 39);
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
