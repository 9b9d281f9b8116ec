// RecordBook knows the records of a scenario by their names while the file is read.
//
// It gives names to records that have none, finds the record that a correction or a piece of evidence means, and sees
// a version that is told twice.
// Thread safety: one thread at a time.
#ifndef VANGNET_CLI_SCENARIOS_RECORD_BOOK_H_
#define VANGNET_CLI_SCENARIOS_RECORD_BOOK_H_

#include <cstdint>
#include <map>
#include <string>
#include <string_view>
#include <tuple>
#include <vector>

#include "vangnet/v1/record.pb.h"

namespace vangnet {

class RecordBook {
 public:
  // A record with all its versions so far.
  struct Entry {
    bool is_school = false;
    std::string subject;  // the child, or the school
    std::string source;
    std::string id;
    uint64_t revision = 0;          // the highest
    v1::Record content;             // of the highest revision that is not withdrawn
    std::map<uint64_t, int> lines;  // where each version was told
  };

  // PREFIX-1, or the first number after it that the subject of `record` has no record of this source for, and that was
  // not given before.
  std::string FreeId(const v1::Record& record, std::string_view prefix);
  // The line that told this version before; 0: none did.
  int Add(const v1::Record& record, int line);
  // The records of this name; with `source` and `subject` where they are not empty.
  std::vector<const Entry*> Find(std::string_view id, std::string_view source, std::string_view subject) const;

 private:
  using Key = std::tuple<bool, std::string, std::string, std::string>;  // is_school, subject, source, id
  static Key KeyOf(const v1::Record& record);

  std::map<Key, Entry> entries_;
  std::map<Key, int> taken_;  // the last number given, with the prefix for the id
};

}  // namespace vangnet

#endif  // VANGNET_CLI_SCENARIOS_RECORD_BOOK_H_
