#include "cli/scenarios/finding_notation.h"

#include <algorithm>
#include <array>
#include <charconv>
#include <utility>

#include "cli/scenarios/enum_words.h"
#include "domain/finding.h"
#include "google/protobuf/util/json_util.h"
#include "google/protobuf/util/message_differencer.h"
#include "services/convert/suggestion.h"
#include "services/convert/wire.h"

namespace vangnet {
namespace {

constexpr std::array<Cause, 5> kCauses = {Cause::kPlacementEnded, Cause::kExemptionEnded, Cause::kMovedIn,
                                          Cause::kReachedAge, Cause::kNeverPlaced};
const std::vector<std::string>& Keywords() {
  static const auto* const kKeywords = new std::vector<std::string>{
      "since", "reached", "due", "value", "cause", "complete", "incomplete", "at", "evidence", "none"};
  return *kKeywords;
}

bool IsKeyword(const Word& word) {
  return !word.quoted && std::find(Keywords().begin(), Keywords().end(), word.text) != Keywords().end();
}

// A piece of evidence as it is written: [SOURCE/]ID[@REVISION].
struct EvidenceName {
  std::string source;  // empty: not named
  std::string id;
  std::optional<uint64_t> revision;
};

EvidenceName ParseEvidenceName(std::string_view text) {
  EvidenceName name;
  if (const size_t slash = text.find('/'); slash != std::string_view::npos) {
    name.source = std::string(text.substr(0, slash));
    text.remove_prefix(slash + 1);
  }
  if (const size_t at = text.rfind('@'); at != std::string_view::npos) {
    uint64_t revision = 0;
    const std::string_view number = text.substr(at + 1);
    const auto [stop, error] = std::from_chars(number.data(), number.data() + number.size(), revision);
    if (error == std::errc() && stop == number.data() + number.size()) {
      name.revision = revision;
      text = text.substr(0, at);
    }
  }
  name.id = std::string(text);
  return name;
}

class FindingReader {
 public:
  FindingReader(WordReader& words, const RecordBook& book) : words_(words), book_(book) {}

  bool TakeClause(FindingPattern& pattern);

 private:
  void TakeCause(v1::Finding& finding);
  void TakeEvidence(FindingPattern& pattern);
  void AddEvidence(const Word& word, v1::Finding& finding);

