#include "services/convert/record_reader.h"

#include <algorithm>
#include <utility>

#include "absl/status/status.h"
#include "google/protobuf/stubs/logging.h"
#include "google/protobuf/util/json_util.h"
#include "services/convert/broken_record.h"
#include "services/convert/digest.h"
#include "services/convert/fact_reader.h"
#include "services/convert/field_reader.h"
#include "services/convert/plain_absence.h"
#include "services/convert/record_json.h"
#include "vangnet/v1/record.pb.h"

namespace vangnet {
namespace {

// Kinds of fact have these field numbers, today's and tomorrow's.
constexpr int kFactNumberMin = 10;
constexpr int kFactNumberMax = 99;
// As long as a line of a file may be. What a record takes on the wire is judged once it is read: JSON has names and
// quotes around everything, and a session takes nearly five times as much in it.
constexpr size_t kJsonBytesMax = size_t{1} << 20;

// Keeps the first problem.
class FirstProblem : public FieldProblems {
 public:
  void Add(Reason reason, const FieldPath& path) override {
    if (found_) return;
    found_ = true;
    reason_ = reason;
    field_ = path.ToString();
  }
  bool found() const { return found_; }
  Reason reason() const { return reason_; }
  const std::string& field() const { return field_; }

 private:
  bool found_ = false;
  Reason reason_ = Reason::kMalformedRecord;
  std::string field_;
};

bool HasUnknownFact(const v1::Record& proto) {
  const auto& unknown = proto.GetReflection()->GetUnknownFields(proto);
  for (int i = 0; i < unknown.field_count(); ++i) {
    const auto& field = unknown.field(i);
    if (field.number() >= kFactNumberMin && field.number() <= kFactNumberMax &&
        field.type() == google::protobuf::UnknownField::TYPE_LENGTH_DELIMITED) {
      return true;
    }
  }
  return false;
}

std::string SchoolOf(const v1::Record& proto, FieldReader& reader) {
  const FieldPath root;
  if (proto.has_school_calendar()) {
    const FieldPath calendar = root.Sub("school_calendar");
    return reader.School(proto.school_calendar().school(), calendar.Sub("school"));
  }
  const FieldPath complete = root.Sub("attendance_complete");
  return reader.School(proto.attendance_complete().school(), complete.Sub("school"));
}

std::string SchoolOf(const Fact& fact) {
  if (const auto* calendar = std::get_if<SchoolCalendar>(&fact)) return calendar->school;
  return std::get<AttendanceComplete>(fact).school;
}

std::string ReadSource(const std::string& source, const FieldPath& path, FieldReader& reader) {
  if (source.empty()) {
    reader.Add(Reason::kRequired, path);
  } else if (source.size() > kSourceBytesMax) {
    reader.Add(Reason::kTooLong, path);
  } else if (!IsSource(source)) {
    reader.Add(Reason::kMalformedSource, path);
  }
  return source;
}

// The record in `proto`, each field judged in order of its number.
Record ReadRecord(const v1::Record& proto, FieldReader& reader) {
  const FieldPath root;
  Record record;
  record.key.source = ReadSource(proto.source(), root.Sub("source"), reader);
  record.key.record_id = reader.RequiredText(proto.record_id(), kKeyBytesMax, root.Sub("record_id"));
  record.revision = proto.revision();
  if (record.revision == 0) reader.Add(Reason::kRequired, root.Sub("revision"));
  const bool of_school = IsSchoolFact(proto);
  record.subject.kind = of_school ? SubjectKind::kSchool : SubjectKind::kStudent;
  if (!of_school) record.subject.key = reader.RequiredText(proto.student(), kKeyBytesMax, root.Sub("student"));
  if (proto.withdrawn()) {
    if (of_school) record.subject.key = SchoolOf(proto, reader);
    return record;
  }
  if (proto.fact_case() == v1::Record::FACT_NOT_SET) {
    reader.Add(HasUnknownFact(proto) ? Reason::kUnknownFact : Reason::kRequired, root.Sub("fact"));
    return record;
  }
  record.fact = ReadFact(proto, reader);
  if (of_school) record.subject.key = SchoolOf(*record.fact);
  return record;
}

// Leaves what a record is kept as (IncomingRecord::canonical).
void Reduce(const Record& record, v1::Record& proto) {
  const bool of_school = record.subject.kind == SubjectKind::kSchool;
  if (of_school) proto.clear_student();
  if (!proto.withdrawn()) return;
  proto.GetReflection()->MutableUnknownFields(&proto)->Clear();
  if (proto.has_school_calendar()) {
    proto.clear_school_calendar();
    proto.mutable_school_calendar()->set_school(record.subject.key);
  } else if (proto.has_attendance_complete()) {
    proto.clear_attendance_complete();
    proto.mutable_attendance_complete()->set_school(record.subject.key);
  } else {
    proto.clear_fact();
  }
}

// Without maps, and there are none, protobuf writes equal messages as equal bytes: fields by number, unknown last.
std::string Serialize(const v1::Record& proto) {
  std::string bytes(proto.ByteSizeLong(), '\0');
  proto.SerializeWithCachedSizesToArray(reinterpret_cast<uint8_t*>(bytes.data()));
  return bytes;
}

RefusedRecord Refuse(Reason reason, std::string_view source, std::string_view field, std::string_view raw) {
  RefusedRecord refused;
  if (IsSource(source)) refused.source = std::string(source);
  refused.reason = ReasonName(reason);
  refused.field = std::string(field);
  refused.description = ReasonSentence(reason);
  refused.raw = std::string(raw.substr(0, kRecordBytesMax));  // no sender fills the quarantine with a few records
  return refused;
}

// A message of this thread that is used again and again: its strings keep their memory.
v1::Record& Scratch() {
  thread_local v1::Record message;
  message.Clear();
  return message;
}

}  // namespace

class RecordReader::Impl {
 public:
  explicit Impl(std::string_view school_pattern) : school_pattern_(school_pattern) {}

