#include <algorithm>
#include <limits>
#include <map>
#include <set>
#include <string>
#include <utility>
#include <vector>

#include "services/convert/configuration.h"
#include "services/convert/configuration_text.h"
#include "services/convert/field_reader.h"
#include "vangnet/config/v1/policy.pb.h"

namespace vangnet {
namespace {

using ConditionKind = StageCondition::Kind;
using RuleCase = config::v1::Rule::KindCase;

constexpr int kDaysMax = 3660;        // ten years: more is a mistake
constexpr int kMonthsMax = 120;       // likewise
constexpr int kCountMax = 1'000'000;  // of whatever a rule counts
constexpr int kPerMilleMax = 1000;    // of rules whose value is one
constexpr int kWeekMinutes = 7 * 24 * 60;

// What the stages of a kind of rule look like.
struct StageShape {
  std::vector<ConditionKind> conditions;  // empty: a name only
  int stages_max = 0;                     // 0: any number
  int at_least_max = kCountMax;
};

StageShape ShapeOf(RuleCase kind) {
  switch (kind) {
    case RuleCase::kNoPlacement:
    case RuleCase::kContinuousAbsence:
      return {{ConditionKind::kAtLeastSchoolDays, ConditionKind::kLongerThanDays, ConditionKind::kLongerThanMonths}};
    case RuleCase::kSpells:
    case RuleCase::kLateArrivals:
      return {{ConditionKind::kAtLeast}};
    case RuleCase::kAbsenceRate:
    case RuleCase::kShortTimetable:
      return {{ConditionKind::kAtLeast}, 0, kPerMilleMax};
    case RuleCase::kApplicationUndecided:
      return {{}, 2};
    default:
      return {{}, 1};
  }
}

// Fewest and most calendar days after `since`; nothing for conditions that count something else.
struct DaySpan {
  int least = 0;
  int most = 0;
};
std::optional<DaySpan> SpanOf(const StageCondition& condition) {
  if (condition.kind == ConditionKind::kLongerThanDays) return DaySpan{condition.n, condition.n};
  if (condition.kind == ConditionKind::kLongerThanMonths) return DaySpan{28 * condition.n, 31 * condition.n};
  return std::nullopt;
}

bool IsRising(const StageCondition& lower, const StageCondition& higher) {
  if (lower.kind == higher.kind) return lower.kind == ConditionKind::kNone || lower.n < higher.n;
  const auto lower_span = SpanOf(lower);
  const auto higher_span = SpanOf(higher);
  return !lower_span || !higher_span || lower_span->least < higher_span->most;
}

bool IsRuleKey(std::string_view text) {
  return !text.empty() && text.size() <= 64 && std::all_of(text.begin(), text.end(), [](char c) {
    return (c >= 'a' && c <= 'z') || (c >= '0' && c <= '9') || c == '-';
  });
}

// A key that resembles `text`, such as sick-long for "Sick long".
std::string SuggestRuleKey(std::string_view text) {
  std::string key;
  for (char c : text) {
    if (c >= 'A' && c <= 'Z') c = static_cast<char>(c - 'A' + 'a');
    if (IsRuleKey(std::string_view(&c, 1)) && c != '-') {
      key += c;
    } else if (!key.empty() && key.back() != '-') {
      key += '-';
    }
  }
  if (key.ends_with('-')) key.pop_back();
  return IsRuleKey(key) ? "did you mean " + key + "?" : "";
}

// A rule with nothing read yet. Out of line: inlined, GCC 12 wrongly calls the list of left_for_good uninitialised.
[[gnu::noinline]] Rule EmptyRule() { return Rule(); }

// Reads one policy. A method a message.
class PolicyReader {
 public:
  explicit PolicyReader(std::string_view text) : text_(text, proto_), reader_(text_, {}) {}

  Configuration<Policy> Read() {
    Policy policy;
    if (proto_.has_assume_complete()) policy.assume_complete = proto_.assume_complete();
    if (proto_.has_unknown_grace_days()) {
      Number(proto_.unknown_grace_days(), 0, kDaysMax, root_.Sub("unknown_grace_days"), policy.unknown_grace_days);
    }
    if (proto_.has_under_six_free_minutes()) {
      Number(proto_.under_six_free_minutes(), 0, kWeekMinutes, root_.Sub("under_six_free_minutes"),
             policy.under_six_free_minutes);
    }
    if (proto_.rules().empty() && !text_.IsUnread(root_.Sub("rules"))) {
      text_.Warn(root_.Sub("rules"), "a policy without rules finds nothing");
    }
    for (int i = 0; i < proto_.rules_size(); ++i) {
      policy.rules.push_back(ReadRule(proto_.rules(i), root_.Sub("rules", i)));
    }
    return text_.Finish(std::move(policy));
  }

