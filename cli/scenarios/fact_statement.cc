#include "cli/scenarios/fact_statement.h"

#include <algorithm>
#include <optional>

#include "cli/scenarios/days_clause.h"
#include "cli/scenarios/enum_words.h"
#include "cli/scenarios/timetable_notation.h"
#include "google/protobuf/message.h"
#include "services/convert/suggestion.h"

namespace vangnet {
namespace {

using google::protobuf::EnumValueDescriptor;
using google::protobuf::FieldDescriptor;
using google::protobuf::Message;
using Operand = ClauseNotation::Operand;

// One statement being read into one fact.
class FactReader {
 public:
  FactReader(const FactNotation& notation, RecordIs record_is, WordReader& words, v1::Record& record,
             FieldPlaces& places)
      : notation_(notation), may_name_(record_is == RecordIs::kNew), words_(words), record_(record), places_(places) {
    const FieldDescriptor* const field = record.GetDescriptor()->FindFieldByName(notation.fact);
    fact_ = record.GetReflection()->MutableMessage(&record, field);
  }

  // Whether all words were understood.
  bool Read();

 private:
  bool TakeClause();
  bool TakeRecordClause();
  bool TakeBareWord();
  bool TakeDaysClauseOfFact();
  void TakeOperand(const ClauseNotation& clause);
  void TakeExtent();
  void TakeExtentOfDay(const std::string& day);
  void TellUnknownWord();
  std::vector<std::string> KnownWords() const;
  void DefaultAuthorised();

  const FieldDescriptor* FieldOf(const std::string& name) const {
    return fact_->GetDescriptor()->FindFieldByName(name);
  }
  void SetText(const std::string& field, const std::string& value) {
    fact_->GetReflection()->SetString(fact_, FieldOf(field), value);
  }
  void SetEnum(const FieldDescriptor* field, const EnumValueDescriptor* value) {
    fact_->GetReflection()->SetEnum(fact_, field, value);
  }
  v1::StudentTimetable* timetable() { return record_.mutable_student_timetable(); }
  bool IsPeriodsNext() const { return words_.IsNext("period") || words_.IsNext("periods"); }

  // Sets the extent of an absence or a presence, whichever this is, in the field of this name.
  template <typename Extent>
  Extent& MutableExtent(const char* name) {
    return static_cast<Extent&>(*fact_->GetReflection()->MutableMessage(fact_, FieldOf(name)));
  }

