// Configuration files: what they become, and that everything wrong is said at once with its place (contract section 5).
#include "services/convert/configuration.h"

#include <filesystem>
#include <fstream>
#include <iterator>
#include <ostream>
#include <set>
#include <string>
#include <vector>

#include "gmock/gmock.h"
#include "gtest/gtest.h"
#include "services/convert/broken_record.h"

namespace vangnet {
namespace {

using testing::ElementsAre;
using testing::IsEmpty;

const char* const kTestdata = VANGNET_SOURCE_DIR "/tests/services/convert/testdata/";
const char* const kShipped = VANGNET_SOURCE_DIR "/deploy/config/";

std::string ReadFile(const std::string& path) {
  std::ifstream file(path);
  EXPECT_TRUE(file.good()) << path;
  return std::string(std::istreambuf_iterator<char>(file), {});
}

std::vector<std::string> ToStrings(const std::vector<ConfigurationProblem>& problems) {
  std::vector<std::string> result;
  for (const ConfigurationProblem& problem : problems) result.push_back(ProblemToString("", problem));
  return result;
}

template <typename T>
std::vector<std::string> ProblemsOf(const Configuration<T>& configuration) {
  EXPECT_EQ(configuration.value.has_value(), configuration.problems.empty());
  return ToStrings(configuration.problems);
}

// What a file of testdata is refused for. Its name ends with what it is.
std::vector<std::string> ProblemsOfFile(const std::string& name) {
  const std::string text = ReadFile(kTestdata + name + ".textproto");
  if (name.ends_with("_policy")) return ProblemsOf(ReadPolicy(text));
  if (name.ends_with("_region")) return ProblemsOf(ReadRegion(text));
  return ProblemsOf(ReadServerSettings(text));
}

struct BadFile {
  const char* name;
  const char* problem;
};
std::ostream& operator<<(std::ostream& out, const BadFile& file) { return out << file.name; }

constexpr BadFile kBadFiles[] = {
    {"bad_audience_policy",
     ":5:13: rules[0].audience: unknown value 'DATA_STEWARD' of Audience; did you mean AUDIENCE_DATA_STEWARD?"},
    {"bad_condition_policy",
     ":4:26: rules[0].stages[0].longer_than_days: this kind of rule has no such condition: give at_least"},
    {"bad_left_for_good_policy",
     ":5:5: rules[0].no_placement.left_for_good[1]: PLACEMENT_END_REASON_UNSPECIFIED says \"none\" and must stand "
     "alone"},
    {"bad_missing_filter_policy", ":3:3: rules[0].continuous_absence.filter: the field is required and missing"},
    {"bad_missing_kind_policy", ":1:1: rules[0].kind: a rule needs a kind, such as no_placement {}"},
    {"bad_no_stage_policy", ":1:1: rules[0].stages: a rule needs at least one stage"},
    {"bad_per_mille_policy", ":4:24: rules[0].stages[0].at_least: must be 1 to 1000, not 1001"},
    {"bad_string_policy", ":2:21: syntax: String literals cannot cross line boundaries."},
    {"bad_three_stages_policy", ":6:3: rules[0].stages[2]: rules of this kind have at most 2 stages"},
    {"bad_two_kinds_policy", ":4:3: rules[0].spells: only one of ending and spells may be given"},
    {"bad_unclosed_policy", ":1:7: rules[0]: this '{' is never closed"},
    {"bad_validity_policy", ":5:3: rules[0].valid_until: the last day lies before the first"},
    {"bad_audience_twice_region", ":7:13: audiences[1].audience: the audience is listed twice"},
    {"bad_closure_region", ":6:36: closures[0].last_day: the last day lies before the first"},
    {"bad_day_region", ":6:19: public_holidays[0].day: a day is written YYYY-MM-DD and must exist"},
    {"bad_fallback_region", ": fallback_team: required: a child that belongs to no unit must still be somebody's"},
    {"bad_municipality_region", ":6:18: municipalities[0].municipality: a municipality is its CBS code of four digits"},
    {"bad_overlap_region", ":5:3: default_timetable[0].sessions[1]: the session overlaps another one of its weekday"},
    {"bad_pattern_region", ":6:1: school_pattern: not a regular expression"},
    {"bad_school_key_region",
     ":6:11: schools[0].school: the key of a school does not have the form that the region's configuration asks for"},
    {"bad_school_twice_region", ":7:11: schools[1].school: '12AB00' is listed twice"},
    {"bad_team_region", ":5:1: fallback_team: there is no team 'al'; did you mean all?"},
    {"bad_time_zone_region", ":6:1: time_zone: unknown time zone 'Europe/Den_Bosch'"},
    {"bad_timetable_region", ": default_timetable: a region needs a timetable for schools that sent none"},
    {"bad_unit_region", ":7:28: schools[0].unit: there is no unit 'nort'; did you mean north?"},
    {"bad_field_server", ":1:1: data_directory: unknown field"},
    {"bad_listen_server", ":1:1: listen: an address is HOST:PORT, such as 127.0.0.1:7443"},
    {"bad_number_server", ":1:18: block_cache_mib: expected a whole number, found '\"256\"'"},
    {"bad_port_server", ":1:1: metrics_listen: an address is HOST:PORT, such as 127.0.0.1:7443"},
    {"bad_threads_server", ":1:1: engine_threads: must be 1 to 64, not 0"},
    {"bad_tls_server", ":1:1: tls.private_key: the field is required and missing"},
};

class BadFileTest : public testing::TestWithParam<BadFile> {};

TEST_P(BadFileTest, IsRefusedForThisAlone) {
  EXPECT_THAT(ProblemsOfFile(GetParam().name), ElementsAre(GetParam().problem));
}

INSTANTIATE_TEST_SUITE_P(All, BadFileTest, testing::ValuesIn(kBadFiles));

TEST(BadFileTest, EveryFileOfTestdataIsTested) {
  std::set<std::string> tested = {"bad_many_policy"};
  for (const BadFile& file : kBadFiles) tested.insert(file.name);
  std::set<std::string> present;
  for (const auto& entry : std::filesystem::directory_iterator(kTestdata)) present.insert(entry.path().stem());
  EXPECT_EQ(tested, present);
}

TEST(PolicyTest, ManyMistakesAreToldAtOnceInOrderOfTheirPlace) {
  EXPECT_THAT(
      ProblemsOfFile("bad_many_policy"),
      ElementsAre(":2:18: assume_complete: expected true or false, found 'yes'",
                  ":3:21: unknown_grace_days: expected a number that is not negative",
                  ":5:3: rules[0].id: an id is 1 to 64 of a-z, 0-9 and '-'; did you mean no-placement?",
                  ":6:3: rules[0].no_placment: unknown field; did you mean no_placement?",
                  ":11:32: rules[1].continuous_absence.filter: unknown value 'ABSENCE_FILTER_MISED' of AbsenceFilter; "
                  "did you mean ABSENCE_FILTER_MISSED?",
                  ":11:53: rules[1].continuous_absence.max_open_days: must be 0 to 3660, not 99999",
                  ":13:12: rules[1].stages[1].name: the rule has another stage 'early'",
                  ":14:25: rules[1].stages[2].longer_than_days: must be more than that of the stage before",
                  ":15:25: rules[1].stages[3].at_least: this kind of rule has no such condition: give "
                  "at_least_school_days or longer_than_days or longer_than_months",
                  ":18:3: rules[2].id: there is another rule 'long-absence'",
                  ":20:3: rules[2].valid_from: a day is written YYYY-MM-DD and must exist"));
}

// A byte of such a character stood in the message, and no answer that held it could be read.
TEST(PolicyTest, AWordWithALetterBeyondAsciiIsToldWhole) {
  EXPECT_THAT(ProblemsOf(ReadPolicy("assume_complete: é\nregels: 1 # één\n€: 3 unknown_grace_days: 2ë")),
              ElementsAre(":1:18: assume_complete: expected true or false, found 'é'", ":2:1: regels: unknown field",
                          ":3:1: €: unknown field", ":3:29: ë: unknown field"));
  EXPECT_THAT(ProblemsOf(ReadPolicy(
                  "rules { id: \"a\" spells {} audience: AUDIENCE_BÖARD1 stages { name: \"a\" at_least: 1 # é\n } }")),
              ElementsAre(":1:37: rules[0].audience: unknown value 'AUDIENCE_BÖARD1' of Audience; did you mean "
                          "AUDIENCE_BOARD?"));
}

// An escape in a text passes the parser; what is said of the text must be readable all the same.
TEST(PolicyTest, NoMessageHoldsBytesThatAreNoText) {
  const auto problems =
      ProblemsOf(ReadPolicy("rules { id: \"\\377\" spells {} stages { name: \"\\377\" } "
                            "stages { name: \"\\377\" } }"));
  EXPECT_THAT(problems, testing::Contains(": a text in the file is not valid UTF-8"));
  EXPECT_THAT(problems, testing::Contains(testing::HasSubstr("the rule has another stage '\\xff'")));
  EXPECT_THAT(problems, testing::Each(testing::ResultOf(IsUtf8, true)));
}

TEST(PolicyTest, AByteOrderMarkAtTheBeginningIsPassedOver) {
  const auto policy = ReadPolicy(
      "\xef\xbb\xbf"
      "assume_complete: yes");
  EXPECT_THAT(ProblemsOf(policy), ElementsAre(":1:18: assume_complete: expected true or false, found 'yes'"));
  EXPECT_THAT(ProblemsOf(ReadPolicy("assume_complete: true \xef\xbb\xbf")), testing::SizeIs(1));
}

// --- what files become ---

TEST(PolicyTest, SettingsLeftOutHaveTheirDefault) {
  const auto policy = ReadPolicy(R"(
      rules { id: "a" no_placement {} stages { name: "open" at_least_school_days: 1 } }
      rules { id: "b" continuous_absence { filter: ABSENCE_FILTER_SICK } stages { name: "x" longer_than_months: 3 } }
      rules { id: "c" window_minutes {} stages { name: "x" } }
      rules { id: "d" application_undecided {} stages { name: "x" } }
      rules { id: "e" ending { sort: ENDING_SORT_ARRANGEMENT } stages { name: "x" } }
      rules { id: "f" category_seen { category: ABSENCE_CATEGORY_LEAVE } stages { name: "x" } })");
  ASSERT_TRUE(policy.value) << testing::PrintToString(ToStrings(policy.problems));
  EXPECT_TRUE(policy.value->assume_complete);
  EXPECT_EQ(policy.value->unknown_grace_days, 2);
  EXPECT_EQ(policy.value->under_six_free_minutes, 300);
  const auto& rules = policy.value->rules;
  ASSERT_EQ(rules.size(), 6u);
  EXPECT_EQ(rules[0].settings, RuleSettings(NoPlacementSettings{}));
  EXPECT_EQ(rules[0].valid, DayInterval());
  EXPECT_EQ(rules[1].settings, RuleSettings(ContinuousAbsenceSettings{AbsenceFilter::kSick, 10}));
  EXPECT_EQ(rules[1].stages[0].condition, (StageCondition{StageCondition::Kind::kLongerThanMonths, 3}));
  EXPECT_EQ(rules[2].settings, RuleSettings(WindowMinutesSettings{}));
  EXPECT_EQ(rules[3].settings, RuleSettings(ApplicationUndecidedSettings{}));
  EXPECT_EQ(rules[4].settings, RuleSettings(EndingSettings{EndingSort::kArrangement, 60}));
  EXPECT_EQ(rules[5].settings, RuleSettings(CategorySeenSettings{AbsenceCategory::kLeave, 5, 28}));
}

TEST(PolicyTest, SettingsThatAreGivenHold) {
  const auto policy = ReadPolicy(R"(
      assume_complete: false unknown_grace_days: 0 under_six_free_minutes: 0
      rules {
        id: "a" shadow: true valid_from: "2026-08-01" valid_until: "2027-07-31" audience: [AUDIENCE_BOARD, AUDIENCE_SCHOOL]
        window_minutes { minutes: 600 weeks: 3 repeat_after_days: 0 due_working_days: 2 keep_days: 0 }
        stages { name: "x" audience: AUDIENCE_DATA_STEWARD }
      })");
  ASSERT_TRUE(policy.value) << testing::PrintToString(ToStrings(policy.problems));
  Rule rule;
  rule.id = "a";
  rule.shadow = true;
  rule.valid = {Day(2026, 8, 1), Day(2027, 7, 31)};
  rule.audience = {Audience::kBoard, Audience::kSchool};
  rule.settings = WindowMinutesSettings{600, 3, 0, 2, 0};
  rule.stages = {{"x", {}, {Audience::kDataSteward}}};
  EXPECT_EQ(*policy.value, (Policy{{rule}, false, 0, 0}));
}

TEST(PolicyTest, UnspecifiedAloneMeansThatNobodyLeftForGood) {
  const auto policy = ReadPolicy(R"(rules { id: "a" no_placement { left_for_good: PLACEMENT_END_REASON_UNSPECIFIED }
                                            stages { name: "open" at_least_school_days: 1 } })");
  ASSERT_TRUE(policy.value);
  EXPECT_THAT(std::get<NoPlacementSettings>(policy.value->rules[0].settings).left_for_good, IsEmpty());
}

TEST(PolicyTest, DaysAndMonthsMustRiseTogether) {
  const auto stages = [](const std::string& text) {
    return ProblemsOf(ReadPolicy("rules { id: \"a\" no_placement {} " + text + " }"));
  };
  EXPECT_THAT(stages(R"(stages { name: "a" longer_than_days: 28 } stages { name: "b" longer_than_months: 3 })"),
              IsEmpty());
  EXPECT_THAT(stages(R"(stages { name: "a" longer_than_days: 93 } stages { name: "b" longer_than_months: 3 })"),
              testing::SizeIs(1));
  EXPECT_THAT(stages(R"(stages { name: "a" longer_than_months: 3 } stages { name: "b" longer_than_days: 84 })"),
              testing::SizeIs(1));
}

TEST(PolicyTest, WarnsOfARuleThatTellsNobody) {
  const auto policy = ReadPolicy(R"(rules { id: "a" unknown_school {} stages { name: "x" } })");
  EXPECT_TRUE(policy.value);
  EXPECT_THAT(ToStrings(policy.warnings),
              ElementsAre(":1:1: rules[0].audience: nobody is told of what this rule finds; give it an "
                          "audience, or put it in shadow"));
}

constexpr char kSmallRegion[] = R"(
default_timetable { sessions { weekday: WEEKDAY_FRIDAY from: "08:30" until: "12:00" part: DAY_PART_MORNING } }
teams { team: "all" name: "Team" }
fallback_team: "all"
)";

