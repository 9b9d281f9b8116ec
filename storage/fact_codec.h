// Facts as a few bytes: how packed states and record versions keep what the rules read of a record.
//
// A fact is its kind (place in the variant, plus one; 0: withdrawn), then its fields as varints. Days count from
// 2024-01-01, so that those of a school career take two bytes. Schools are numbers in a list that goes with the fact.
//
// Persisted. Append fields at the end of a kind only together with a new format number of the values that hold it.
// Errors: DATA_LOSS from a reader's bytes that no fact was written as; never anything worse.
#ifndef VANGNET_STORAGE_FACT_CODEC_H_
#define VANGNET_STORAGE_FACT_CODEC_H_

#include <array>
#include <cstdint>
#include <optional>
#include <string>
#include <string_view>
#include <utility>
#include <variant>

#include "absl/container/inlined_vector.h"
#include "domain/record.h"
#include "domain/student_history.h"
#include "storage/byte_codec.h"

namespace vangnet {

// Strings that occur again and again, by number, in the order of their first use. Few: looked up one by one.
using StringList = absl::InlinedVector<std::string_view, 8>;

// The number of `text` in `list`; appended when it is not there. `text` outlives the list.
uint64_t NumberOf(std::string_view text, StringList& list);

// Appends `fact`. Schools are added to `schools`, which looks into `fact`, and written as their numbers.
void EncodeFact(const std::optional<Fact>& fact, StringList& schools, ByteWriter& writer);
// Reads one fact. When the bytes are wrong, `reader.ok()` is false afterwards and the fact means nothing.
std::optional<Fact> DecodeFact(const StringList& schools, ByteReader& reader);

// Reads facts into a history that was used before: its elements are filled again, so that nothing is allocated for
// children much like those before them.
class HistorySlots {
 public:
  // A record of the history, to be completed by the caller; null pointers: it has no place there.
  struct Record {
    RecordKey* key = nullptr;
    std::string* subject = nullptr;
    uint64_t* revision = nullptr;
  };

  // `history` outlives the slots. What is in it is overwritten.
  explicit HistorySlots(StudentHistory& history) : history_(history) {}

  void Begin() { filled_ = {}; }
  // Reads one fact behind those of its kind. Withdrawn records and school facts have no place in a history. When the
  // bytes are wrong, `reader.ok()` is false and the history means nothing.
  Record Decode(const StringList& schools, ByteReader& reader);
  // Takes away what was not filled again.
  void Finish();

 private:
  template <size_t I>
  Record DecodeAs(const StringList& schools, ByteReader& reader);
  template <size_t... I>
  Record DecodeKind(size_t kind, const StringList& schools, ByteReader& reader, std::index_sequence<I...> kinds);

  StudentHistory& history_;
  std::array<size_t, std::variant_size_v<Fact>> filled_{};  // by kind
};

}  // namespace vangnet

#endif  // VANGNET_STORAGE_FACT_CODEC_H_
