// SoundRecords are wire bytes of records that are accepted, one of every kind of fact at least.
#ifndef VANGNET_TESTS_FUZZ_SOUND_RECORDS_H_
#define VANGNET_TESTS_FUZZ_SOUND_RECORDS_H_

#include <string>
#include <vector>

#include "services/convert/record_reader.h"

namespace vangnet_testing {

std::vector<std::string> SoundRecords();
// The same as JSON lines.
std::vector<std::string> SoundJson();
// With the school pattern of the Netherlands.
const vangnet::RecordReader& TheReader();

}  // namespace vangnet_testing

#endif  // VANGNET_TESTS_FUZZ_SOUND_RECORDS_H_
