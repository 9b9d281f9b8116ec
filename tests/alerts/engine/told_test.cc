// What a watcher was told stays true for it: over kills, losses of power and corrections, whoever goes on from where it
// was, or lists anew when it is told to, knows what is open; and an id that it saw is never another child's.
#include <map>
#include <random>
#include <set>
#include <string>

#include "gmock/gmock.h"
#include "gtest/gtest.h"
#include "storage/keys.h"
#include "tests/alerts/engine/engine_world.h"

namespace vangnet {
namespace {

using vangnet_testing::AnyRecord;
using vangnet_testing::EngineWorld;

// As a client is: it has a place, what it believes to be open, and all that it ever saw.
class Watcher {
 public:
  // Reads at most `max` changes on from its place.
  void Read(const AlertStore& alerts, size_t max) {
    const auto changes = alerts.GetChangesAfter(place_, max);
    if (absl::IsOutOfRange(changes.status())) return ListAnew(alerts);
    ASSERT_TRUE(changes.ok()) << changes.status();
    for (const StoredChange& change : *changes) {
      place_ = change.sequence;
      const auto alert = alerts.GetAlert(change.alert);
      ASSERT_TRUE(alert.ok() && alert->has_value()) << change.alert;
      See(**alert);
      const bool is_over =
          change.change.kind == AlertChangeKind::kResolved || change.change.kind == AlertChangeKind::kWithdrawn;
      is_over ? static_cast<void>(open_.erase(change.alert)) : static_cast<void>(open_.insert(change.alert));
    }
  }

  void ListAnew(const AlertStore& alerts) {
    ++listings_;
    place_ = alerts.last_change();
    open_.clear();
    const auto all = alerts.ListAlerts(0, 1'000'000, [](const Alert& alert) { return alert.is_open(); });
    ASSERT_TRUE(all.ok()) << all.status();
    for (const Alert& alert : *all) {
      See(alert);
      open_.insert(alert.id);
    }
  }
  const std::set<uint64_t>& open() const { return open_; }
  int listings() const { return listings_; }

 private:
  // Ids are numbers in a row, with the partition of the child; two children of one partition are few here.
  void See(const Alert& alert) {
    const std::string what = alert.finding.subject.key + " " + alert.finding.rule;
    const auto [seen, is_new] = alerts_.emplace(alert.id / kPartitionCount, what);
    EXPECT_EQ(seen->second, what) << "the number of its id was seen before";
  }

  uint64_t place_ = 0;
  std::set<uint64_t> open_;
  std::map<uint64_t, std::string> alerts_;  // by the number in their id
  int listings_ = 0;
};

std::set<uint64_t> OpenIn(const EngineWorld& world) {
  std::set<uint64_t> open;
  for (const Alert& alert : world.AllAlerts()) {
    if (alert.is_open()) open.insert(alert.id);
  }
  return open;
}

// A life of one seed; `with_power_loss` or only with kills. How often the watcher was told to list anew.
int Live(uint64_t seed, bool with_power_loss) {
  std::mt19937_64 random(seed);
  const auto below = [&](uint64_t end) { return random() % end; };
  EngineWorld world;
  world.options.subjects_per_batch_max = 3;
  world.states_behind_max = below(2) == 0 ? 0 : 1'000;
  world.Open();
  Watcher watcher;
  int begun = 0;
  uint64_t revision = 0;
  for (int step = 0; step < 80 && !testing::Test::HasFailure(); ++step) {
    const uint64_t choice = below(16);
    if (choice < 3) {
      world.Send({AnyRecord(random, ++revision), AnyRecord(random, ++revision)});
    } else if (choice < 7) {
      world.SweepOnce();
    } else if (choice < 10) {
      if (below(8) == 0) {  // as whoever comes new does, at any moment
        watcher.ListAnew(*world.alerts);
        ++begun;
      }
      watcher.Read(*world.alerts, 1 + below(20));
    } else if (choice < 14) {
      world.today = world.today + static_cast<int>(below(3));
    } else {
      const bool loses_power = with_power_loss && below(3) != 0;
      world.Crash(loses_power ? std::optional<size_t>(below(3)) : std::nullopt);
      world.Open();
    }
  }
  world.Sweep();
  watcher.Read(*world.alerts, 1'000'000);
  EXPECT_EQ(watcher.open(), OpenIn(world)) << testing::PrintToString(world.Alerts());
  return watcher.listings() - begun;
}

TEST(ToldTest, WhoeverWatchesKnowsWhatIsOpen) {
  int listings = 0;
  for (uint64_t seed = 1; seed <= 400 && !testing::Test::HasFailure(); ++seed) {
    SCOPED_TRACE(seed);
    listings += Live(seed, /*with_power_loss=*/true);
  }
  EXPECT_GT(listings, 20) << "some watchers saw what a loss of power took";
}

TEST(ToldTest, NobodyIsSentAwayWhenNothingWasLost) {
  for (uint64_t seed = 1; seed <= 400 && !testing::Test::HasFailure(); ++seed) {
    SCOPED_TRACE(seed);
    EXPECT_EQ(Live(seed, /*with_power_loss=*/false), 0);
  }
}

}  // namespace
}  // namespace vangnet
