#include "services/convert/broken_record.h"

#include <map>
#include <optional>

#include "google/protobuf/descriptor.h"
#include "google/protobuf/io/coded_stream.h"
#include "google/protobuf/wire_format_lite.h"
#include "services/convert/field_path.h"
#include "vangnet/v1/record.pb.h"

namespace vangnet {
namespace {

using google::protobuf::Descriptor;
using google::protobuf::FieldDescriptor;
using google::protobuf::internal::WireFormatLite;
using google::protobuf::io::CodedInputStream;

// Walks the encoding of a message by its descriptor. The first thing wrong ends the walk.
class Walk {
 public:
  explicit Walk(BrokenRecord& result) : result_(result) {}

  // False: something is wrong and `result` says what.
  bool Message(std::string_view wire, const Descriptor& descriptor, const FieldPath& path) {
    CodedInputStream in(reinterpret_cast<const uint8_t*>(wire.data()), static_cast<int>(wire.size()));
    std::map<int, int> seen;  // entries of repeated fields so far, by field number
    while (in.CurrentPosition() < static_cast<int>(wire.size())) {
      const uint32_t tag = in.ReadTag();
      if (tag == 0) return Fail(Reason::kMalformedRecord, path);
      const FieldDescriptor* field = descriptor.FindFieldByNumber(WireFormatLite::GetTagFieldNumber(tag));
      const bool delimited = WireFormatLite::GetTagWireType(tag) == WireFormatLite::WIRETYPE_LENGTH_DELIMITED;
      if (field == nullptr || !delimited) {
        if (!WireFormatLite::SkipField(&in, tag)) {
          return Fail(Reason::kMalformedRecord, field == nullptr ? path : path.Sub(field->name().c_str()));
        }
        continue;
      }
      const FieldPath sub = path.Sub(field->name().c_str(), field->is_repeated() ? seen[field->number()]++ : -1);
      uint32_t size = 0;
      if (!in.ReadVarint32(&size) || size > wire.size() - static_cast<size_t>(in.CurrentPosition())) {
        return Fail(Reason::kMalformedRecord, sub);
      }
      if (!Value(wire.substr(static_cast<size_t>(in.CurrentPosition()), size), *field, sub)) return false;
      in.Skip(static_cast<int>(size));
    }
    return true;
  }

 private:
  bool Value(std::string_view value, const FieldDescriptor& field, const FieldPath& path) {
    if (field.type() == FieldDescriptor::TYPE_MESSAGE) return Message(value, *field.message_type(), path);
    if (field.type() != FieldDescriptor::TYPE_STRING) return true;
    if (!IsUtf8(value)) return Fail(Reason::kInvalidUtf8, path);
    if (field.containing_type() == v1::Record::descriptor() && field.number() == v1::Record::kSourceFieldNumber) {
      result_.source = std::string(value);
    }
    return true;
  }

  bool Fail(Reason reason, const FieldPath& path) {
    result_.reason = reason;
    result_.field = path.ToString();
    return false;
  }

  BrokenRecord& result_;
};

}  // namespace

BrokenRecord DiagnoseBrokenRecord(std::string_view wire) {
  BrokenRecord result;
  Walk(result).Message(wire, *v1::Record::descriptor(), FieldPath());
  return result;
}

bool IsUtf8(std::string_view text) {
  size_t i = 0;
  while (i < text.size()) {
    const auto lead = static_cast<unsigned char>(text[i]);
    const size_t size = lead < 0x80 ? 1 : lead < 0xc2 ? 0 : lead < 0xe0 ? 2 : lead < 0xf0 ? 3 : lead < 0xf5 ? 4 : 0;
    if (size == 0 || size > text.size() - i) return false;
    for (size_t k = 1; k < size; ++k) {
      if ((static_cast<unsigned char>(text[i + k]) & 0xc0) != 0x80) return false;
    }
    // Overlong forms, surrogates, and what lies beyond U+10FFFF.
    const auto second = size > 1 ? static_cast<unsigned char>(text[i + 1]) : 0;
    if ((lead == 0xe0 && second < 0xa0) || (lead == 0xed && second > 0x9f) || (lead == 0xf0 && second < 0x90) ||
        (lead == 0xf4 && second > 0x8f)) {
      return false;
    }
    i += size;
  }
  return true;
}

}  // namespace vangnet
