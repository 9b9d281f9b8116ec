// What the commands that need no server print and how they exit.
#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include <cstdlib>

#include "tests/cli/text_file.h"
#include "tests/cli/vangnet_run.h"

namespace vangnet_testing {
namespace {

using ::testing::Contains;
using ::testing::ElementsAre;
using ::testing::HasSubstr;
using ::testing::IsEmpty;
using ::testing::Not;
using ::testing::StartsWith;

constexpr char kPlacement[] = R"({"source":"las-1","recordId":"plc-1","revision":1,"student":"s-1","placement":)"
                              R"({"school":"12AB00","firstDay":"2021-08-01","kind":"PLACEMENT_KIND_REGULAR"}})";

std::string Absence(const std::string& id, const std::string& last_day) {
  return R"({"source":"las-1","recordId":")" + id + R"(","revision":1,"student":"s-1","absence":{"school":"12AB00",)" +
         R"("category":"ABSENCE_CATEGORY_SICK","authorised":"AUTHORISED_YES","days":{"firstDay":"2026-09-07",)" +
         R"("lastDay":")" + last_day + R"("}}})";
}

std::string Evaluate(const std::string& rest) {
  const std::string config = std::string(VANGNET_ROOT) + "/tests/scenarios/config/";
  return "evaluate --region " + config + "region.textproto --policy " + config + "policy.textproto " + rest;
}

// Of child s-1, from files.
std::string Why(const std::string& rest) {
  const std::string config = std::string(VANGNET_ROOT) + "/tests/scenarios/config/";
  return "why s-1 --region " + config + "region.textproto --policy " + config + "policy.textproto --rule " + rest;
}

std::vector<std::string> LinesOf(const std::string& text) {
  std::vector<std::string> lines;
  for (size_t at = 0; at < text.size();) {
    const size_t end = text.find('\n', at);
    lines.push_back(text.substr(at, end - at));
    if (end == std::string::npos) break;
    at = end + 1;
  }
  return lines;
}

TEST(CommandTest, UsageErrorsExitWithTwoAndSayWhat) {
  for (const auto& [arguments, message] : std::vector<std::pair<std::string, std::string>>{
           {"", "Usage"},
           {"fly", "no command fly"},
           {"help fly", "no command fly"},
           {"backup ''", "is no directory"},
           {"evaluate --bogus", "unknown flag --bogus"},
           {"evaluate --day 2026-09-07", "--region is required"},
           {Evaluate("--day 7-9-2026 x"), "--day 7-9-2026 is no day"},
           {Evaluate("--day 2026-09-07"), "no FILE"},
           {Evaluate("--day 2026-09-07 --until 2026-09-06 x"), "--until is before --day"},
           {Evaluate("--day 2026-09-07 /no/such/file"), "/no/such/file"},
           {"simulate --students 1 --schools 0 --from 2026-01-01 --until 2026-02-01", "--schools 0"},
           {"push --format edexml x", "--format is"},
           {"push --format csv x", "--mapping"},
           {"alerts --state sleeping", "--state"},
           {"policy check", "neither a policy nor a --region"},
           {"policy check --day 7-9-2026 x", "--day 7-9-2026 is no day"},
           {"why --rule x", "no STUDENT"},
           {"why s-1", "--rule is required"},
           {"why s-1 file --rule x", "files need --region"},
           {"why s-1 --rule x --policy file", "--policy goes with --region and FILE"},
           {"policy show --policy --region", "--policy and --region"},
           {"why s-1 --rule x --as-known-on yesterday", "--as-known-on yesterday is neither"},
           {Why("school-silent x"), "about schools"},
           {Why("long-absence --as-known-on 2026-03-03 x"), "files do not say"},
           {"timeline", "one STUDENT"},
           {"timeline s-1 --from 7-9-2026", "--from 7-9-2026 is no day"},
           {"findings --as-known-on 2026-03-03T12:00", "is neither a day nor an instant"},
           {"findings --as-known-on \"\"", "--as-known-on is neither a day nor an instant"},
           {"findings --server 127.0.0.1", "the server 127.0.0.1 needs a port, such as 127.0.0.1:7443"},
           {"push --server ::1 " VANGNET_ROOT "/README.md",
            "the server ::1 needs a port, such as 127.0.0.1:7443 or [::1]:7443"},
           {"ack --actor anna --server [::1] x", "the server [::1] needs a port"},
           {"alerts --server dns:///localhost", "the server dns:///localhost needs a port"},
           {"alerts --server localhost:", "the server localhost: needs a port"},
           {"push " VANGNET_ROOT "/cli", "/cli: Is a directory"},
           {Evaluate("--day 2026-09-07 " VANGNET_ROOT "/cli"), "/cli: Is a directory"},
           {"push - <&-", "standard input is closed"},
           {Evaluate("--day 2026-09-07 - <&-"), "standard input is closed"},
           {"export --data_dir \"\"", "--data_dir is empty"},
           {"verify --data_dir \"\"", "--data_dir is empty"},
           {"import --data_dir \"\" " VANGNET_ROOT "/README.md", "--data_dir is empty"},
           {"restore --data_dir= x", "--data_dir is empty"},
           {"ack", "one ALERT"},
           {"ack x --note caf\xe9", "the value of --note is not UTF-8"},
           {"timeline caf\xe9", "caf\\xe9 is not UTF-8"}}) {
    const VangnetRun run = RunVangnet(arguments);
    EXPECT_EQ(run.exit_code, 2) << arguments;
    EXPECT_THAT(run.err, HasSubstr(message)) << arguments;
    EXPECT_THAT(run.out, IsEmpty()) << arguments;
  }
}

// Regression: an alert was acknowledged by nobody.
TEST(CommandTest, AnActionIsSomebodys) {
  const char* const user = std::getenv("USER");
  const std::string before = user == nullptr ? "" : user;
  for (const char* nobody : {"", static_cast<const char*>(nullptr)}) {
    nobody == nullptr ? unsetenv("USER") : setenv("USER", nobody, 1);
    const VangnetRun run = RunVangnet("ack x --server 127.0.0.1:1");
    EXPECT_EQ(run.exit_code, 2);
    EXPECT_THAT(run.err, HasSubstr("--actor is needed"));
    EXPECT_EQ(RunVangnet("ack x --actor anna --server 127.0.0.1:1").exit_code, 3);
  }
  EXPECT_EQ(RunVangnet("ack x --actor \"\"").exit_code, 2);
  if (user != nullptr) setenv("USER", before.c_str(), 1);
}

TEST(CommandTest, HelpIsNoError) {
  for (const char* arguments :
       {"--help", "help", "evaluate --help", "help evaluate", "help policy check", "push --help"}) {
    const VangnetRun run = RunVangnet(arguments);
    EXPECT_EQ(run.exit_code, 0) << arguments;
    EXPECT_THAT(run.out, StartsWith("Usage: vangnet")) << arguments;
  }
}

TEST(CommandTest, WhyTellsTheReasonsFromFiles) {
  const TextFile records("why", std::string(kPlacement) + "\n" + Absence("flu", "2026-09-11") + "\n");
  EXPECT_EQ(RunVangnet(Why("long-absence --day 2026-09-08 " + records.path())).out,
            "Not found: 2 school days in a row missed in full since 7 September 2026; stage early needs at least 5 "
            "school days.\n"
            "\n"
            "  + 2026-09-07 .. 2026-09-08  sick all day (2 school days)\n"
            "                              las-1/flu\n"
            "  -                           2 school days in a row missed in full since 7 September 2026; stage early "
            "needs at least 5 school days\n");
  EXPECT_THAT(RunVangnet(Why("long-absence --day 2026-09-11 " + records.path())).out,
              StartsWith("Found: 5 school days in a row missed in full since 7 September 2026; stage early since 11 "
                         "September 2026.\n"));
  EXPECT_THAT(RunVangnet(Why("long-absence --day 2026-09-11 --json " + records.path())).out,
              StartsWith("{\"findings\":[{"));
  const VangnetRun unknown = RunVangnet(Why("no-such-rule --day 2026-09-11 " + records.path()));
  EXPECT_EQ(unknown.exit_code, 1);
  EXPECT_THAT(unknown.err, HasSubstr("no rule no-such-rule"));
}

TEST(CommandTest, WhySaysUnderWhichKeyOfTheChildARecordCame) {
  std::string flu = Absence("flu", "2026-09-11");
  flu.replace(flu.find("\"s-1\""), 5, "\"s-2\"");
  const TextFile records("keys", std::string(kPlacement) + "\n" + flu + "\n" +
                                     R"({"source":"las-1","recordId":"same","revision":1,"student":"s-1",)"
                                     R"("sameStudent":{"other":"s-2"}})"
                                     "\n");
  EXPECT_THAT(RunVangnet(Why("long-absence --day 2026-09-08 " + records.path())).out, HasSubstr("las-1/flu under s-2"));
  EXPECT_THAT(RunVangnet(Why("long-absence --day 2026-09-08 --json " + records.path())).out,
              HasSubstr(R"("recordId":"flu","revision":"1","student":"s-2")"));
}

TEST(CommandTest, AServerThatIsNotThereIsExitThree) {
  const VangnetRun run = RunVangnet("findings --server 127.0.0.1:1");
  EXPECT_EQ(run.exit_code, 3);
  EXPECT_THAT(run.err, HasSubstr("127.0.0.1:1 is not reachable"));
}

// A file that is opened in the place of standard output, such as a connection, would be written to.
TEST(CommandTest, WithoutStandardOutputItFails) {
  const VangnetRun run = RunVangnet("simulate --students 2 --schools 1 --from 2026-09-01 --until 2026-09-10 >&-");
  EXPECT_EQ(run.exit_code, 1);
  EXPECT_THAT(run.err, HasSubstr("standard output could not be written"));
}

TEST(EvaluateTest, BadLinesAreToldAndTheOthersEvaluated) {
  const TextFile file("records.jsonl", std::string(kPlacement) + "\nnot json\n\n" + Absence("abs-1", "2026-09-11") +
                                           "\n" + R"({"source":"las-1","recordId":"x","revision":0,"student":"s-1"})" +
                                           "\n");
  const VangnetRun run = RunVangnet(Evaluate("--day 2026-09-11 " + file.path()));
  EXPECT_EQ(run.exit_code, 1);
  EXPECT_THAT(LinesOf(run.err), ElementsAre(StartsWith(file.path() + ":2: MALFORMED_JSON"),
                                            StartsWith(file.path() + ":5: REQUIRED revision: ")));
  EXPECT_THAT(
      LinesOf(run.out),
      ElementsAre(StartsWith(R"({"student":"s-1","rule":"long-absence","stage":"early","since":"2026-09-07")")));
}

TEST(EvaluateTest, OfConflictingRevisionsTheFirstStays) {
  const TextFile file("records.jsonl", std::string(kPlacement) + "\n" + Absence("abs-1", "2026-09-11") + "\n" +
                                           Absence("abs-1", "2026-09-11") + "\n" + Absence("abs-1", "2026-09-08") +
                                           "\n");
  const VangnetRun run = RunVangnet(Evaluate("--day 2026-09-11 " + file.path()));
  EXPECT_EQ(run.exit_code, 1);
  EXPECT_THAT(LinesOf(run.err), ElementsAre(StartsWith(file.path() + ":4: CONFLICTING_REVISION revision: ")));
  EXPECT_THAT(run.out, HasSubstr("\"value\":\"5\""));
}

TEST(EvaluateTest, ReadsStandardInputAndSeveralFiles) {
  const TextFile placement("placement.jsonl", std::string(kPlacement) + "\n");
  const TextFile absence("absence.jsonl", Absence("abs-1", "2026-09-11"));
  const VangnetRun run = RunVangnet(Evaluate("--day 2026-09-11 " + placement.path() + " - <" + absence.path()));
  EXPECT_EQ(run.exit_code, 0);
  EXPECT_THAT(run.err, IsEmpty());
  EXPECT_THAT(run.out, HasSubstr("long-absence"));
}

TEST(EvaluateTest, WithUntilEachLineHasItsDayFirst) {
  const TextFile file("records.jsonl", std::string(kPlacement) + "\n" + Absence("abs-1", "2026-09-11"));
  const VangnetRun run = RunVangnet(Evaluate("--day 2026-09-10 --until=2026-09-12 " + file.path()));
  EXPECT_THAT(LinesOf(run.out),
              ElementsAre(StartsWith(R"({"day":"2026-09-11","student":"s-1","rule":"long-absence",)"),
                          StartsWith(R"({"day":"2026-09-12","student":"s-1","rule":"long-absence",)")));
}

TEST(EvaluateTest, ASpanOfDaysSaysWhatEachDaySaysAlone) {
  const VangnetRun region =
      RunVangnet("simulate --students 300 --schools 3 --from 2026-08-01 --until 2026-11-30 --seed 7");
  ASSERT_EQ(region.exit_code, 0);
  const TextFile file("region.jsonl", region.out);
  const VangnetRun span = RunVangnet(Evaluate("--day 2026-10-01 --until 2026-10-31 " + file.path()));
  EXPECT_EQ(span.exit_code, 0) << span.err;
  std::string alone;
  for (int day = 1; day <= 31; ++day) {
    const std::string name = "2026-10-" + std::string(day < 10 ? "0" : "") + std::to_string(day);
    alone += RunVangnet(Evaluate("--day " + name + " --until " + name + " " + file.path())).out;
  }
  EXPECT_THAT(span.out, Not(IsEmpty()));
  EXPECT_EQ(span.out, alone);
}

TEST(SimulateTest, TakesSchoolsAndCalendarFromTheRegion) {
  const VangnetRun run =
      RunVangnet("simulate --students 20 --schools 4 --from 2026-09-01 --until 2026-10-31 --region " +
                 std::string(VANGNET_ROOT) + "/tests/scenarios/config/region.textproto");
  EXPECT_EQ(run.exit_code, 0);
  EXPECT_THAT(run.out, HasSubstr("12AB00"));
  EXPECT_THAT(run.out, HasSubstr("10AA00")) << "more schools than the region has are made up";
  EXPECT_THAT(run.out, HasSubstr("\"throughDay\":\"2026-10-16\""));
  EXPECT_THAT(run.out, Not(HasSubstr("\"throughDay\":\"2026-10-19\""))) << "autumn holiday";
}

// Every year that can be asked for is one that the service takes.
TEST(SimulateTest, BeginsWhenAllOfItsRecordsAreTaken) {
  const std::string rest = " --students 300 --schools 3 --until 2003-07-31";
  const VangnetRun early = RunVangnet("simulate --from 2002-07-31" + rest);
  EXPECT_EQ(early.exit_code, 2);
  EXPECT_THAT(early.err, HasSubstr("nothing before 2002-08-01 is simulated"));
  const VangnetRun first = RunVangnet("simulate --from 2002-08-01" + rest);
  EXPECT_EQ(first.exit_code, 0);
  const TextFile records("records.jsonl", first.out);
  EXPECT_EQ(RunVangnet(Evaluate("--day 2003-07-31 " + records.path())).err, "");
}

// Ten mistakes of syntax and of meaning, each on a line of its own.
constexpr char kTenMistakes[] = R"(assume_complete: maybe
unknown_grace_days: 3
rules {
  id: "No Place"
  no_placement { left_for_god: PLACEMENT_END_REASON_DECEASED }
  stages { name: "open" at_least_school_days: 0 }
  stages { name: "open" longer_than_days: 28 }
  audience: AUDIENCE_SCHOL
}
rules {
  id: "sick-often"
  spells { window_days: "84" }
  valid_from: "2027-01-01"
  valid_until: "2026-12-31"
  stages { name: "fourth" at_least: 4 }
  audience: AUDIENCE_SCHOOL
}
rules {
  id: "sick-often"
  unknown_school {}
  audience: AUDIENCE_SCHOOL
}
)";

TEST(PolicyCheckTest, TenMistakesAreTenErrorsWithTheirLines) {
  const TextFile policy("policy.textproto", kTenMistakes);
  const VangnetRun run = RunVangnet("policy check --policy " + policy.path());
  EXPECT_EQ(run.exit_code, 1);
  const auto at = [&policy](const std::string& rest) { return StartsWith(policy.path() + ":" + rest); };
  EXPECT_THAT(LinesOf(run.err),
              ElementsAre(at("1:18: assume_complete: expected true or false"),
                          at("4:3: rules[0].id: an id is 1 to 64 of a-z, 0-9 and '-'; did you mean no-place?"),
                          at("5:18: rules[0].no_placement.left_for_god: unknown field; did you mean left_for_good?"),
                          at("6:25: rules[0].stages[0].at_least_school_days: must be 1 to 3660, not 0"),
                          at("7:12: rules[0].stages[1].name: the rule has another stage 'open'"),
                          at("8:13: rules[0].audience: unknown value 'AUDIENCE_SCHOL' of Audience; did you mean "
                             "AUDIENCE_SCHOOL?"),
                          at("12:25: rules[1].spells.window_days: expected a whole number"),
                          at("14:3: rules[1].valid_until: the last day lies before the first"),
                          at("18:1: rules[2].stages: a rule needs at least one stage"),
                          at("19:3: rules[2].id: there is another rule 'sick-often'")));
  EXPECT_EQ(run.out, policy.path() + ": 10 problems\n");
}

TEST(PolicyCheckTest, JsonHasALineForEachWithItsPlaceAndSuggestion) {
  const TextFile policy("policy.textproto", "rules {\n  id: \"Sick often\"\n}\n");
  const VangnetRun run = RunVangnet("policy check --json " + policy.path());
  EXPECT_EQ(run.exit_code, 1);
  EXPECT_THAT(run.err, IsEmpty());
  EXPECT_THAT(LinesOf(run.out), Contains("{\"file\":\"" + policy.path() +
                                         "\",\"severity\":\"ERROR\",\"line\":2,\"column\":3,\"field\":\"rules[0].id\","
                                         "\"message\":\"an id is 1 to 64 of a-z, 0-9 and '-'\","
                                         "\"suggestion\":\"did you mean sick-often?\"}"));
}

TEST(PolicyCheckTest, WarningsFailOnlyWhenTheCheckIsStrict) {
  const TextFile policy("policy.textproto",
                        "rules {\n  id: \"a\"\n  audience: AUDIENCE_SCHOOL\n  spells {}\n"
                        "  stages { name: \"x\" at_least: 31 }\n}\n"
                        "rules { id: \"b\" audience: AUDIENCE_SCHOOL no_placement {}\n"
                        "  stages { name: \"x\" at_least_school_days: 1 } }\n");
  const VangnetRun run = RunVangnet("policy check " + policy.path());
  EXPECT_EQ(run.exit_code, 0);
  EXPECT_THAT(LinesOf(run.err), ElementsAre(StartsWith("warning: " + policy.path() + ":5:22: ")));
  EXPECT_EQ(run.out, policy.path() + ": 1 warning\n");
  EXPECT_EQ(RunVangnet("policy check --strict " + policy.path()).exit_code, 1);
  const VangnetRun json = RunVangnet("policy check --json " + policy.path());
  EXPECT_EQ(json.exit_code, 0);
  EXPECT_THAT(json.out, HasSubstr("\"severity\":\"WARNING\",\"line\":5"));
}

TEST(PolicyCheckTest, APolicyWithoutRulesIsRefusedAsTheServerRefusesIt) {
  const TextFile policy("policy.textproto", "# cut off before the first rule\n");
  const VangnetRun run = RunVangnet("policy check " + policy.path());
  EXPECT_EQ(run.exit_code, 1);
  EXPECT_THAT(LinesOf(run.err), Contains(policy.path() + ": rules: a server needs a policy with a rule at least"));
  EXPECT_THAT(run.out, StartsWith(policy.path() + ": 1 problem"));
}

TEST(PolicyCheckTest, LooksAtTheRegionAsOnTheDayGiven) {
  const std::string check =
      "policy check --region " + std::string(VANGNET_ROOT) + "/tests/scenarios/config/region.textproto --day ";
  EXPECT_THAT(RunVangnet(check + "2026-08-01").err, Not(HasSubstr("the calendar end")));
  EXPECT_THAT(RunVangnet(check + "2026-10-01").err, HasSubstr("the calendar ends on 2026-10-25"));
  EXPECT_THAT(RunVangnet(check + "2026-11-01").err, HasSubstr("the calendar ended on 2026-10-25"));
}

TEST(PolicyCheckTest, LooksAtThePolicyAsOnTheDayGiven) {
  const TextFile policy("policy.textproto",
                        "rules { id: \"a\" audience: AUDIENCE_SCHOOL no_placement {} valid_until: \"2026-07-31\"\n"
                        "  stages { name: \"x\" at_least_school_days: 1 } }\n");
  EXPECT_THAT(RunVangnet("policy check --day 2026-07-31 " + policy.path()).err, IsEmpty());
  EXPECT_THAT(LinesOf(RunVangnet("policy check --day 2026-08-01 " + policy.path()).err),
              ElementsAre(HasSubstr("no rule of kind no_placement is left"), HasSubstr(":1:59: rules[0].valid_until")));
}

TEST(PolicyCheckTest, WhatIsShippedIsFine) {
  const std::string config = std::string(VANGNET_ROOT) + "/deploy/config/";
  const VangnetRun run = RunVangnet("policy check --policy " + config + "policy-default.textproto --region " + config +
                                    "mappings/region-contoso.textproto");
  EXPECT_EQ(run.exit_code, 0) << run.err;
}

}  // namespace
}  // namespace vangnet_testing
