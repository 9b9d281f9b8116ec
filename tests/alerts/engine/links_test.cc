// Keys that are joined and parted while their children are evaluated, and a process that dies then.
#include <functional>
#include <optional>
#include <string>
#include <utility>
#include <vector>

#include "gmock/gmock.h"
#include "gtest/gtest.h"
#include "tests/alerts/engine/engine_test.h"

namespace vangnet_testing {
namespace {

using testing::ElementsAre;
using testing::HasSubstr;
using testing::IsEmpty;
using testing::SizeIs;
using vangnet::Record;

class LinksTest : public EngineTest {
 protected:
  // Two keys of one child: under the second it left its school, under the first it is still there.
  void JoinTwo() {
    world_.Send({AtSchool("s-1"), LeftSchool("s-2"), Same(1, vangnet::SameStudent{"s-2"})});
    world_.Sweep();
    ASSERT_THAT(world_.OpenAlerts(), IsEmpty());
  }
  static Record Same(uint64_t revision, std::optional<vangnet::Fact> fact) {
    return StudentRecord("s-1", "same", revision, std::move(fact));
  }
  // Calls `act` once while `student` is evaluated, when its facts have been read.
  void During(const std::string& student, std::function<void()> act) {
    world_.options.hook = [student, act = std::move(act), done = false](const vangnet::Subject& subject) mutable {
      if (!done && subject.key == student) {
        done = true;
        act();
      }
      return absl::OkStatus();
    };
  }
};

TEST_F(LinksTest, AChildThatIsPartedDuringAnEvaluationIsEvaluatedAfterACrash) {
  world_.today = kMonday;
  JoinTwo();
  During("s-2", [this] { world_.Send({Same(2, std::nullopt)}); });
  Restart();
  world_.Send({StudentRecord("s-1", "sick", 1, SickFrom("12AB00", kMonday, kMonday))});
  world_.SweepOnce();
  world_.options.hook = nullptr;
  Restart();
  world_.Sweep();
  EXPECT_THAT(world_.OpenAlerts(), ElementsAre(HasSubstr("s-2 no-placement")));
}

// A source that names the same other key for each of its children does not make one child of them.
TEST_F(LinksTest, AmongManyWhoAreSaidToBeTheSameEachIsMissed) {
  constexpr int kChildren = 100;
  world_.today = kMonday;
  world_.Send(AllLeftSchool(kChildren));
  world_.Send(OfEach(kChildren, [](const std::string& student) {
    return StudentRecord(student, "same", 1, vangnet::SameStudent{"0"});
  }));
  world_.Sweep();
  EXPECT_THAT(world_.OpenAlerts(), SizeIs(kChildren));
  Restart();
  world_.Sweep();
  EXPECT_THAT(world_.OpenAlerts(), SizeIs(kChildren));

  // Half of them were a mistake that is corrected: those who are left are one child, who has no school.
  std::vector<Record> withdrawn;
  for (int i = 0; i < kChildren / 2; ++i) withdrawn.push_back(StudentRecord(Name(i), "same", 2, std::nullopt));
  world_.Send(withdrawn);
  world_.Sweep();
  EXPECT_THAT(world_.OpenAlerts(), SizeIs(kChildren / 2 + 1));
}

}  // namespace
}  // namespace vangnet_testing