// Regression: a file of another program's was also said to be a policy without rules, which is no help.
TEST(PolicyTest, WhatCouldNotBeReadIsNotSaidToBeMissing) {
  for (const char* text : {"\xff\xfe", "{\"rules\": []}", "rulez { id: \"a\" }", "rules: ", "PK\x03\x04"}) {
    const Configuration<Policy> policy = ReadPolicy(text);
    EXPECT_THAT(policy.problems, Not(IsEmpty())) << text;
    EXPECT_THAT(policy.warnings, IsEmpty()) << text;
  }
  EXPECT_THAT(ProblemsOf(ReadRegion("\xff\xfe")), ElementsAre(": the file is not valid UTF-8"));
  EXPECT_EQ(ReadPolicy("# nothing\n").warnings.size(), 1u);
  EXPECT_EQ(ReadPolicy("assume_complete: true").warnings.size(), 1u);
}

TEST(RegionTest, WhatIsLeftOutHasItsDefault) {
  const auto region = ReadRegion(kSmallRegion);
  ASSERT_TRUE(region.value) << testing::PrintToString(ToStrings(region.problems));
  Region expected;
  expected.default_timetable.resize(1);
  expected.default_timetable[0].sessions = {{Weekday::kFriday, {510, 720, DayPart::kMorning}}};
  expected.teams = {{"all", "Team"}};
  expected.fallback_team = "all";
  expected.school_pattern = R"(\d{2}[A-Z]{2}\d{2})";
  EXPECT_EQ(*region.value, expected);
  EXPECT_EQ(region.value->time_zone, "Europe/Amsterdam");
}

