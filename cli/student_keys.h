// StudentKeys joins keys that same_student facts say are one child (rules.md section 2, domain/child_keys.h).
//
// Guarantees: the order of Join calls does not matter.
// Thread safety: one thread at a time.
#ifndef VANGNET_CLI_STUDENT_KEYS_H_
#define VANGNET_CLI_STUDENT_KEYS_H_

#include <map>
#include <set>
#include <string>
#include <string_view>
#include <vector>

namespace vangnet {

class StudentKeys {
 public:
  void Add(std::string_view key);
  void Join(std::string_view one, std::string_view other);
  // For each child its keys, ascending; children by their smallest key.
  std::vector<std::vector<std::string>> Children() const;

 private:
  std::map<std::string, std::set<std::string>, std::less<>> others_;
};

}  // namespace vangnet

#endif  // VANGNET_CLI_STUDENT_KEYS_H_
