#include "storage/fact_codec.h"

#include <limits>
#include <utility>
#include <vector>

namespace vangnet {
namespace {

constexpr Day kBase{2024, 1, 1};

// Which ends of an interval are written.
constexpr uint8_t kHasFirst = 1;
constexpr uint8_t kHasLast = 2;

class FactWriter {
 public:
  FactWriter(StringList& schools, ByteWriter& writer) : schools_(schools), writer_(writer) {}

  void operator()(const StudentProfile& fact) {
    writer_.Byte(fact.birth_date.has_value());
    if (fact.birth_date) Write(*fact.birth_date);
    writer_.Text(fact.municipality);
    Write(fact.resident);
  }
  void operator()(const Placement& fact) {
    WriteSchool(fact.school);
    writer_.Text(fact.group);
    Write(fact.days);
    writer_.Byte(static_cast<uint8_t>(fact.kind));
    writer_.Byte(static_cast<uint8_t>(fact.end_reason));
  }
  void operator()(const Exemption& fact) {
    writer_.Byte(static_cast<uint8_t>(fact.ground));
    Write(fact.days);
  }
  void operator()(const Absence& fact) {
    WriteSchool(fact.school);
    writer_.Byte(
        static_cast<uint8_t>(static_cast<uint8_t>(fact.category) << 4 | static_cast<uint8_t>(fact.authorised)));
    Write(fact.extent);
  }
  void operator()(const Presence& fact) {
    WriteSchool(fact.school);
    Write(fact.extent);
  }
  void operator()(const Report& fact) {
    writer_.Byte(static_cast<uint8_t>(fact.kind));
    Write(fact.days);
    Write(fact.filed_on);
    Write(fact.closed_on);
  }
  void operator()(const SameStudent& fact) { writer_.Text(fact.other); }
  void operator()(const Application& fact) {
    WriteSchool(fact.school);
    Write(fact.applied_on);
    writer_.Byte(static_cast<uint8_t>(static_cast<uint8_t>(fact.decision) << 1 | (fact.newcomer ? 1 : 0)));
    Write(fact.decided_on);
  }
  void operator()(const Arrangement& fact) {
    writer_.Byte(static_cast<uint8_t>(fact.kind));
    Write(fact.days);
  }
  void operator()(const StudentTimetable& fact) { Write(fact.timetable); }
  void operator()(const SchoolCalendar& fact) {
    WriteSchool(fact.school);
    writer_.Text(fact.name);
    writer_.Varint(fact.timetables.size());
    for (const Timetable& timetable : fact.timetables) Write(timetable);
    writer_.Varint(fact.closures.size());
    for (const Closure& closure : fact.closures) {
      Write(closure.days);
      writer_.Varint(closure.closed_from ? static_cast<uint64_t>(*closure.closed_from) + 1 : 0);
    }
  }
  void operator()(const AttendanceComplete& fact) {
    WriteSchool(fact.school);
    Write(fact.through_day);
  }

 private:
  void WriteSchool(std::string_view school) { writer_.Varint(NumberOf(school, schools_)); }
  void Write(Day day) { writer_.Signed(int64_t{day.days_since_epoch()} - kBase.days_since_epoch()); }
  void Write(const std::optional<Day>& day) {
    writer_.Byte(day.has_value());
    if (day) Write(*day);
  }
  void Write(const DayInterval& days) {
    const bool has_first = days.first != kDayMin;
    const bool has_last = days.last != kDayMax;
    writer_.Byte(static_cast<uint8_t>((has_first ? kHasFirst : 0) | (has_last ? kHasLast : 0)));
    if (has_first) Write(days.first);
    if (!has_last) return;
    // Most intervals are short: the last day is written as its distance from the first.
    writer_.Signed(int64_t{days.last.days_since_epoch()} -
                   (has_first ? days.first.days_since_epoch() : kBase.days_since_epoch()));
  }
  void Write(const Extent& extent) {
    writer_.Byte(static_cast<uint8_t>(extent.index()));
    std::visit([this](const auto& e) { WriteExtent(e); }, extent);
  }
  void WriteExtent(const DaysExtent& extent) { Write(extent.days); }
  void WriteExtent(const PartExtent& extent) {
    Write(extent.day);
    writer_.Byte(static_cast<uint8_t>(extent.part));
  }
  void WriteExtent(const TimeExtent& extent) {
    Write(extent.day);
    writer_.Varint(static_cast<uint16_t>(extent.from));
    writer_.Varint(static_cast<uint16_t>(extent.until));
  }
  void WriteExtent(const PeriodsExtent& extent) {
    Write(extent.day);
    writer_.Varint(extent.first);
    writer_.Varint(extent.last);
  }
  void Write(const Timetable& timetable) {
    Write(timetable.days);
    writer_.Byte(static_cast<uint8_t>(timetable.weeks));
    writer_.Text(timetable.group);
    writer_.Varint(timetable.sessions.size());
    for (const WeekdaySession& session : timetable.sessions) {
      writer_.Byte(static_cast<uint8_t>(static_cast<uint8_t>(session.weekday) << 4 |
                                        static_cast<uint8_t>(session.session.part)));
      writer_.Varint(static_cast<uint16_t>(session.session.from));
      writer_.Varint(static_cast<uint16_t>(session.session.until));
    }
  }

