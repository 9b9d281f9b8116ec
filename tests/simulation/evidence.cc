#include "tests/simulation/evidence.h"

#include <optional>
#include <variant>

#include "tests/simulation/naive_facts.h"
#include "tests/simulation/naive_student.h"

namespace vangnet_testing {
namespace {

using vangnet::Absence;
using vangnet::Authorised;
using vangnet::Day;
using vangnet::Finding;
using vangnet::Record;
using vangnet::SubjectKind;

// What law 7 keeps of the absences that a finding does not cite. The page does not name one of them: an undecided day
// is open for unauthorised and skipped without being cited, and taking its absence away would end the run.
bool IsKept(const NaiveStudent& student, const Absence& absence, const Finding& finding) {
  if (absence.authorised == Authorised::kYes) return true;
  const auto& settings = student.world.policy.rules[static_cast<size_t>(finding.rule_index)].settings;
  const bool of_window = std::holds_alternative<vangnet::WindowMinutesSettings>(settings);
  if (of_window && vangnet::DaysOf(absence.extent).first < finding.since) return true;  // of an earlier occurrence
  for (const StudentDay& day : student.days) {
    if (day.placement == nullptr || !vangnet::DaysOf(absence.extent).contains(day.day)) continue;
    const auto complete_through = student.world.CompleteThrough(day.placement->fact.school);
    const bool complete = complete_through.has_value() && day.day <= *complete_through;
    if (!complete || student.IsUnderSix(day.day) || !AbsenceCoversAnyMinute(absence, day)) return true;
    if (CountMinutes(day, MinuteStatus::kUndecided) > 0) return true;
  }
  return false;
}

bool MayBeTakenAway(const NaiveStudent& student, const Record& record, const Finding& finding) {
  for (const auto& cited : finding.evidence) {
    if (cited.key == record.key && cited.student == record.subject.key) return false;
  }
  if (std::holds_alternative<vangnet::Application>(*record.fact)) return true;
  if (std::holds_alternative<vangnet::Arrangement>(*record.fact)) return true;
  const auto* absence = std::get_if<Absence>(&*record.fact);
  return absence != nullptr && !IsKept(student, *absence, finding);
}

}  // namespace

NaiveInput WithEvidenceOnly(const NaiveInput& input, Day today, const Finding& finding) {
  const NaiveWorld world{input.region, input.policy, today, FoldFacts(input.versions)};
  const NaiveStudent student = MakeStudent(world, world.facts.children.at(finding.subject.key));
  const auto smallest = SmallestKeys(input.versions);
  NaiveInput sufficient{{}, input.region, input.policy};
  for (const Record& record : RecordsThatHold(input.versions)) {
    const bool of_child =
        record.subject.kind == SubjectKind::kStudent && smallest.at(record.subject.key) == finding.subject.key;
    if (!of_child || !MayBeTakenAway(student, record, finding)) sufficient.versions.push_back(record);
  }
  return sufficient;
}

}  // namespace vangnet_testing
