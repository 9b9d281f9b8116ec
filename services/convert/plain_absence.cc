#include "services/convert/plain_absence.h"

#include <algorithm>
#include <cstdint>
#include <limits>
#include <optional>
#include <utility>

#include "vangnet/v1/record.pb.h"

namespace vangnet {
namespace {

constexpr uint8_t kVarintType = 0;  // of the three low bits of a tag
constexpr uint8_t kBytesType = 2;
constexpr int kShortFieldMax = 15;  // the tag of a field above takes two bytes
constexpr int kLongestVarint = 10;

bool IsPlain(std::string_view text) {
  return std::ranges::all_of(text, [](char c) { return c >= ' ' && c <= '~'; });
}

// The fields of a message, asked for in ascending order, each once: what was not written just so is never done.
class PlainFields {
 public:
  explicit PlainFields(std::string_view bytes) : at_(bytes.data()), end_(bytes.data() + bytes.size()) {}

  // Empty: it is not there.
  template <int kField>
  std::string_view Text() {
    if (!Take<kField>(kBytesType)) return {};
    const std::string_view text = Bytes();
    if (text.empty() || !IsPlain(text)) Fail();
    return text;
  }
  // 0: it is not there.
  template <int kField>
  uint64_t Number() {
    if (!Take<kField>(kVarintType)) return 0;
    const uint64_t number = Varint();
    if (number == 0) Fail();
    return number;
  }
  template <int kField>
  std::optional<PlainFields> Message() {
    if (!Take<kField>(kBytesType)) return std::nullopt;
    return PlainFields(Bytes());
  }
  // There is nothing else in the message, and nothing that protobuf would have written in another way.
  bool done() const { return at_ == end_ && ok_; }

 private:
  // Whether the next field is this one, and of this type.
  template <int kField>
  bool Take(uint8_t type) {
    static_assert(kField <= kShortFieldMax);
    if (at_ == end_ || static_cast<uint8_t>(*at_) != (kField << 3 | type)) return false;
    ++at_;
    return true;
  }
  std::string_view Bytes() {
    uint64_t size = Varint();
    if (size > static_cast<uint64_t>(end_ - at_)) size = Fail();
    const std::string_view bytes(at_, size);
    at_ += size;
    return bytes;
  }
  // In as few bytes as it takes.
  uint64_t Varint() {
    uint64_t value = 0;
    for (int shift = 0; shift < 7 * kLongestVarint && at_ != end_; shift += 7) {
      const auto byte = static_cast<uint8_t>(*at_++);
      value |= static_cast<uint64_t>(byte & 0x7F) << shift;
      if (byte >= 0x80) continue;
      const bool is_whole = byte != 0 || shift == 0;
      const bool fits = shift < 7 * (kLongestVarint - 1) || byte == 1;
      return is_whole && fits ? value : Fail();
    }
    return Fail();
  }
  uint8_t Fail() {
    ok_ = false;
    at_ = end_;
    return 0;
  }

  const char* at_;
  const char* end_;
  bool ok_ = true;
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
    record.key.record_id = Key(fields.Text<Proto::kRecordIdFieldNumber>());
    record.revision = fields.Number<Proto::kRevisionFieldNumber>();
    record.subject.kind = SubjectKind::kStudent;
    record.subject.key = Key(fields.Text<Proto::kStudentFieldNumber>());
    auto absence = fields.Message<Proto::kAbsenceFieldNumber>();
    if (!absence || !fields.done() || !IsSource(record.key.source) || record.revision == 0) return false;
    return ReadAbsence(*absence, record.fact.emplace().emplace<Absence>()) && !problem_.found();
  }

 private:
  std::string_view Key(std::string_view text) { return Limited(text, kKeyBytesMax); }

  std::string_view Limited(std::string_view text, size_t bytes_max) {
    if (text.empty() || text.size() > bytes_max) reader_.Add(Reason::kRequired, path_);
    return text;
  }

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
