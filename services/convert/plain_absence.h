// ReadPlainAbsence reads most of what is ever sent, an absence as protobuf writes it, without making a message of it.
//
// Guarantees: what it reads it reads as RecordReader does by way of v1::Record: the same record, of which these very
//   bytes are the canonical encoding. It gives nothing, and says nothing, for whatever else: another fact, a field that
//   is wrong, out of order, twice there, unknown, or at its default, a text that is not ASCII. That goes the long way.
// Thread safety: free function.
// Cost: half of the long way; nothing is allocated but the texts of the record (tests/costs).
#ifndef VANGNET_SERVICES_CONVERT_PLAIN_ABSENCE_H_
#define VANGNET_SERVICES_CONVERT_PLAIN_ABSENCE_H_

#include <string_view>

#include "domain/record.h"
#include "services/convert/field_reader.h"

namespace vangnet {

// `wire` is the encoding of one vangnet.v1.Record. False: it is none of these, and `record` means nothing.
bool ReadPlainAbsence(std::string_view wire, const FieldReader::Limits& limits, Record& record);

}  // namespace vangnet

#endif  // VANGNET_SERVICES_CONVERT_PLAIN_ABSENCE_H_