  const FactNotation& notation_;
  const bool may_name_;
  WordReader& words_;
  v1::Record& record_;
  FieldPlaces& places_;
  Message* fact_ = nullptr;
  std::optional<Place> category_place_;  // of an absence, when this statement tells it
  bool tells_authorised_ = false;
};

bool FactReader::Read() {
  bool understood = true;
  while (!words_.AtEnd()) {
    if (TakeClause()) continue;
    TellUnknownWord();
    understood = false;
  }
  if (record_.has_student_timetable()) SortSessions(*timetable()->mutable_timetable());
  if (record_.has_absence() && category_place_ && !tells_authorised_) DefaultAuthorised();
  return understood;
}

bool FactReader::TakeClause() {
  if (TakeRecordClause()) return true;
  if (record_.has_school_calendar()) return ReadCalendarClause(words_, *record_.mutable_school_calendar());
  if (notation_.days == DaysMean::kTimetable) return ReadTimetableClause(words_, *timetable()->mutable_timetable());
  for (const ClauseNotation& clause : notation_.clauses) {
    if (!words_.IsNext(clause.word)) continue;
    words_.Take();
    TakeOperand(clause);
    return true;
  }
  return TakeDaysClauseOfFact() || TakeBareWord();
}

bool FactReader::TakeRecordClause() {
  const Place place = words_.place();
  if (words_.TakeKeyword("revision")) {
    if (const auto number = words_.TakeNumber("a revision")) record_.set_revision(*number);
    places_["revision"] = place;
    return true;
  }
  const bool is_name = words_.IsNext("as");
  if (!is_name && !words_.IsNext("by")) return false;
  words_.Take();
  const std::optional<Word> name = words_.TakeText(is_name ? "the record's name" : "the source");
  if (!may_name_) {
    words_.Problem(place, "a correction keeps the name of its record; leave this out");
  } else if (name) {
    (is_name ? *record_.mutable_record_id() : *record_.mutable_source()) = name->text;
    places_[is_name ? "record_id" : "source"] = name->place;
  }
  return true;
}

void FactReader::TakeOperand(const ClauseNotation& clause) {
  const FieldDescriptor* const field = FieldOf(clause.field);
  places_[clause.field] = words_.place();
  switch (clause.operand) {
    case Operand::kNone:
      fact_->GetReflection()->SetBool(fact_, field, true);
      return;
    case Operand::kDay:
      if (const auto day = words_.TakeDay()) SetText(clause.field, day->ToString());
      return;
    case Operand::kText:
      if (const auto text = words_.TakeText("what \"" + std::string(clause.word) + "\" asks for")) {
        SetText(clause.field, text->text);
      }
      return;
    case Operand::kEnum:
      break;
  }
  const std::optional<Word> word = words_.TakeText("what \"" + std::string(clause.word) + "\" asks for");
  if (!word) return;
  tells_authorised_ |= std::string_view(clause.field) == "authorised";
  if (const EnumValueDescriptor* value = FindEnumWord(*field->enum_type(), word->text)) {
    SetEnum(field, value);
    return;
  }
  const std::vector<std::string> known = WordsOf(*field->enum_type());
  std::string list;
  for (const std::string& one : known) list += (list.empty() ? "" : ", ") + one;
  words_.Problem(word->place, "\"" + word->text + "\" is none of " + list + Suggestion(WordOf(word->text), known));
}

bool FactReader::TakeBareWord() {
  if (notation_.bare == nullptr || words_.Peek()->quoted) return false;
  const FieldDescriptor* const field = FieldOf(notation_.bare);
  const EnumValueDescriptor* const value = FindEnumWord(*field->enum_type(), words_.Peek()->text);
  if (value == nullptr) return false;
  places_[notation_.bare] = words_.place();
  if (record_.has_absence()) category_place_ = words_.place();
  words_.Take();
  SetEnum(field, value);
  return true;
}

bool FactReader::TakeDaysClauseOfFact() {
  if (notation_.days == DaysMean::kNothing || !IsDaysClauseNext(words_)) return false;
  if (notation_.days == DaysMean::kExtent) {
    TakeExtent();
    return true;
  }
  const bool residence = notation_.days == DaysMean::kResidence;
  const Place place = words_.place();
  const DaysClause days = TakeDaysClause(words_);
  const auto set = [&](const char* field, const std::optional<std::string>& day) {
    places_[field] = place;
    if (day) SetText(field, *day);
  };
  set(residence ? "resident_from" : "first_day", days.first);
  set(residence ? "resident_until" : "last_day", days.last);
  return true;
}

void FactReader::TakeExtent() {
  for (const char* field : {"first_day", "last_day", "day", "from", "until", "first", "last"}) {
    places_[field] = words_.place();
  }
  const bool one_end = words_.IsNext("from") || words_.IsNext("until");
  const DaysClause days = TakeDaysClause(words_);
  const bool one_day = !one_end && days.first && days.first == days.last;
  if (one_day && (IsTimeNext(words_) || IsPeriodsNext() || words_.IsNext("morning") || words_.IsNext("afternoon"))) {
    TakeExtentOfDay(*days.first);
    return;
  }
  if (days.first == "") words_.Problem(places_["first_day"], "the first day is missing");
  auto& extent = MutableExtent<v1::DaysExtent>("days");
  if (days.first) extent.set_first_day(*days.first);
  if (days.last) extent.set_last_day(*days.last);
}

void FactReader::TakeExtentOfDay(const std::string& day) {
  const bool morning = words_.TakeKeyword("morning");
  if (morning || words_.TakeKeyword("afternoon")) {
    auto& extent = MutableExtent<v1::PartExtent>("part");
    extent.set_day(day);
    extent.set_part(morning ? v1::DAY_PART_MORNING : v1::DAY_PART_AFTERNOON);
    return;
  }
  if (IsTimeNext(words_)) {
    auto& extent = MutableExtent<v1::TimeExtent>("time");
    extent.set_day(day);
    const std::optional<TimeSpan> span = TakeTimeSpan(words_);
    extent.set_from(span ? span->from : "00:00");
    extent.set_until(span ? span->until : "24:00");
    return;
  }
  auto& extent = MutableExtent<v1::PeriodsExtent>("periods");
  extent.set_day(day);
  words_.Take();
  const std::optional<Word> word = words_.TakeText("a lesson period, as 3 or 1-2,");
  if (!word) return;
  const size_t dash = std::min(word->text.find('-'), word->text.size());
  const std::vector<Word> numbers = {{word->text.substr(0, dash), word->place},
                                     {word->text.substr(std::min(dash + 1, word->text.size())), word->place}};
  ScenarioProblems problems;
  WordReader reader(numbers, word->place, problems);
  const std::optional<uint64_t> first = reader.TakeNumber("a lesson period");
  const std::optional<uint64_t> last = dash == word->text.size() ? first : reader.TakeNumber("a lesson period");
  constexpr uint64_t kPeriodMax = 65'535;
  if (!first || !last || *first > kPeriodMax || *last > kPeriodMax) {
    words_.Problem(word->place, "\"" + word->text + "\" is no lesson period: write a number, or two as 1-2");
    return;
  }
  extent.set_first(static_cast<uint32_t>(*first));
  extent.set_last(static_cast<uint32_t>(*last));
}

// What a category says by itself of being authorised. Nothing: it must be told.
std::optional<v1::Authorised> AuthorisedBy(v1::AbsenceCategory category) {
  switch (category) {
    case v1::ABSENCE_CATEGORY_SICK:
    case v1::ABSENCE_CATEGORY_MEDICAL:
    case v1::ABSENCE_CATEGORY_LEAVE:
    case v1::ABSENCE_CATEGORY_SUSPENDED:
      return v1::AUTHORISED_YES;
    case v1::ABSENCE_CATEGORY_LATE:
    case v1::ABSENCE_CATEGORY_TRUANT:
    case v1::ABSENCE_CATEGORY_LUXURY:
      return v1::AUTHORISED_NO;
    case v1::ABSENCE_CATEGORY_UNKNOWN_CATEGORY:
      return v1::AUTHORISED_UNKNOWN;
    default:
      return std::nullopt;
  }
}

void FactReader::DefaultAuthorised() {
  v1::Absence& absence = *record_.mutable_absence();
  if (const auto authorised = AuthorisedBy(absence.category())) {
    absence.set_authorised(*authorised);
    return;
  }
  absence.set_authorised(v1::AUTHORISED_UNKNOWN);
  words_.Problem(*category_place_, "\"other\" says nothing by itself: add authorised yes, no or unknown");
}

std::vector<std::string> FactReader::KnownWords() const {
  std::vector<std::string> words;
  for (const ClauseNotation& clause : notation_.clauses) words.emplace_back(clause.word);
  if (notation_.bare != nullptr) {
    const std::vector<std::string> bare = WordsOf(*FieldOf(notation_.bare)->enum_type());
    words.insert(words.end(), bare.begin(), bare.end());
  }
  if (record_.has_school_calendar()) words.insert(words.end(), {"timetable", "closed", "name"});
  if (notation_.days == DaysMean::kTimetable) words.insert(words.end(), {"weeks", "group"});
  if (notation_.days == DaysMean::kExtent) words.insert(words.end(), {"morning", "afternoon", "periods"});
  if (notation_.days != DaysMean::kNothing) words.insert(words.end(), {"from", "until"});
  if (may_name_) words.insert(words.end(), {"as", "by"});
  words.emplace_back("revision");
  return words;
}

void FactReader::TellUnknownWord() {
  const Word& word = words_.Take();
  const std::vector<std::string> known = KnownWords();
  words_.Problem(word.place, "\"" + word.text + "\" says nothing of \"" + notation_.word + "\"" +
                                 (word.quoted ? "" : Suggestion(WordOf(word.text), known)));
  // One mistake is told once: what belongs to the word that was not understood is passed over.
  while (!words_.AtEnd() && !IsDaysClauseNext(words_) &&
         (words_.Peek()->quoted || std::find(known.begin(), known.end(), words_.Peek()->text) == known.end())) {
    words_.Take();
  }
}

}  // namespace

void ReadFact(const FactNotation& notation, Place place, RecordIs record_is, WordReader& words, v1::Record& record,
              FieldPlaces& places) {
  // A correction of a timetable or a calendar tells all of it anew: half a week would say nothing.
  if (notation.days == DaysMean::kTimetable && !words.AtEnd()) {
    record.clear_student_timetable();
    if (record.has_school_calendar()) {
      const std::string school = record.school_calendar().school();
      record.mutable_school_calendar()->Clear();
      record.mutable_school_calendar()->set_school(school);
    }
  }
  const bool understood = FactReader(notation, record_is, words, record, places).Read();
  if (record.has_placement() && record.placement().kind() == v1::PLACEMENT_KIND_UNSPECIFIED) {
    record.mutable_placement()->set_kind(v1::PLACEMENT_KIND_REGULAR);
  }
  if (record.has_application() && record.application().decision() == v1::APPLICATION_DECISION_UNSPECIFIED) {
    record.mutable_application()->set_decision(v1::APPLICATION_DECISION_NONE);
  }
  const Message& fact =
      record.GetReflection()->GetMessage(record, record.GetDescriptor()->FindFieldByName(notation.fact));
  for (const auto& [field, what] : notation.required) {
    // What was written and not understood is told already.
    const bool may_be_written = notation.bare != nullptr && std::string_view(field) == notation.bare && !understood;
    if (may_be_written || places.count(field) > 0) continue;
    const FieldDescriptor* const descriptor = fact.GetDescriptor()->FindFieldByName(field);
    const google::protobuf::OneofDescriptor* const oneof = fact.GetDescriptor()->FindOneofByName(field);
    const bool is_there = descriptor == nullptr ? fact.GetReflection()->HasOneof(fact, oneof)
                                                : fact.GetReflection()->HasField(fact, descriptor);
    if (!is_there) words.Problem(place, std::string(notation.word) + " needs " + what);
  }
}

}  // namespace vangnet
