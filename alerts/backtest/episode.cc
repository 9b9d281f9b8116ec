#include "alerts/backtest/episode.h"

namespace vangnet {

void EpisodeRecorder::Show(Day day, std::vector<Finding> findings) {
  // Whatever is not shown again on this day was shown until yesterday.
  std::map<Identity, Finding> shown;
  for (Finding& finding : findings) {
    finding.rule_index = 0;
    finding.stage_index = 0;
    shown.emplace(Identity(finding.rule, finding.identity), std::move(finding));
  }
  for (auto& [identity, recorded] : recorded_) {
    if (!recorded.shown || shown.contains(identity)) continue;
    recorded.episodes.back().last = day - 1;
    recorded.shown = false;
  }
  for (auto& [identity, finding] : shown) {
    Recorded& recorded = recorded_[identity];
    if (!recorded.shown) recorded.episodes.emplace_back();
    recorded.shown = true;
    std::vector<Showing>& showings = recorded.episodes.back().showings;
    Route route = route_(finding, day);
    if (!showings.empty() && showings.back().finding == finding && showings.back().route == route) continue;
    showings.push_back({day, std::move(finding), std::move(route)});
  }
}

std::vector<Episode> EpisodeRecorder::Finish(Day last) && {
  std::vector<Episode> all;
  for (auto& [identity, recorded] : recorded_) {
    if (recorded.shown) recorded.episodes.back().last = last;
    for (Episode& episode : recorded.episodes) all.push_back(std::move(episode));
  }
  return all;
}

}  // namespace vangnet
