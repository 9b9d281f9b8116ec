#include "cli/scenarios/scenario_reader.h"

#include <algorithm>
#include <optional>
#include <utility>
#include <variant>

#include "cli/scenarios/finding_notation.h"
#include "cli/scenarios/record_book.h"
#include "services/convert/broken_record.h"
#include "services/convert/record_json.h"
#include "services/convert/suggestion.h"

namespace vangnet {
namespace {

// What somebody may write who thinks in Dutch.
constexpr std::pair<std::string_view, std::string_view> kDutchWords[] = {{"aanmelding", "application"},
                                                                         {"afwezig", "absence"},
                                                                         {"arrangement", "arrangement"},
                                                                         {"beleid", "policy"},
                                                                         {"inschrijving", "placement"},
                                                                         {"intrekken", "withdraw"},
                                                                         {"kind", "child"},
                                                                         {"leerling", "child"},
                                                                         {"melding", "report"},
                                                                         {"plaatsing", "placement"},
                                                                         {"regio", "region"},
                                                                         {"rooster", "timetable"},
                                                                         {"schoolkalender", "calendar"},
                                                                         {"streng", "strict"},
                                                                         {"tlv", "arrangement"},
                                                                         {"vakantie", "calendar"},
                                                                         {"verwacht", "expect"},
                                                                         {"verzuim", "absence"},
                                                                         {"volledig", "complete"},
                                                                         {"vrijstelling", "exemption"},
                                                                         {"wijzig", "correct"},
                                                                         {"ziek", "absence"},
                                                                         {"aanwezig", "presence"}};

std::string WhatWasMeant(const std::string& word) {
  for (const auto& [dutch, english] : kDutchWords) {
    if (word == dutch) return "; did you mean " + std::string(english) + "?";
  }
  std::vector<std::string> known = {"policy", "region", "strict", "correct", "withdraw", "expect"};
  for (const FactNotation& notation : FactNotations()) known.emplace_back(notation.word);
  return Suggestion(word, known);
}

class ScenarioReader {
 public:
  explicit ScenarioReader(ScenarioText& into) : scenario_(into.scenario), problems_(into.problems) {}

  void TakeLine(std::string_view line, int number);
  void Finish();

 private:
  void TakeComment(std::string_view comment);
  void TakeJson(std::string_view json, Place place);
  void EndStatement();
  void ReadStatement(WordReader& words);
  void ReadFileName(WordReader& words, Place place, std::optional<NamedFile>& file);
  void ReadFactStatement(const FactNotation& notation, WordReader& words, Place place);
  void ReadCorrection(WordReader& words, Place place, bool withdraws);
  const RecordBook::Entry* TakeRecordName(WordReader& words);
  void ReadExpect(WordReader& words, Place place);
  void ReadFindingLine(std::vector<Word> words);
  void AddFinding(std::optional<FindingPattern> finding);
  void CheckNotExpectedTwice(const Expectation& expectation);
  void AddRecord(ScenarioRecord record);
  // Nothing but expectations may stand behind the first one.
  bool MayTell(Place place);
  void EndExpectation();
  void Problem(Place place, std::string message) { problems_.push_back({place, std::move(message)}); }

