#include "services/convert/text_scan.h"

#include <algorithm>
#include <cstdint>
#include <iterator>
#include <limits>
#include <map>
#include <set>
#include <utility>

#include "google/protobuf/io/tokenizer.h"
#include "google/protobuf/io/zero_copy_stream_impl_lite.h"
#include "services/convert/field_path.h"
#include "services/convert/suggestion.h"

namespace vangnet {
namespace {

using google::protobuf::Descriptor;
using google::protobuf::EnumDescriptor;
using google::protobuf::FieldDescriptor;
using google::protobuf::OneofDescriptor;
using google::protobuf::io::Tokenizer;

// Messages of the configuration lie a few deep; a text that goes deeper than this is none.
constexpr int kDepthMax = 20;

// A place in the text as the tokenizer counts: from 0, a tab goes to the next multiple of eight.
struct Place {
  int line = 0;
  int column = 0;
};

// A place in the text whose offset is known.
struct Mark {
  Place place;
  size_t offset = 0;
};
// A text may be one line of megabytes: places are found from the mark before them.
constexpr size_t kMarkEvery = 256;

class Scanner : private google::protobuf::io::ErrorCollector {
 public:
  Scanner(std::string_view text, TextScan& result)
      : result_(result), stream_(text.data(), static_cast<int>(text.size())), tokenizer_(&stream_, this) {
    result_.text = std::string(text);
    Place place;
    for (size_t i = 0; i < text.size(); ++i) {
      if (i % kMarkEvery == 0 || place.column == 0) marks_.push_back({place, i});
      place = text[i] == '\n' ? Place{place.line + 1, 0} : Place{place.line, ColumnAfter(text[i], place.column)};
    }
    marks_.push_back({place, text.size()});
    // As TextFormat::Parser sets it.
    tokenizer_.set_comment_style(Tokenizer::SH_COMMENT_STYLE);
    tokenizer_.set_allow_f_after_float(true);
    tokenizer_.set_require_space_after_number(false);
    tokenizer_.Next();
    Next();
  }

  void Scan(const Descriptor& descriptor) { Message(descriptor, FieldPath(), "", Place(), 0); }

 private:
  // What a message has had so far.
  struct Seen {
    std::set<const FieldDescriptor*> fields;
    std::map<const OneofDescriptor*, const FieldDescriptor*> oneofs;
    std::map<const FieldDescriptor*, int> entries;  // of repeated fields, those that are kept
  };

  // Errors of the tokenizer itself: a text without end, a character that means nothing. Bytes beyond ASCII it tells one
  // by one; the word that they are part of is reported where it stands.
  void AddError(int line, int column, const std::string& message) override {
    if (message.starts_with("Interpreting non ascii codepoint")) return;
    Report({line, column}, FieldPath(), "syntax: " + message);
  }

  static bool IsForeign(const Tokenizer::Token& token) {
    return token.type == Tokenizer::TYPE_SYMBOL && (token.text[0] & 0x80) != 0;
  }

  // Steps to the next token. Of a byte beyond ASCII the tokenizer makes a token of its own, and cuts a word in two
  // there: such words are put together again, so that they are reported as they were written.
  void Next() {
    previous_ = std::move(current_);
    current_ = tokenizer_.current();
    tokenizer_.Next();
    bool foreign = IsForeign(current_);
    if (!foreign && current_.type != Tokenizer::TYPE_IDENTIFIER) return;
    for (;; tokenizer_.Next()) {
      const Tokenizer::Token& ahead = tokenizer_.current();
      const bool goes_on =
          IsForeign(ahead) ||
          (foreign && (ahead.type == Tokenizer::TYPE_IDENTIFIER || ahead.type == Tokenizer::TYPE_INTEGER));
      if (!goes_on || ahead.line != current_.line || ahead.column != current_.end_column) break;
      foreign = true;
      current_.text += ahead.text;
      current_.end_column = ahead.end_column;
    }
    if (foreign) current_.type = Tokenizer::TYPE_IDENTIFIER;
  }

  bool At(const char* symbol) { return current_.text == symbol; }
  bool Consume(const char* symbol) {
    if (!At(symbol)) return false;
    Next();
    return true;
  }
  Place Here() { return {current_.line, current_.column}; }
  Place EndOfPrevious() { return {previous_.line, previous_.end_column}; }

  void Report(Place place, const FieldPath& path, std::string message, std::string suggestion = "") {
    result_.problems.push_back(
        {place.line + 1, place.column + 1, path.ToString(), std::move(message), std::move(suggestion)});
  }