  StringList& schools_;
  ByteWriter& writer_;
};

// Each Read fills what it is given, so that its type says what is read. All of it: it may hold another fact.
class FactReader {
 public:
  FactReader(const StringList& schools, ByteReader& reader) : schools_(schools), reader_(reader) {}

  void Read(StudentProfile& fact) {
    Read(fact.birth_date);
    fact.municipality = reader_.Text();
    Read(fact.resident);
  }
  void Read(Placement& fact) {
    ReadSchool(fact.school);
    fact.group = reader_.Text();
    Read(fact.days);
    fact.kind = Enum<PlacementKind>(reader_.Byte(), 1, 8);
    fact.end_reason = Enum<PlacementEndReason>(reader_.Byte(), 0, 7);
  }
  void Read(Exemption& fact) {
    fact.ground = Enum<ExemptionGround>(reader_.Byte(), 1, 7);
    Read(fact.days);
  }
  void Read(Absence& fact) {
    ReadSchool(fact.school);
    const uint8_t byte = reader_.Byte();
    fact.category = Enum<AbsenceCategory>(byte >> 4, 1, 9);
    fact.authorised = Enum<Authorised>(byte & 0x0F, 1, 3);
    Read(fact.extent);
  }
  void Read(Presence& fact) {
    ReadSchool(fact.school);
    Read(fact.extent);
  }
  void Read(Report& fact) {
    fact.kind = Enum<ReportKind>(reader_.Byte(), 1, 4);
    Read(fact.days);
    Read(fact.filed_on);
    Read(fact.closed_on);
  }
  void Read(SameStudent& fact) { fact.other = reader_.Text(); }
  void Read(Application& fact) {
    ReadSchool(fact.school);
    Read(fact.applied_on);
    const uint8_t byte = reader_.Byte();
    fact.decision = Enum<ApplicationDecision>(byte >> 1, 1, 5);
    fact.newcomer = (byte & 1) != 0;
    Read(fact.decided_on);
  }
  void Read(Arrangement& fact) {
    fact.kind = Enum<ArrangementKind>(reader_.Byte(), 1, 5);
    Read(fact.days);
  }
  void Read(StudentTimetable& fact) { Read(fact.timetable); }
  void Read(SchoolCalendar& fact) {
    ReadSchool(fact.school);
    fact.name = reader_.Text();
    fact.timetables.resize(reader_.Count());
    ReadList(fact.timetables);
    fact.closures.resize(reader_.Count());
    ReadList(fact.closures);
  }
  void Read(AttendanceComplete& fact) {
    ReadSchool(fact.school);
    Read(fact.through_day);
  }

 private:
  template <typename T>
  void ReadList(std::vector<T>& list) {
    for (T& item : list) {
      Read(item);
      if (!reader_.ok()) return;
    }
  }
  template <typename E>
  E Enum(int value, int least, int most) {
    if (value < least || value > most) {
      reader_.Fail();
      return static_cast<E>(least);
    }
    return static_cast<E>(value);
  }
  void ReadSchool(std::string& school) {
    const uint64_t number = reader_.Varint();
    if (number < schools_.size()) {
      AssignText(schools_[number], school);
    } else {
      reader_.Fail();
    }
  }
  Day DayFrom(int64_t days) {
    if (days < std::numeric_limits<int32_t>::min() || days > std::numeric_limits<int32_t>::max()) {
      reader_.Fail();
      return kBase;
    }
    return Day(static_cast<int32_t>(days));
  }
  // The day `distance` from `from`; the distance comes from bytes that may be anything.
  Day ReadDistance(Day from) {
    const int64_t distance = reader_.Signed();
    constexpr int64_t kFar = int64_t{1} << 33;
    if (distance < -kFar || distance > kFar) return DayFrom(kFar);
    return DayFrom(from.days_since_epoch() + distance);
  }
  void Read(Day& day) { day = ReadDistance(kBase); }
  void Read(std::optional<Day>& day) {
    day.reset();
    if (reader_.Byte() != 0) Read(day.emplace());
  }
  void Read(DayInterval& days) {
    const uint8_t ends = reader_.Byte();
    days.first = (ends & kHasFirst) != 0 ? ReadDistance(kBase) : kDayMin;
    days.last = (ends & kHasLast) != 0 ? ReadDistance((ends & kHasFirst) != 0 ? days.first : kBase) : kDayMax;
  }
  MinuteOfDay ReadMinute() {
    const uint64_t minute = reader_.Varint();
    if (minute > 24 * 60) return static_cast<MinuteOfDay>(reader_.Fail());
    return static_cast<MinuteOfDay>(minute);
  }
  uint16_t ReadPeriod() {
    const uint64_t period = reader_.Varint();
    if (period > std::numeric_limits<uint16_t>::max()) return reader_.Fail();
    return static_cast<uint16_t>(period);
  }
  void Read(Extent& extent) {
    switch (reader_.Byte()) {
      case 0:
        return Read(extent.emplace<DaysExtent>().days);
      case 1: {
        auto& part = extent.emplace<PartExtent>();
        Read(part.day);
        part.part = Enum<DayPart>(reader_.Byte(), 1, 2);
        return;
      }
      case 2: {
        auto& time = extent.emplace<TimeExtent>();
        Read(time.day);
        time.from = ReadMinute();
        time.until = ReadMinute();
        return;
      }
      case 3: {
        auto& periods = extent.emplace<PeriodsExtent>();
        Read(periods.day);
        periods.first = ReadPeriod();
        periods.last = ReadPeriod();
        return;
      }
      default:
        reader_.Fail();
    }
  }
  void Read(WeekdaySession& session) {
    const uint8_t byte = reader_.Byte();
    session.weekday = Enum<Weekday>(byte >> 4, 1, 7);
    session.session.part = Enum<DayPart>(byte & 0x0F, 1, 2);
    session.session.from = ReadMinute();
    session.session.until = ReadMinute();
  }
  void Read(Timetable& timetable) {
    Read(timetable.days);
    timetable.weeks = Enum<TimetableWeeks>(reader_.Byte(), 1, 3);
    timetable.group = reader_.Text();
    timetable.sessions.resize(reader_.Count());
    ReadList(timetable.sessions);
  }
  void Read(Closure& closure) {
    Read(closure.days);
    closure.closed_from.reset();
    const uint64_t minute = reader_.Varint();
    if (minute > 24 * 60 + 1) {
      reader_.Fail();
    } else if (minute > 0) {
      closure.closed_from = static_cast<MinuteOfDay>(minute - 1);
    }
  }