TEST(RegionTest, ReadsListsIntoOrder) {
  const auto region = ReadRegion(std::string(kSmallRegion) + R"(
      time_zone: "Europe/Brussels" school_pattern: "S[0-9]"
      public_holidays { day: "2026-12-26" } public_holidays { day: "2026-12-25" } public_holidays { day: "2026-12-26" }
      closures { first_day: "2026-10-17" last_day: "2026-10-25" name: "Herfst" }
      schools { school: "S2" name: "Twee" kind: PLACEMENT_KIND_SO unit: "u" municipality: "0796" reports_from: "2026-08-24" }
      schools { school: "S1" }
      municipalities { municipality: "0796" name: "Den Bosch" unit: "u" }
      units { unit: "u" name: "U" team: "all" }
      audiences { audience: AUDIENCE_BOARD legal_basis: "WPO 40" } audiences { audience: AUDIENCE_SCHOOL })");
  ASSERT_TRUE(region.value) << testing::PrintToString(ToStrings(region.problems));
  EXPECT_EQ(region.value->time_zone, "Europe/Brussels");
  EXPECT_THAT(region.value->public_holidays, ElementsAre(Day(2026, 12, 25), Day(2026, 12, 26)));
  EXPECT_EQ(region.value->closures, (std::vector<Closure>{{{Day(2026, 10, 17), Day(2026, 10, 25)}, std::nullopt}}));
  EXPECT_EQ(region.value->schools,
            (std::map<std::string, RegionSchool>{{"S1", {}},
                                                 {"S2", {"Twee", PlacementKind::kSo, "u", "0796", Day(2026, 8, 24)}}}));
  EXPECT_EQ(region.value->municipalities, (std::map<std::string, Municipality>{{"0796", {"Den Bosch", "u"}}}));
  EXPECT_EQ(region.value->units, (std::map<std::string, Unit>{{"u", {"U", "all"}}}));
  EXPECT_EQ(region.value->audiences, (std::map<Audience, std::string>{{Audience::kBoard, "WPO 40"}}));
  const std::vector<std::string> warnings = ToStrings(region.warnings);
  EXPECT_THAT(warnings, testing::Contains(testing::HasSubstr("public_holidays[2].day: the day is listed twice")));
  EXPECT_THAT(warnings, testing::Contains(testing::HasSubstr("AUDIENCE_SCHOOL has no legal basis")));
  EXPECT_THAT(warnings, testing::Not(testing::Contains(testing::HasSubstr("AUDIENCE_BOARD"))));
}

