// FactsView is how findings read facts: FactStore gives them as they are now.
//
// Guarantees: what was acknowledged before a call is in what it gives, unless the view is one of another time.
// Thread safety: all methods may be called concurrently; a scan belongs to one thread at a time.
// Errors: those of KvStore.
#ifndef VANGNET_STORAGE_FACTS_VIEW_H_
#define VANGNET_STORAGE_FACTS_VIEW_H_

#include <functional>
#include <map>
#include <memory>
#include <string>
#include <string_view>
#include <vector>

#include "absl/status/status.h"
#include "absl/status/statusor.h"
#include "domain/student_history.h"

namespace vangnet {

// StudentScan walks the children of one partition, in order of the smallest of their keys.
class StudentScan {
 public:
  virtual ~StudentScan() = default;
  // Moves to the next child, at first to the first one. False: there is none, or reading failed.
  virtual bool Next() = 0;
  // The smallest key of the child.
  virtual const std::string& student() const = 0;
  // Its history; valid until the next call of this or of Next. DATA_LOSS: the facts of this child do not read, those of
  // others may.
  virtual absl::StatusOr<const StudentHistory*> GetHistory() = 0;
  // Why Next stopped: OK at the end.
  virtual absl::Status status() const = 0;
};

class FactsView {
 public:
  virtual ~FactsView() = default;

  // All keys joined with `student` by same_student, itself among them, ascending; itself alone when they are more than
  // kChildKeysMax (domain/record.h).
  virtual std::vector<std::string> KeysOf(std::string_view student) const = 0;
  // Also when its facts do not read: whoever reads on is told why.
  virtual bool HasStudent(std::string_view student) const = 0;
  // Reads the history of the child with these keys (from KeysOf), under the first of them, into `history`, over
  // whatever is there: the memory of one child does for the next. After an error it means nothing.
  virtual absl::Status ReadHistory(const std::vector<std::string>& keys, StudentHistory& history) const = 0;
  absl::StatusOr<StudentHistory> GetHistory(const std::vector<std::string>& keys) const;
  // The same with nothing but the placements, for a fraction of the cost.
  virtual absl::StatusOr<StudentHistory> GetPlacements(const std::vector<std::string>& keys) const = 0;
  // The children of a partition from `first` on. It must end before the view.
  virtual std::unique_ptr<StudentScan> Scan(int partition, std::string_view first) const = 0;

  // Keys of children ever placed at `school`, those whose placement is still pending among them.
  virtual absl::StatusOr<std::vector<std::string>> GetStudentsEverPlacedAt(std::string_view school) const = 0;
  // By school, the keys of this partition ever placed there; only schools for which `wanted` says so.
  using Placed = std::map<std::string, std::vector<std::string>, std::less<>>;
  virtual absl::StatusOr<Placed> GetPlaced(int partition,
                                           const std::function<bool(std::string_view)>& wanted) const = 0;
  // Facts of all schools that sent any.
  virtual std::map<std::string, SchoolFacts, std::less<>> GetSchools() const = 0;
};

inline absl::StatusOr<StudentHistory> FactsView::GetHistory(const std::vector<std::string>& keys) const {
  StudentHistory history;
  absl::Status status = ReadHistory(keys, history);
  if (!status.ok()) return status;
  return history;
}

}  // namespace vangnet

#endif  // VANGNET_STORAGE_FACTS_VIEW_H_
