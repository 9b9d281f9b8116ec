// Episode is a finding from the first to the last day on which it was shown without interruption.
//
// EpisodeRecorder makes episodes of the findings that evaluations give day after day.
// Thread safety: Episode is a value; a recorder is for one thread.
#ifndef VANGNET_ALERTS_BACKTEST_EPISODE_H_
#define VANGNET_ALERTS_BACKTEST_EPISODE_H_

#include <functional>
#include <map>
#include <string>
#include <utility>
#include <vector>

#include "alerts/lifecycle/routing.h"
#include "domain/day.h"
#include "domain/finding.h"

namespace vangnet {

// A finding as it was shown from a day on, and whose it was. Its rule_index and stage_index are 0: they are places in
// one policy, and mean nothing beside those of another.
struct Showing {
  Day from;
  Finding finding;
  Route route;
  friend bool operator==(const Showing&, const Showing&) = default;
};

struct Episode {
  std::vector<Showing> showings;  // ascending by day; each differs from the one before; never empty
  Day last;                       // the last day of the last showing

  Day first() const { return showings.front().from; }
  // As it was shown on the last day.
  const Finding& finding() const { return showings.back().finding; }
  const Route& route() const { return showings.back().route; }
  bool Meets(const Episode& other) const { return first() <= other.last && other.first() <= last; }
  // The same on every day.
  friend bool operator==(const Episode&, const Episode&) = default;
};

class EpisodeRecorder {
 public:
  // Whose a finding is on a day.
  using RouteFinding = std::function<Route(const Finding&, Day)>;
  explicit EpisodeRecorder(RouteFinding route) : route_(std::move(route)) {}

  // `findings` are shown on `day` and until the day before the next call. Days ascend.
  void Show(Day day, std::vector<Finding> findings);
  // The last findings were shown until `last`. In order of rule id, identity, first day.
  std::vector<Episode> Finish(Day last) &&;

 private:
  using Identity = std::pair<std::string, std::string>;  // rule id, and which of its findings
  struct Recorded {
    std::vector<Episode> episodes;
    bool shown = false;  // the last of them still is
  };

  RouteFinding route_;
  std::map<Identity, Recorded> recorded_;
};

}  // namespace vangnet

#endif  // VANGNET_ALERTS_BACKTEST_EPISODE_H_
