// Going over a table of a store that may be damaged. For the verifiers of storage.
#ifndef VANGNET_STORAGE_VERIFY_TABLE_H_
#define VANGNET_STORAGE_VERIFY_TABLE_H_

#include <memory>
#include <string>
#include <string_view>

#include "storage/kv_store.h"
#include "storage/store_report.h"

namespace vangnet {

// A key in print: bytes that are no letters or digits as two hexadecimal digits.
inline std::string Escaped(std::string_view key) {
  constexpr char kDigits[] = "0123456789abcdef";
  std::string text;
  for (const char c : key) {
    const auto byte = static_cast<unsigned char>(c);
    const bool is_plain = (byte >= '0' && byte <= '9') || (byte >= 'a' && byte <= 'z') || (byte >= 'A' && byte <= 'Z');
    if (is_plain || byte == '-' || byte == '.' || byte == '_') {
      text += c;
    } else {
      text += '\\';
      text += kDigits[byte >> 4];
      text += kDigits[byte & 15];
    }
  }
  return text;
}

// Calls `see` with each key and value whose key begins with `prefix`. What cannot be read is a disagreement, and so is
// all behind it.
template <typename See>
void ForEach(const KvStore& kv, Table table, const std::string& prefix, StoreReport& report, See see) {
  const std::unique_ptr<KvIterator> entries = kv.NewIterator(table);
  for (entries->Seek(prefix); entries->Valid() && entries->key().starts_with(prefix); entries->Next()) {
    see(entries->key(), entries->value());
  }
  if (!entries->status().ok()) report.Add(table, "cannot be read to its end: " + entries->status().ToString());
}

// The same for all keys from `first` on.
template <typename See>
void ForEachFrom(const KvStore& kv, Table table, const std::string& first, StoreReport& report, See see) {
  const std::unique_ptr<KvIterator> entries = kv.NewIterator(table);
  for (entries->Seek(first); entries->Valid(); entries->Next()) see(entries->key(), entries->value());
  if (!entries->status().ok()) report.Add(table, "cannot be read to its end: " + entries->status().ToString());
}

}  // namespace vangnet

#endif  // VANGNET_STORAGE_VERIFY_TABLE_H_
