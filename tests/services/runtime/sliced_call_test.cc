#include "services/runtime/sliced_call.h"

#include <grpcpp/grpcpp.h>
#include <gtest/gtest.h>

#include <memory>
#include <optional>
#include <string>

#include "tests/services/runtime/local_service.h"
#include "vangnet/v1/school_service.grpc.pb.h"

namespace vangnet {
namespace {

using vangnet_testing::Event;

// Answers GetSchool with the slices of the test.
class Sliced final : public v1::SchoolService::CallbackService {
 public:
  Sliced(const Gate& gate, TaskQueue& queue) : gate_(gate), queue_(queue) {}
  grpc::ServerUnaryReactor* GetSchool(grpc::CallbackServerContext* context, const v1::GetSchoolRequest*,
                                      v1::GetSchoolResponse*) override {
    return AnswerInSlices(context, gate_, queue_, [this](const Caller&) { return begun; });
  }
  BegunCall begun;

 private:
  const Gate& gate_;
  TaskQueue& queue_;
};

// A call through a port, of which the test runs all slices but the first.
class SlicedCallTest : public testing::Test {
 protected:
  // The call is answered by the slice `last`, from 1; its status has the number of those that were read.
  void Begin(int last) {
    service_.begun = [this, last]() -> std::optional<grpc::Status> {
      if (++slices_ < last) return std::nullopt;
      return grpc::Status(grpc::StatusCode::ABORTED, "the end");
    };
    Call();
  }
  void Call() {
    context_.set_deadline(gpr_time_from_seconds(30, GPR_TIMESPAN));
    stub_->async()->GetSchool(&context_, &request_, &response_, [this](const grpc::Status& status) {
      status_ = status;
      queue_.Stop();  // so that no test waits for a call that failed
      over_.Happened();
    });
  }

  TaskQueue queue_{1};
  LoopbackAuthenticator authenticator_;
  AccessLog access_log_{[](const Access&) {}};
  Gate gate_{authenticator_, access_log_};
  Sliced service_{gate_, queue_};
  Event closed_;
  Event over_;
  vangnet_testing::LocalService served_{service_, closed_};
  const std::unique_ptr<v1::SchoolService::Stub> stub_ = v1::SchoolService::NewStub(served_.channel());
  grpc::ClientContext context_;
  v1::GetSchoolRequest request_;
  v1::GetSchoolResponse response_;
  grpc::Status status_;
  int slices_ = 0;
};

TEST_F(SlicedCallTest, ARequestThatIsRefusedIsAnsweredAtOnce) {
  service_.begun = InvalidRequest({{"page_size", "0 to 100"}});
  Call();
  over_.Wait();
  EXPECT_EQ(status_.error_code(), grpc::StatusCode::INVALID_ARGUMENT);
}

TEST_F(SlicedCallTest, OneSliceIsAnsweredAtOnce) {
  Begin(1);
  over_.Wait();
  EXPECT_EQ(status_.error_code(), grpc::StatusCode::ABORTED);
  EXPECT_EQ(slices_, 1);
}

TEST_F(SlicedCallTest, TheOthersAreReadByTheQueue) {
  Begin(3);
  for (int slice = 2; slice <= 3; ++slice) {
    ASSERT_TRUE(queue_.Wait());
    EXPECT_EQ(slices_, slice - 1);
    queue_.RunOnce();
  }
  over_.Wait();
  EXPECT_EQ(status_.error_code(), grpc::StatusCode::ABORTED);
  EXPECT_EQ(slices_, 3);
}

TEST_F(SlicedCallTest, NoOtherIsReadForACallerWhoIsGone) {
  Begin(3);
  ASSERT_TRUE(queue_.Wait());
  context_.TryCancel();
  closed_.Wait();
  queue_.RunOnce();
  over_.Wait();
  EXPECT_EQ(status_.error_code(), grpc::StatusCode::CANCELLED);
  EXPECT_EQ(slices_, 1);
}

}  // namespace
}  // namespace vangnet