  const StringList& schools_;
  ByteReader& reader_;
};

// Reads alternative number `kind` of Fact.
template <size_t... I>
std::optional<Fact> ReadAlternative(size_t kind, FactReader& facts, ByteReader& reader, std::index_sequence<I...>) {
  std::optional<Fact> fact;
  const bool known = ((kind == I && (facts.Read(fact.emplace().emplace<I>()), true)) || ...);
  if (!known) reader.Fail();
  return fact;
}

}  // namespace

uint64_t NumberOf(std::string_view text, StringList& list) {
  for (size_t i = 0; i < list.size(); ++i) {
    if (list[i] == text) return i;
  }
  list.push_back(text);
  return list.size() - 1;
}

void EncodeFact(const std::optional<Fact>& fact, StringList& schools, ByteWriter& writer) {
  if (!fact) {
    writer.Byte(0);
    return;
  }
  writer.Byte(static_cast<uint8_t>(fact->index() + 1));
  std::visit(FactWriter(schools, writer), *fact);
}

std::optional<Fact> DecodeFact(const StringList& schools, ByteReader& reader) {
  const uint8_t kind = reader.Byte();
  if (kind == 0) return std::nullopt;
  FactReader facts(schools, reader);
  return ReadAlternative(kind - 1u, facts, reader, std::make_index_sequence<std::variant_size_v<Fact>>());
}

template <size_t I>
HistorySlots::Record HistorySlots::DecodeAs(const StringList& schools, ByteReader& reader) {
  using T = std::variant_alternative_t<I, Fact>;
  FactReader facts(schools, reader);
  if (auto* list = ListOf<T>(history_)) {
    if (filled_[I] == list->size()) list->emplace_back();
    auto& recorded = (*list)[filled_[I]++];
    facts.Read(recorded.fact);
    return {&recorded.key, &recorded.subject, &recorded.revision};
  }
  T forgotten;
  facts.Read(forgotten);
  return {};
}

template <size_t... I>
HistorySlots::Record HistorySlots::DecodeKind(size_t kind, const StringList& schools, ByteReader& reader,
                                              std::index_sequence<I...>) {
  Record record;
  const bool known = ((kind == I && (record = DecodeAs<I>(schools, reader), true)) || ...);
  if (!known) reader.Fail();
  return record;
}

HistorySlots::Record HistorySlots::Decode(const StringList& schools, ByteReader& reader) {
  const uint8_t kind = reader.Byte();
  if (kind == 0) return {};
  return DecodeKind(kind - 1u, schools, reader, std::make_index_sequence<std::variant_size_v<Fact>>());
}

void HistorySlots::Finish() {
  const auto finish = [this]<size_t... I>(std::index_sequence<I...>) {
    const auto trim = [](auto* list, size_t filled) {
      if (list != nullptr) list->resize(filled);
    };
    (trim(ListOf<std::variant_alternative_t<I, Fact>>(history_), filled_[I]), ...);
  };
  finish(std::make_index_sequence<std::variant_size_v<Fact>>());
}

}  // namespace vangnet