  static int ColumnAfter(char c, int column) { return c == '\t' ? column / 8 * 8 + 8 : column + 1; }

  size_t Offset(Place place) const {
    const auto is_before = [](Place a, const Mark& b) {
      return std::pair(a.line, a.column) < std::pair(b.place.line, b.place.column);
    };
    // The first one is at the beginning of the text.
    const Mark& mark = *std::prev(std::upper_bound(marks_.begin(), marks_.end(), place, is_before));
    size_t offset = mark.offset;
    for (int column = mark.place.column; column < place.column && offset < result_.text.size(); ++offset) {
      column = ColumnAfter(result_.text[offset], column);
    }
    return offset;
  }

  void Blank(Place from, Place until) {
    const size_t end = Offset(until);
    for (size_t i = Offset(from); i < end; ++i) {
      char& c = result_.text[i];
      if (c != '\n' && c != '\t' && c != '\r') c = ' ';
    }
  }

  // Reports and drops the token that stands here.
  void Unexpected(const FieldPath& path, const std::string& expected) {
    const Place from = Here();
    Report(from, path, "expected " + expected + ", found '" + current_.text + "'");
    Next();
    Blank(from, EndOfPrevious());
  }

  // Fields up to `closer`, which was opened at `opened`; empty: up to the end, whose token is empty too.
  void Message(const Descriptor& descriptor, const FieldPath& path, const char* closer, Place opened, int depth) {
    Seen seen;
    while (!At(closer)) {
      const auto& token = current_;
      if (token.type == Tokenizer::TYPE_END) {
        Report(opened, path, std::string("this '") + (closer[0] == '}' ? '{' : '<') + "' is never closed");
        result_.text += std::string("\n") + closer;
        return;
      }
      if (token.type == Tokenizer::TYPE_IDENTIFIER) {
        Field(descriptor, path, seen, depth);
      } else {
        Unexpected(path, "a field name");
      }
    }
    Next();
  }

  void Field(const Descriptor& descriptor, const FieldPath& path, Seen& seen, int depth) {
    const Place from = Here();
    const std::string name = current_.text;
    const FieldDescriptor* field = descriptor.FindFieldByName(name);
    Next();
    bool keep = true;
    if (field == nullptr) {
      Report(from, path.Sub(name.c_str()), "unknown field", SuggestField(name, descriptor));
      keep = false;
    } else if (const std::string twice = Twice(*field, seen); !twice.empty()) {
      Report(from, path.Sub(name.c_str()), twice);
      keep = false;
    }
    if (!keep) {
      SkipValue();
    } else if (field->type() == FieldDescriptor::TYPE_MESSAGE) {
      keep = MessageValue(*field, path, seen, from, depth);
    } else {
      keep = ScalarValue(*field, path.Sub(field->name().c_str()));
    }
    if (!At(";") || !Consume(";")) Consume(",");
    if (!keep) Blank(from, EndOfPrevious());
  }

  static std::string SuggestField(const std::string& name, const Descriptor& descriptor) {
    std::vector<std::string> names;
    names.reserve(static_cast<size_t>(descriptor.field_count()));
    for (int i = 0; i < descriptor.field_count(); ++i) names.push_back(descriptor.field(i)->name());
    return DidYouMean(name, names);
  }

  // Notes the field; what is wrong when it must not stand here again.
  static std::string Twice(const FieldDescriptor& field, Seen& seen) {
    if (field.is_repeated()) return "";
    if (!seen.fields.insert(&field).second) return "the field stands here twice";
    const OneofDescriptor* oneof = field.real_containing_oneof();
    if (oneof == nullptr) return "";
    const auto [other, first] = seen.oneofs.try_emplace(oneof, &field);
    return first ? "" : "only one of " + other->second->name() + " and " + field.name() + " may be given";
  }

  bool MessageValue(const FieldDescriptor& field, const FieldPath& path, Seen& seen, Place from, int depth) {
    Consume(":");
    const bool list = field.is_repeated() && Consume("[");
    do {
      if (list && At("]")) break;
      const int index = field.is_repeated() ? seen.entries[&field] : -1;
      const FieldPath sub = path.Sub(field.name().c_str(), index);
      if ((!At("{") && !At("<")) || depth >= kDepthMax) {
        Report(list ? Here() : from, sub, "expected '{' after the field's name");
        SkipValue();
        return false;
      }
      if (field.is_repeated()) ++seen.entries[&field];
      const Place opened = Here();
      const char* closer = At("{") ? "}" : ">";
      Next();
      Message(*field.message_type(), sub, closer, opened, depth + 1);
    } while (list && Consume(","));
    if (list && !Consume("]")) {
      Unexpected(path.Sub(field.name().c_str()), "',' or ']'");
    }
    return true;
  }