TEST(ServerTest, AnEmptyFileIsTheDefaults) {
  const auto settings = ReadServerSettings("");
  ASSERT_TRUE(settings.value);
  EXPECT_EQ(*settings.value, ServerSettings());
}

TEST(ServerTest, ReadsTls) {
  const auto settings =
      ReadServerSettings(R"(listen: "[::]:7443" tls { certificate: "a.crt" private_key: "a.key" } engine_threads: 2)");
  ASSERT_TRUE(settings.value);
  EXPECT_EQ(settings.value->listen, "[::]:7443");
  EXPECT_EQ(settings.value->tls_certificate, "a.crt");
  EXPECT_EQ(settings.value->tls_private_key, "a.key");
  EXPECT_EQ(settings.value->engine_threads, 2);
}

// --- syntax ---

TEST(SyntaxTest, TakesEveryFormThatTextProtosHave) {
  const auto policy = ReadPolicy(
      "# comment\nrules: <id: 'a' 'b';school_silent:{school_days:0x2,}stages [{name:\"x\"}, <name:\"y\" >] "
      "audience:[AUDIENCE_BOARD,3] shadow:t>,");
  EXPECT_THAT(ToStrings(policy.problems),
              ElementsAre(testing::HasSubstr("rules[0].stages[1]: rules of this kind have at most 1 stage")));
}

