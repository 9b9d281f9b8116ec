#include "alerts/backtest/comparison.h"

#include <algorithm>
#include <map>
#include <string>
#include <tuple>
#include <utility>

namespace vangnet {
namespace {

using EpisodePointer = std::shared_ptr<const Episode>;

// The episodes of one identity on both sides, ascending by day. Those that found a partner are taken out.
struct Sides {
  std::vector<EpisodePointer> before;
  std::vector<EpisodePointer> after;
};

BacktestChange ChangeOf(const Episode& before, const Episode& after) {
  if (after.first() < before.first()) return BacktestChange::kEarlier;
  if (after.first() > before.first()) return BacktestChange::kLater;
  return before == after ? BacktestChange::kNone : BacktestChange::kDifferent;
}

void AddPair(EpisodePointer before, EpisodePointer after, std::vector<Comparison>& comparisons) {
  const BacktestChange change = ChangeOf(*before, *after);
  comparisons.push_back({change, std::move(before), std::move(after)});
}

void PairThoseThatMeet(Sides& sides, std::vector<Comparison>& comparisons) {
  for (EpisodePointer& before : sides.before) {
    const auto partner = std::find_if(sides.after.begin(), sides.after.end(), [&before](const EpisodePointer& after) {
      return after != nullptr && before->Meets(*after);
    });
    if (partner == sides.after.end()) continue;
    AddPair(std::move(before), std::move(*partner), comparisons);
  }
  std::erase(sides.before, nullptr);
  std::erase(sides.after, nullptr);
}

void PairInOrder(Sides& sides, std::vector<Comparison>& comparisons) {
  const size_t pairs = std::min(sides.before.size(), sides.after.size());
  for (size_t i = 0; i < pairs; ++i) AddPair(std::move(sides.before[i]), std::move(sides.after[i]), comparisons);
  std::erase(sides.before, nullptr);
  std::erase(sides.after, nullptr);
}

// The showing of the episode on `day`, or null.
const Showing* ShowingOn(const Episode* episode, Day day) {
  if (episode == nullptr || day < episode->first() || day > episode->last) return nullptr;
  const auto after = std::upper_bound(episode->showings.begin(), episode->showings.end(), day,
                                      [](Day one, const Showing& showing) { return one < showing.from; });
  return &*std::prev(after);
}

bool Alike(const Showing* one, const Showing* other) {
  if (one == nullptr || other == nullptr) return one == other;
  return one->finding == other->finding && one->route == other->route;
}

// Days on which the episode begins to look different from the day before, among them the one after its last.
void AddTurns(const Episode* episode, std::vector<Day>& turns) {
  if (episode == nullptr) return;
  for (const Showing& showing : episode->showings) turns.push_back(showing.from);
  turns.push_back(episode->last + 1);
}

}  // namespace

std::vector<Comparison> CompareEpisodes(std::vector<Episode> before, std::vector<Episode> after) {
  std::map<std::pair<std::string, std::string>, Sides> identities;
  const auto sides_of = [&identities](const Episode& episode) -> Sides& {
    return identities[{episode.finding().rule, episode.finding().identity}];
  };
  for (Episode& episode : before) {
    Sides& sides = sides_of(episode);
    sides.before.push_back(std::make_shared<const Episode>(std::move(episode)));
  }
  for (Episode& episode : after) {
    Sides& sides = sides_of(episode);
    sides.after.push_back(std::make_shared<const Episode>(std::move(episode)));
  }
  std::vector<Comparison> comparisons;
  for (auto& [identity, sides] : identities) {
    const auto first = static_cast<std::ptrdiff_t>(comparisons.size());
    PairThoseThatMeet(sides, comparisons);
    if (!identity.second.empty()) PairInOrder(sides, comparisons);
    for (auto& lost : sides.before) comparisons.push_back({BacktestChange::kLost, std::move(lost), nullptr});
    for (auto& gained : sides.after) comparisons.push_back({BacktestChange::kGained, nullptr, std::move(gained)});
    std::sort(comparisons.begin() + first, comparisons.end(), [](const Comparison& one, const Comparison& other) {
      return std::make_tuple(one.shown().first(), one.change) < std::make_tuple(other.shown().first(), other.change);
    });
  }
  return comparisons;
}

Day FirstDifference(const Comparison& comparison) {
  std::vector<Day> turns;
  AddTurns(comparison.before.get(), turns);
  AddTurns(comparison.after.get(), turns);
  std::sort(turns.begin(), turns.end());
  const auto differs = std::find_if(turns.begin(), turns.end(), [&comparison](Day day) {
    return !Alike(ShowingOn(comparison.before.get(), day), ShowingOn(comparison.after.get(), day));
  });
  return differs == turns.end() ? kDayMax : *differs;
}

}  // namespace vangnet
