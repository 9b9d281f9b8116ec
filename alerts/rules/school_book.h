// SchoolBook is everything the rules read that is not the child's own: the region and the facts of all schools,
// in a form that answers "which sessions on this day" and "complete through when" fast.
//
// Guarantees: immutable. With() gives a new book that shares all other schools.
// Thread safety: all methods may be called concurrently.
#ifndef VANGNET_ALERTS_RULES_SCHOOL_BOOK_H_
#define VANGNET_ALERTS_RULES_SCHOOL_BOOK_H_

#include <map>
#include <memory>
#include <string>
#include <string_view>
#include <vector>

#include "domain/region.h"
#include "domain/student_history.h"

namespace vangnet {

class School;  // one school's calendar and completeness, compiled; alerts/rules/school.h

class SchoolBook {
 public:
  using Facts = std::map<std::string, SchoolFacts, std::less<>>;

  static std::shared_ptr<const SchoolBook> Create(std::shared_ptr<const Region> region, const Facts& facts);
  // This book with other facts for `changed` schools. Cost: O(schools) pointers, and compiling the changed ones.
  std::shared_ptr<const SchoolBook> With(const Facts& changed) const;
  // This book for another region.
  std::shared_ptr<const SchoolBook> WithRegion(std::shared_ptr<const Region> region) const;

  const Region& region() const;
};

}  // namespace vangnet

#endif  // VANGNET_ALERTS_RULES_SCHOOL_BOOK_H_
