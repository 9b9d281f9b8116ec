#include "storage/pending_list.h"

#include <gmock/gmock.h>
#include <gtest/gtest.h>

namespace vangnet_testing {
namespace {

using testing::ElementsAre;
using vangnet::PendingList;
using vangnet::PendingSubject;
using vangnet::Subject;
using vangnet::SubjectKind;

class PendingListTest : public testing::Test {
 protected:
  // Something new of a child, live: an absence, or a placement.
  void Absent(const std::string& student) { Change(student, /*placement_changed=*/false); }
  void Moves(const std::string& student) { Change(student, /*placement_changed=*/true); }
  std::vector<std::string> Take(size_t max) {
    std::vector<std::string> keys;
    const auto alone = [](const Subject&) { return std::vector<std::string>(); };
    for (const PendingSubject& taken : list_.Take(max, alone)) keys.push_back(taken.subject.key);
    return keys;
  }
  const PendingList& list() const { return list_; }

 private:
  void Change(const std::string& student, bool placement_changed) {
    ++sequence_;
    list_.Add({{.subject = {SubjectKind::kStudent, student},
                .first_sequence = sequence_,
                .last_sequence = sequence_,
                .backfill_only = false,
                .placement_changed = placement_changed,
                .received_at = absl::UnixEpoch()}},
              sequence_);
  }

  PendingList list_;
  uint64_t sequence_ = 0;
};

// Who has no school any more does not wait until a whole region's absences are evaluated, nor they for many who move.
TEST_F(PendingListTest, ChangedPlacementsAreTakenFirstAndLeaveHalfToTheOthers) {
  for (const char* student : {"absent-1", "absent-2", "absent-3", "moves-1"}) Absent(student);
  for (const char* student : {"moves-2", "moves-1", "moves-3", "moves-4"}) Moves(student);
  EXPECT_THAT(Take(4), ElementsAre("moves-1", "moves-2", "absent-1", "absent-2")) << "the oldest change of each first";
  EXPECT_EQ(list().evaluated(), 0U);
  EXPECT_THAT(Take(1), ElementsAre("absent-3")) << "a batch of one is for those who wait longest";
  EXPECT_THAT(Take(4), ElementsAre("moves-3", "moves-4")) << "nobody leaves room for nobody";
}

}  // namespace
}  // namespace vangnet_testing
