// vangnet push against a server that breaks at the worst moments.
#include <gmock/gmock.h>
#include <gtest/gtest.h>
#include <sys/stat.h>
#include <unistd.h>

#include <cstdio>
#include <cstdlib>
#include <fstream>
#include <set>
#include <thread>

#include "tests/cli/ingest_server.h"
#include "tests/cli/text_file.h"
#include "tests/cli/vangnet_run.h"

namespace vangnet_testing {
namespace {

using ::testing::Contains;
using ::testing::ElementsAre;
using ::testing::HasSubstr;
using ::testing::IsEmpty;
using ::testing::Not;
using ::testing::SizeIs;
using ::testing::StartsWith;

std::string Line(const std::string& id, const std::string& source = "las-1") {
  return R"({"source":")" + source + R"(","recordId":")" + id +
         R"(","revision":1,"student":"s-1","placement":{"school":"12AB00","firstDay":"2021-08-01",)" +
         R"("kind":"PLACEMENT_KIND_REGULAR"}})" + "\n";
}

std::string Lines(int count) {
  std::string lines;
  for (int i = 0; i < count; ++i) lines += Line("plc-" + std::to_string(i), i % 3 == 0 ? "brp" : "las-1");
  return lines;
}

// A pipe that holds text and ends behind it, as bash gives one for <(...).
class FullPipe {
 public:
  // At most what a pipe takes without a reader, 64 KiB.
  explicit FullPipe(const std::string& text) {
    EXPECT_EQ(pipe(ends_), 0);
    EXPECT_EQ(write(ends_[1], text.data(), text.size()), static_cast<ssize_t>(text.size()));
    close(ends_[1]);
  }
  ~FullPipe() { close(ends_[0]); }
  FullPipe(const FullPipe&) = delete;
  FullPipe& operator=(const FullPipe&) = delete;

  std::string path() const { return "/dev/fd/" + std::to_string(ends_[0]); }

 private:
  int ends_[2] = {-1, -1};
};

class PushTest : public testing::Test {
 protected:
  VangnetRun Push(const std::string& rest) { return RunVangnet("push --server " + server_.address() + " " + rest); }