  Scenario& scenario_;
  ScenarioProblems& problems_;
  RecordBook book_;
  std::vector<Word> statement_;  // words of the statement that lines may still go on with
  Place statement_end_;
  bool in_expectation_ = false;
  bool expects_none_ = false;        // the expectation says `none`
  bool expectation_broken_ = false;  // it has a finding that could not be read, or its days could not
  bool in_title_ = true;
};

void ScenarioReader::TakeLine(std::string_view line, int number) {
  while (!line.empty() && (line.back() == '\r' || line.back() == ' ' || line.back() == '\t')) line.remove_suffix(1);
  const size_t indent = line.find_first_not_of(" \t");
  if (indent == std::string_view::npos) {
    in_title_ = in_title_ && scenario_.title.empty();
    return;
  }
  const Place place{number, static_cast<int>(indent) + 1};
  if (!IsUtf8(line)) {
    Problem({number, 1}, "this line is not valid UTF-8");
    return;
  }
  if (line[indent] == '#') {
    if (in_title_) TakeComment(line.substr(indent + 1));
    return;
  }
  in_title_ = false;
  if (line[indent] == '{') {
    TakeJson(line.substr(indent), place);
    return;
  }
  std::vector<Word> words = CutWords(line, number, problems_);
  const bool goes_on = indent > 0;
  if (!goes_on) {
    EndStatement();
  } else if (in_expectation_) {
    ReadFindingLine(std::move(words));
    return;
  } else if (statement_.empty()) {
    Problem(place, "nothing stands above that this line could go on with; begin it without spaces");
    return;
  }
  statement_.insert(statement_.end(), words.begin(), words.end());
  statement_end_ = {number, CharactersOf(line) + 1};
  // An expectation is read at once, for each line below it is a finding.
  if (!goes_on && statement_.front().text == "expect" && !statement_.front().quoted) EndStatement();
}

void ScenarioReader::TakeComment(std::string_view comment) {
  if (!comment.empty() && comment.front() == ' ') comment.remove_prefix(1);
  in_title_ = !comment.empty();
  if (in_title_) scenario_.title.emplace_back(comment);
}

void ScenarioReader::TakeJson(std::string_view json, Place place) {
  EndStatement();
  if (in_expectation_) {
    AddFinding(ReadFindingJson(json, place, problems_));
    return;
  }
  ScenarioRecord record{.record = {}, .place = place, .field_places = {}};
  if (const std::optional<JsonProblem> problem = ParseRecordJson(json, record.record)) {
    Problem(place, (problem->field.empty() ? "" : problem->field + ": ") + ReasonSentence(problem->reason) +
                       (problem->detail.empty() ? "" : ": " + problem->detail));
    return;
  }
  AddRecord(std::move(record));
}

void ScenarioReader::EndStatement() {
  if (statement_.empty()) return;
  const std::vector<Word> words = std::exchange(statement_, {});
  WordReader reader(words, statement_end_, problems_);
  ReadStatement(reader);
  // A statement that stopped early did so without a word of its own.
  if (!reader.AtEnd()) Problem(reader.place(), "\"" + reader.Peek()->text + "\" is too much here");
}

void ScenarioReader::ReadStatement(WordReader& words) {
  const Word first = words.Take();
  if (!first.quoted && first.text == "expect") {
    ReadExpect(words, first.place);
    return;
  }
  if (!MayTell(first.place)) {
    words.SkipAll();
  } else if (const FactNotation* notation = first.quoted ? nullptr : FindFactNotation(first.text)) {
    ReadFactStatement(*notation, words, first.place);
  } else if (first.text == "policy" || first.text == "region") {
    ReadFileName(words, first.place, first.text == "policy" ? scenario_.policy : scenario_.region);
  } else if (first.text == "strict") {
    scenario_.strict = true;
  } else if (first.text == "correct" || first.text == "withdraw") {
    ReadCorrection(words, first.place, first.text == "withdraw");
  } else {
    Problem(first.place, "no statement begins with \"" + first.text + "\"" + WhatWasMeant(first.text));
    words.SkipAll();
  }
}

void ScenarioReader::ReadFileName(WordReader& words, Place place, std::optional<NamedFile>& file) {
  const std::optional<Word> path = words.TakeText("the file");
  if (file) Problem(place, "this is told already, on line " + std::to_string(file->place.line));
  if (path && !file) file = NamedFile{path->text, path->place};
}

void ScenarioReader::ReadFactStatement(const FactNotation& notation, WordReader& words, Place place) {
  ScenarioRecord record{.record = {}, .place = place, .field_places = {}};
  const bool of_school = std::string_view(notation.word) == "calendar" || std::string_view(notation.word) == "complete";
  const std::optional<Word> subject = words.TakeText(of_school ? "the school" : "the child");
  if (!subject) return;
  if (of_school && std::string_view(notation.word) == "calendar") {
    record.record.mutable_school_calendar()->set_school(subject->text);
  } else if (of_school) {
    record.record.mutable_attendance_complete()->set_school(subject->text);
  } else {
    record.record.set_student(subject->text);
  }
  record.field_places[of_school ? "school" : "student"] = subject->place;
  record.record.set_source(notation.source);
  // The absence of a child is at the school at which it was placed last above.
  const auto placed = std::find_if(scenario_.records.rbegin(), scenario_.records.rend(), [&](const auto& above) {
    return above.record.has_placement() && above.record.student() == record.record.student();
  });
  if (placed != scenario_.records.rend()) {
    const std::string& school = placed->record.placement().school();
    if (std::string_view(notation.word) == "absence") record.record.mutable_absence()->set_school(school);
    if (std::string_view(notation.word) == "presence") record.record.mutable_presence()->set_school(school);
  }
  ReadFact(notation, place, RecordIs::kNew, words, record.record, record.field_places);
  if (record.record.record_id().empty()) record.record.set_record_id(book_.FreeId(record.record, notation.id));
  if (record.field_places.count("revision") == 0) record.record.set_revision(1);
  AddRecord(std::move(record));
}

const RecordBook::Entry* ScenarioReader::TakeRecordName(WordReader& words) {
  const std::optional<Word> name = words.TakeText("the name of the record, as abs-1,");
  if (!name) return nullptr;
  std::string subject;
  std::string source;
  while (words.IsNext("of") || words.IsNext("by")) {
    std::string& into = words.Take().text == "of" ? subject : source;
    if (const std::optional<Word> word = words.TakeText("whose record it is")) into = word->text;
  }
  const std::vector<const RecordBook::Entry*> entries = book_.Find(name->text, source, subject);
  if (entries.size() == 1) return entries.front();
  if (entries.empty()) {
    Problem(name->place, "no record above is called \"" + name->text + "\"");
  } else {
    Problem(name->place, "several records are called \"" + name->text + "\": add of " + entries.front()->subject +
                             " or by " + entries.front()->source + ", whichever is meant");
  }
  words.SkipAll();
  return nullptr;
}

void ScenarioReader::ReadCorrection(WordReader& words, Place place, bool withdraws) {
  const RecordBook::Entry* const entry = TakeRecordName(words);
  if (entry == nullptr) return;
  ScenarioRecord record{.record = entry->content, .place = place, .field_places = {}};
  record.record.set_revision(entry->revision + 1);
  if (withdraws) {
    record.record.set_withdrawn(true);
    if (words.TakeKeyword("revision")) {
      if (const auto revision = words.TakeNumber("a revision")) record.record.set_revision(*revision);
    }
    if (!entry->is_school) record.record.clear_fact();
  } else if (const FactNotation* notation = NotationOf(entry->content)) {
    ReadFact(*notation, place, RecordIs::kCorrected, words, record.record, record.field_places);
  } else {
    Problem(place, "nothing is known of this record but that it is withdrawn; tell it anew");
    words.SkipAll();
    return;
  }
  AddRecord(std::move(record));
}

void ScenarioReader::AddRecord(ScenarioRecord record) {
  record.was_understood = std::none_of(problems_.begin(), problems_.end(), [&](const ScenarioProblem& problem) {
    return problem.place.line >= record.place.line;
  });
  const int before = book_.Add(record.record, record.place.line);
  if (before > 0) {
    Problem(record.place, "revision " + std::to_string(record.record.revision()) + " of " + record.record.record_id() +
                              " is told already, on line " + std::to_string(before) + "; a later version is: correct " +
                              record.record.record_id() + " ...");
  }
  scenario_.records.push_back(std::move(record));
}

bool ScenarioReader::MayTell(Place place) {
  if (!in_expectation_) return true;
  Problem(place, "this belongs above the first expect: whatever a scenario tells is known on all of its days");
  return false;
}

void ScenarioReader::ReadExpect(WordReader& words, Place place) {
  EndExpectation();
  in_expectation_ = true;
  Expectation expectation{.days = {}, .only = std::nullopt, .findings = {}, .place = place};
  const Place days_place = words.place();
  const std::optional<DayInterval> days = words.TakeDays();
  expectation_broken_ = !days;
  expectation.days = {kDayMax, kDayMin};  // no day, until they are known to be good
  if (days && (days->first == kDayMin || days->last == kDayMax)) {
    Problem(days_place, "both the first and the last day that is expected must be told");
    expectation_broken_ = true;
  } else if (days && days->last - days->first >= kExpectedDaysMax) {
    Problem(days_place, "these are more than " + std::to_string(kExpectedDaysMax) + " days");
    expectation_broken_ = true;
  }
  if (!expectation_broken_) expectation.days = *days;
  if (words.TakeKeyword("for")) expectation.only = TakeFindingSubject(words);
  if (!expectation_broken_) CheckNotExpectedTwice(expectation);
  scenario_.expectations.push_back(std::move(expectation));
  expects_none_ = words.TakeKeyword("none");
  if (words.AtEnd() || expects_none_) return;
  if (!days) {
    words.SkipAll();
    return;
  }
  AddFinding(ReadFindingWords(words, scenario_.strict, book_));
}

void ScenarioReader::CheckNotExpectedTwice(const Expectation& expectation) {
  const auto same_scope = [&](const Expectation& other) {
    if (!other.only || !expectation.only) return !other.only && !expectation.only;
    return other.only->is_school == expectation.only->is_school && other.only->key == expectation.only->key;
  };
  for (const Expectation& other : scenario_.expectations) {
    if (!same_scope(other) || !other.days.meets(expectation.days)) continue;
    Problem(expectation.place, std::max(other.days.first, expectation.days.first).ToString() +
                                   " is told already, on line " + std::to_string(other.place.line));
    return;
  }
}

void ScenarioReader::ReadFindingLine(std::vector<Word> words) {
  if (words.empty()) return;
  const Place end{words.back().place.line, words.back().place.column + CharactersOf(words.back().text)};
  WordReader reader(words, end, problems_);
  if (words.size() == 1 && reader.TakeKeyword("none")) {
    expects_none_ = true;
    return;
  }
  AddFinding(ReadFindingWords(reader, scenario_.strict, book_));
}

void ScenarioReader::AddFinding(std::optional<FindingPattern> finding) {
  expectation_broken_ |= !finding;
  if (!finding) return;
  Expectation& expectation = scenario_.expectations.back();
  const v1::Finding& named = finding->named;
  if (expectation.only) {
    const bool of_school = named.student().empty();
    if (of_school != expectation.only->is_school ||
        (of_school ? named.school() : named.student()) != expectation.only->key) {
      Problem(finding->place, "this is no finding of " + expectation.only->key + ", for which it is expected");
    }
  }
  expectation.findings.push_back(*std::move(finding));
}

void ScenarioReader::EndExpectation() {
  if (!in_expectation_ || scenario_.expectations.empty()) return;
  const Expectation& expectation = scenario_.expectations.back();
  if (expects_none_ && !expectation.findings.empty()) {
    Problem(expectation.place, "none is expected, and findings as well");
  } else if (!expects_none_ && expectation.findings.empty() && !expectation_broken_) {
    Problem(expectation.place, "write what is expected: findings, indented below this line, or none");
  }
}

void ScenarioReader::Finish() {
  EndStatement();
  EndExpectation();
  if (scenario_.expectations.empty()) Problem({}, "nothing is expected; write for example: expect 2026-09-07 none");
  std::stable_sort(problems_.begin(), problems_.end(), [](const ScenarioProblem& one, const ScenarioProblem& other) {
    return std::pair(one.place.line, one.place.column) < std::pair(other.place.line, other.place.column);
  });
}

// Where the innermost field of `path`, such as absence.days.last_day, was written.
Place PlaceOf(const ScenarioRecord& record, std::string_view path) {
  const size_t dot = path.rfind('.');
  const auto found = record.field_places.find(dot == std::string_view::npos ? path : path.substr(dot + 1));
  return found == record.field_places.end() ? record.place : found->second;
}

}  // namespace

ScenarioText ReadScenario(std::string_view text) {
  constexpr std::string_view kByteOrderMark = "\xef\xbb\xbf";
  if (text.starts_with(kByteOrderMark)) text.remove_prefix(kByteOrderMark.size());
  ScenarioText result;
  ScenarioReader reader(result);
  int number = 0;
  while (!text.empty()) {
    const size_t end = std::min(text.find('\n'), text.size());
    reader.TakeLine(text.substr(0, end), ++number);
    text.remove_prefix(std::min(end + 1, text.size()));
  }
  reader.Finish();
  return result;
}

std::vector<IncomingRecord> JudgeRecords(const Scenario& scenario, const RecordReader& reader,
                                         ScenarioProblems& problems) {
  std::vector<IncomingRecord> records;
  for (const ScenarioRecord& written : scenario.records) {
    RecordReader::Result result = reader.ReadWire(written.record.SerializeAsString(), {});
    if (auto* incoming = std::get_if<IncomingRecord>(&result)) {
      records.push_back(std::move(*incoming));
      continue;
    }
    const auto& refused = std::get<RefusedRecord>(result);
    if (!written.was_understood && refused.reason == ReasonName(Reason::kRequired)) continue;
    problems.push_back(
        {PlaceOf(written, refused.field), (refused.field.empty() ? "" : refused.field + ": ") + refused.description});
  }
  return records;
}

}  // namespace vangnet