 private:
  // `value` into `result` when it is within bounds.
  void Number(int value, int min, int max, const FieldPath& path, int& result) {
    if (value < min || value > max) {
      text_.Error(path,
                  "must be " + std::to_string(min) + " to " + std::to_string(max) + ", not " + std::to_string(value));
      return;
    }
    result = value;
  }

  Rule ReadRule(const config::v1::Rule& proto, const FieldPath& path) {
    Rule rule = EmptyRule();
    const FieldPath id = path.Sub("id");
    if (proto.id().empty()) {
      text_.Add(Reason::kRequired, id);
    } else if (!IsRuleKey(proto.id())) {
      text_.Error(id, "an id is 1 to 64 of a-z, 0-9 and '-'", SuggestRuleKey(proto.id()));
    } else if (!ids_.insert(proto.id()).second) {
      text_.Error(id, "there is another rule '" + proto.id() + "'");
    }
    rule.id = proto.id();
    rule.shadow = proto.shadow();
    rule.valid =
        reader_.OptionalDays(proto.valid_from(), path.Sub("valid_from"), proto.valid_until(), path.Sub("valid_until"));
    rule.audience = ReadAudience(proto.audience(), path);
    if (proto.kind_case() == RuleCase::KIND_NOT_SET) {
      text_.Missing(path.Sub("kind"), "a rule needs a kind, such as no_placement {}");
    } else {
      rule.settings = ReadSettings(proto, path);
    }
    ReadStages(proto, path, rule);
    const bool told = !rule.audience.empty() || std::any_of(rule.stages.begin(), rule.stages.end(),
                                                            [](const Stage& s) { return !s.audience.empty(); });
    const FieldPath audience = path.Sub("audience");
    if (!told && !rule.shadow && !text_.IsUnread(audience)) {
      text_.Warn(audience, "nobody is told of what this rule finds", "give it an audience, or put it in shadow");
    }
    return rule;
  }

  template <typename Values>
  std::vector<Audience> ReadAudience(const Values& values, const FieldPath& path) {
    std::vector<Audience> result;
    for (int i = 0; i < values.size(); ++i) {
      const FieldPath entry = path.Sub("audience", i);
      const auto audience = reader_.RequiredEnum<Audience>(values.Get(i), config::v1::Audience_IsValid, entry);
      if (std::find(result.begin(), result.end(), audience) != result.end()) {
        text_.Warn(entry, "the audience is named twice");
      } else {
        result.push_back(audience);
      }
    }
    return result;
  }

  void ReadStages(const config::v1::Rule& proto, const FieldPath& path, Rule& rule) {
    if (proto.stages().empty()) text_.Missing(path.Sub("stages"), "a rule needs at least one stage");
    const StageShape shape = ShapeOf(proto.kind_case());
    const bool kind_known = proto.kind_case() != RuleCase::KIND_NOT_SET;
    std::set<std::string> names;
    for (int i = 0; i < proto.stages_size(); ++i) {
      const FieldPath stage_path = path.Sub("stages", i);
      Stage stage = ReadStage(proto.stages(i), stage_path, kind_known ? &shape : nullptr);
      if (!stage.name.empty() && !names.insert(stage.name).second) {
        text_.Error(stage_path.Sub("name"), "the rule has another stage '" + stage.name + "'");
      }
      const bool has_n = stage.condition.n > 0;  // else it was reported already
      if (i > 0 && has_n && !IsRising(rule.stages.back().condition, stage.condition)) {
        text_.Error(stage_path.Sub(ConditionName(stage.condition.kind)), "must be more than that of the stage before");
      }
      if (kind_known && shape.stages_max > 0 && i == shape.stages_max) {
        text_.Error(stage_path, "rules of this kind have at most " + std::to_string(shape.stages_max) +
                                    (shape.stages_max == 1 ? " stage" : " stages"));
      }
      rule.stages.push_back(std::move(stage));
    }
  }

