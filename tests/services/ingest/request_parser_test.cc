#include "services/ingest/request_parser.h"

#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include <string>

#include "vangnet/v1/ingest_service.pb.h"

namespace vangnet {
namespace {

using testing::ElementsAre;

// Its records are views into `wire`.
IngestRequest Good(std::string_view wire) {
  auto parsed = ParseIngestRequest(wire);
  EXPECT_TRUE(std::holds_alternative<IngestRequest>(parsed));
  return std::get<IngestRequest>(parsed);
}

std::vector<std::string> BadFields(std::string_view wire) {
  auto parsed = ParseIngestRequest(wire);
  std::vector<std::string> fields;
  if (const auto* violations = std::get_if<std::vector<FieldViolation>>(&parsed)) {
    for (const FieldViolation& violation : *violations) fields.push_back(violation.field);
  }
  return fields;
}

// `count` records of `size` bytes.
std::string Records(size_t count, size_t size) {
  std::string wire;
  for (size_t i = 0; i < count; ++i) {
    wire += '\x0a';
    for (size_t rest = size;; rest >>= 7) {
      wire += static_cast<char>(rest < 128 ? rest : (rest & 127) | 128);
      if (rest < 128) break;
    }
    wire.append(size, 'x');
  }
  return wire;
}

TEST(RequestParserTest, TakesTheFieldsInAnyOrderAndLeavesRecordsUnread) {
  v1::StreamRecordsRequest rest;
  rest.set_channel("night");
  rest.set_cursor("page 7");
  rest.set_backfill(true);
  const std::string wire = std::string("\x0a\x02\xff\xff", 4) + rest.SerializeAsString() + std::string("\x0a\x00", 2);
  const IngestRequest request = Good(wire);
  EXPECT_THAT(request.records, ElementsAre("\xff\xff", ""));
  EXPECT_EQ(request.channel, "night");
  EXPECT_EQ(request.cursor, "page 7");
  EXPECT_TRUE(request.backfill);
  EXPECT_FALSE(request.validate_only);
}

TEST(RequestParserTest, AnEmptyMessageIsARequestOfNothing) { EXPECT_THAT(Good("").records, ElementsAre()); }

TEST(RequestParserTest, FieldsOfANewerSenderBreakNothing) {
  // Fields 99 (varint), 100 (bytes) and field 1 as a varint, which no version of this contract had.
  const std::string wire("\x98\x06\x01\xa2\x06\x02hi\x08\x05\x0a\x01r", 13);
  const IngestRequest request = Good(wire);
  EXPECT_THAT(request.records, ElementsAre("r"));
}

TEST(RequestParserTest, ABrokenOuterMessageIsRefusedWhereverItBreaks) {
  const std::string whole = Records(2, 5) + std::string(
                                                "\x12\x03"
                                                "abc",
                                                5);
  for (size_t cut = 1; cut < whole.size(); ++cut) {
    if (cut == 7 || cut == 14) continue;  // between two fields: a shorter message, but a message
    EXPECT_THAT(BadFields(whole.substr(0, cut)), ElementsAre("")) << "cut at " << cut;
  }
  EXPECT_THAT(BadFields(std::string("\x00", 1)), ElementsAre(""));      // field number 0
  EXPECT_THAT(BadFields("\x0c"), ElementsAre(""));                      // the end of no group
  EXPECT_THAT(BadFields("\x0a\xff\xff\xff\xff\x0f"), ElementsAre(""));  // longer than all there is
}

TEST(RequestParserTest, TakesAsManyRecordsAsTheContractSaysAndNotOneMore) {
  EXPECT_EQ(Good(Records(kChunkRecordsMax, 1)).records.size(), kChunkRecordsMax);
  EXPECT_THAT(BadFields(Records(kChunkRecordsMax + 1, 1)), ElementsAre("records"));
}

TEST(RequestParserTest, TakesAsManyBytesAsTheContractSaysAndNotOneMore) {
  EXPECT_EQ(Good(Records(64, kChunkRecordBytesMax / 64)).record_bytes, kChunkRecordBytesMax);
  EXPECT_THAT(BadFields(Records(64, kChunkRecordBytesMax / 64) + Records(1, 1)), ElementsAre("records"));
}

TEST(RequestParserTest, SaysEverythingThatIsWrongAtOnce) {
  v1::IngestRecordsRequest request;
  request.set_channel(std::string(kChannelBytesMax, 'c'));
  request.set_cursor(std::string(kCursorBytesMax, 'c'));
  EXPECT_EQ(Good(request.SerializeAsString()).cursor.size(), kCursorBytesMax);
  request.set_channel(std::string(kChannelBytesMax + 1, 'c'));
  request.set_cursor(std::string(kCursorBytesMax, 'c') + "\n");
  EXPECT_THAT(BadFields(request.SerializeAsString()), ElementsAre("channel", "cursor", "cursor"));
  // Neither is UTF-8, which protobuf says of no field, and of the first of them only.
  EXPECT_THAT(BadFields("\x12\x01\xff\x1a\x02\xfe\n" + Records(kChunkRecordsMax + 1, 1)),
              ElementsAre("records", "channel", "cursor", "cursor"));
}

TEST(RequestParserTest, OfAFieldThatStandsTwiceTheLastOneHolds) {
  EXPECT_EQ(Good("\x12\x01x\x12\x01y").channel, "y");
  EXPECT_EQ(Good("\x12\x01\xff\x12\x01y").channel, "y");
}

}  // namespace
}  // namespace vangnet
