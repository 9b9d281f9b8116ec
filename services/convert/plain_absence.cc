#include "services/convert/plain_absence.h"

#include <algorithm>
#include <cstdint>
#include <limits>
#include <optional>

#include "storage/byte_codec.h"
#include "vangnet/v1/record.pb.h"

namespace vangnet {
namespace {

constexpr uint8_t kVarintType = 0;  // of the three low bits of a tag
constexpr uint8_t kBytesType = 2;
constexpr int kShortFieldMax = 15;  // the tag of a field above takes two bytes

bool IsPlain(std::string_view text) {
  return std::ranges::all_of(text, [](char c) { return c >= ' ' && c <= '~'; });
}

// The fields of a message, asked for in ascending order, each once: what was not written just so is never done.
class PlainFields {
 public:
  explicit PlainFields(std::string_view bytes) : reader_(bytes) {}

  // Empty: it is not there.
  template <int kField>
  std::string_view Text() {
    if (!Take<kField>(kBytesType)) return {};
    const std::string_view text = reader_.Raw(Varint());
    if (text.empty() || !IsPlain(text)) reader_.Fail();
    return text;
  }
  // 0: it is not there.
  template <int kField>
  uint64_t Number() {
    if (!Take<kField>(kVarintType)) return 0;
    const uint64_t number = Varint();
    if (number == 0) reader_.Fail();
    return number;
  }
  template <int kField>
  std::optional<PlainFields> Message() {
    if (!Take<kField>(kBytesType)) return std::nullopt;
    return PlainFields(reader_.Raw(Varint()));
  }
  // There is nothing else in the message, and nothing that protobuf would have written in another way.
  bool done() const { return reader_.done() && reader_.ok(); }

 private:
  // Whether the next field is this one, and of this type.
  template <int kField>
  bool Take(uint8_t type) {
    static_assert(kField <= kShortFieldMax);
    if (reader_.done() || static_cast<uint8_t>(*reader_.position()) != (kField << 3 | type)) return false;
    reader_.Skip(1);
    return true;
  }
  uint64_t Varint() {
    const char* const begin = reader_.position();
    const uint64_t value = reader_.Varint();
    const auto size = static_cast<size_t>(reader_.position() - begin);
    // In as few bytes as it takes, and with no bit above the 64th.
    const bool is_shortest = size == VarintSize(value);
    const bool fits = size < kVarintBytesMax || begin[size - 1] == 1;
    return is_shortest && fits ? value : reader_.Fail();
  }

  ByteReader reader_;
};

// Notes that something is wrong, and not what.
class AnyProblem : public FieldProblems {
 public:
  void Add(Reason /*reason*/, const FieldPath& /*path*/) override { found_ = true; }
  bool found() const { return found_; }

 private:
  bool found_ = false;
};

class PlainAbsenceReader {
 public:
  explicit PlainAbsenceReader(const FieldReader::Limits& limits) : reader_(problem_, limits) {}

  bool Read(std::string_view wire, Record& record) {
    using Proto = v1::Record;
    PlainFields fields(wire);
    record.key.source = fields.Text<Proto::kSourceFieldNumber>();
    record.key.record_id = reader_.RequiredText(fields.Text<Proto::kRecordIdFieldNumber>(), kKeyBytesMax, path_);
    record.revision = fields.Number<Proto::kRevisionFieldNumber>();
    record.subject.kind = SubjectKind::kStudent;
    record.subject.key = reader_.RequiredText(fields.Text<Proto::kStudentFieldNumber>(), kKeyBytesMax, path_);
    auto absence = fields.Message<Proto::kAbsenceFieldNumber>();
    if (!absence || !fields.done() || !IsSource(record.key.source) || record.revision == 0) return false;
    return ReadAbsence(*absence, record.fact.emplace().emplace<Absence>()) && !problem_.found();
  }