  FieldReader::Limits LimitsOf(const Context& context) const { return {context.received_on, &school_pattern_}; }

  // `raw` is what `proto` was read from.
  Result Judge(v1::Record& proto, const Context& context, std::string_view raw) const {
    const std::string named_source = proto.source();
    if (named_source.empty()) proto.set_source(context.default_source.data(), context.default_source.size());
    FirstProblem problem;
    FieldReader reader(problem, LimitsOf(context));
    IncomingRecord incoming;
    incoming.record = ReadRecord(proto, reader);
    if (problem.found()) return Refuse(problem.reason(), named_source, problem.field(), raw);
    Reduce(incoming.record, proto);
    incoming.canonical = Serialize(proto);
    incoming.digest = ShortDigest(incoming.canonical);
    return incoming;
  }

 private:
  const SchoolPattern school_pattern_;
  // protobuf writes a line on standard error for every text that is not UTF-8. Any sender could fill the log with
  // them, and the refusal says more.
  const google::protobuf::LogSilencer no_lines_about_utf8_;
};

RecordReader::RecordReader(std::string_view school_pattern) : impl_(std::make_unique<Impl>(school_pattern)) {}
RecordReader::~RecordReader() = default;

RecordReader::Result RecordReader::ReadWire(std::string_view wire, const Context& context) const {
  if (wire.size() > kRecordBytesMax) {
    return Refuse(Reason::kRecordTooLarge, DiagnoseBrokenRecord(wire).source, "", wire);
  }
  if (IncomingRecord plain; ReadPlainAbsence(wire, impl_->LimitsOf(context), plain.record)) {
    plain.canonical = wire;
    plain.digest = ShortDigest(wire);
    return plain;
  }
  v1::Record& proto = Scratch();
  if (!proto.ParseFromArray(wire.data(), static_cast<int>(wire.size()))) {
    const BrokenRecord broken = DiagnoseBrokenRecord(wire);
    return Refuse(broken.reason, broken.source, broken.field, wire);
  }
  return impl_->Judge(proto, context, wire);
}

RecordReader::Result RecordReader::ReadJson(std::string_view json, const Context& context) const {
  if (json.size() > kJsonBytesMax) return Refuse(Reason::kRecordTooLarge, "", "", json);
  v1::Record& proto = Scratch();
  if (const auto problem = ParseRecordJson(json, proto)) {
    RefusedRecord refused = Refuse(problem->reason, proto.source(), problem->field, json);
    if (!problem->detail.empty()) refused.description += ": " + problem->detail;
    return refused;
  }
  if (proto.ByteSizeLong() > kRecordBytesMax) return Refuse(Reason::kRecordTooLarge, proto.source(), "", json);
  return impl_->Judge(proto, context, json);
}

absl::StatusOr<Record> RecordFromCanonical(std::string_view canonical) {
  v1::Record& proto = Scratch();
  if (!proto.ParseFromArray(canonical.data(), static_cast<int>(canonical.size()))) {
    return absl::DataLossError("a stored record no longer parses");
  }
  FirstProblem problem;
  FieldReader reader(problem, {});
  Record record = ReadRecord(proto, reader);
  if (problem.found()) {
    return absl::DataLossError("a stored record is not valid: " + problem.field() + ": " +
                               ReasonSentence(problem.reason()));
  }
  return record;
}

absl::StatusOr<std::string> CanonicalToJson(std::string_view canonical) {
  v1::Record& proto = Scratch();
  if (!proto.ParseFromArray(canonical.data(), static_cast<int>(canonical.size()))) {
    return absl::DataLossError("a stored record no longer parses");
  }
  std::string json;
  const auto status = google::protobuf::util::MessageToJsonString(proto, &json);
  if (!status.ok()) return absl::DataLossError("a stored record has no JSON form");
  return json;
}

absl::StatusOr<std::string> JsonToWire(std::string_view json) {
  v1::Record& proto = Scratch();
  if (const auto problem = ParseRecordJson(json, proto)) {
    std::string message = ReasonName(problem->reason);
    if (!problem->field.empty()) message += " " + problem->field;
    message += std::string(": ") + ReasonSentence(problem->reason);
    if (!problem->detail.empty()) message += ": " + problem->detail;
    return absl::InvalidArgumentError(message);
  }
  return Serialize(proto);
}

}  // namespace vangnet