TEST(SyntaxTest, PlacesAreRightAfterTabsAndWithWindowsLineEnds) {
  EXPECT_THAT(ProblemsOf(ReadServerSettings("\tengine_threads: x\r\n\r\n\tlisten: 5\r\n")),
              ElementsAre(":1:25: engine_threads: expected a whole number, found 'x'",
                          ":3:17: listen: expected a text in quotes, found '5'"));
}

// Each place was counted from the beginning of its line: 80 kB on one took three seconds, and this would take minutes.
TEST(SyntaxTest, EveryProblemOfOneLongLineHasItsPlace) {
  constexpr size_t kProblems = 400'000;
  std::string text;
  for (size_t i = 0; i < kProblems; ++i) text += "a:1\t";
  const auto policy = ReadPolicy(text);
  ASSERT_GE(policy.problems.size(), kProblems);
  for (size_t i = 0; i < kProblems; i += 997) {
    EXPECT_EQ(policy.problems[i].line, 1);
    EXPECT_EQ(policy.problems[i].column, static_cast<int>(8 * i + 1));
  }
}

// Whatever was missing was looked for among all that could not be read: a third of this took ten seconds.
TEST(SyntaxTest, ManyMessagesWithUnknownFieldsAreReadInTimeThatGrowsWithThem) {
  constexpr size_t kRules = 60'000;
  std::string text;
  for (size_t i = 0; i < kRules; ++i) text += "rules<a{b:[1,2]}>\n";
  const auto policy = ReadPolicy(text);
  EXPECT_GE(policy.problems.size(), kRules);
  EXPECT_EQ(policy.problems.back().line, static_cast<int>(kRules));
}

