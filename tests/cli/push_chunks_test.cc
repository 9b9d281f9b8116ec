#include "cli/push_chunks.h"

#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include <map>
#include <utility>

namespace vangnet {
namespace {

using testing::ElementsAre;

// A file of so many records.
class Records : public RecordSource {
 public:
  explicit Records(int count) : left_(count) {}
  absl::StatusOr<std::vector<SourcedRecord>> NextBlock() override {
    std::vector<SourcedRecord> block;
    for (; left_ > 0; --left_) block.push_back({.line = ++line_, .record = v1::Record()});
    return block;
  }
  bool ended() const override { return left_ == 0; }
  bool Await(absl::Duration) override { return true; }
  int64_t bytes_read() const override { return line_; }

 private:
  int left_;
  int64_t line_ = 0;
};

// An export of a day on which nobody was absent has no header: it cannot be read. What stands before it is sent.
TEST(PushChunksTest, WhatStandsBeforeAFileThatCannotBeReadIsSent) {
  const std::map<std::string, int> records = {{"a", 25}, {"c", 10}};
  const auto open = [&](const std::string& file, int64_t) -> absl::StatusOr<std::unique_ptr<RecordSource>> {
    const auto count = records.find(file);
    if (count == records.end()) return absl::InvalidArgumentError(file + ": no header");
    return std::make_unique<Records>(count->second);
  };
  std::vector<PushFile> files(3);
  for (size_t i = 0; i < files.size(); ++i) files[i].name = files[i].fingerprint = std::string("abc").substr(i, 1);
  PushChunks::Options options;
  options.records_per_chunk = 10;
  PushChunks chunks(std::move(files), {}, options, open, [](const RefusedLine&) {});
  std::vector<size_t> sizes;
  absl::StatusOr<std::optional<PushChunk>> chunk = chunks.Next();
  for (; chunk.ok() && chunk->has_value(); chunk = chunks.Next()) sizes.push_back((*chunk)->lines.size());
  EXPECT_THAT(sizes, ElementsAre(10, 10, 5));
  EXPECT_EQ(chunk.status().message(), "b: no header");
}

}  // namespace
}  // namespace vangnet
