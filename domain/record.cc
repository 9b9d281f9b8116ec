#include "domain/record.h"

namespace vangnet {

DayInterval DaysOf(const Extent& extent) {
  struct {
    DayInterval operator()(const DaysExtent& e) const { return e.days; }
    DayInterval operator()(const PartExtent& e) const { return {e.day, e.day}; }
    DayInterval operator()(const TimeExtent& e) const { return {e.day, e.day}; }
    DayInterval operator()(const PeriodsExtent& e) const { return {e.day, e.day}; }
  } visitor;
  return std::visit(visitor, extent);
}

}  // namespace vangnet
