// StudentKeys joins keys that same_student facts say are one child (rules.md section 2).
//
// Guarantees: the order of Join calls does not matter.
// Thread safety: one thread at a time.
// Limits and cost: near constant time a call.
#ifndef VANGNET_CLI_STUDENT_KEYS_H_
#define VANGNET_CLI_STUDENT_KEYS_H_

#include <map>
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
  // The root of the tree that `node` is in; shortens the way to it.
  size_t Root(size_t node) const;
  size_t NodeOf(std::string_view key);

  std::map<std::string, size_t, std::less<>> nodes_;
  mutable std::vector<size_t> parents_;
};

}  // namespace vangnet

#endif  // VANGNET_CLI_STUDENT_KEYS_H_
