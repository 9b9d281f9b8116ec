#include "alerts/rules/school_book.h"

#include <functional>
#include <utility>

namespace vangnet {
namespace {

uint64_t HashOf(std::string_view school) { return std::hash<std::string_view>()(school); }

}  // namespace

SchoolBook::SchoolBook(std::shared_ptr<const RegionCalendar> region)
    : region_(std::move(region)), unknown_(std::make_shared<School>("", region_, SchoolFacts{})), slots_(64) {}

size_t SchoolBook::SlotOf(std::string_view school, uint64_t hash) const {
  size_t slot = hash & (slots_.size() - 1);
  while (slots_[slot].school != nullptr && (slots_[slot].hash != hash || slots_[slot].school->key() != school)) {
    slot = (slot + 1) & (slots_.size() - 1);
  }
  return slot;
}

void SchoolBook::Grow() {
  std::vector<Slot> old(2 * slots_.size());
  old.swap(slots_);
  for (Slot& slot : old) {
    if (slot.school != nullptr) slots_[SlotOf(slot.school->key(), slot.hash)] = std::move(slot);
  }
}

void SchoolBook::Set(const std::string& school, const SchoolFacts& facts) {
  if (2 * (schools_ + 1) > slots_.size()) Grow();
  const uint64_t hash = HashOf(school);
  Slot& slot = slots_[SlotOf(school, hash)];
  if (slot.school == nullptr) ++schools_;
  slot = {hash, std::make_shared<School>(school, region_, facts)};
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
  for (const Slot& slot : slots_) {
    if (slot.school != nullptr) facts.emplace(slot.school->key(), slot.school->facts());
  }
  return Create(std::move(region), facts);
}

const School& SchoolBook::SchoolOf(std::string_view school) const {
  const auto& found = slots_[SlotOf(school, HashOf(school))].school;
  return found == nullptr ? *unknown_ : *found;
}

}  // namespace vangnet