  IngestServer server_;
};

TEST_F(PushTest, SendsEverythingInOrderAndCounts) {
  const TextFile file("records.jsonl", Lines(25));
  const VangnetRun run = Push("--chunk 10 " + file.path());
  EXPECT_EQ(run.exit_code, 0) << run.err;
  EXPECT_EQ(run.out, "{\"accepted\":25,\"duplicate\":0,\"stale\":0,\"rejected\":0}\n");
  EXPECT_THAT(run.err, IsEmpty());
  ASSERT_THAT(server_.chunks(), SizeIs(3));
  EXPECT_EQ(server_.stored().front(), "plc-0");
  EXPECT_EQ(server_.stored().back(), "plc-24");
}

TEST_F(PushTest, TellsRejectionsWithFileAndLine) {
  const TextFile file("records.jsonl", Line("plc-1") + "\nno json\n" + Line("bad-1") + Line("plc-2"));
  const VangnetRun run = Push(file.path());
  EXPECT_EQ(run.exit_code, 1);
  EXPECT_EQ(run.out, "{\"accepted\":2,\"duplicate\":0,\"stale\":0,\"rejected\":2}\n");
  EXPECT_THAT(run.err, HasSubstr(file.path() + ":3: MALFORMED_JSON"));
  EXPECT_THAT(run.err, HasSubstr(file.path() + ":4: REQUIRED absence.school: the field is required and missing\n"));

  const VangnetRun json = Push("--json --validate-only " + file.path());
  EXPECT_THAT(json.err, HasSubstr(R"(,"line":4,"reason":"REQUIRED","field":"absence.school",)"));
}

TEST_F(PushTest, GoesOnAfterALostConnectionAndLosesNothing) {
  const TextFile file("records.jsonl", Lines(100));
  server_.BreakAt(4, grpc::Status(grpc::StatusCode::UNAVAILABLE, "broken by the test"));
  const VangnetRun run = Push("--chunk 10 " + file.path());
  EXPECT_EQ(run.exit_code, 0) << run.err;
  EXPECT_THAT(run.err, HasSubstr("trying again"));
  const std::vector<std::string> stored = server_.stored();
  EXPECT_EQ(std::set<std::string>(stored.begin(), stored.end()).size(), 100u);
  // The chunk that was stored and not answered comes again, and is known.
  EXPECT_EQ(run.out, "{\"accepted\":90,\"duplicate\":10,\"stale\":0,\"rejected\":0}\n");
}

TEST_F(PushTest, APushThatWasCutOffGoesOnBehindItsCursorWhenRunAgain) {
  const TextFile file("records.jsonl", Lines(100));
  server_.BreakAt(4, grpc::Status(grpc::StatusCode::PERMISSION_DENIED, "broken by the test"));
  const VangnetRun cut_off = Push("--chunk 10 " + file.path());
  EXPECT_EQ(cut_off.exit_code, 1);
  EXPECT_THAT(cut_off.err, HasSubstr("broken by the test"));
  const size_t before = server_.chunks().size();

  const VangnetRun again = Push("--chunk 10 " + file.path());
  EXPECT_EQ(again.exit_code, 0) << again.err;
  EXPECT_THAT(again.err, HasSubstr("goes on behind " + file.path() + ":"));
  EXPECT_THAT(again.err, HasSubstr("what was refused up to there is not told again"));
  EXPECT_THAT(again.out, HasSubstr("\"duplicate\":0"));
  EXPECT_EQ(server_.chunks()[before].records(0).record_id(), "plc-" + std::to_string(before * 10));
  const std::vector<std::string> stored = server_.stored();
  EXPECT_EQ(std::set<std::string>(stored.begin(), stored.end()).size(), 100u);
}

TEST_F(PushTest, AChangedFileBeforeThePlaceWhereItWasCutOffIsSent) {
  const TextFile second("second.jsonl", Lines(60));
  {
    const TextFile first("first.jsonl", Line("first-1"));
    server_.BreakAt(4, grpc::Status(grpc::StatusCode::PERMISSION_DENIED, "broken by the test"));
    EXPECT_EQ(Push("--chunk 10 " + first.path() + " " + second.path()).exit_code, 1);
  }
  const TextFile first("first.jsonl", Line("first-1") + Line("first-2"));
  const VangnetRun again = Push("--chunk 10 " + first.path() + " " + second.path());
  EXPECT_EQ(again.exit_code, 0) << again.err;
  EXPECT_THAT(again.err, Not(HasSubstr("goes on behind")));
  EXPECT_THAT(server_.stored(), Contains("first-2"));
}

TEST_F(PushTest, AFinishedPushRunAgainIsAllDuplicates) {
  const TextFile file("records.jsonl", Lines(30));
  EXPECT_EQ(Push(file.path()).exit_code, 0);
  EXPECT_EQ(Push("--chunk 7 " + file.path()).out, "{\"accepted\":0,\"duplicate\":30,\"stale\":0,\"rejected\":0}\n");
}

TEST_F(PushTest, FillsInTheSourceAndPassesItsFlagsOn) {
  const TextFile file("records.jsonl", R"({"recordId":"a","revision":1,"student":"s-1"})");
  const VangnetRun run = Push("--source las-7 --channel nightly --backfill - <" + file.path());
  EXPECT_EQ(run.exit_code, 0) << run.err;
  ASSERT_THAT(server_.chunks(), SizeIs(1));
  const vangnet::v1::StreamRecordsRequest chunk = server_.chunks().front();
  EXPECT_EQ(chunk.records(0).source(), "las-7");
  EXPECT_EQ(chunk.channel(), "nightly");
  EXPECT_TRUE(chunk.backfill());
  EXPECT_FALSE(chunk.validate_only());
  EXPECT_EQ(chunk.cursor(), "") << "standard input cannot be read again";
}

// Regression: it was read through for its fingerprint, and then there was nothing left to send.
TEST_F(PushTest, APipeIsSentThoughItCanBeReadOnlyOnce) {
  const FullPipe records(Lines(25));
  const VangnetRun run = Push("--chunk 10 " + records.path());
  EXPECT_EQ(run.exit_code, 0) << run.err;
  EXPECT_EQ(run.out, "{\"accepted\":25,\"duplicate\":0,\"stale\":0,\"rejected\":0}\n");
  ASSERT_THAT(server_.chunks(), SizeIs(3));
  EXPECT_EQ(server_.chunks().front().cursor(), "") << "a pipe cannot be read again";
}

// A pipe to which somebody writes for days, as from a system that tells each absence when it is entered.
class OpenPipe {
 public:
  OpenPipe() : path_(testing::TempDir() + "push-pipe-" + std::to_string(getpid())) {
    std::remove(path_.c_str());
    EXPECT_EQ(mkfifo(path_.c_str(), 0600), 0);
  }
  ~OpenPipe() { std::remove(path_.c_str()); }
  OpenPipe(const OpenPipe&) = delete;
  OpenPipe& operator=(const OpenPipe&) = delete;

