#include "storage/meta_numbers.h"

#include <algorithm>

#include "storage/byte_codec.h"
#include "storage/keys.h"

namespace vangnet {

std::string EncodeNumber(uint64_t number) {
  std::string bytes;
  ByteWriter(bytes).Varint(number);
  return bytes;
}

absl::StatusOr<uint64_t> GetNumber(const KvStore& kv, const char* name) {
  auto stored = kv.Get(Table::kMeta, MetaKey(name));
  if (!stored.ok()) return stored.status();
  if (!stored->has_value()) return 0;
  ByteReader reader(**stored);
  const uint64_t number = reader.Varint();
  if (!reader.ok() || !reader.done()) {
    return absl::DataLossError(std::string("the number ") + name + " of the table meta is broken");
  }
  return number;
}

absl::StatusOr<uint64_t> GetEvaluated(const KvStore& kv) {
  const auto cursor = GetNumber(kv, kCursorMeta);
  if (!cursor.ok()) return cursor.status();
  const auto evaluated = GetNumber(kv, kEvaluatedMeta);
  if (!evaluated.ok()) return evaluated.status();
  return std::max(*cursor, *evaluated);
}

}  // namespace vangnet
