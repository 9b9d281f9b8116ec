#include "alerts/lifecycle/reconcile.h"

#include <algorithm>
#include <set>
#include <string>
#include <utility>

namespace vangnet {
namespace {

bool SameIdentity(const Finding& a, const Finding& b) { return a.rule == b.rule && a.identity == b.identity; }

bool Holds(const Finding& finding, const std::vector<Finding>& findings) {
  return std::any_of(findings.begin(), findings.end(),
                     [&finding](const Finding& other) { return SameIdentity(finding, other); });
}

const Rule* FindRule(const Policy& policy, const std::string& id) {
  for (const Rule& rule : policy.rules) {
    if (rule.id == id) return &rule;
  }
  return nullptr;
}

// Why no finding of the rule can stand in an alert today, as a note; empty: it can.
std::string RuleGoneNote(const Policy& policy, const std::string& id, Day today) {
  const Rule* rule = FindRule(policy, id);
  if (rule == nullptr) return "the policy no longer has this rule";
  if (rule->shadow) return "the rule is in shadow";
  if (!rule->valid.contains(today)) return "the rule does not hold on this day";
  return "";
}

bool RaisesAlerts(const Policy& policy, const Finding& finding) {
  const Rule* rule = FindRule(policy, finding.rule);
  return rule != nullptr && !rule->shadow;
}

// The first day of the episode that the alert is in, or was in last.
Day FirstShown(const Alert& alert) {
  for (auto change = alert.history.rbegin(); change != alert.history.rend(); ++change) {
    const bool begins = change->kind == AlertChangeKind::kRaised || change->kind == AlertChangeKind::kReopened;
    if (begins && change->day.has_value()) return *change->day;
  }
  return alert.last_shown;
}

std::set<Day> ProbeDaysOf(const Alert& alert, Day today) {
  return {FirstShown(alert), alert.last_shown, alert.closed_on.value_or(today) - 1};
}

// Whether a closed alert may still turn out never to have been.
bool MayBeWithdrawn(const Alert& alert) { return alert.is_open() || alert.state == AlertState::kResolved; }

// Whether the stage of `now` is above (1), equal to (0) or below (-1) that of `before`. Stages are compared by name
// in the policy of today: a policy that was changed may have numbered them anew.
int CompareStages(const Finding& before, const Finding& now, const Policy& policy) {
  if (before.stage == now.stage) return 0;
  int before_index = before.stage_index;
  if (const Rule* rule = FindRule(policy, now.rule)) {
    for (size_t i = 0; i < rule->stages.size(); ++i) {
      if (rule->stages[i].name == before.stage) before_index = static_cast<int>(i);
    }
  }
  return now.stage_index < before_index ? -1 : 1;
}

void AppendMoved(std::string_view field, const std::string& before, std::string& note) {
  if (!note.empty()) note += ", ";
  note += std::string(field) + " was " + (before.empty() ? std::string("none") : before);
}

// What people are told of besides the stage, each with its old value; empty: nothing moved.
std::string MovedNote(const Alert& before, const Finding& now, const Route& route) {
  const Finding& was = before.finding;
  std::string note;
  if (was.since != now.since) AppendMoved("since", was.since.ToString(), note);
  if (was.due_on != now.due_on) AppendMoved("due day", was.due_on ? was.due_on->ToString() : "", note);
  if (was.cause != now.cause) AppendMoved("cause", was.cause ? CauseName(*was.cause) : "", note);
  if (was.school != now.school) AppendMoved("school", was.school, note);
  if (was.coverage != now.coverage) AppendMoved("coverage", was.coverage ? CoverageName(*was.coverage) : "", note);
  if (before.team != route.team) {
    AppendMoved("team", before.team, note);
  } else if (before.unit != route.unit) {
    AppendMoved("unit", before.unit, note);
  }
  return note;
}

// Reconciler holds one reconciliation while it is made.
class Reconciler {
 public:
  Reconciler(const ReconcileInput& input, const Policy& policy) : input_(input), policy_(policy) {}

  Reconciliation Run() {
    for (const KnownAlert& known : input_.alerts) {
      if (known.alert.is_open()) Continue(known.alert);
    }
    // Of several closed alerts of one identity the newest is the one that comes back.
    for (auto known = input_.alerts.rbegin(); known != input_.alerts.rend(); ++known) {
      if (!known->alert.is_open()) ReopenOrAge(*known);
    }
    for (const RoutedFinding& found : input_.findings) {
      if (RaisesAlerts(policy_, found.finding) && !Taken(found.finding)) Raise(found);
    }
    std::sort(result_.kept.begin(), result_.kept.end());
    return std::move(result_);
  }

 private:
  // The finding of today that the alert is about, unless another alert has it.
  const RoutedFinding* FindToday(const Alert& alert) const {
    for (const RoutedFinding& found : input_.findings) {
      if (!SameIdentity(found.finding, alert.finding) || !RaisesAlerts(policy_, found.finding)) continue;
      return Taken(found.finding) ? nullptr : &found;
    }
    return nullptr;
  }

  bool Taken(const Finding& finding) const { return taken_.contains({finding.rule, finding.identity}); }
  void Take(const Finding& finding) { taken_.insert({finding.rule, finding.identity}); }

  void Continue(const Alert& alert) {
    result_.kept.push_back(alert.id);
    if (const RoutedFinding* found = FindToday(alert)) {
      Take(found->finding);
      Update(alert, *found);
    } else {
      Close(alert);
    }
  }

