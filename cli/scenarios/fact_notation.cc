#include "cli/scenarios/fact_notation.h"

#include <algorithm>

namespace vangnet {
namespace {

using Operand = ClauseNotation::Operand;

// Who the children are and where they belong.
std::vector<FactNotation> EnrolmentNotations() {
  return {{"child",
           "student_profile",
           "profile",
           "brp",
           DaysMean::kResidence,
           nullptr,
           {{"born", "birth_date", Operand::kDay}, {"in", "municipality", Operand::kText}},
           {}},
          {"placement",
           "placement",
           "plc",
           "las-1",
           DaysMean::kFirstAndLastDay,
           nullptr,
           {{"at", "school", Operand::kText},
            {"group", "group", Operand::kText},
            {"kind", "kind", Operand::kEnum},
            {"because", "end_reason", Operand::kEnum}},
           {{"school", "at SCHOOL"}, {"first_day", "from DAY"}}},
          {"exemption",
           "exemption",
           "exempt",
           "leerplicht",
           DaysMean::kFirstAndLastDay,
           "ground",
           {},
           {{"ground", "a ground, as lpw5-a"}, {"first_day", "from DAY"}}},
          {"application",
           "application",
           "app",
           "las-1",
           DaysMean::kNothing,
           nullptr,
           {{"at", "school", Operand::kText},
            {"on", "applied_on", Operand::kDay},
            {"decision", "decision", Operand::kEnum},
            {"decided", "decided_on", Operand::kDay},
            {"newcomer", "newcomer", Operand::kNone}},
           {{"school", "at SCHOOL"}, {"applied_on", "on DAY"}}},
          {"arrangement",
           "arrangement",
           "arr",
           "swv",
           DaysMean::kFirstAndLastDay,
           "kind",
           {},
           {{"kind", "a kind, as tlv-sbo"}, {"first_day", "from DAY"}}},
          {"same",
           "same_student",
           "same",
           "koppel",
           DaysMean::kNothing,
           nullptr,
           {{"and", "other", Operand::kText}},
           {{"other", "and CHILD"}}}};
}

// When there is school, and who was not there.
std::vector<FactNotation> AttendanceNotations() {
  return {{"absence",
           "absence",
           "abs",
           "las-1",
           DaysMean::kExtent,
           "category",
           {{"authorised", "authorised", Operand::kEnum},
            {"at", "school", Operand::kText},
            {"code", "reason_code", Operand::kText}},
           {{"category", "a category, as sick"},
            {"school", "at SCHOOL (no placement of the child stands above it)"},
            {"extent", "days, as 2026-09-07 .. 2026-09-10"}}},
          {"presence",
           "presence",
           "pres",
           "las-1",
           DaysMean::kExtent,
           nullptr,
           {{"at", "school", Operand::kText}},
           {{"school", "at SCHOOL (no placement of the child stands above it)"},
            {"extent", "days, as 2026-09-07 .. 2026-09-10"}}},
          {"report",
           "report",
           "rep",
           "leerplicht",
           DaysMean::kFirstAndLastDay,
           "kind",
           {{"filed", "filed_on", Operand::kDay},
            {"closed", "closed_on", Operand::kDay},
            {"number", "number", Operand::kText}},
           {{"kind", "a kind, as sixteen-hours"},
            {"first_day", "days, as 2026-09-07 .. 2026-09-10"},
            {"last_day", "the last day"},
            {"filed_on", "filed DAY"}}},
          {"timetable", "student_timetable", "own", "las-1", DaysMean::kTimetable, nullptr, {}, {}},
          {"calendar", "school_calendar", "calendar", "las-1", DaysMean::kTimetable, nullptr, {}, {}},
          {"complete",
           "attendance_complete",
           "complete",
           "las-1",
           DaysMean::kNothing,
           nullptr,
           {{"through", "through_day", Operand::kDay}},
           {{"through_day", "through DAY"}}}};
}

}  // namespace

const std::vector<FactNotation>& FactNotations() {
  static const auto* const kNotations = [] {
    auto* const all = new std::vector<FactNotation>(EnrolmentNotations());
    const std::vector<FactNotation> more = AttendanceNotations();
    all->insert(all->end(), more.begin(), more.end());
    return all;
  }();
  return *kNotations;
}

const FactNotation* FindFactNotation(std::string_view word) {
  const auto& all = FactNotations();
  const auto found = std::find_if(all.begin(), all.end(), [&](const FactNotation& one) { return word == one.word; });
  return found == all.end() ? nullptr : &*found;
}

const FactNotation* NotationOf(const v1::Record& record) {
  const google::protobuf::OneofDescriptor* const facts = record.GetDescriptor()->FindOneofByName("fact");
  const google::protobuf::FieldDescriptor* const fact = record.GetReflection()->GetOneofFieldDescriptor(record, facts);
  if (fact == nullptr) return nullptr;
  const auto& all = FactNotations();
  return &*std::find_if(all.begin(), all.end(), [&](const FactNotation& one) { return fact->name() == one.fact; });
}

}  // namespace vangnet
