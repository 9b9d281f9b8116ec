#include "alerts/rules/school_book.h"

#include <utility>

namespace vangnet {

SchoolBook::SchoolBook(std::shared_ptr<const RegionCalendar> region)
    : region_(std::move(region)), unknown_(std::make_shared<School>("", region_, SchoolFacts{})) {}

void SchoolBook::Set(const std::string& school, const SchoolFacts& facts) {
  schools_.insert_or_assign(school, std::make_shared<School>(school, region_, facts));
}

std::shared_ptr<const SchoolBook> SchoolBook::Create(std::shared_ptr<const Region> region, const Facts& facts) {
  // The constructor is private, which std::make_shared cannot reach.
  const std::shared_ptr<SchoolBook> book(new SchoolBook(std::make_shared<RegionCalendar>(std::move(region))));
  for (const auto& [school, listed] : book->region().schools) {
    if (!facts.contains(school)) book->Set(school, SchoolFacts{});
  }
  for (const auto& [school, known] : facts) book->Set(school, known);
  return book;
}

std::shared_ptr<const SchoolBook> SchoolBook::With(const Facts& changed) const {
  const std::shared_ptr<SchoolBook> book(new SchoolBook(*this));
  for (const auto& [school, known] : changed) book->Set(school, known);
  return book;
}

std::shared_ptr<const SchoolBook> SchoolBook::WithRegion(std::shared_ptr<const Region> region) const {
  Facts facts;
  for (const auto& [school, known] : schools_) facts.emplace(school, known->facts());
  return Create(std::move(region), facts);
}

const School& SchoolBook::SchoolOf(std::string_view school) const {
  const auto found = schools_.find(school);
  return found == schools_.end() ? *unknown_ : *found->second;
}

}  // namespace vangnet