  void Update(const Alert& before, const RoutedFinding& found) {
    AlertUpdate update{before, {}};
    Show(found, update.alert);
    const std::string moved = MovedNote(before, found.finding, found.route);
    const int stage = CompareStages(before.finding, found.finding, policy_);
    if (stage != 0) {
      Write(stage > 0 ? AlertChangeKind::kStageRaised : AlertChangeKind::kStageLowered, moved, update, before.place());
    } else if (!moved.empty()) {
      Write(AlertChangeKind::kUpdated, moved, update, before.place());
    }
    // That it was seen once more is not worth a write: ProbeDays does not need it.
    Alert seen = before;
    seen.last_shown = update.alert.last_shown;
    if (update.alert != seen) result_.updates.push_back(std::move(update));
  }

  void Close(const Alert& alert) {
    AlertUpdate update{alert, {}};
    const std::string rule_gone = RuleGoneNote(policy_, alert.finding.rule, input_.today);
    if (!rule_gone.empty()) {
      Shut(AlertState::kResolved, rule_gone, update);
    } else if (input_.occasion == Occasion::kJoined) {
      Shut(AlertState::kWithdrawn, "this key is another key of a child who is shown under a smaller one", update);
    } else if (input_.occasion == Occasion::kConfiguration) {
      Shut(AlertState::kResolved, "not found under the policy and region that are active now", update);
    } else {
      Shut(NeverWas(alert) ? AlertState::kWithdrawn : AlertState::kResolved, "", update);
    }
    result_.updates.push_back(std::move(update));
  }

  void ReopenOrAge(const KnownAlert& known) {
    if (known.school_days_since_closed > kReopenSchoolDaysMax) return;
    result_.kept.push_back(known.alert.id);
    if (Taken(known.alert.finding)) return;
    AlertUpdate update{known.alert, {}};
    if (const RoutedFinding* found = FindToday(known.alert)) {
      Take(found->finding);
      Show(*found, update.alert);
      update.alert.state = AlertState::kOpen;
      update.alert.acknowledged_by.clear();
      update.alert.closed_at.reset();
      update.alert.closed_on.reset();
      Write(AlertChangeKind::kReopened, "", update, known.alert.place());
    } else if (known.alert.state == AlertState::kResolved && NeverWas(known.alert)) {
      Shut(AlertState::kWithdrawn, "", update);
    } else {
      return;
    }
    result_.updates.push_back(std::move(update));
  }

  void Raise(const RoutedFinding& found) {
    Take(found.finding);
    AlertUpdate update;
    Show(found, update.alert);
    update.alert.opened_at = input_.now;
    Write(AlertChangeKind::kRaised, "", update, update.alert.place());
    result_.updates.push_back(std::move(update));
  }

  // With the facts of today the finding holds on none of the days on which it was shown.
  bool NeverWas(const Alert& alert) const {
    if (input_.occasion != Occasion::kFacts) return false;
    if (!RuleGoneNote(policy_, alert.finding.rule, input_.today).empty()) return false;
    for (Day day : ProbeDaysOf(alert, input_.today)) {
      const auto findings = input_.earlier.find(day);
      if (findings != input_.earlier.end() && Holds(alert.finding, findings->second)) return false;
    }
    return true;
  }

  void Show(const RoutedFinding& found, Alert& alert) const {
    alert.finding = found.finding;
    alert.unit = found.route.unit;
    alert.team = found.route.team;
    alert.audiences = found.route.audiences;
    alert.last_shown = input_.today;
  }

  void Shut(AlertState state, const std::string& note, AlertUpdate& update) const {
    update.alert.state = state;
    update.alert.closed_at = input_.now;
    update.alert.closed_on = input_.today;
    Write(state == AlertState::kWithdrawn ? AlertChangeKind::kWithdrawn : AlertChangeKind::kResolved, note, update,
          update.alert.place());
  }

  // `before`: whose the alert was.
  void Write(AlertChangeKind kind, const std::string& note, AlertUpdate& update, AlertPlace before) const {
    AlertChange change;
    change.kind = kind;
    change.changed_at = input_.now;
    change.day = input_.today;
    change.stage = update.alert.finding.stage;
    change.note = note;
    change.backfill = input_.backfill;
    if (before != update.alert.place()) change.moved_from = std::move(before);
    update.alert.changed_at = input_.now;
    update.alert.history.push_back(change);
    update.changes.push_back(std::move(change));
  }

  const ReconcileInput& input_;
  const Policy& policy_;
  std::set<std::pair<std::string, std::string>> taken_;  // (rule, identity) that an alert of today has
  Reconciliation result_;
};

}  // namespace

std::vector<Day> ProbeDays(const std::vector<KnownAlert>& alerts, const std::vector<Finding>& findings,
                           const Policy& policy, Occasion occasion, Day today) {
  if (occasion != Occasion::kFacts) return {};
  std::set<Day> days;
  for (const KnownAlert& known : alerts) {
    const Alert& alert = known.alert;
    const bool aged = known.school_days_since_closed > kReopenSchoolDaysMax;
    if (aged || !MayBeWithdrawn(alert) || Holds(alert.finding, findings)) continue;
    if (!RuleGoneNote(policy, alert.finding.rule, today).empty()) continue;
    days.merge(ProbeDaysOf(alert, today));
  }
  return {days.begin(), days.end()};
}

Reconciliation Reconcile(const ReconcileInput& input, const Policy& policy) { return Reconciler(input, policy).Run(); }

}  // namespace vangnet