  // `shape`: of the rule's kind, null when that is not known.
  Stage ReadStage(const config::v1::Stage& proto, const FieldPath& path, const StageShape* shape) {
    Stage stage;
    stage.name = proto.name();
    if (stage.name.empty()) {
      text_.Add(Reason::kRequired, path.Sub("name"));
    } else if (!IsRuleKey(stage.name)) {
      text_.Error(path.Sub("name"), "a stage's name is 1 to 64 of a-z, 0-9 and '-'", SuggestRuleKey(stage.name));
    }
    stage.audience = ReadAudience(proto.audience(), path);
    stage.condition = ReadCondition(proto);
    if (shape == nullptr) return stage;
    const ConditionKind kind = stage.condition.kind;
    if (kind == ConditionKind::kNone) {
      if (!shape->conditions.empty()) text_.Missing(path.Sub("condition"), "the stage needs " + Names(*shape));
      return stage;
    }
    const FieldPath condition = path.Sub(ConditionName(kind));
    if (shape->conditions.empty()) {
      text_.Error(condition, "stages of this kind of rule have a name and no condition");
    } else if (std::find(shape->conditions.begin(), shape->conditions.end(), kind) == shape->conditions.end()) {
      text_.Error(condition, "this kind of rule has no such condition: give " + Names(*shape));
    } else {
      const int max = kind == ConditionKind::kAtLeast            ? shape->at_least_max
                      : kind == ConditionKind::kLongerThanMonths ? kMonthsMax
                                                                 : kDaysMax;
      const int n = std::exchange(stage.condition.n, 0);
      Number(n, 1, max, condition, stage.condition.n);
    }
    return stage;
  }

  static std::string Names(const StageShape& shape) {
    std::string names;
    for (const ConditionKind kind : shape.conditions) {
      if (!names.empty()) names += " or ";
      names += ConditionName(kind);
    }
    return names;
  }

  static StageCondition ReadCondition(const config::v1::Stage& proto) {
    switch (proto.condition_case()) {
      case config::v1::Stage::kAtLeastSchoolDays:
        return {ConditionKind::kAtLeastSchoolDays, proto.at_least_school_days()};
      case config::v1::Stage::kLongerThanDays:
        return {ConditionKind::kLongerThanDays, proto.longer_than_days()};
      case config::v1::Stage::kLongerThanMonths:
        return {ConditionKind::kLongerThanMonths, proto.longer_than_months()};
      case config::v1::Stage::kAtLeast:
        return {ConditionKind::kAtLeast, proto.at_least()};
      case config::v1::Stage::CONDITION_NOT_SET:
        break;
    }
    return {};
  }

  RuleSettings ReadSettings(const config::v1::Rule& proto, const FieldPath& path) {
    switch (proto.kind_case()) {
      case RuleCase::kNoPlacement:
        return ReadKind(proto.no_placement(), path.Sub("no_placement"));
      case RuleCase::kContinuousAbsence:
        return ReadKind(proto.continuous_absence(), path.Sub("continuous_absence"));
      case RuleCase::kWindowMinutes:
        return ReadKind(proto.window_minutes(), path.Sub("window_minutes"));
      case RuleCase::kSpells:
        return ReadKind(proto.spells(), path.Sub("spells"));
      case RuleCase::kAbsenceRate:
        return ReadKind(proto.absence_rate(), path.Sub("absence_rate"));
      case RuleCase::kLateArrivals:
        return LateArrivalsSettings{};
      case RuleCase::kCategorySeen:
        return ReadKind(proto.category_seen(), path.Sub("category_seen"));
      case RuleCase::kApplicationUndecided:
        return ReadKind(proto.application_undecided(), path.Sub("application_undecided"));
      case RuleCase::kEnding:
        return ReadKind(proto.ending(), path.Sub("ending"));
      case RuleCase::kOverlappingPlacements:
        return OverlappingPlacementsSettings{};
      case RuleCase::kSchoolSilent:
        return ReadKind(proto.school_silent(), path.Sub("school_silent"));
      case RuleCase::kShortTimetable:
        return ShortTimetableSettings{};
      case RuleCase::kUnknownSchool:
        return UnknownSchoolSettings{};
      case RuleCase::KIND_NOT_SET:
        break;
    }
    return EmptyRule().settings;
  }

  NoPlacementSettings ReadKind(const config::v1::NoPlacement& proto, const FieldPath& path) {
    if (proto.left_for_good().empty()) return std::get<NoPlacementSettings>(EmptyRule().settings);
    std::vector<PlacementEndReason> reasons;
    // A single UNSPECIFIED says: none.
    const bool none = proto.left_for_good_size() == 1 && proto.left_for_good(0) == v1::PLACEMENT_END_REASON_UNSPECIFIED;
    for (int i = 0; !none && i < proto.left_for_good_size(); ++i) {
      const FieldPath entry = path.Sub("left_for_good", i);
      if (proto.left_for_good(i) == v1::PLACEMENT_END_REASON_UNSPECIFIED) {
        text_.Error(entry, "PLACEMENT_END_REASON_UNSPECIFIED says \"none\" and must stand alone");
        continue;
      }
      const auto reason =
          reader_.RequiredEnum<PlacementEndReason>(proto.left_for_good(i), v1::PlacementEndReason_IsValid, entry);
      if (std::find(reasons.begin(), reasons.end(), reason) == reasons.end()) reasons.push_back(reason);
    }
    return NoPlacementSettings{std::move(reasons)};
  }

