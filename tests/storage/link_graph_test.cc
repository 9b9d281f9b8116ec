// Which keys are one child, as links come and go.
#include "storage/link_graph.h"

#include <map>
#include <random>
#include <set>
#include <string>
#include <vector>

#include "gmock/gmock.h"
#include "gtest/gtest.h"

namespace vangnet_testing {
namespace {

using testing::ElementsAre;
using testing::IsEmpty;
using testing::SizeIs;
using vangnet::kChildKeysMax;
using vangnet::LinkGraph;

using Others = std::set<std::string, std::less<>>;

std::string Key(size_t i) { return "s-" + std::to_string(1000 + i); }

// Each of so many keys names the next one; those of odd places first.
void LinkChain(LinkGraph& links, size_t keys) {
  for (const size_t first : {1, 0}) {
    for (size_t i = first; i + 1 < keys; i += 2) links.Replace(Key(i), {Key(i + 1)});
  }
}

TEST(LinkGraph, KeysAreOneChildOverSeveralStepsInEitherDirection) {
  LinkGraph links;
  links.Replace("s-2", {"s-1"});
  links.Replace("s-2", {"s-1", "s-3"});
  links.Replace("s-4", {"s-3"});
  for (const char* key : {"s-1", "s-2", "s-3", "s-4"}) {
    EXPECT_THAT(links.KeysOf(key), ElementsAre("s-1", "s-2", "s-3", "s-4"));
  }
}

TEST(LinkGraph, AsManyKeysAsAChildMayHaveAreOneChildAndOneMoreMakesNone) {
  LinkGraph links;
  LinkChain(links, kChildKeysMax);
  EXPECT_THAT(links.KeysOf(Key(0)), SizeIs(kChildKeysMax));

  const auto parted = links.Replace(Key(kChildKeysMax - 1), {Key(kChildKeysMax)});
  EXPECT_THAT(parted, SizeIs(kChildKeysMax)) << "all but the new key, which was alone before";
  for (size_t i = 0; i <= kChildKeysMax; ++i) EXPECT_THAT(links.KeysOf(Key(i)), ElementsAre(Key(i)));

  const auto joined = links.Replace(Key(kChildKeysMax - 1), {});
  EXPECT_THAT(joined, SizeIs(kChildKeysMax));
  EXPECT_THAT(links.KeysOf(Key(0)), SizeIs(kChildKeysMax));
}

// A source that names the same other key for each of its children. With what one link changes unbounded, the tenth
// thousand of them took hours.
TEST(LinkGraph, OfAPlaceholderThatAllChildrenAreSaidToBeNothingGrows) {
  LinkGraph links;
  size_t changed = 0;
  for (size_t i = 0; i < 10'000; ++i) changed += links.Replace(Key(i), {"0"}).size();
  // Until they are too many each one more changes all before it, then once more all of them, and then nobody.
  EXPECT_EQ(changed, (kChildKeysMax - 1) * (kChildKeysMax + 2) / 2 + kChildKeysMax);
  EXPECT_THAT(links.KeysOf("0"), ElementsAre("0"));
}

// Links at random, many of them around a few keys, so that children grow beyond the limit and shrink below it.
TEST(LinkGraph, ReplaceGivesExactlyThoseWhoHaveOtherKeysThanBefore) {
  constexpr size_t kKeys = 100;
  std::mt19937_64 random(7);
  LinkGraph links;
  size_t beyond = 0;
  std::map<std::string, std::vector<std::string>> before;
  for (size_t i = 0; i < kKeys; ++i) before[Key(i)] = {Key(i)};
  for (int step = 0; step < 3'000; ++step) {
    const std::string student = Key(random() % kKeys);
    Others others;
    if (random() % 4 != 0) others.insert(Key(random() % 5));
    if (random() % 4 == 0) others.insert(Key(random() % kKeys));
    others.erase(student);
    const auto changed = links.Replace(student, others);
    std::set<std::string> expected;
    for (auto& [key, child] : before) {
      auto now = links.KeysOf(key);
      if (now != child) expected.insert(key);
      child = std::move(now);
    }
    ASSERT_EQ(changed, expected) << "step " << step;
    if (changed.size() > kChildKeysMax / 2) ++beyond;
  }
  EXPECT_GT(beyond, 20u) << "few of the steps were about large children";
}

TEST(LinkGraph, ReachFindsWhoWasJoinedBeforeALinkWasTakenAway) {
  LinkGraph links;
  links.Replace("s-1", {"s-2"});
  links.Replace("s-2", {"s-3"});
  links.Replace("s-8", {"s-9"});
  links.Replace("s-1", {});

  std::set<std::string, std::less<>> reached;
  EXPECT_THAT(links.Reach("s-1", reached), ElementsAre("s-1", "s-2", "s-3"));
  EXPECT_THAT(links.Reach("s-3", reached), IsEmpty());
  EXPECT_THAT(links.Reach("s-7", reached), IsEmpty()) << "it never had a link";
  EXPECT_THAT(links.Reach("s-9", reached), ElementsAre("s-8", "s-9"));
}

}  // namespace
}  // namespace vangnet_testing