TEST(SyntaxTest, ABinaryFileIsSaidToBeNone) {
  EXPECT_THAT(ProblemsOf(ReadPolicy("\xff\xfe")), ElementsAre(": the file is not valid UTF-8"));
  EXPECT_THAT(ProblemsOf(ReadServerSettings(R"(data_dir: "\377")")),
              ElementsAre(": a text in the file is not valid UTF-8"));
}

// Whatever is cut off or put in, the answer is a list of problems or a value, and a value only without problems.
TEST(SyntaxTest, EveryTruncationOfTheDefaultPolicyGetsAnAnswer) {
  const std::string text = ReadFile(std::string(kShipped) + "policy-default.textproto");
  for (size_t size = 0; size < text.size(); size += 7) {
    const auto policy = ReadPolicy(std::string_view(text).substr(0, size));
    ASSERT_EQ(policy.value.has_value(), policy.problems.empty()) << size;
  }
  for (const char c : {'{', '}', '"', ':', '[', ']', '-', '<'}) {
    for (size_t at = 0; at < text.size(); at += 97) {
      std::string changed = text;
      changed[at] = c;
      const auto policy = ReadPolicy(changed);
      ASSERT_EQ(policy.value.has_value(), policy.problems.empty()) << at << c;
    }
  }
}

TEST(ProblemToStringTest, LeavesOutWhatIsNotKnown) {
  EXPECT_EQ(ProblemToString("a.textproto", {3, 5, "rules[0].id", "no"}), "a.textproto:3:5: rules[0].id: no");
  EXPECT_EQ(ProblemToString("a.textproto", {0, 0, "", "no"}), "a.textproto: no");
  EXPECT_EQ(ProblemToString("a.textproto", {3, 5, "rules", "no", "say yes"}), "a.textproto:3:5: rules: no; say yes");
}

// --- what we ship ---