 private:
  template <typename E>
  E Enum(uint64_t value, bool (*is_valid)(int)) {
    if (value > std::numeric_limits<int32_t>::max()) value = 0;
    return reader_.RequiredEnum<E>(static_cast<int>(value), is_valid, path_);
  }

  bool ReadAbsence(PlainFields& fields, Absence& absence) {
    using Proto = v1::Absence;
    absence.school = reader_.School(fields.Text<Proto::kSchoolFieldNumber>(), path_);
    absence.category = Enum<AbsenceCategory>(fields.Number<Proto::kCategoryFieldNumber>(), v1::AbsenceCategory_IsValid);
    absence.authorised = Enum<Authorised>(fields.Number<Proto::kAuthorisedFieldNumber>(), v1::Authorised_IsValid);
    if (fields.Text<Proto::kReasonCodeFieldNumber>().size() > kReasonCodeBytesMax) return false;
    return ReadExtent(fields, absence.extent) && fields.done();
  }

  // One of the four.
  bool ReadExtent(PlainFields& fields, Extent& extent) {
    using Proto = v1::Absence;
    if (auto days = fields.Message<Proto::kDaysFieldNumber>()) return Read(*days, extent.emplace<DaysExtent>());
    if (auto part = fields.Message<Proto::kPartFieldNumber>()) return Read(*part, extent.emplace<PartExtent>());
    if (auto time = fields.Message<Proto::kTimeFieldNumber>()) return Read(*time, extent.emplace<TimeExtent>());
    auto periods = fields.Message<Proto::kPeriodsFieldNumber>();
    return periods && Read(*periods, extent.emplace<PeriodsExtent>());
  }

  bool Read(PlainFields& fields, DaysExtent& extent) {
    const std::string_view first = fields.Text<v1::DaysExtent::kFirstDayFieldNumber>();
    const std::string_view last = fields.Text<v1::DaysExtent::kLastDayFieldNumber>();
    extent.days = reader_.Days(first, path_, last, path_, kAbsenceMonthsAheadMax);
    return fields.done();
  }
  bool Read(PlainFields& fields, PartExtent& extent) {
    extent.day = FirstDay(fields.Text<v1::PartExtent::kDayFieldNumber>());
    extent.part = Enum<DayPart>(fields.Number<v1::PartExtent::kPartFieldNumber>(), v1::DayPart_IsValid);
    return fields.done();
  }
  bool Read(PlainFields& fields, TimeExtent& extent) {
    extent.day = FirstDay(fields.Text<v1::TimeExtent::kDayFieldNumber>());
    const std::string_view from = fields.Text<v1::TimeExtent::kFromFieldNumber>();
    const std::string_view until = fields.Text<v1::TimeExtent::kUntilFieldNumber>();
    const FieldReader::Span span = reader_.Times(from, path_, until, path_);
    extent.from = span.from;
    extent.until = span.until;
    return fields.done();
  }
  bool Read(PlainFields& fields, PeriodsExtent& extent) {
    extent.day = FirstDay(fields.Text<v1::PeriodsExtent::kDayFieldNumber>());
    const uint64_t first = fields.Number<v1::PeriodsExtent::kFirstFieldNumber>();
    const uint64_t last = fields.Number<v1::PeriodsExtent::kLastFieldNumber>();
    extent.first = static_cast<uint16_t>(first);
    extent.last = static_cast<uint16_t>(last);
    return fields.done() && first > 0 && first <= last && last <= std::numeric_limits<uint16_t>::max();
  }

  Day FirstDay(std::string_view day) { return reader_.FirstDay(day, path_, kAbsenceMonthsAheadMax); }

  AnyProblem problem_;
  FieldReader reader_;
  const FieldPath path_;  // of no matter what
};

}  // namespace

bool ReadPlainAbsence(std::string_view wire, const FieldReader::Limits& limits, Record& record) {
  return PlainAbsenceReader(limits).Read(wire, record);
}

}  // namespace vangnet
