// A packed state is all that is known of one child or school as one value: per record the version that holds, with
// its fact, and revision, digest and sequence of every version it superseded.
//
// Guarantees: derived from the versions and equal for equal versions folded in order of sequence. Versions can be
//   decided about and folded without decoding the facts.
// Layout: format (1 byte) · first sequence folded · highest, from the first · number of strings, strings (sources and
//   schools) · number of entries · entries in order of (source, record_id), each: size · source number times four, plus
//   two if the revision that holds is not 1, plus one if versions were superseded · record_id · version that holds, its
//   revision left out if it is 1 · superseded versions, by revision, behind their number, which is left out if it is 0
//   · fact. A version is revision · digest (8 bytes) · sequence, from the first.
// Persisted. A new layout takes a new format number and a new schema (storage/schema.h); values that are broken are
//   rebuilt from the versions.
// Errors: DATA_LOSS on bytes that no state was written as, or of another format; never anything worse.
// Cost: 17 to 20 bytes a record besides its record_id; finding and folding read it once from the front and copy it.
// From
//   kEditedFrom bytes on, far more than a child has, folding finds its place by halves and copies when `bytes` is asked
//   for: a source that sends everything under one key makes no group of records slow.
#ifndef VANGNET_STORAGE_PACKED_STATE_H_
#define VANGNET_STORAGE_PACKED_STATE_H_

#include <cstddef>
#include <cstdint>
#include <memory>
#include <optional>
#include <string>
#include <string_view>
#include <utility>
#include <vector>

#include "absl/status/status.h"
#include "absl/status/statusor.h"
#include "domain/record.h"
#include "domain/student_history.h"
#include "storage/fact_codec.h"
#include "storage/fact_store.h"

namespace vangnet {

// What a version is to the record it belongs to.
struct Verdict {
  Outcome outcome = Outcome::kAccepted;
  uint64_t revision = 0;  // of the version that held before; 0: there was none
};

// Decides about versions of one subject and folds them, one after the other.
class PackedState {
 public:
  static constexpr size_t kEditedFrom = size_t{64} << 10;

  // A subject without records.
  PackedState();
  // Takes over what was written; Check says whether it is sound.
  explicit PackedState(std::string bytes);
  PackedState(PackedState&&) noexcept;
  PackedState& operator=(PackedState&&) noexcept;
  ~PackedState();

  // All that was folded. Empty when the subject has no records.
  const std::string& bytes();
  std::string Release() &&;
  bool empty() const { return bytes_.empty(); }

  // What the version is beside those kept; one that is kAccepted or kStale is folded as `sequence`, which is above all
  // folded before. On error nothing is folded.
  absl::StatusOr<Verdict> DecideAndFold(const RecordKey& key, uint64_t revision, uint64_t digest,
                                        const std::optional<Fact>& fact, uint64_t sequence);

 private:
  class Editor;  // what was folded since and is not yet in the bytes, which it looks into

  std::string bytes_;               // so long that moving it leaves them where they are, when there is an editor
  std::unique_ptr<Editor> editor_;  // of a large state
};

// The highest sequence folded into `bytes`.
absl::StatusOr<uint64_t> FoldedSequence(std::string_view bytes);
// The records of a state, in order of (source, record_id).
absl::StatusOr<std::vector<StateEntry>> DecodeState(std::string_view bytes);
// OK when DecodeState would be.
absl::Status CheckState(std::string_view bytes);
// The sources and schools that its records name, or named in a version that held once.
absl::StatusOr<std::vector<std::string>> NamesIn(std::string_view bytes);
// The sequences of all versions of all records, ascending.
absl::StatusOr<std::vector<uint64_t>> SequencesOf(std::string_view bytes);
// The state that a program of schema 1 wrote, in the layout of today.
absl::StatusOr<std::string> UpgradeState(std::string_view format1);
// The facts that hold of one kind (place in the variant).
absl::StatusOr<std::vector<Fact>> FactsOfKind(std::string_view bytes, size_t kind);

// HistoryReader reads the packed states of one child after the other into the same history.
//
// Ownership and lifetime: the history outlives it. What is in it is overwritten.
// Cost: 480 instructions a record, and nothing allocated once it has read a child with as many.
class HistoryReader {
 public:
  explicit HistoryReader(StudentHistory& history) : history_(history), slots_(history) {}
  HistoryReader(const HistoryReader&) = delete;
  HistoryReader& operator=(const HistoryReader&) = delete;

  // The next child: Begin, Add the state of each of its keys, ascending, End.
  void Begin(std::string_view student);
  // With a `kind` (place in the variant), only facts of that kind. After an error the history means nothing.
  absl::Status Add(std::string_view key, std::string_view bytes, std::optional<size_t> kind = std::nullopt);
  void End();

 private:
  // The record that an entry, without its size, is about. False: the bytes are wrong.
  bool AddEntry(std::string_view key, const StringList& strings, std::string_view body, std::optional<size_t> kind);

  StudentHistory& history_;
  HistorySlots slots_;
  int states_ = 0;
};

}  // namespace vangnet

#endif  // VANGNET_STORAGE_PACKED_STATE_H_
