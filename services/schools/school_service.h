// SchoolService serves vangnet.v1.SchoolService: the schools of the region, and what each has sent.
//
// A listing is read a few schools at a time: the first of them at once, the others by the thread that runs `reads`.
// Thread safety: gRPC calls it from its threads.
// Errors: as school_service.proto says; of a listing, those of AnswerInSlices too.
// Cost: a school costs a read of all versions of its facts, and two seeks in each partition.
#ifndef VANGNET_SERVICES_SCHOOLS_SCHOOL_SERVICE_H_
#define VANGNET_SERVICES_SCHOOLS_SCHOOL_SERVICE_H_

#include <grpcpp/support/server_callback.h>

#include <functional>
#include <memory>
#include <optional>
#include <string>
#include <vector>

#include "absl/status/statusor.h"
#include "domain/region.h"
#include "services/runtime/rpc.h"
#include "services/runtime/sliced_call.h"
#include "services/runtime/task_queue.h"
#include "storage/fact_store.h"
#include "vangnet/v1/school_service.grpc.pb.h"

namespace vangnet {

class SchoolService final : public v1::SchoolService::CallbackService {
 public:
  // `facts`, `reads` and `gate` outlive the service; `region` gives the one that holds now.
  SchoolService(const FactStore& facts, std::function<std::shared_ptr<const Region>()> region, TaskQueue& reads,
                const Gate& gate)
      : facts_(facts), region_(std::move(region)), reads_(reads), gate_(gate) {}

  grpc::ServerUnaryReactor* ListSchools(grpc::CallbackServerContext* context, const v1::ListSchoolsRequest* request,
                                        v1::ListSchoolsResponse* response) override;
  grpc::ServerUnaryReactor* GetSchool(grpc::CallbackServerContext* context, const v1::GetSchoolRequest* request,
                                      v1::GetSchoolResponse* response) override;

 private:
  // One call of ListSchools.
  struct Listing {
    Caller caller;
    std::shared_ptr<const Region> region;
    size_t page_size = 0;
    std::string last;  // the school that was looked at last
  };
  BegunCall BeginListing(const Caller& caller, const v1::ListSchoolsRequest& request,
                         v1::ListSchoolsResponse& response) const;
  // Looks at some schools more; the answer once the page is full, or there are no more.
  std::optional<grpc::Status> FillSchools(Listing& listing, v1::ListSchoolsResponse& response) const;
  grpc::Status FillSchool(const Caller& caller, const v1::GetSchoolRequest& request,
                          v1::GetSchoolResponse& response) const;
  // The first `max` schools behind `after` that are configured or known, ascending.
  absl::StatusOr<std::vector<std::string>> SchoolsAfter(const std::string& after, size_t max,
                                                        const Region& region) const;
  // Fills in all that is known of the school; `entries` are its state.
  absl::Status Describe(const std::string& school, const Region& region, const std::vector<StateEntry>& entries,
                        v1::School& described) const;
  // Adds the timetables and closures that those of its records tell which hold.
  absl::Status FillCalendar(const Subject& school, const std::vector<StateEntry>& entries,
                            v1::GetSchoolResponse& response) const;

  const FactStore& facts_;
  const std::function<std::shared_ptr<const Region>()> region_;
  TaskQueue& reads_;
  const Gate& gate_;
};

}  // namespace vangnet

#endif  // VANGNET_SERVICES_SCHOOLS_SCHOOL_SERVICE_H_
