// ChildVersions is everything that was ever received of one child, under each key that was one child with it at some
// moment, and of the schools it was ever placed at: what was known of it at any instant.
//
// Guarantees: what it says of an instant is what a store would say that had received the versions up to then and no
//   others: the highest revision among them holds, keys are one child by the same_student facts that hold among them.
// Thread safety: a value.
// Time: a version counts from its `received_at` on.
// Errors: those of KvStore.
// Limits and cost: one read a version; a few hundred bytes of memory each. Folding sorts them. Read reads every key
//   that was ever joined with the child over however many others, and follows the links of kChildKeysMax of them at
//   each change of one: of n children whose links to one placeholder are taken back one by one, the square of n.
#ifndef VANGNET_STORAGE_CHILD_VERSIONS_H_
#define VANGNET_STORAGE_CHILD_VERSIONS_H_

#include <cstdint>
#include <functional>
#include <map>
#include <optional>
#include <string>
#include <string_view>
#include <utility>
#include <vector>

#include "absl/status/statusor.h"
#include "absl/time/time.h"
#include "domain/record.h"
#include "domain/student_history.h"
#include "storage/fact_store.h"

namespace vangnet {

class ChildVersions {
 public:
  // A version without the bytes it came as.
  struct Version {
    uint64_t sequence = 0;
    absl::Time received_at;
    Record record;
  };

  using ByKey = std::map<std::string, std::vector<Version>, std::less<>>;  // each ascending by sequence

  // Where a version is kept.
  struct Place {
    std::string student;  // the key under which it came
    uint64_t sequence = 0;
    bool holds = false;  // no higher revision of its record was known
    friend bool operator==(const Place&, const Place&) = default;
  };

  static absl::StatusOr<ChildVersions> Read(const FactStore& facts, std::string_view student);

  // All keys that were one child with `student` then, itself among them, ascending; itself alone when they are more
  // than kChildKeysMax (domain/record.h).
  std::vector<std::string> KeysAt(absl::Time instant) const;
  // Whether any version under these keys had been received.
  bool IsKnownAt(absl::Time instant) const;
  StudentHistory HistoryAt(absl::Time instant) const;
  // Of the schools that placements of the child ever named, those of which anything was known then.
  std::map<std::string, SchoolFacts, std::less<>> SchoolsAt(absl::Time instant) const;
  // The instants, up to `until`, at which something was received: between two of them nothing changes. Ascending.
  std::vector<absl::Time> InstantsUntil(absl::Time until) const;
  // When this version came; none: it did not.
  std::optional<absl::Time> ReceivedAt(const Subject& subject, const RecordKey& key, uint64_t revision) const;
  // The child's versions received by then, ascending by sequence.
  std::vector<Place> PlacesAt(absl::Time instant) const;

 private:
  explicit ChildVersions(std::string_view student) : student_(student) {}

  std::string student_;
  // Which keys were one child with it, and from which instant on; ascending, and from before anything was known.
  std::vector<std::pair<absl::Time, std::vector<std::string>>> keys_since_;
  ByKey students_;
  ByKey schools_;
};

}  // namespace vangnet

#endif  // VANGNET_STORAGE_CHILD_VERSIONS_H_