  WordReader& words_;
  const RecordBook& book_;
};

bool FindingReader::TakeClause(FindingPattern& pattern) {
  v1::Finding& finding = pattern.named;
  const auto take_day = [&](std::string* into) {
    if (const auto day = words_.TakeDay()) *into = day->ToString();
  };
  if (words_.TakeKeyword("since")) {
    take_day(finding.mutable_since());
  } else if (words_.TakeKeyword("reached")) {
    take_day(finding.mutable_reached_on());
  } else if (words_.TakeKeyword("due")) {
    take_day(finding.mutable_due_on());
  } else if (words_.TakeKeyword("value")) {
    if (const auto value = words_.TakeNumber("a value")) finding.set_value(static_cast<int64_t>(*value));
  } else if (words_.TakeKeyword("cause")) {
    TakeCause(finding);
  } else if (words_.TakeKeyword("complete")) {
    finding.set_coverage(CoverageName(Coverage::kComplete));
  } else if (words_.TakeKeyword("incomplete")) {
    finding.set_coverage(CoverageName(Coverage::kIncomplete));
  } else if (words_.TakeKeyword("at")) {
    if (const auto school = words_.TakeText("the school")) finding.set_school(school->text);
  } else if (words_.TakeKeyword("evidence")) {
    TakeEvidence(pattern);
  } else {
    return false;
  }
  return true;
}

void FindingReader::TakeCause(v1::Finding& finding) {
  const std::optional<Word> word = words_.TakeText("the cause");
  if (!word) return;
  std::vector<std::string> known;
  for (const Cause cause : kCauses) {
    known.push_back(WordOf(CauseName(cause)));
    if (known.back() == WordOf(word->text)) finding.set_cause(CauseName(cause));
  }
  if (!finding.cause().empty()) return;
  words_.Problem(word->place, "\"" + word->text + "\" is no cause: placement-ended, exemption-ended, moved-in, " +
                                  "reached-age or never-placed" + Suggestion(WordOf(word->text), known));
}

void FindingReader::TakeEvidence(FindingPattern& pattern) {
  pattern.names_evidence = true;
  const Place place = words_.place();
  if (words_.TakeKeyword("none")) return;
  if (words_.AtEnd() || IsKeyword(*words_.Peek())) {
    words_.Problem(place, "the names of the records are missing, or none");
  }
  while (!words_.AtEnd() && !IsKeyword(*words_.Peek())) AddEvidence(words_.Take(), pattern.named);
}

void FindingReader::AddEvidence(const Word& word, v1::Finding& finding) {
  const EvidenceName name = ParseEvidenceName(word.text);
  const std::string& subject = finding.student().empty() ? finding.school() : finding.student();
  std::vector<const RecordBook::Entry*> entries = book_.Find(name.id, name.source, subject);
  if (entries.empty()) entries = book_.Find(name.id, name.source, "");
  const auto same = [&](const RecordBook::Entry* entry) {
    return entry->source == entries.front()->source &&
           (name.revision.has_value() || entry->revision == entries.front()->revision);
  };
  if (entries.empty()) {
    words_.Problem(word.place, "no record above is called \"" + word.text + "\"");
  } else if (!std::all_of(entries.begin(), entries.end(), same)) {
    words_.Problem(word.place, "several records are called \"" + word.text + "\": write SOURCE/NAME@REVISION, as " +
                                   entries.front()->source + "/" + name.id + "@" +
                                   std::to_string(entries.front()->revision));
  } else {
    v1::EvidenceRecord& evidence = *finding.add_evidence();
    evidence.set_source(entries.front()->source);
    evidence.set_record_id(name.id);
    evidence.set_revision(name.revision.value_or(entries.front()->revision));
  }
}

// Whether every field that `pattern` names is the same in `found`.
bool HoldsWhatIsNamed(const FindingPattern& pattern, const v1::Finding& found) {
  const v1::Finding& named = pattern.named;
  const auto holds = [](const std::string& wanted, const std::string& is) { return wanted.empty() || wanted == is; };
  if (named.student() != found.student() || named.rule() != found.rule()) return false;
  if (!holds(named.stage(), found.stage()) || !holds(named.since(), found.since()) ||
      !holds(named.reached_on(), found.reached_on()) || !holds(named.due_on(), found.due_on()) ||
      !holds(named.cause(), found.cause()) || !holds(named.coverage(), found.coverage()) ||
      !holds(named.school(), found.school())) {
    return false;
  }
  if (named.has_value() && (!found.has_value() || named.value() != found.value())) return false;
  return !pattern.names_evidence ||
         std::equal(named.evidence().begin(), named.evidence().end(), found.evidence().begin(), found.evidence().end(),
                    [](const v1::EvidenceRecord& one, const v1::EvidenceRecord& other) {
                      return one.source() == other.source() && one.record_id() == other.record_id() &&
                             one.revision() == other.revision();
                    });
}

}  // namespace

std::optional<Expectation::Scope> TakeFindingSubject(WordReader& words) {
  Expectation::Scope subject{.is_school = words.TakeKeyword("school"), .key = ""};
  const std::optional<Word> key = words.TakeText(subject.is_school ? "the school" : "the child");
  if (!key) return std::nullopt;
  subject.key = key->text;
  return subject;
}

std::optional<FindingPattern> ReadFindingWords(WordReader& words, bool strict, const RecordBook& book) {
  FindingPattern pattern{.named = {}, .names_evidence = strict, .json = "", .place = words.place()};
  const std::optional<Expectation::Scope> subject = TakeFindingSubject(words);
  if (!subject) return std::nullopt;
  (subject->is_school ? *pattern.named.mutable_school() : *pattern.named.mutable_student()) = subject->key;
  if (words.AtEnd() || IsKeyword(*words.Peek())) {
    words.Problem(words.place(), "the rule is missing: write CHILD RULE STAGE, as s-1 long-absence early");
    words.SkipAll();
    return std::nullopt;
  }
  pattern.named.set_rule(words.Take().text);
  if (!words.AtEnd() && !IsKeyword(*words.Peek())) pattern.named.set_stage(words.Take().text);
  FindingReader reader(words, book);
  while (!words.AtEnd()) {
    if (reader.TakeClause(pattern)) continue;
    const Word& word = words.Take();
    words.Problem(word.place, "\"" + word.text + "\" says nothing of a finding" +
                                  (word.quoted ? "" : Suggestion(WordOf(word.text), Keywords())));
    while (!words.AtEnd() && !IsKeyword(*words.Peek())) words.Take();
  }
  if (strict) pattern.json = FindingToJson(pattern.named);
  return pattern;
}

std::optional<FindingPattern> ReadFindingJson(std::string_view json, Place place, ScenarioProblems& problems) {
  FindingPattern pattern{.named = {}, .names_evidence = true, .json = std::string(json), .place = place};
  const google::protobuf::util::Status status = google::protobuf::util::JsonStringToMessage(
      google::protobuf::StringPiece(json.data(), json.size()), &pattern.named);
  if (!status.ok()) {
    const std::string message = status.message().ToString();  // its further lines quote the text
    problems.push_back({place, "this is no finding in JSON: " + message.substr(0, message.find('\n'))});
    return std::nullopt;
  }
  if (const std::string printed = FindingToJson(pattern.named); printed != json) {
    problems.push_back({place, "evaluate never prints a finding like this; it would print " + printed});
    return std::nullopt;
  }
  return pattern;
}

FoundFinding ReadFoundFinding(const std::string& json) {
  FoundFinding found{.json = json, .finding = {}};
  // It was printed by us: what it does not parse to, it does not say.
  (void)google::protobuf::util::JsonStringToMessage(json, &found.finding);
  return found;
}

bool Matches(const FindingPattern& pattern, const FoundFinding& found) {
  return pattern.json.empty() ? HoldsWhatIsNamed(pattern, found.finding) : pattern.json == found.json;
}

std::vector<FindingRow> FindingRows(const v1::Finding& finding) {
  const bool of_school = finding.student().empty();
  std::string head = of_school ? "school " + finding.school() : finding.student();
  head += " " + finding.rule() + (finding.stage().empty() ? "" : " " + finding.stage());
  std::vector<FindingRow> rows = {{"", head}};
  const auto add = [&](const char* field, const std::string& value) {
    if (!value.empty()) rows.push_back({field, std::string(field) + " " + value});
  };
  add("since", finding.since());
  add("reached", finding.reached_on());
  add("due", finding.due_on());
  if (finding.has_value()) add("value", std::to_string(finding.value()));
  if (!finding.cause().empty()) add("cause", WordOf(finding.cause()));
  if (!finding.coverage().empty()) rows.push_back({"coverage", WordOf(finding.coverage())});
  if (!of_school) add("at", finding.school());
  for (int i = 0; i < finding.evidence_size(); ++i) {
    const v1::EvidenceRecord& evidence = finding.evidence(i);
    rows.push_back({"evidence " + std::to_string(i), std::string(i == 0 ? "evidence " : "         ") +
                                                         evidence.source() + "/" + evidence.record_id() + "@" +
                                                         std::to_string(evidence.revision())});
  }
  return rows;
}

}  // namespace vangnet
