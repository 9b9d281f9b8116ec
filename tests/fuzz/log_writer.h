// AppendToLog writes an entry as RocksDB does: in blocks of 32 KiB, cut where it does not fit.
#ifndef VANGNET_TESTS_FUZZ_LOG_WRITER_H_
#define VANGNET_TESTS_FUZZ_LOG_WRITER_H_

#include <algorithm>
#include <cstdint>
#include <string>
#include <string_view>

#include "storage/crc32c.h"

namespace vangnet_testing {

inline void AppendToLog(std::string_view content, std::string& log) {
  constexpr size_t kBlock = 32 << 10;
  constexpr size_t kHeader = 7;
  for (bool first = true; first || !content.empty(); first = false) {
    size_t left = kBlock - log.size() % kBlock;
    if (left < kHeader) {
      log.append(left, '\0');
      left = kBlock;
    }
    const std::string_view part = content.substr(0, std::min(content.size(), left - kHeader));
    content.remove_prefix(part.size());
    const int type = first ? (content.empty() ? 1 : 2) : (content.empty() ? 4 : 3);
    const std::string checked = static_cast<char>(type) + std::string(part);
    const uint32_t crc = vangnet::Crc32c(checked);
    const uint32_t masked = ((crc >> 15) | (crc << 17)) + 0xA282EAD8u;
    for (int shift = 0; shift < 32; shift += 8) log.push_back(static_cast<char>(masked >> shift));
    log.push_back(static_cast<char>(part.size()));
    log.push_back(static_cast<char>(part.size() >> 8));
    log += checked;
  }
}

}  // namespace vangnet_testing

#endif  // VANGNET_TESTS_FUZZ_LOG_WRITER_H_
