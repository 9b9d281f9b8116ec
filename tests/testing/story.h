// Story is a small region with one child, told in records, for tests of the rules.
//
// It starts with the region of rules.md section 8: Monday, Tuesday, Thursday, Friday 08:30-12:00 and 13:00-15:00,
// Wednesday 08:30-12:15, autumn holiday 2026-10-17 to 25, school 12AB00 listed, the default policy, child "s-1" born
// 2017-03-02. Everything can be changed before On() is called.
#ifndef VANGNET_TESTS_TESTING_STORY_H_
#define VANGNET_TESTS_TESTING_STORY_H_

#include <iosfwd>
#include <memory>
#include <string>
#include <string_view>
#include <vector>

#include "alerts/rules/evaluate.h"
#include "alerts/rules/policy.h"
#include "alerts/rules/school_book.h"
#include "domain/record.h"
#include "domain/region.h"
#include "domain/student_history.h"

namespace vangnet {
// How a failing test shows a day.
void PrintTo(Day day, std::ostream* out);
}  // namespace vangnet

namespace vangnet_testing {

// A day from YYYY-MM-DD; the text must be one.
vangnet::Day D(std::string_view text);
// Minutes from HH:MM.
vangnet::MinuteOfDay M(std::string_view text);
// From first to last; an empty last means no end, an empty first always.
vangnet::DayInterval Days(std::string_view first, std::string_view last);

// Monday to Friday as in section 8.
vangnet::Timetable SectionEightTimetable();
// A timetable with one session on each of `weekdays` ("12345": Monday to Friday).
vangnet::Timetable OneSession(std::string_view weekdays, std::string_view from, std::string_view until);
// The policy of rules.md section 7, in its order.
vangnet::Policy DefaultPolicy();
// The rules of `policy` with these ids only.
vangnet::Policy Only(vangnet::Policy policy, const std::vector<std::string>& ids);

// Extents.
vangnet::Extent OnDays(std::string_view first, std::string_view last);
vangnet::Extent OnPart(std::string_view day, vangnet::DayPart part);
vangnet::Extent AtTime(std::string_view day, std::string_view from, std::string_view until);
vangnet::Extent InPeriods(std::string_view day, int first, int last);

class Story {
 public:
  Story();

  vangnet::Region region;
  vangnet::Policy policy = DefaultPolicy();
  std::string student = "s-1";
  std::vector<vangnet::Record> records;

  // Versions of records. `id` is the record; the source is "las".
  Story& Say(std::string_view id, vangnet::Fact fact, uint64_t revision = 1);
  // The same, sent under another key of the child.
  Story& SayUnder(std::string_view key, std::string_view id, vangnet::Fact fact, uint64_t revision = 1);
  Story& SayOfSchool(std::string_view school, std::string_view id, vangnet::Fact fact, uint64_t revision = 1);
  Story& Withdraw(std::string_view id, uint64_t revision);

  Story& Born(std::string_view day);  // replaces the profile
  Story& Placed(std::string_view id, std::string_view first, std::string_view last = "",
                std::string_view school = "12AB00");
  Story& Sick(std::string_view id, std::string_view first, std::string_view last);
  Story& Truant(std::string_view id, std::string_view first, std::string_view last);  // unauthorised whole days
  Story& Absent(std::string_view id, vangnet::AbsenceCategory category, vangnet::Authorised authorised,
                vangnet::Extent extent);
  Story& CompleteThrough(std::string_view day, std::string_view school = "12AB00");

  // What the rules say on a day.
  vangnet::StudentHistory History() const;
  std::shared_ptr<const vangnet::SchoolBook> Book() const;
  vangnet::Evaluation Evaluate(vangnet::Day today) const;
  // Of the school, with the child enrolled if it is the child's school of today.
  vangnet::Evaluation EvaluateSchool(std::string_view school, vangnet::Day today) const;
  // One line per finding of the child: "long-absence early since 2026-10-12 reached 2026-10-16 value 5 COMPLETE
  // school 12AB00 by abs-1"; "-" when there is none.
  std::string On(std::string_view today) const;
  std::string OfSchoolOn(std::string_view school, std::string_view today) const;
};

// The lines of findings, as Story::On gives them.
std::string ToLines(const std::vector<vangnet::Finding>& findings);

}  // namespace vangnet_testing

#endif  // VANGNET_TESTS_TESTING_STORY_H_
