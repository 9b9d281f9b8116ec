// vangnet policy test: exit codes, what goes where, and the examples of its help and its README.
#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include <fstream>
#include <iterator>

#include "tests/cli/text_file.h"
#include "tests/cli/vangnet_run.h"

namespace vangnet_testing {
namespace {

using ::testing::EndsWith;
using ::testing::HasSubstr;
using ::testing::IsEmpty;
using ::testing::StartsWith;

constexpr char kStory[] =
    "child s-1 born 2017-03-02\nplacement s-1 at 12AB00 from 2021-08-01\n"
    "absence s-1 sick 2026-09-07 .. 2026-09-11\n";

std::string WithConfig(const std::string& file) {
  const std::string config = std::string(VANGNET_ROOT) + "/tests/scenarios/config/";
  return "policy test --policy " + config + "policy.textproto --region " + config + "region.textproto " + file;
}

TEST(PolicyTestCommandTest, AllAsExpectedIsExitZero) {
  const TextFile file("fine.scenario", std::string(kStory) + "expect 2026-09-11 s-1 long-absence early\n");
  const VangnetRun run = RunVangnet(WithConfig(file.path()));
  EXPECT_EQ(run.exit_code, 0);
  EXPECT_EQ(run.out, "1 scenario, 1 day: all as expected\n");
  EXPECT_THAT(run.err, IsEmpty()) << "no progress bar where nobody looks";
}

TEST(PolicyTestCommandTest, ADayThatDiffersIsExitOne) {
  const TextFile file("failing.scenario", std::string(kStory) + "expect 2026-09-11 none\n");
  const VangnetRun run = RunVangnet(WithConfig(file.path()));
  EXPECT_EQ(run.exit_code, 1);
  EXPECT_THAT(run.out, StartsWith("FAILED " + file.path() + ": 1 of 1 day differs\n"));
  EXPECT_THAT(run.out, EndsWith("1 scenario, 1 day: 0 as expected, 1 failed\n"));
  const VangnetRun json = RunVangnet(WithConfig("--json " + file.path()));
  EXPECT_EQ(json.exit_code, 1);
  EXPECT_THAT(json.out, EndsWith("}\n{\"passed\":0,\"failed\":1,\"broken\":0,\"days\":1}\n"));
}

TEST(PolicyTestCommandTest, AFileThatCannotBeReadIsExitOne) {
  const TextFile file("broken.scenario", "chil s-1\nexpect 2026-09-11 none\n");
  const VangnetRun run = RunVangnet(WithConfig(file.path()));
  EXPECT_EQ(run.exit_code, 1);
  EXPECT_THAT(run.out, HasSubstr(file.path() + ":1:1: no statement begins with \"chil\"; did you mean child?\n"));
}

TEST(PolicyTestCommandTest, UsageErrorsAreExitTwo) {
  for (const char* arguments :
       {"policy test", "policy test /no/such/file", "policy test --policy /no/such/file x", "policy test --bogus x"}) {
    const VangnetRun run = RunVangnet(arguments);
    EXPECT_EQ(run.exit_code, 2) << arguments;
    EXPECT_THAT(run.out, IsEmpty()) << arguments;
  }
}

TEST(PolicyTestCommandTest, PrintsTheRecordsOfAScenario) {
  const TextFile file("records.scenario", "same s-1 and s-2\nexpect 2026-09-11 none\n");
  const VangnetRun run = RunVangnet("policy test --records " + file.path());
  EXPECT_EQ(run.exit_code, 0);
  EXPECT_EQ(run.out,
            "{\"source\":\"koppel\",\"recordId\":\"same-1\",\"revision\":\"1\",\"student\":\"s-1\","
            "\"sameStudent\":{\"other\":\"s-2\"}}\n");
  const TextFile broken("broken-records.scenario", "same s-1\nexpect 2026-09-11 none\n");
  const VangnetRun refused = RunVangnet("policy test --records " + broken.path());
  EXPECT_EQ(refused.exit_code, 1);
  EXPECT_THAT(refused.err, HasSubstr(":1:1: same needs and CHILD\n"));
}

TEST(PolicyTestCommandTest, TheExampleOfTheHelpHolds) {
  const VangnetRun help = RunVangnet("help policy test");
  EXPECT_EQ(help.exit_code, 0);
  const size_t from = help.out.find("  # ");
  ASSERT_NE(from, std::string::npos);
  std::string story = help.out.substr(from, help.out.find("\n\n", from) + 1 - from);
  for (size_t at = 0; at != std::string::npos && at < story.size(); at = story.find('\n', at)) {
    if (at > 0) ++at;
    if (story.compare(at, 2, "  ") == 0) story.erase(at, 2);
  }
  const TextFile file("help.scenario", story);
  const VangnetRun run = RunVangnet("policy test " + file.path());
  EXPECT_EQ(run.exit_code, 0) << run.out << story;
}

TEST(PolicyTestCommandTest, TheExampleOfTheReadmeHolds) {
  std::ifstream stream(std::string(VANGNET_ROOT) + "/cli/scenarios/README.md");
  const std::string readme{std::istreambuf_iterator<char>(stream), {}};
  const size_t from = readme.find("```\n") + 4;
  const TextFile file("readme.scenario", readme.substr(from, readme.find("```", from) - from));
  const VangnetRun run = RunVangnet("policy test " + file.path());
  EXPECT_EQ(run.exit_code, 0) << run.out;
}

}  // namespace
}  // namespace vangnet_testing
