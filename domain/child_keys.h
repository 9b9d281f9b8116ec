// ChildOf finds the keys that are one child, by the links between keys: the same_student facts that hold.
//
// Guarantees: whichever of them it is asked for, and whatever the order of the links, the keys are the same.
// Thread safety: a free function.
// Limits and cost: more than kChildKeysMax (domain/record.h) keys that links join are no child: none of them is joined,
//   and each stands for itself. So no more links are looked at than lead to one key more.
#ifndef VANGNET_DOMAIN_CHILD_KEYS_H_
#define VANGNET_DOMAIN_CHILD_KEYS_H_

#include <set>
#include <string>
#include <string_view>
#include <utility>
#include <vector>

#include "domain/record.h"

namespace vangnet {

// The keys joined with `student`, itself among them, ascending; itself alone when they are too many.
// `each_other(key, visit)` calls visit(other) with each key that a link joins with `key`, whichever end says so, until
// it returns false.
template <typename EachOther>
std::vector<std::string> ChildOf(std::string_view student, const EachOther& each_other) {
  std::set<std::string, std::less<>> keys = {std::string(student)};
  std::vector<std::string> open = {std::string(student)};
  while (!open.empty()) {
    const std::string key = std::move(open.back());
    open.pop_back();
    each_other(key, [&](const std::string& other) {
      if (keys.insert(other).second) open.push_back(other);
      return keys.size() <= kChildKeysMax;
    });
    if (keys.size() > kChildKeysMax) return {std::string(student)};
  }
  return {keys.begin(), keys.end()};
}

}  // namespace vangnet

#endif  // VANGNET_DOMAIN_CHILD_KEYS_H_
