// CRC-32C (Castagnoli), for the few bytes that we check ourselves. RocksDB checks its own.
#ifndef VANGNET_STORAGE_CRC32C_H_
#define VANGNET_STORAGE_CRC32C_H_

#include <array>
#include <cstdint>
#include <string_view>

namespace vangnet {

constexpr std::array<uint32_t, 256> MakeCrc32cTable() {
  std::array<uint32_t, 256> table{};
  for (uint32_t i = 0; i < 256; ++i) {
    uint32_t value = i;
    for (int bit = 0; bit < 8; ++bit) value = (value >> 1) ^ ((value & 1) != 0 ? 0x82F63B78u : 0u);
    table[i] = value;
  }
  return table;
}

inline constexpr std::array<uint32_t, 256> kCrc32cTable = MakeCrc32cTable();

// Byte by byte, for whoever wants the value in between.
class RunningCrc32c {
 public:
  constexpr void Add(char c) { crc_ = (crc_ >> 8) ^ kCrc32cTable[(crc_ ^ static_cast<uint8_t>(c)) & 0xFF]; }
  constexpr uint32_t value() const { return ~crc_; }

 private:
  uint32_t crc_ = 0xFFFFFFFFu;
};

constexpr uint32_t Crc32c(std::string_view bytes) {
  RunningCrc32c crc;
  for (const char c : bytes) crc.Add(c);
  return crc.value();
}

static_assert(Crc32c("123456789") == 0xE3069283u);

}  // namespace vangnet

#endif  // VANGNET_STORAGE_CRC32C_H_
