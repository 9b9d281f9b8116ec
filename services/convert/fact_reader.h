// Facts of the wire as domain values, each field judged (contract.md section 1).
#ifndef VANGNET_SERVICES_CONVERT_FACT_READER_H_
#define VANGNET_SERVICES_CONVERT_FACT_READER_H_

#include "domain/record.h"
#include "services/convert/field_reader.h"
#include "vangnet/v1/record.pb.h"

namespace vangnet {

// Whether the fact in `proto` is about a school rather than a child.
bool IsSchoolFact(const v1::Record& proto);
// The fact in `proto`, which must have one.
Fact ReadFact(const v1::Record& proto, FieldReader& reader);

}  // namespace vangnet

#endif  // VANGNET_SERVICES_CONVERT_FACT_READER_H_
