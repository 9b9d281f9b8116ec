// Hashes for tables in memory that are looked up by std::string_view, without making a std::string. Not persisted.
#ifndef VANGNET_STORAGE_TEXT_HASH_H_
#define VANGNET_STORAGE_TEXT_HASH_H_

#include <cstddef>
#include <functional>
#include <string_view>

#include "domain/record.h"

namespace vangnet {

struct TextHash {
  using is_transparent = void;
  size_t operator()(std::string_view text) const { return std::hash<std::string_view>()(text); }
};

struct SubjectHash {
  size_t operator()(const Subject& subject) const {
    return std::hash<std::string_view>()(subject.key) * 2 + static_cast<size_t>(subject.kind);
  }
};

}  // namespace vangnet

#endif  // VANGNET_STORAGE_TEXT_HASH_H_