  ContinuousAbsenceSettings ReadKind(const config::v1::ContinuousAbsence& proto, const FieldPath& path) {
    ContinuousAbsenceSettings settings;
    settings.filter =
        reader_.RequiredEnum<AbsenceFilter>(proto.filter(), config::v1::AbsenceFilter_IsValid, path.Sub("filter"));
    if (proto.has_max_open_days()) {
      Number(proto.max_open_days(), 0, kDaysMax, path.Sub("max_open_days"), settings.max_open_days);
    }
    return settings;
  }

  WindowMinutesSettings ReadKind(const config::v1::WindowMinutes& proto, const FieldPath& path) {
    WindowMinutesSettings settings;
    constexpr int kWeeksMax = kDaysMax / 7;
    if (proto.has_minutes()) Number(proto.minutes(), 1, kCountMax, path.Sub("minutes"), settings.minutes);
    if (proto.has_weeks()) Number(proto.weeks(), 1, kWeeksMax, path.Sub("weeks"), settings.weeks);
    if (proto.has_repeat_after_days()) {
      Number(proto.repeat_after_days(), 0, kDaysMax, path.Sub("repeat_after_days"), settings.repeat_after_days);
    }
    if (proto.has_due_working_days()) {
      Number(proto.due_working_days(), 1, kDaysMax, path.Sub("due_working_days"), settings.due_working_days);
    }
    if (proto.has_keep_days()) Number(proto.keep_days(), 0, kDaysMax, path.Sub("keep_days"), settings.keep_days);
    return settings;
  }

  SpellsSettings ReadKind(const config::v1::Spells& proto, const FieldPath& path) {
    SpellsSettings settings;
    if (proto.has_window_days()) {
      Number(proto.window_days(), 1, kDaysMax, path.Sub("window_days"), settings.window_days);
    }
    return settings;
  }

  AbsenceRateSettings ReadKind(const config::v1::AbsenceRate& proto, const FieldPath& path) {
    AbsenceRateSettings settings;
    if (proto.has_minimum_school_days()) {
      Number(proto.minimum_school_days(), 1, kDaysMax, path.Sub("minimum_school_days"), settings.minimum_school_days);
    }
    return settings;
  }

  CategorySeenSettings ReadKind(const config::v1::CategorySeen& proto, const FieldPath& path) {
    CategorySeenSettings settings;
    settings.category =
        reader_.RequiredEnum<AbsenceCategory>(proto.category(), v1::AbsenceCategory_IsValid, path.Sub("category"));
    if (proto.has_due_working_days()) {
      Number(proto.due_working_days(), 1, kDaysMax, path.Sub("due_working_days"), settings.due_working_days);
    }
    if (proto.has_keep_days()) Number(proto.keep_days(), 0, kDaysMax, path.Sub("keep_days"), settings.keep_days);
    return settings;
  }

  ApplicationUndecidedSettings ReadKind(const config::v1::ApplicationUndecided& proto, const FieldPath& path) {
    ApplicationUndecidedSettings settings;
    if (proto.has_decide_days()) {
      Number(proto.decide_days(), 1, kDaysMax, path.Sub("decide_days"), settings.decide_days);
    }
    if (proto.has_extended_days()) {
      Number(proto.extended_days(), 1, kDaysMax, path.Sub("extended_days"), settings.extended_days);
    }
    if (settings.extended_days < settings.decide_days) {
      text_.Error(path.Sub("extended_days"),
                  "an extended term is not shorter than decide_days (" + std::to_string(settings.decide_days) + ")");
    }
    return settings;
  }

  EndingSettings ReadKind(const config::v1::Ending& proto, const FieldPath& path) {
    EndingSettings settings;
    settings.sort = reader_.RequiredEnum<EndingSort>(proto.sort(), config::v1::EndingSort_IsValid, path.Sub("sort"));
    if (proto.has_notice_days()) {
      Number(proto.notice_days(), 0, kDaysMax, path.Sub("notice_days"), settings.notice_days);
    }
    return settings;
  }

  SchoolSilentSettings ReadKind(const config::v1::SchoolSilent& proto, const FieldPath& path) {
    SchoolSilentSettings settings;
    if (proto.has_school_days()) {
      Number(proto.school_days(), 1, kDaysMax, path.Sub("school_days"), settings.school_days);
    }
    return settings;
  }

  const FieldPath root_;
  config::v1::Policy proto_;
  ConfigurationText text_;
  FieldReader reader_;
  std::set<std::string> ids_;
};

}  // namespace

Configuration<Policy> ReadPolicy(std::string_view text) { return PolicyReader(text).Read(); }

}  // namespace vangnet
