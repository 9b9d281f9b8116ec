// What a scenario that fails looks like, to the letter; and what is run: files, folders, policies.
#include "cli/scenarios/scenario_printer.h"

#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include <filesystem>
#include <fstream>

namespace vangnet_testing {
namespace {

using ::testing::ElementsAre;
using ::testing::HasSubstr;
using ::testing::StartsWith;
using vangnet::ScenarioOutcome;
using vangnet::ScenarioSuite;

// A folder of files that is gone when the test is over.
class Folder {
 public:
  Folder() { std::filesystem::create_directories(path_); }
  ~Folder() { std::filesystem::remove_all(path_); }

  void Write(const std::string& name, const std::string& text) const {
    std::filesystem::create_directories(std::filesystem::path(File(name)).parent_path());
    std::ofstream(File(name), std::ios::binary) << text;
  }
  std::string File(const std::string& name) const { return path_ + "/" + name; }
  const std::string& path() const { return path_; }

 private:
  const std::string path_ =
      testing::TempDir() + "scenario-printer-" + testing::UnitTest::GetInstance()->current_test_info()->name();
};

absl::StatusOr<ScenarioSuite> Open(const std::string& path) {
  return ScenarioSuite::Open({.paths = {path}, .policy = std::nullopt, .region = std::nullopt});
}

// Runs the one file of this text; its name is printed as FILE.
std::string TextOf(const std::string& scenario,
                   std::string (*print)(const ScenarioOutcome&) = &vangnet::OutcomeToText) {
  const Folder folder;
  folder.Write("a.scenario", scenario);
  absl::StatusOr<ScenarioSuite> suite = Open(folder.path());
  EXPECT_TRUE(suite.ok()) << suite.status();
  suite->Run([](size_t) {});
  std::string text = print(suite->outcomes().front());
  const std::string file = folder.File("a.scenario");
  for (size_t at = text.find(file); at != std::string::npos; at = text.find(file, at)) {
    text.replace(at, file.size(), "FILE");
  }
  return text;
}

constexpr char kSickWeek[] = R"(# Sick for four days, back on Friday afternoon, sick again:
# the five days do not add up.
child s-1 born 2017-03-02
placement s-1 at 10AA00 from 2021-08-01
absence s-1 sick 2026-09-07 .. 2026-09-10
absence s-1 sick 2026-09-11 morning
absence s-1 sick 2026-09-14 .. 2026-09-18
)";

TEST(ScenarioPrinterTest, ShowsExpectedBesideFoundDayByDayAndTheDaysOfTheChild) {
  EXPECT_EQ(TextOf(std::string(kSickWeek) + R"(
expect 2026-09-11 s-1 long-absence early value 5
expect 2026-09-14 .. 2026-09-17 none
expect 2026-09-18 .. 2026-09-20 for s-1
  s-1 sick-long
  s-1 long-absence early since 2026-09-08 value 5 evidence abs-1 abs-3
  s-1 absence-rate
)"),
            R"(FAILED FILE: 4 of 8 days differ
  # Sick for four days, back on Friday afternoon, sick again:
  # the five days do not add up.

  Fri 2026-09-11
    expected                 found
  ! s-1 long-absence early   (not found)
  !   value 5

    the days of s-1, seen on Fri 2026-09-11
      Fri 2026-08-28 .. Fri 2026-09-04   present all day
      Mon 2026-09-07 .. Thu 2026-09-10   sick all day
      Fri 2026-09-11                     210 min sick, 120 min not reported

  Fri 2026-09-18 .. Sun 2026-09-20
    expected                   found
  ! s-1 sick-long              (not found)
    s-1 long-absence early     s-1 long-absence early
  !   since 2026-09-08           since 2026-09-14
                                 reached 2026-09-18
      value 5                    value 5
                                 complete
                                 at 10AA00
  !   evidence las-1/abs-1@1     evidence las-1/abs-3@1
  !            las-1/abs-3@1
    s-1 absence-rate           s-1 absence-rate fifth

)");
}

TEST(ScenarioPrinterTest, ShowsWhatNobodyExpectedAsItWouldBeWritten) {
  EXPECT_EQ(TextOf("child s-1 born 2017-03-02 from 2026-10-05\nexpect 2026-10-05 none\n"),
            R"(FAILED FILE: 1 of 1 day differs

  Mon 2026-10-05
    expected         found
  ! (not expected)   s-1 no-placement open
  !                    since 2026-10-05
  !                    reached 2026-10-05
  !                    cause moved-in
  !                    evidence brp/profile-1@1

    the days of s-1, seen on Mon 2026-10-05
      Mon 2026-09-21 .. Mon 2026-10-05   no placement

)");
}

TEST(ScenarioPrinterTest, OfAStrictFileEveryFieldThatDiffersIsMarked) {
  const std::string text = TextOf("strict\n" + std::string(kSickWeek) +
                                  "expect 2026-09-18 for s-1\n"
                                  "  s-1 long-absence early since 2026-09-14 reached 2026-09-18\n"
                                  "  s-1 absence-rate fifth since 2026-08-24 reached 2026-09-18 value 480 at 10AA00 "
                                  "evidence abs-1 abs-2 abs-3\n");
  EXPECT_THAT(text, HasSubstr("\n      reached 2026-09-18       reached 2026-09-18\n"
                              "  !                            value 5\n"
                              "  !                            complete\n"
                              "  !                            at 10AA00\n"
                              "  !                            evidence las-1/abs-3@1\n"
                              "    s-1 absence-rate fifth   s-1 absence-rate fifth\n"));
}

TEST(ScenarioPrinterTest, NamesTheDaysOfFurtherDifferences) {
  const std::string text = TextOf(
      "child s-1 born 2017-03-02\nplacement s-1 at 10AA00 from 2021-08-01\n"
      "absence s-1 sick 2026-09-07 ..\nexpect 2026-09-14 .. 2026-09-18 none\nexpect 2026-09-11 none\n"
      "expect 2026-09-21 .. 2026-09-22 none\n");
  EXPECT_THAT(text, StartsWith("FAILED FILE: 8 of 8 days differ\n"));
  EXPECT_THAT(text, HasSubstr("\n  Thu 2026-09-17\n"));
  EXPECT_THAT(text, HasSubstr("\n  and otherwise on Fri 2026-09-18, Mon 2026-09-21, Tue 2026-09-22\n"));
}

TEST(ScenarioPrinterTest, SaysAllThatIsWrongWithAFileAndDoesNotRunIt) {
  EXPECT_EQ(TextOf("child s-1 bron 2017-03-02\nexpect 2026-09-07\n  s-1 long-absense\n  s-1 long-absence erly\n"),
            "BROKEN FILE: 3 problems\n"
            "  FILE:1:11: \"bron\" says nothing of \"child\"; did you mean born?\n"
            "  FILE:3:3: the policy has no rule \"long-absense\"; did you mean long-absence?\n"
            "  FILE:4:3: the rule \"long-absence\" has no stage \"erly\", but early, four-weeks, three-months; "
            "did you mean early?\n\n");
}

TEST(ScenarioPrinterTest, SaysTheSameAsJson) {
  EXPECT_EQ(TextOf("child s-1 born 2017-03-02 from 2026-10-05\nexpect 2026-10-04 none\n"
                   "expect 2026-10-05 s-1 no-placement confirmed\n",
                   &vangnet::OutcomeToJson),
            R"({"file":"FILE","outcome":"FAILED","days":2,"failedDays":1}
{"file":"FILE","day":"2026-10-05","expected":[{"student":"s-1","rule":"no-placement","stage":"confirmed"}],"found":[)"
            R"({"student":"s-1","rule":"no-placement","stage":"open","since":"2026-10-05","reachedOn":"2026-10-05",)"
            R"("cause":"MOVED_IN","evidence":[{"source":"brp","recordId":"profile-1","revision":"1"}]}]}
)");
  EXPECT_EQ(TextOf("chil s-1\nexpect 2026-10-04 none\n", &vangnet::OutcomeToJson),
            R"({"file":"FILE","outcome":"BROKEN","days":0,"failedDays":0}
{"file":"FILE","line":1,"column":1,"problem":"no statement begins with \"chil\"; did you mean child?"}
)");
  EXPECT_EQ(TextOf("expect 2026-10-04 none\n", &vangnet::OutcomeToJson),
            "{\"file\":\"FILE\",\"outcome\":\"PASSED\",\"days\":1,\"failedDays\":0}\n");
}

TEST(ScenarioPrinterTest, OfAScenarioThatPassedThereIsNothingToSay) {
  EXPECT_EQ(TextOf("expect 2026-10-04 none\n"), "");
}

TEST(ScenarioSuiteTest, TakesAllScenariosOfAFolderInOrderAndCountsThem) {
  const Folder folder;
  folder.Write("b.scenario", "expect 2026-10-04 none\n");
  folder.Write("a/c.scenario", "expect 2026-10-04 .. 2026-10-05 s-1 sick-long\n");
  folder.Write("d.scenario", "nonsense\n");
  folder.Write("README.md", "nonsense\n");
  absl::StatusOr<ScenarioSuite> suite = Open(folder.path());
  ASSERT_TRUE(suite.ok()) << suite.status();
  std::vector<size_t> progress;
  suite->Run([&](size_t done) { progress.push_back(done); });
  EXPECT_THAT(progress, ElementsAre(0, 3));
  ASSERT_EQ(suite->size(), 3);
  EXPECT_EQ(suite->outcomes()[0].file, folder.File("a/c.scenario"));
  EXPECT_EQ(suite->outcomes()[1].file, folder.File("b.scenario"));
  EXPECT_EQ(vangnet::SummaryToText(suite->outcomes()),
            "3 scenarios, 3 days: 1 as expected, 1 failed, 1 could not be run\n");
  EXPECT_EQ(vangnet::SummaryToJson(suite->outcomes()), "{\"passed\":1,\"failed\":1,\"broken\":1,\"days\":3}\n");
  EXPECT_EQ(vangnet::SummaryToText({suite->outcomes()[1]}), "1 scenario, 1 day: all as expected\n");
}

TEST(ScenarioSuiteTest, APolicyIsLookedForBesideTheScenario) {
  const Folder folder;
  folder.Write("config/p.textproto",
               "rules { id: \"seen\" audience: AUDIENCE_SCHOOL\n"
               "  stages { name: \"once\" at_least_school_days: 1 }\n"
               "  continuous_absence { filter: ABSENCE_FILTER_SICK } }\n"
               "rules { id: \"hidden\" shadow: true audience: AUDIENCE_SCHOOL\n"
               "  stages { name: \"once\" at_least_school_days: 1 }\n"
               "  continuous_absence { filter: ABSENCE_FILTER_SICK } }\n");
  const std::string records =
      "policy ../config/p.textproto\nplacement s-1 at 10AA00 from 2021-08-01\nabsence s-1 sick 2026-09-07\n";
  folder.Write("cases/a.scenario", records + "expect 2026-09-07 s-1 seen once\n");
  folder.Write("cases/b.scenario", records + "expect 2026-09-07 s-1 hidden once\n");
  folder.Write("cases/c.scenario", "policy ../config/q.textproto\nexpect 2026-09-07 none\n");
  folder.Write("cases/d.scenario", "region ../config/p.textproto\nexpect 2026-09-07 none\n");
  absl::StatusOr<ScenarioSuite> suite = Open(folder.path());
  ASSERT_TRUE(suite.ok()) << suite.status();
  suite->Run([](size_t) {});
  EXPECT_TRUE(suite->outcomes()[0].passed()) << vangnet::OutcomeToText(suite->outcomes()[0]);
  EXPECT_THAT(vangnet::OutcomeToText(suite->outcomes()[1]),
              HasSubstr("b.scenario:4:19: the rule \"hidden\" is in shadow, so it is never printed\n"));
  EXPECT_THAT(vangnet::OutcomeToText(suite->outcomes()[2]),
              HasSubstr("c.scenario:1:8: " + folder.File("config/q.textproto") + ": No such file"));
  EXPECT_THAT(vangnet::OutcomeToText(suite->outcomes()[3]),
              HasSubstr("d.scenario:1:8: " + folder.File("config/p.textproto") + ":1:"));
}

TEST(ScenarioSuiteTest, APolicyThatIsGivenHoldsInsteadOfWhatTheFilesName) {
  const Folder folder;
  folder.Write("a.scenario", "policy nowhere.textproto\nexpect 2026-09-07 none\n");
  absl::StatusOr<ScenarioSuite> suite =
      ScenarioSuite::Open({.paths = {folder.path()},
                           .policy = ScenarioSuite::Configuration{.file = "p", .text = "rules { id: \"x\" }"},
                           .region = std::nullopt});
  ASSERT_TRUE(suite.ok()) << suite.status();
  suite->Run([](size_t) {});
  EXPECT_THAT(vangnet::OutcomeToText(suite->outcomes()[0]), HasSubstr("a.scenario:1:8: p:1:"));
}

TEST(ScenarioSuiteTest, PathsThatHoldNoScenarioAreAMistakeOfTheCaller) {
  const Folder folder;
  EXPECT_EQ(Open(folder.path()).status().message(), folder.path() + " has no file that ends in .scenario");
  EXPECT_EQ(Open(folder.File("x")).status().code(), absl::StatusCode::kInvalidArgument);
}

}  // namespace
}  // namespace vangnet_testing
