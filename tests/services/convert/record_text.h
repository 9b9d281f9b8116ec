// Records for the tests of services/convert, written as text protos.
#ifndef VANGNET_TESTS_SERVICES_CONVERT_RECORD_TEXT_H_
#define VANGNET_TESTS_SERVICES_CONVERT_RECORD_TEXT_H_

#include <string>

#include "services/convert/record_reader.h"

namespace vangnet_testing {

// Identity of a record of a child.
inline constexpr char kStudentRecord[] = R"(source: "las-1" record_id: "r-1" revision: 1 student: "s-1" )";
// Identity of a record of a school.
inline constexpr char kSchoolRecord[] = R"(source: "las-1" record_id: "r-1" revision: 1 )";

// Wire bytes of the vangnet.v1.Record in `text`. Aborts when it is none.
std::string Wire(const std::string& text);
// Read by the default school pattern, source "las-1", received on 2026-11-23.
vangnet::RecordReader::Result ReadText(const std::string& text);
vangnet::RecordReader::Result ReadBytes(const std::string& wire);
vangnet::RecordReader::Result ReadJson(const std::string& json);
// The record that must have been accepted.
vangnet::IncomingRecord Accepted(vangnet::RecordReader::Result result);

}  // namespace vangnet_testing

#endif  // VANGNET_TESTS_SERVICES_CONVERT_RECORD_TEXT_H_