  bool ScalarValue(const FieldDescriptor& field, const FieldPath& path) {
    if (!Consume(":")) {
      Report(EndOfPrevious(), path, "expected ':' after the field's name");
      SkipValue();
      return false;
    }
    if (!field.is_repeated() || !Consume("[")) return Scalar(field, path);
    bool good = true;
    while (!At("]") && current_.type != Tokenizer::TYPE_END) {
      good = Scalar(field, path) && good;
      if (!Consume(",")) break;
    }
    if (!Consume("]")) {
      Report(Here(), path, "expected ',' or ']'");
      return false;
    }
    return good;
  }

  bool Scalar(const FieldDescriptor& field, const FieldPath& path) {
    const Place place = Here();
    const std::string problem = ScalarProblem(field);
    if (!problem.empty()) Report(place, path, problem, SuggestValue(field));
    SkipValue();
    return problem.empty();
  }

  // What is wrong with the value that stands here; empty: nothing.
  std::string ScalarProblem(const FieldDescriptor& field) {
    const auto& token = current_;
    const std::string found = token.type == Tokenizer::TYPE_END ? "the end" : "'" + token.text + "'";
    switch (field.cpp_type()) {
      case FieldDescriptor::CPPTYPE_STRING:
        if (token.type == Tokenizer::TYPE_STRING) return "";
        return "expected a text in quotes, found " + found;
      case FieldDescriptor::CPPTYPE_BOOL:
        for (const char* value : {"true", "false", "t", "f", "True", "False", "0", "1"}) {
          if (At(value)) return "";
        }
        return "expected true or false, found " + found;
      case FieldDescriptor::CPPTYPE_ENUM:
        return EnumProblem(*field.enum_type(), found);
      default:
        break;
    }
    uint64_t value = 0;
    if (At("-")) return "expected a number that is not negative";
    if (token.type == Tokenizer::TYPE_INTEGER &&
        Tokenizer::ParseInteger(token.text, std::numeric_limits<int32_t>::max(), &value)) {
      return "";
    }
    return "expected a whole number, found " + found;
  }

  std::string EnumProblem(const EnumDescriptor& type, const std::string& found) {
    const auto& token = current_;
    if (token.type == Tokenizer::TYPE_INTEGER) return "";  // a number that is no value is found later
    if (token.type != Tokenizer::TYPE_IDENTIFIER) return "expected a value of " + type.name() + ", found " + found;
    if (type.FindValueByName(token.text) != nullptr) return "";
    return "unknown value " + found + " of " + type.name();
  }

  // What may have been meant by the value that stands here and is wrong.
  std::string SuggestValue(const FieldDescriptor& field) {
    const auto& token = current_;
    if (field.cpp_type() != FieldDescriptor::CPPTYPE_ENUM || token.type != Tokenizer::TYPE_IDENTIFIER) return "";
    std::vector<std::string> names;
    names.reserve(static_cast<size_t>(field.enum_type()->value_count()));
    for (int i = 1; i < field.enum_type()->value_count(); ++i) names.push_back(field.enum_type()->value(i)->name());
    return DidYouMean(token.text, names);
  }

  // Steps over the value that stands here, whatever it is: one scalar, or all between brackets.
  void SkipValue() {
    Consume(":");
    int depth = 0;
    do {
      while (At("-")) Next();
      const auto& token = current_;
      if (token.type == Tokenizer::TYPE_END) return;
      if (At("{") || At("<") || At("[")) {
        ++depth;
      } else if (At("}") || At(">") || At("]")) {
        if (depth == 0) return;  // it closes what is around us
        --depth;
      }
      const bool text = token.type == Tokenizer::TYPE_STRING;
      Next();
      // Texts that follow each other are one.
      while (text && current_.type == Tokenizer::TYPE_STRING) Next();
    } while (depth > 0);
  }

  TextScan& result_;
  google::protobuf::io::ArrayInputStream stream_;
  Tokenizer tokenizer_;  // one token ahead
  Tokenizer::Token current_;
  Tokenizer::Token previous_;
  std::vector<Mark> marks_;  // in order, the beginning of each line among them
};

}  // namespace

TextScan ScanText(std::string_view text, const Descriptor& descriptor) {
  TextScan result;
  Scanner(text, result).Scan(descriptor);
  return result;
}

}  // namespace vangnet
