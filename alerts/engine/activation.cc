#include "alerts/engine/activation.h"

#include <algorithm>
#include <map>
#include <utility>
#include <variant>

namespace vangnet {
namespace {

struct Concerns {
  const StudentHistory& history;

  // Whether a minute could count as missed, as unauthorised, or as sick because of the absence.
  static bool IsMissed(const Absence& absence) { return absence.category != AbsenceCategory::kLate; }
  static bool IsUnauthorised(const Absence& absence) {
    return IsMissed(absence) && absence.authorised != Authorised::kYes;
  }
  static bool IsSick(const Absence& absence) {
    return absence.category == AbsenceCategory::kSick && absence.authorised == Authorised::kYes;
  }
  template <typename Predicate>
  bool AnyAbsence(Predicate predicate) const {
    return std::ranges::any_of(history.absences, [&](const auto& absence) { return predicate(absence.fact); });
  }

  bool operator()(const NoPlacementSettings&) const { return true; }
  bool operator()(const ContinuousAbsenceSettings& settings) const {
    switch (settings.filter) {
      case AbsenceFilter::kMissed:
        return AnyAbsence(IsMissed);
      case AbsenceFilter::kUnauthorised:
        return AnyAbsence(IsUnauthorised);
      case AbsenceFilter::kSick:
        return AnyAbsence(IsSick);
    }
    return true;
  }
  bool operator()(const WindowMinutesSettings&) const { return AnyAbsence(IsUnauthorised); }
  bool operator()(const SpellsSettings&) const { return AnyAbsence(IsSick); }
  bool operator()(const AbsenceRateSettings&) const { return AnyAbsence(IsMissed); }
  bool operator()(const LateArrivalsSettings&) const {
    return AnyAbsence([](const Absence& absence) { return absence.category == AbsenceCategory::kLate; });
  }
  bool operator()(const CategorySeenSettings& settings) const {
    return AnyAbsence([&](const Absence& absence) { return absence.category == settings.category; });
  }
  bool operator()(const ApplicationUndecidedSettings&) const { return !history.applications.empty(); }
  bool operator()(const EndingSettings& settings) const {
    return settings.sort == EndingSort::kExemption ? !history.exemptions.empty() : !history.arrangements.empty();
  }
  bool operator()(const OverlappingPlacementsSettings&) const { return history.placements.size() > 1; }
  bool operator()(const ShortTimetableSettings&) const { return !history.timetables.empty(); }
  bool operator()(const SchoolSilentSettings&) const { return false; }   // about a school
  bool operator()(const UnknownSchoolSettings&) const { return false; }  // about a school
};

// Whether both find the same on every day. Who is told of it may differ.
bool FindTheSame(const Rule& before, const Rule& after) {
  const auto same_stage = [](const Stage& a, const Stage& b) { return a.name == b.name && a.condition == b.condition; };
  return before.shadow == after.shadow && before.valid == after.valid && before.settings == after.settings &&
         std::ranges::equal(before.stages, after.stages, same_stage);
}

void AddRule(const RuleSettings& settings, ConfigurationChange& change) {
  if (std::holds_alternative<SchoolSilentSettings>(settings)) {
    change.every_school = true;
  } else if (std::holds_alternative<UnknownSchoolSettings>(settings)) {
    // Schools of which nothing is known but a placement are found by evaluating the children who have one.
    change.everybody = true;
  } else {
    change.rules.push_back(settings);
  }
}

void CompareRules(const std::vector<Rule>& before, const std::vector<Rule>& after, ConfigurationChange& change) {
  if (before == after) return;
  change.alerts = true;  // their rule may be gone or moved, or tell others
  std::map<std::string, const Rule*> known;
  for (const Rule& rule : before) known[rule.id] = &rule;
  for (const Rule& rule : after) {
    const auto was = known.find(rule.id);
    if (was != known.end() && FindTheSame(*was->second, rule)) continue;
    AddRule(rule.settings, change);
    if (was != known.end()) AddRule(was->second->settings, change);
  }
}

void CompareSchools(const Region& before, const Region& after, ConfigurationChange& change) {
  static const RegionSchool kNotListed;
  const auto compare = [&](const std::string& key, const RegionSchool* was, const RegionSchool* is) {
    const RegionSchool& old = was == nullptr ? kNotListed : *was;
    const RegionSchool& now = is == nullptr ? kNotListed : *is;
    if (old.unit != now.unit) change.alerts = true;
    if (old.reports_from != now.reports_from) change.reporting_schools.insert(key);
    if ((was == nullptr) != (is == nullptr) || old.reports_from != now.reports_from) change.schools.insert(key);
  };
  for (const auto& [key, school] : before.schools) {
    const auto is = after.schools.find(key);
    compare(key, &school, is == after.schools.end() ? nullptr : &is->second);
  }
  for (const auto& [key, school] : after.schools) {
    if (!before.schools.contains(key)) compare(key, nullptr, &school);
  }
}

// What of a map decides whose an alert is, by key.
template <typename Map, typename Value>
std::map<std::string, Value> Project(const Map& entries, Value Map::mapped_type::*member) {
  std::map<std::string, Value> projected;
  for (const auto& [key, entry] : entries) projected[key] = entry.*member;
  return projected;
}

std::set<Audience> Named(const Region& region) {
  std::set<Audience> audiences;
  for (const auto& [audience, legal_basis] : region.audiences) audiences.insert(audience);
  return audiences;
}

void CompareRegions(const Region& before, const Region& after, ConfigurationChange& change) {
  const auto municipalities_before = Project(before.municipalities, &Municipality::unit);
  const auto municipalities_after = Project(after.municipalities, &Municipality::unit);
  const bool same_municipalities = std::ranges::equal(municipalities_before, municipalities_after,
                                                      [](const auto& a, const auto& b) { return a.first == b.first; });
  if (before.default_timetable != after.default_timetable || before.closures != after.closures ||
      before.public_holidays != after.public_holidays || !same_municipalities) {
    change.everybody = true;
  }
  if (municipalities_before != municipalities_after || before.fallback_team != after.fallback_team ||
      Project(before.units, &Unit::team) != Project(after.units, &Unit::team) || Named(before) != Named(after)) {
    change.alerts = true;
  }
  CompareSchools(before, after, change);
}

}  // namespace

ConfigurationChange CompareConfigurations(const ConfigurationView& before, const ConfigurationView& after) {
  ConfigurationChange change{.everybody = before.policy.assume_complete != after.policy.assume_complete ||
                                          before.policy.unknown_grace_days != after.policy.unknown_grace_days ||
                                          before.policy.under_six_free_minutes != after.policy.under_six_free_minutes};
  CompareRules(before.policy.rules, after.policy.rules, change);
  CompareRegions(before.region, after.region, change);
  return change;
}

bool MayConcern(const RuleSettings& settings, const StudentHistory& history) {
  return std::visit(Concerns{history}, settings);
}

bool Touches(const ConfigurationChange& change, const StoredEvaluation& stored, const StudentHistory& history) {
  if (change.everybody || (change.touches_anybody() && !stored.alerts.empty())) return true;
  for (const RuleSettings& settings : change.rules) {
    if (MayConcern(settings, history)) return true;
  }
  return std::ranges::any_of(history.placements, [&](const auto& placement) {
    return change.reporting_schools.contains(placement.fact.school);
  });
}

absl::StatusOr<bool> TouchesStudent(const ConfigurationChange& change, const FactStore& facts, const AlertStore& alerts,
                                    const std::string& student) {
  if (change.everybody) return true;
  if (!change.touches_anybody()) return false;
  const auto stored = alerts.GetEvaluation({SubjectKind::kStudent, student});
  if (!stored.ok()) return stored.status();
  if (!change.reads_facts() || !stored->alerts.empty()) return Touches(change, *stored, StudentHistory());
  const std::vector<std::string> keys = facts.KeysOf(student);
  if (!keys.empty() && keys.front() != student) return false;  // nothing is found under this key
  const auto history = facts.GetHistory(keys.empty() ? std::vector<std::string>{student} : keys);
  if (!history.ok()) return true;  // its evaluation says what is wrong
  return Touches(change, *stored, *history);
}

}  // namespace vangnet
