// SchoolBook is everything the rules read that is not the child's own: the region and the facts of all schools,
// in a form that answers "which sessions on this day" and "complete through when" fast.
//
// Guarantees: immutable. With() gives a new book that shares all other schools.
// Thread safety: all methods may be called concurrently.
#ifndef VANGNET_ALERTS_RULES_SCHOOL_BOOK_H_
#define VANGNET_ALERTS_RULES_SCHOOL_BOOK_H_

#include <cstdint>
#include <map>
#include <memory>
#include <string>
#include <string_view>
#include <vector>

#include "alerts/rules/region_calendar.h"
#include "alerts/rules/school.h"
#include "domain/region.h"
#include "domain/student_history.h"

namespace vangnet {

class SchoolBook {
 public:
  using Facts = std::map<std::string, SchoolFacts, std::less<>>;

  static std::shared_ptr<const SchoolBook> Create(std::shared_ptr<const Region> region, const Facts& facts);
  // This book with other facts for `changed` schools. Cost: O(schools) pointers, and compiling the changed ones.
  std::shared_ptr<const SchoolBook> With(const Facts& changed) const;
  // This book for another region.
  std::shared_ptr<const SchoolBook> WithRegion(std::shared_ptr<const Region> region) const;

  const Region& region() const { return region_->region(); }
  const RegionCalendar& region_calendar() const { return *region_; }
  // What is known of the school; a school of which nothing is known has the region's calendar.
  const School& SchoolOf(std::string_view school) const;

 private:
  // A place in an open hash table: a sweep asks for schools in no order, and each miss in memory costs more than a
  // rule.
  struct Slot {
    uint64_t hash = 0;
    std::shared_ptr<const School> school;  // null: free
  };

  explicit SchoolBook(std::shared_ptr<const RegionCalendar> region);
  void Set(const std::string& school, const SchoolFacts& facts);
  // The slot of the school, or the free one where it belongs.
  size_t SlotOf(std::string_view school, uint64_t hash) const;
  void Grow();

  std::shared_ptr<const RegionCalendar> region_;
  std::shared_ptr<const School> unknown_;
  std::vector<Slot> slots_;  // a power of two, at most half full
  size_t schools_ = 0;
};

}  // namespace vangnet

#endif  // VANGNET_ALERTS_RULES_SCHOOL_BOOK_H_
