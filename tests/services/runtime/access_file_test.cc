// The access log on disk: what a line says, that it is kept, and how much of it.
#include "services/runtime/access_file.h"

#include <gmock/gmock.h>
#include <gtest/gtest.h>
#include <unistd.h>

#include <filesystem>
#include <fstream>
#include <iterator>
#include <thread>
#include <vector>

namespace vangnet {
namespace {

const absl::Time kNow = absl::FromUnixMicros(1'795'435'200'000'007);

class AccessFileTest : public testing::Test {
 protected:
  ~AccessFileTest() override { std::filesystem::remove_all(directory_); }

  std::unique_ptr<AccessFile> Open(uint64_t bytes_max) {
    auto file = AccessFile::Open(directory_, bytes_max);
    EXPECT_TRUE(file.ok()) << file.status();
    return *std::move(file);
  }
  std::string Text(const std::string& name = "access.log") const {
    std::ifstream file(directory_ + "/" + name, std::ios::binary);
    return std::string(std::istreambuf_iterator<char>(file), {});
  }
  size_t Files() const {
    return static_cast<size_t>(std::distance(std::filesystem::directory_iterator(directory_), {}));
  }

  const std::string directory_ = testing::TempDir() + "access-" + std::to_string(getpid()) + "/log";
  const Caller caller_{.name = "fatima"};
};

TEST_F(AccessFileTest, ALineSaysWhoReadWhatOfWhomAndWhen) {
  EXPECT_EQ(AccessLine({.caller = caller_, .method = "AlertService.GetAlert", .student = "s-1", .items = 1}, kNow),
            "{\"at\":\"2026-11-23T12:00:00.000007Z\",\"caller\":\"fatima\",\"method\":\"AlertService.GetAlert\","
            "\"student\":\"s-1\",\"items\":1}\n");
  EXPECT_EQ(AccessLine({.caller = caller_, .method = "M", .student = "", .items = 12}, kNow),
            "{\"at\":\"2026-11-23T12:00:00.000007Z\",\"caller\":\"fatima\",\"method\":\"M\",\"items\":12}\n");
}

TEST_F(AccessFileTest, WhatANameHoldsStaysOnItsLine) {
  const Caller odd{.name = "a\"\n\\"};
  EXPECT_THAT(AccessLine({.caller = odd, .method = "M", .student = "", .items = 0}, kNow),
              testing::HasSubstr("\"caller\":\"a\\\"\\u000a\\\\\""));
}

TEST_F(AccessFileTest, GoesOnInWhatIsThere) {
  const Access access{.caller = caller_, .method = "M", .student = "s-1", .items = 1};
  EXPECT_TRUE(Open(1 << 20)->Add(access, kNow));
  EXPECT_TRUE(Open(1 << 20)->Add(access, kNow));
  EXPECT_EQ(Text(), AccessLine(access, kNow) + AccessLine(access, kNow));
  EXPECT_EQ(std::filesystem::status(directory_ + "/access.log").permissions(),
            std::filesystem::perms::owner_read | std::filesystem::perms::owner_write);
}

TEST_F(AccessFileTest, KeepsTheNewestFilesAndNoMore) {
  const Access access{.caller = caller_, .method = "M", .student = "s-1", .items = 1};
  const size_t line = AccessLine(access, kNow).size();
  const std::unique_ptr<AccessFile> file = Open(AccessFile::kFiles * 2 * line);  // two lines a file
  for (int second = 0; second < 41; ++second) {
    EXPECT_TRUE(file->Add(access, kNow + absl::Seconds(second)));
  }
  EXPECT_EQ(Files(), static_cast<size_t>(AccessFile::kFiles));
  EXPECT_EQ(Text(), AccessLine(access, kNow + absl::Seconds(40)));
  EXPECT_EQ(Text("access.log.1"),
            AccessLine(access, kNow + absl::Seconds(38)) + AccessLine(access, kNow + absl::Seconds(39)));
  EXPECT_EQ(Text("access.log.7").substr(0, line), AccessLine(access, kNow + absl::Seconds(26)));
}

TEST_F(AccessFileTest, LinesOfSeveralThreadsDoNotMix) {
  const std::unique_ptr<AccessFile> file = Open(1 << 24);
  const Access access{.caller = caller_, .method = "M", .student = "s-1", .items = 1};
  {
    std::vector<std::jthread> threads;
    for (int i = 0; i < 4; ++i) {
      threads.emplace_back([&] {
        for (int k = 0; k < 100; ++k) file->Add(access, kNow);
      });
    }
  }
  std::string expected;
  for (int i = 0; i < 400; ++i) expected += AccessLine(access, kNow);
  EXPECT_EQ(Text(), expected);
}

TEST_F(AccessFileTest, ADirectoryThatCannotBeMadeIsAnError) {
  EXPECT_TRUE(absl::IsInternal(AccessFile::Open("/dev/null/log", 1 << 20).status()));
}

}  // namespace
}  // namespace vangnet
