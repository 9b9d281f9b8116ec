#include "services/schools/school_service.h"

#include <gmock/gmock.h>
#include <grpcpp/test/default_reactor_test_peer.h>
#include <gtest/gtest.h>

#include <memory>
#include <string>
#include <vector>

#include "storage/memory_durable_mark.h"
#include "storage/memory_kv_store.h"
#include "tests/services/runtime/task_queues.h"
#include "tests/storage/facts.h"

namespace vangnet {
namespace {

using testing::ElementsAre;
using vangnet_testing::CompleteThrough;
using vangnet_testing::kMonday;
using vangnet_testing::kNow;
using vangnet_testing::School;
using vangnet_testing::Version;

constexpr int kSchools = 100;

// May do everything, but see the schools of `schools` only.
class OfSchools final : public Authenticator {
 public:
  absl::StatusOr<Caller> Authenticate(const std::string&) const override {
    return Caller{
        .name = "", .role = Role::kReader, .sources = Scope::All(), .schools = schools, .units = Scope::All()};
  }
  Scope schools = Scope::All();
};

// ListSchools without a server: each slice is run by hand. There are kSchools schools that sent something.
class SchoolServiceTest : public testing::Test {
 protected:
  SchoolServiceTest() {
    Chunk chunk;
    chunk.source = "las";
    for (int i = 0; i < kSchools; ++i) {
      chunk.records.push_back(Version(School(Name(i)), "complete", 1, CompleteThrough(Name(i), kMonday)));
    }
    EXPECT_TRUE(facts_->Commit({chunk}, kNow).ok());
  }
  static std::string Name(int i) { return std::to_string(1'000 + i) + "AA"; }

  // Whether something is to be read.
  bool Waits() { return vangnet_testing::Waits(queue_); }
  // The sizes of the pages, the schools of which are put into listed_.
  std::vector<int> List(int page_size) {
    std::vector<int> pages;
    v1::ListSchoolsRequest request;
    request.set_page_size(page_size);
    listed_.clear();
    do {
      grpc::CallbackServerContext context;
      const grpc::testing::DefaultReactorTestPeer peer(&context);
      v1::ListSchoolsResponse page;
      service_.ListSchools(&context, &request, &page);
      for (; Waits(); ++slices_) queue_.RunOnce();
      EXPECT_TRUE(peer.test_status_set() && peer.test_status().ok());
      for (const v1::School& school : page.schools()) listed_.push_back(school.school());
      pages.push_back(page.schools_size());
      request.set_page_token(page.next_page_token());
    } while (!request.page_token().empty());
    return pages;
  }

  MemoryKvStore kv_;
  MemoryDurableMark mark_;
  const std::unique_ptr<FactStore> facts_ = *FactStore::Open(kv_, mark_, {});
  TaskQueue queue_{1};
  OfSchools caller_;
  AccessLog access_log_{[](const Access&) {}};
  Gate gate_{caller_, access_log_};
  SchoolService service_{*facts_, [] { return std::make_shared<const Region>(); }, queue_, gate_};
  std::vector<std::string> listed_;
  int slices_ = 0;  // that the queue ran
};

// A page of a thousand was a hundred thousand seeks, in one go, on a thread that all calls need.
TEST_F(SchoolServiceTest, APageIsReadInSlicesAndASmallOneAtOnce) {
  EXPECT_THAT(List(1'000), ElementsAre(kSchools));
  EXPECT_GE(slices_, 5);
  const std::vector<std::string> all = listed_;
  EXPECT_EQ(all.front(), Name(0));
  EXPECT_EQ(all.back(), Name(kSchools - 1));
  slices_ = 0;
  EXPECT_THAT(List(10), testing::SizeIs(kSchools / 10));
  EXPECT_EQ(listed_, all);
  EXPECT_EQ(slices_, 0);
}

TEST_F(SchoolServiceTest, SchoolsThatAreNotTheCallersAreLookedThroughInSlices) {
  caller_.schools = Scope::Of({Name(3), Name(70), Name(99)});
  EXPECT_THAT(List(2), ElementsAre(2, 1));
  EXPECT_THAT(listed_, ElementsAre(Name(3), Name(70), Name(99)));
}

}  // namespace
}  // namespace vangnet