TEST(ShippedTest, TheDefaultPolicyIsThatOfTheRules) {
  const auto policy = ReadPolicy(ReadFile(std::string(kShipped) + "policy-default.textproto"));
  EXPECT_THAT(ToStrings(policy.problems), IsEmpty());
  EXPECT_THAT(ToStrings(policy.warnings), IsEmpty());
  ASSERT_TRUE(policy.value);
  const auto& rules = policy.value->rules;
  std::vector<std::string> ids;
  for (const Rule& rule : rules) ids.push_back(rule.id);
  EXPECT_THAT(ids, ElementsAre("no-placement", "long-absence", "unauthorised-absence", "sixteen-hours", "sick-long",
                               "sick-often", "absence-rate", "late-arrivals", "luxury-leave", "application-overdue",
                               "exemption-ending", "arrangement-ending", "overlapping-placements", "short-timetable",
                               "school-silent", "unknown-school"));
  using Kind = StageCondition::Kind;
  const std::vector<Stage> no_placement = {{"open", {Kind::kAtLeastSchoolDays, 1}, {}},
                                           {"confirmed", {Kind::kLongerThanDays, 28}, {}},
                                           {"long", {Kind::kLongerThanMonths, 3}, {}}};
  EXPECT_EQ(rules[0].stages, no_placement);
  EXPECT_EQ(rules[0].audience, (std::vector<Audience>{Audience::kSupportTeam, Audience::kAttendanceOfficer}));
  const std::vector<Stage> long_absence = {{"early", {Kind::kAtLeastSchoolDays, 5}, {}},
                                           {"four-weeks", {Kind::kLongerThanDays, 28}, {Audience::kSupportTeam}},
                                           {"three-months", {Kind::kLongerThanMonths, 3}, {}}};
  EXPECT_EQ(rules[1].stages, long_absence);
  EXPECT_EQ(rules[1].audience, std::vector<Audience>{Audience::kSchool});
  EXPECT_EQ(std::get<ContinuousAbsenceSettings>(rules[2].settings).filter, AbsenceFilter::kUnauthorised);
  // Every setting that the file writes out is the default of the code.
  EXPECT_EQ(rules[0].settings, RuleSettings(NoPlacementSettings{}));
  EXPECT_EQ(rules[1].settings, RuleSettings(ContinuousAbsenceSettings{}));
  EXPECT_EQ(rules[3].settings, RuleSettings(WindowMinutesSettings{}));
  EXPECT_EQ(rules[5].settings, RuleSettings(SpellsSettings{}));
  EXPECT_EQ(rules[6].settings, RuleSettings(AbsenceRateSettings{}));
  EXPECT_EQ(rules[8].settings, RuleSettings(CategorySeenSettings{}));
  EXPECT_EQ(rules[9].settings, RuleSettings(ApplicationUndecidedSettings{}));
  EXPECT_EQ(rules[10].settings, RuleSettings(EndingSettings{}));
  EXPECT_EQ(rules[14].settings, RuleSettings(SchoolSilentSettings{}));
  EXPECT_EQ(*policy.value, (Policy{rules, true, 2, 300}));
}

TEST(ShippedTest, TheSampleRegionIsTheMeierij) {
  const auto region = ReadRegion(ReadFile(std::string(kShipped) + "region-meierij.textproto"));
  EXPECT_THAT(ToStrings(region.problems), IsEmpty());
  EXPECT_THAT(ToStrings(region.warnings), IsEmpty());
  ASSERT_TRUE(region.value);
  EXPECT_EQ(region.value->schools.size(), 116u);
  EXPECT_EQ(region.value->units.size(), 3u);
  EXPECT_EQ(region.value->municipalities.size(), 7u);
  EXPECT_EQ(region.value->audiences.size(), 5u);
  std::map<PlacementKind, int> kinds;
  for (const auto& [key, school] : region.value->schools) {
    ++kinds[school.kind.value()];
    EXPECT_TRUE(region.value->units.contains(school.unit)) << key;
  }
  EXPECT_EQ(kinds, (std::map<PlacementKind, int>{
                       {PlacementKind::kRegular, 109}, {PlacementKind::kSbo, 1}, {PlacementKind::kSo, 6}}));
  // The autumn holiday and the week of the worked examples (rules.md section 8).
  EXPECT_THAT(region.value->closures, testing::Contains(Closure{{Day(2026, 10, 17), Day(2026, 10, 25)}, std::nullopt}));
  int minutes = 0;
  for (const WeekdaySession& session : region.value->default_timetable[0].sessions) {
    minutes += session.session.until - session.session.from;
  }
  EXPECT_EQ(minutes, 4 * 330 + 225);
}

TEST(ShippedTest, TheExampleServerIsTheDefaults) {
  const auto settings = ReadServerSettings(ReadFile(std::string(kShipped) + "server-example.textproto"));
  EXPECT_THAT(ToStrings(settings.problems), IsEmpty());
  ASSERT_TRUE(settings.value);
  ServerSettings expected;
  expected.region = "region-meierij.textproto";
  expected.policy = "policy-default.textproto";
  EXPECT_EQ(*settings.value, expected);
}

}  // namespace
}  // namespace vangnet
