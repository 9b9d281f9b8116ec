#include "cli/formats/csv_mapping.h"

#include <google/protobuf/io/tokenizer.h>
#include <google/protobuf/text_format.h>

#include <algorithm>
#include <charconv>
#include <set>
#include <utility>

#include "services/convert/broken_record.h"

namespace vangnet {
namespace {

using google::protobuf::FieldDescriptor;

// Writes down each mistake of a text proto as FILE:LINE:COLUMN: MESSAGE.
class MistakeList final : public google::protobuf::io::ErrorCollector {
 public:
  explicit MistakeList(const std::string& file) : file_(file) {}
  void AddError(int line, int column, const std::string& message) override {
    text_ += (text_.empty() ? "" : "\n") + file_ + ":" + std::to_string(line + 1) + ":" + std::to_string(column + 1) +
             ": " + message;
  }
  void AddWarning(int, int, const std::string&) override {}
  const std::string& text() const { return text_; }

 private:
  const std::string& file_;
  std::string text_;
};

std::string Trimmed(const std::string& text) {
  const size_t first = text.find_first_not_of(" \t");
  return first == std::string::npos ? "" : text.substr(first, text.find_last_not_of(" \t") - first + 1);
}

std::string Joined(const std::set<std::string>& names) {
  std::string text;
  for (const std::string& name : names) text += (text.empty() ? "" : ", ") + name;
  return text;
}

std::string JoinStatus(const std::string& file, const std::string& field, const absl::Status& status) {
  return file + ": " + field + ": " + std::string(status.message());
}

// The fields on the way from vangnet.v1.Record to `path`; empty: there is no such path.
std::vector<const FieldDescriptor*> FindPath(const std::string& path) {
  std::vector<const FieldDescriptor*> found;
  const google::protobuf::Descriptor* message = v1::Record::descriptor();
  for (size_t at = 0; at <= path.size();) {
    const size_t dot = std::min(path.find('.', at), path.size());
    const FieldDescriptor* field = message == nullptr ? nullptr : message->FindFieldByName(path.substr(at, dot - at));
    if (field == nullptr || field->is_repeated()) return {};
    found.push_back(field);
    message = field->message_type();
    at = dot + 1;
  }
  return message == nullptr ? found : std::vector<const FieldDescriptor*>();
}

// Whether the field is part of what a record or a child is known by.
bool IsIdentity(const std::string& path) {
  return path == "source" || path == "record_id" || path == "revision" || path == "student" ||
         path == "same_student.other";
}

// Sets a scalar; the reason when the text is none of its type.
const char* SetScalar(const FieldDescriptor& field, const std::string& text, google::protobuf::Message& message) {
  const google::protobuf::Reflection& reflection = *message.GetReflection();
  const auto number = [&](auto& value) {
    const auto [end, error] = std::from_chars(text.data(), text.data() + text.size(), value);
    return error == std::errc() && end == text.data() + text.size();
  };
  switch (field.cpp_type()) {
    case FieldDescriptor::CPPTYPE_STRING:
      reflection.SetString(&message, &field, text);
      return nullptr;
    case FieldDescriptor::CPPTYPE_ENUM: {
      const auto* value = field.enum_type()->FindValueByName(text);
      if (value == nullptr) return "UNKNOWN_ENUM_VALUE";
      reflection.SetEnum(&message, &field, value);
      return nullptr;
    }
    case FieldDescriptor::CPPTYPE_UINT64: {
      uint64_t value = 0;
      if (!number(value)) return "MALFORMED_NUMBER";
      reflection.SetUInt64(&message, &field, value);
      return nullptr;
    }
    case FieldDescriptor::CPPTYPE_UINT32: {
      uint32_t value = 0;
      if (!number(value)) return "MALFORMED_NUMBER";
      reflection.SetUInt32(&message, &field, value);
      return nullptr;
    }
    case FieldDescriptor::CPPTYPE_BOOL:
      if (text != "true" && text != "false") return "UNKNOWN_VALUE";
      reflection.SetBool(&message, &field, text == "true");
      return nullptr;
    default:
      return "UNKNOWN_VALUE";
  }
}

}  // namespace

absl::StatusOr<CompiledCsvMapping::Template> CompiledCsvMapping::ParseTemplate(const std::string& text) {
  Template parsed;
  size_t at = 0;
  for (size_t open = text.find('{'); open != std::string::npos; open = text.find('{', at)) {
    const size_t close = text.find('}', open);
    if (close == std::string::npos) return absl::InvalidArgumentError("a { is never closed in \"" + text + "\"");
    parsed.literals.push_back(text.substr(at, open - at));
    parsed.column_names.push_back(text.substr(open + 1, close - open - 1));
    at = close + 1;
  }
  parsed.literals.push_back(text.substr(at));
  return parsed;
}

absl::Status CompiledCsvMapping::CompileField(const config::v1::CsvField& config) {
  Field field{.config = &config, .path = FindPath(config.field()), .text = {}};
  if (field.path.empty()) return absl::InvalidArgumentError("vangnet.v1.Record has no such field");
  absl::StatusOr<Template> text = ParseTemplate(config.text());
  if (!text.ok()) return text.status();
  field.text = *std::move(text);
  fields_.push_back(std::move(field));
  return absl::OkStatus();
}

absl::StatusOr<CompiledCsvMapping> CompiledCsvMapping::Create(const std::string& file, const std::string& text) {
  auto mapping = std::make_shared<config::v1::CsvMapping>();
  MistakeList mistakes(file);
  google::protobuf::TextFormat::Parser parser;
  parser.RecordErrorsTo(&mistakes);
  if (!parser.ParseFromString(text, mapping.get())) return absl::InvalidArgumentError(mistakes.text());

  CompiledCsvMapping compiled(mapping);
  std::string problems;
  const auto note = [&](const std::string& field, const absl::Status& status) {
    if (!status.ok()) problems += (problems.empty() ? "" : "\n") + JoinStatus(file, field, status);
  };
  if (mapping->delimiter().size() > 1) note("delimiter", absl::InvalidArgumentError("is one character"));
  if (mapping->day_formats().empty()) mapping->add_day_formats("YYYY-MM-DD");
  for (const std::string& pattern : mapping->day_formats()) {
    absl::StatusOr<DayFormat> format = DayFormat::Create(pattern);
    note("day_formats", format.status());
    if (format.ok()) compiled.day_formats_.push_back(*std::move(format));
  }
  for (const config::v1::CsvField& field : mapping->fields()) note(field.field(), compiled.CompileField(field));
  if (mapping->fields().empty()) note("fields", absl::InvalidArgumentError("a mapping without fields says nothing"));
  if (problems.empty() && !compiled.has_header()) {
    note("columns", compiled.Bind({mapping->columns().begin(), mapping->columns().end()}));
  }
  if (!problems.empty()) return absl::InvalidArgumentError(problems);
  return compiled;
}

absl::Status CompiledCsvMapping::Bind(const std::vector<std::string>& header) {
  std::vector<std::string> names;
  names.reserve(header.size());
  for (const std::string& cell : header) names.push_back(Trimmed(cell));
  std::set<std::string> missing;
  std::set<std::string> doubled;
  const auto find = [&](const std::string& name) -> size_t {
    const auto found = std::find(names.begin(), names.end(), name);
    if (found == names.end()) {
      missing.insert(name);
      return 0;
    }
    // Which of them is meant nobody can know.
    if (std::find(found + 1, names.end(), name) != names.end()) doubled.insert(name);
    return static_cast<size_t>(found - names.begin());
  };
  const auto bind = [&](const auto& configs, std::vector<Condition>& conditions) {
    conditions.clear();
    for (const config::v1::CsvCondition& config : configs) {
      conditions.push_back({find(config.column()), {config.is().begin(), config.is().end()}});
    }
  };
  bind(mapping_.skip(), skip_);
  bind(mapping_.require(), require_);
  for (Field& field : fields_) {
    field.text.columns.clear();
    for (const std::string& name : field.text.column_names) field.text.columns.push_back(find(name));
  }
  column_count_ = header.size();
  if (!missing.empty()) return absl::InvalidArgumentError("the file has no column " + Joined(missing));
  if (!doubled.empty()) return absl::InvalidArgumentError("the file has more than one column " + Joined(doubled));
  return absl::OkStatus();
}

bool CompiledCsvMapping::names_source() const {
  return std::any_of(fields_.begin(), fields_.end(),
                     [](const Field& field) { return field.config->field() == "source"; });
}

CompiledCsvMapping::Result CompiledCsvMapping::Map(const std::vector<std::string>& cells,
                                                   const std::string& source) const {
  if (cells.size() != column_count_) {
    return UnreadableRecord{
        "WRONG_COLUMN_COUNT", "",
        "the row has " + std::to_string(cells.size()) + " cells, the header " + std::to_string(column_count_)};
  }
  const auto holds = [&](const Condition& condition) {
    return std::find(condition.values.begin(), condition.values.end(), Trimmed(cells[condition.column])) !=
           condition.values.end();
  };
  if (std::any_of(skip_.begin(), skip_.end(), holds)) return std::nullopt;
  for (size_t i = 0; i < require_.size(); ++i) {
    if (!holds(require_[i])) {
      return UnreadableRecord{"UNEXPECTED_VALUE", mapping_.require(static_cast<int>(i)).column(),
                              "the column has none of the values that the mapping is for"};
    }
  }
  v1::Record record;
  record.set_source(source.empty() ? mapping_.source() : source);
  for (const Field& field : fields_) {
    if (std::optional<UnreadableRecord> problem = Fill(field, cells, record)) return *std::move(problem);
  }
  return record;
}

std::optional<UnreadableRecord> CompiledCsvMapping::ReadDay(const Field& field, std::string& text) const {
  std::optional<Day> day;
  for (const DayFormat& format : day_formats_) {
    const std::optional<Day> read = format.Parse(text);
    if (!read) continue;
    if (day && *day != *read) {
      return UnreadableRecord{"AMBIGUOUS_DAY", field.config->field(), "the day may mean two days"};
    }
    day = read;
  }
  if (!day) return UnreadableRecord{"MALFORMED_DAY", field.config->field(), "a day in none of the mapping's formats"};
  text = day->ToString();
  return std::nullopt;
}

std::optional<UnreadableRecord> CompiledCsvMapping::FindEmptyColumn(const Field& field,
                                                                    const std::vector<std::string>& cells) const {
  if (!IsIdentity(field.config->field()) || !field.config->values().empty()) return std::nullopt;
  for (size_t i = 0; i < field.text.columns.size(); ++i) {
    if (!Trimmed(cells[field.text.columns[i]]).empty()) continue;
    return UnreadableRecord{"REQUIRED", field.config->field(),
                            "the column " + field.text.column_names[i] + " is empty"};
  }
  return std::nullopt;
}

std::optional<UnreadableRecord> CompiledCsvMapping::Fill(const Field& field, const std::vector<std::string>& cells,
                                                         v1::Record& record) const {
  if (std::optional<UnreadableRecord> problem = FindEmptyColumn(field, cells)) return problem;
  std::string text;
  for (size_t i = 0; i < field.text.columns.size(); ++i) {
    text += field.text.literals[i] + Trimmed(cells[field.text.columns[i]]);
  }
  text += field.text.literals.back();
  if (!field.config->values().empty()) {
    const auto& values = field.config->values();
    const auto found =
        std::find_if(values.begin(), values.end(), [&](const auto& value) { return value.from() == text; });
    if (found == values.end()) {
      return UnreadableRecord{"UNKNOWN_VALUE", field.config->field(), "a value that the mapping does not translate"};
    }
    text = found->to();
  }
  if (text.empty()) return std::nullopt;
  if (!IsUtf8(text)) return UnreadableRecord{"INVALID_UTF8", field.config->field(), "the text is not valid UTF-8"};
  if (field.config->day()) {
    if (std::optional<UnreadableRecord> problem = ReadDay(field, text)) return problem;
  }
  google::protobuf::Message* message = &record;
  for (size_t i = 0; i + 1 < field.path.size(); ++i) {
    message = message->GetReflection()->MutableMessage(message, field.path[i]);
  }
  if (const char* reason = SetScalar(*field.path.back(), text, *message)) {
    return UnreadableRecord{reason, field.config->field(), "the text is no value of the field"};
  }
  return std::nullopt;
}

}  // namespace vangnet