  const std::string& path() const { return path_; }
  // Waits, the first time, until it is read.
  void Write(const std::string& text) {
    if (!file_.is_open()) file_.open(path_);
    file_ << text << std::flush;
  }
  void Close() { file_.close(); }

 private:
  const std::string path_;
  std::ofstream file_;
};

TEST_F(PushTest, EachLineOfAPipeThatStaysOpenIsSentWhenItComes) {
  OpenPipe pipe;
  VangnetRun run;
  std::thread push([&] { run = Push(pipe.path()); });
  for (size_t i = 0; i < 3; ++i) {
    pipe.Write(Line("plc-" + std::to_string(i)));
    EXPECT_TRUE(server_.AwaitChunks(i + 1)) << "line " << i << " waits for more";
  }
  // Half a line is nothing yet, and the whole lines before it do not wait for its end.
  pipe.Write(Line("plc-3") + Line("plc-4").substr(0, 20));
  EXPECT_TRUE(server_.AwaitChunks(4));
  pipe.Write(Line("plc-4").substr(20));
  pipe.Close();
  push.join();
  EXPECT_EQ(run.exit_code, 0) << run.err;
  EXPECT_EQ(run.out, "{\"accepted\":5,\"duplicate\":0,\"stale\":0,\"rejected\":0}\n");
}

// Nor do lines that are no record, or the beginning of one, keep it waiting.
TEST_F(PushTest, WhatWasNotAnsweredIsSentAgainThoughAPipeBringsNothingMore) {
  for (const std::string rest : {"", "\n", "\nno json\n\n", "no json\n{"}) {
    IngestServer server;
    OpenPipe pipe;
    VangnetRun run;
    server.BreakAt(1, grpc::Status(grpc::StatusCode::UNAVAILABLE, "broken by the test"));
    std::thread push([&] { run = RunVangnet("push --server " + server.address() + " " + pipe.path()); });
    pipe.Write(Line("plc-1") + rest);
    EXPECT_TRUE(server.AwaitChunks(2)) << "it waits for another line behind " << rest;
    pipe.Close();
    push.join();
    EXPECT_THAT(run.out, HasSubstr("\"duplicate\":1")) << run.err;
    EXPECT_EQ(run.exit_code, rest.find('j') == std::string::npos ? 0 : 1) << run.err;
  }
}

TEST_F(PushTest, WhatStandsBeforeAPipeIsSentBeforeSomebodyWritesIt) {
  const TextFile file("records.jsonl", Lines(3));
  OpenPipe pipe;
  VangnetRun run;
  std::thread push([&] { run = Push(file.path() + " " + pipe.path()); });
  EXPECT_TRUE(server_.AwaitChunks(1)) << "three records wait for the pipe";
  pipe.Write(Line("plc-4"));
  pipe.Close();
  push.join();
  EXPECT_EQ(run.exit_code, 0) << run.err;
  EXPECT_THAT(server_.stored(), SizeIs(4));
}

TEST_F(PushTest, EachRowOfAPipeOfCsvIsSentWhenItComes) {
  const TextFile mapping("mapping.textproto", R"(source: "las-1" fields { field: "record_id" text: "{id}" }
fields { field: "student" text: "{child}" } fields { field: "placement.school" text: "12AB00" }
skip { column: "child" is: "nobody" }
)");
  OpenPipe pipe;
  VangnetRun run;
  std::thread push([&] { run = Push("--format csv --mapping " + mapping.path() + " " + pipe.path()); });
  pipe.Write("id,child\nplc-1,s-1\n");
  EXPECT_TRUE(server_.AwaitChunks(1));
  pipe.Write("plc-2,nobody\nplc-3,s-3\nplc-4,nobody\n");
  EXPECT_TRUE(server_.AwaitChunks(2)) << "a row that says nothing keeps it waiting";
  pipe.Close();
  push.join();
  EXPECT_EQ(run.exit_code, 0) << run.err;
  EXPECT_THAT(server_.stored(), ElementsAre("plc-1", "plc-3"));
}

TEST_F(PushTest, PushesCsvWithItsMapping) {
  const VangnetRun run = Push("--format csv --mapping " + std::string(VANGNET_ROOT) +
                              "/deploy/config/mappings/contoso-attendance.textproto " + VANGNET_ROOT +
                              "/tests/cli/testdata/attendance.csv");
  EXPECT_EQ(run.exit_code, 1);
  EXPECT_EQ(run.out, "{\"accepted\":2,\"duplicate\":0,\"stale\":0,\"rejected\":3}\n");
  for (const char* refused : {"attendance.csv:4: MALFORMED_DAY absence.days.first_day:",
                              "attendance.csv:6: UNEXPECTED_VALUE all_day:", "attendance.csv:7: WRONG_COLUMN_COUNT:"}) {
    EXPECT_THAT(run.err, HasSubstr(refused));
  }
  EXPECT_THAT(server_.chunks().front().records(0).source(), "contoso");
}

// Regression: which sources there are was asked of the mapping alone, so such a push always began anew.
TEST_F(PushTest, ACsvFileWhoseRowsNameTheirSourceGoesOnBehindItsCursor) {
  const TextFile mapping("mapping.textproto", R"(fields { field: "source" text: "{system}" }
fields { field: "record_id" text: "{id}" }
fields { field: "student" text: "{child}" }
fields { field: "placement.school" text: "12AB00" }
)");
  std::string rows = "system,id,child\n";
  for (int i = 0; i < 60; ++i) rows += (i % 2 == 0 ? "las-1,plc-" : "las-2,plc-") + std::to_string(i) + ",s-1\n";
  const TextFile file("placements.csv", rows);
  const std::string push = "--chunk 10 --format csv --mapping " + mapping.path() + " " + file.path();
  server_.BreakAt(4, grpc::Status(grpc::StatusCode::PERMISSION_DENIED, "broken by the test"));
  EXPECT_EQ(Push(push).exit_code, 1);
  const VangnetRun again = Push(push);
  EXPECT_EQ(again.exit_code, 0) << again.err;
  EXPECT_THAT(again.err, HasSubstr("goes on behind " + file.path() + ":"));
  EXPECT_THAT(again.out, HasSubstr("\"duplicate\":0"));
}

TEST_F(PushTest, AProxyForTheWebIsNotAskedForTheServer) {
  const TextFile file("records.jsonl", Line("plc-1"));
  setenv("http_proxy", "http://127.0.0.1:1", /*overwrite=*/1);
  const VangnetRun run = Push(file.path());
  unsetenv("http_proxy");
  EXPECT_EQ(run.exit_code, 0) << run.err;
}

TEST_F(PushTest, AServerIsNamedInEveryWayThatHasAPort) {
  const TextFile file("records.jsonl", Line("plc-1"));
  for (const char* before : {"", "dns:///", "dns:", "ipv4:"}) {
    const VangnetRun run = RunVangnet("push --server " + (before + server_.address()) + " " + file.path());
    EXPECT_EQ(run.exit_code, 0) << before << ": " << run.err;
  }
}

TEST_F(PushTest, AFileWithoutRecordsIsNoError) {
  const TextFile file("records.jsonl", "\n\n");
  const VangnetRun run = Push(file.path());
  EXPECT_EQ(run.exit_code, 0) << run.err;
  EXPECT_THAT(run.out, StartsWith("{\"accepted\":0,"));
}

}  // namespace
}  // namespace vangnet_testing
