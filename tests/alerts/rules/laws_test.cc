// The laws of rules.md section 6 on random stories. A failure prints the seed; VANGNET_SEED=n runs that one alone, and
// VANGNET_STORIES=n the first n.
#include <gtest/gtest.h>

#include <algorithm>
#include <cstdlib>
#include <random>
#include <set>
#include <string>
#include <utility>
#include <vector>

#include "alerts/rules/attendance.h"
#include "alerts/rules/student_days.h"
#include "tests/testing/random_story.h"

namespace vangnet_testing {
namespace {

using namespace vangnet;

constexpr uint64_t kStories = 400;

// The seeds to run: all, or the one asked for.
std::vector<uint64_t> Seeds() {
  if (const char* seed = std::getenv("VANGNET_SEED")) return {std::strtoull(seed, nullptr, 10)};
  const char* const stories = std::getenv("VANGNET_STORIES");
  const uint64_t count = stories != nullptr ? std::strtoull(stories, nullptr, 10) : kStories;
  std::vector<uint64_t> seeds;
  for (uint64_t seed = 1; seed <= count; ++seed) seeds.push_back(seed);
  return seeds;
}

TEST(LawsTest, NothingChangesBeforeTheNextChange) {
  int evaluations = 0;
  int too_early = 0;
  for (const uint64_t seed : Seeds()) {
    const Story story = RandomStory(seed).Make();
    const StudentHistory history = story.History();
    const auto book = story.Book();
    std::vector<Evaluation> by_day;
    for (int i = 0; i < RandomStory::kSpanDays + 60; ++i) {
      by_day.push_back(EvaluateStudent(history, *book, story.policy, RandomStory::kFrom + i));
    }
    for (size_t i = 0; i + 1 < by_day.size(); ++i) {
      const Day today = RandomStory::kFrom + static_cast<int>(i);
      ASSERT_GT(by_day[i].next_change, today);
      ++evaluations;
      if (by_day[i].next_change == today + 1 && by_day[i + 1].findings == by_day[i].findings) ++too_early;
      for (size_t j = i + 1; j < by_day.size() && today + static_cast<int>(j - i) < by_day[i].next_change; ++j) {
        ASSERT_EQ(ToLines(by_day[j].findings), ToLines(by_day[i].findings))
            << "VANGNET_SEED=" << seed << " today " << today.ToString() << " next change "
            << by_day[i].next_change.ToString() << " but other findings on "
            << (RandomStory::kFrom + static_cast<int>(j)).ToString();
        ASSERT_EQ(by_day[j].findings, by_day[i].findings) << "VANGNET_SEED=" << seed;
      }
    }
  }
  RecordProperty("woken_for_nothing_per_mille", 1000 * too_early / evaluations);
  // These stories are far denser than a region: most have absence without end.
  EXPECT_LT(too_early, evaluations / 12) << "children are woken on days on which nothing changes";
}

TEST(LawsTest, NothingChangesAtASchoolBeforeItsNextChange) {
  for (const uint64_t seed : Seeds()) {
    if (seed % 5 != 0) continue;
    const Story story = RandomStory(seed).Make();
    for (const char* school : {"12AB00", "34CD00", "99ZZ00"}) {
      std::vector<Evaluation> by_day;
      for (int i = 0; i < 120; ++i) by_day.push_back(story.EvaluateSchool(school, RandomStory::kFrom + i));
      for (size_t i = 0; i + 1 < by_day.size(); ++i) {
        const Day today = RandomStory::kFrom + static_cast<int>(i);
        if (by_day[i].next_change > today + 1) {
          ASSERT_EQ(by_day[i + 1].findings, by_day[i].findings)
              << "VANGNET_SEED=" << seed << " school " << school << " today " << today.ToString();
        }
      }
    }
  }
}

TEST(LawsTest, OrderAndRepetitionDoNotMatter) {
  for (const uint64_t seed : Seeds()) {
    Story story = RandomStory(seed).Make();
    std::mt19937_64 random(seed);
    // Each record also has an older version with other content, and one more that withdraws a few.
    const std::vector<Record> latest = story.records;
    for (const Record& record : latest) {
      Record version = record;
      version.revision = 0;
      version.fact = latest[random() % latest.size()].fact;
      if (version.subject.kind == SubjectKind::kStudent) story.records.push_back(version);
    }
    if (!latest.empty() && latest.back().subject.kind == SubjectKind::kStudent) {
      story.records.push_back({latest.back().subject, latest.back().key, 2, std::nullopt});
    }
    const StudentHistory history = story.History();
    EXPECT_LE(history.absences.size(), latest.size());
    for (int round = 0; round < 3; ++round) {
      const std::vector<Record> once = story.records;
      story.records.insert(story.records.end(), once.begin(), once.begin() + static_cast<ptrdiff_t>(once.size() / 2));
      std::shuffle(story.records.begin(), story.records.end(), random);
      ASSERT_EQ(story.History(), history) << "VANGNET_SEED=" << seed;
    }
  }
}

// Whether law 7 lets an absence go that the finding does not cite.
bool MayGo(const Story& story, const Attendance& attendance, const Absence& absence, const StudentDays& days) {
  if (absence.category == AbsenceCategory::kLate) return true;
  if (absence.authorised == Authorised::kYes) return false;
  const DayInterval named = DaysOf(absence.extent);
  const Recorded<Absence> record{{"", ""}, "", 1, absence};
  for (Day day = named.first; day <= std::min(named.last, days.today()); ++day) {
    const Stretch* const stretch = days.StretchOn(day);
    if (stretch == nullptr || day > stretch->complete_through || days.IsUnderSix(day)) return false;
    if (days.IsSchoolDay(day) && !attendance.Covers(record, day)) return false;
  }
  return story.student == "s-1";
}

TEST(LawsTest, TheEvidenceSuffices) {
  int checked = 0;
  for (const uint64_t seed : Seeds()) {
    const Story story = RandomStory(seed).Make();
    const StudentHistory history = story.History();
    const auto book = story.Book();
    for (int i = 5; i < RandomStory::kSpanDays; i += 23) {
      const Day today = RandomStory::kFrom + i;
      const StudentDays days(history, *book, story.policy, today);
      const Attendance attendance(days);
      for (const Finding& finding : EvaluateStudent(history, *book, story.policy, today).findings) {
        if (std::holds_alternative<WindowMinutesSettings>(
                story.policy.rules[static_cast<size_t>(finding.rule_index)].settings)) {
          continue;  // rests on earlier occurrences too
        }
        std::set<std::pair<RecordKey, std::string>> cited;
        for (const EvidenceRecord& record : finding.evidence) cited.emplace(record.key, record.student);
        const auto is_cited = [&](const auto& r) { return cited.contains({r.key, r.subject}); };
        StudentHistory less = history;
        std::erase_if(less.applications, [&](const auto& r) { return !is_cited(r); });
        std::erase_if(less.arrangements, [&](const auto& r) { return !is_cited(r); });
        std::erase_if(less.absences,
                      [&](const auto& r) { return !is_cited(r) && MayGo(story, attendance, r.fact, days); });
        const auto found = EvaluateStudent(less, *book, story.policy, today).findings;
        ASSERT_TRUE(std::ranges::count(found, finding) == 1)
            << "VANGNET_SEED=" << seed << " on " << today.ToString() << "\n"
            << ToLines({finding}) << "\nbut with its evidence alone\n"
            << ToLines(found);
        ++checked;
      }
    }
  }
  if (Seeds().size() > 1) {
    EXPECT_GT(checked, static_cast<int>(Seeds().size()));
  }
}

// A region as it is: one child in twenty ill on a day, a few for long, a few about to leave, some with the word of the
// parents still missing.
StudentHistory OrdinaryChild(std::mt19937_64& random) {
  const auto below = [&random](int n) { return static_cast<int>(random() % static_cast<uint64_t>(n)); };
  Story story;
  story.Born((D("2015-01-01") + below(2500)).ToString());
  story.Placed("p", "2021-08-01", below(50) == 0 ? (D("2026-08-01") + below(300)).ToString() : "");
  int id = 0;
  for (Day day = D("2026-08-24"); day <= D("2027-03-09"); ++day) {
    if (below(45) != 0) continue;
    const Day last = below(60) == 0 ? day + 60 : day + below(3);
    const bool no_word = below(8) == 0;
    story.Absent("a" + std::to_string(++id), no_word ? AbsenceCategory::kUnknown : AbsenceCategory::kSick,
                 no_word ? Authorised::kUnknown : Authorised::kYes, DaysExtent{{day, std::min(last, D("2027-03-12"))}});
  }
  return story.History();
}

TEST(LawsTest, OnAQuietDayFewChildrenAreDue) {
  Story region;
  region.region.closures.push_back({Days("2026-07-11", "2026-08-23"), std::nullopt});
  region.region.closures.push_back({Days("2026-12-19", "2027-01-03"), std::nullopt});
  const auto book = region.Book();
  std::mt19937_64 random(7);
  constexpr int kChildren = 3000;
  int due = 0;
  for (int i = 0; i < kChildren; ++i) {
    const StudentHistory child = OrdinaryChild(random);
    if (EvaluateStudent(child, *book, region.policy, D("2027-03-09")).next_change == D("2027-03-10")) ++due;
  }
  RecordProperty("due_per_mille", 1000 * due / kChildren);
  EXPECT_LE(due, kChildren * 15 / 100);
  EXPECT_GT(due, 0);
}

}  // namespace
}  // namespace vangnet_testing
