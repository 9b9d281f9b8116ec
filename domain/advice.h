// Advice is one thing in a configuration that is allowed and probably not what was meant.
//
// A value. `field` is a path as in the .proto files; an entry of a list that has keys is named by its key.
#ifndef VANGNET_DOMAIN_ADVICE_H_
#define VANGNET_DOMAIN_ADVICE_H_

#include <string>

namespace vangnet {

struct Advice {
  std::string field;       // such as rules[3].stages[1].at_least or schools["12AB00"].unit
  std::string text;        // what is odd, without a full stop
  std::string suggestion;  // what may be done about it; may be empty
  friend bool operator==(const Advice&, const Advice&) = default;
};

}  // namespace vangnet

#endif  // VANGNET_DOMAIN_ADVICE_H_
