// Arrivals collects the records of a simulation with the moment at which each would arrive.
//
// Thread safety: one thread at a time.
#ifndef VANGNET_CLI_SIMULATION_ARRIVALS_H_
#define VANGNET_CLI_SIMULATION_ARRIVALS_H_

#include <cstdint>
#include <string>
#include <utility>
#include <vector>

#include "domain/day.h"

namespace vangnet {

// A local moment.
struct Moment {
  Day day;
  MinuteOfDay minute = 0;
  friend auto operator<=>(const Moment&, const Moment&) = default;
};

struct Arrival {
  Moment at;
  std::string line;
};

class Arrivals {
 public:
  // Later moments than `last` are after the end of the simulation: nobody has seen those records yet.
  explicit Arrivals(DayInterval days) : days_(days) {}
  // What was known before the first day arrives at its first minute.
  void Add(Moment at, std::string line) {
    if (at.day > days_.last) return;
    if (at.day < days_.first) at = {days_.first, 0};
    arrivals_.push_back({at, std::move(line)});
  }
  std::vector<Arrival>& list() { return arrivals_; }

 private:
  DayInterval days_;
  std::vector<Arrival> arrivals_;
};

}  // namespace vangnet

#endif  // VANGNET_CLI_SIMULATION_ARRIVALS_H_
