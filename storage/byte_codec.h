// ByteWriter and ByteReader write and read the small numbers and strings that stored values are made of.
//
// Numbers are varints, as in protobuf: seven bits a byte, least first. Signed ones are zigzagged. Fixed ones are big
// endian. Strings are their length and their bytes.
//
// Errors: a reader never reads beyond its bytes; after the first thing that does not fit, `ok` is false for good and
//   every value read is zero or empty. Check it before a value is believed.
// Cost: a reader allocates nothing.
#ifndef VANGNET_STORAGE_BYTE_CODEC_H_
#define VANGNET_STORAGE_BYTE_CODEC_H_

#include <bit>
#include <cstdint>
#include <cstring>
#include <string>
#include <string_view>

namespace vangnet {

// Bytes of the longest varint.
inline constexpr int kVarintBytesMax = 10;

// Bytes that a varint of this value takes.
constexpr size_t VarintSize(uint64_t value) {
  size_t size = 1;
  for (; value >= 0x80; value >>= 7) ++size;
  return size;
}

// The number that up to eight bytes are, least first: as RocksDB's files have theirs.
constexpr uint64_t LittleEndian(std::string_view bytes) {
  uint64_t value = 0;
  for (size_t i = bytes.size(); i > 0; --i) value = value << 8 | static_cast<uint8_t>(bytes[i - 1]);
  return value;
}

// Copies `size` bytes, from one to two words of them, as the first word and the last, which may overlap.
template <typename Word>
void CopyEnds(const char* from, size_t size, char* to) {
  Word head = 0;
  Word tail = 0;
  std::memcpy(&head, from, sizeof head);
  std::memcpy(&tail, from + size - sizeof tail, sizeof tail);
  std::memcpy(to, &head, sizeof head);
  std::memcpy(to + size - sizeof tail, &tail, sizeof tail);
}

// Copies `size` bytes. Keys are short: two words cost a third of a call of memcpy.
inline void CopyShort(const char* from, size_t size, char* to) {
  if (size > 2 * sizeof(uint64_t)) {
    std::memcpy(to, from, size);
  } else if (size >= sizeof(uint64_t)) {
    CopyEnds<uint64_t>(from, size, to);
  } else if (size >= sizeof(uint32_t)) {
    CopyEnds<uint32_t>(from, size, to);
  } else {
    for (size_t i = 0; i < size; ++i) to[i] = from[i];
  }
}

// The same as `to = from`; at once when `to` holds a text of that length already.
inline void AssignText(std::string_view from, std::string& to) {
  if (to.size() == from.size()) {
    CopyShort(from.data(), from.size(), to.data());
  } else {
    to = from;
  }
}

class ByteWriter {
 public:
  // Appends to `bytes`, which outlives the writer.
  explicit ByteWriter(std::string& bytes) : bytes_(bytes) {}

  void Byte(uint8_t value) { bytes_.push_back(static_cast<char>(value)); }
  void Varint(uint64_t value) {
    char buffer[kVarintBytesMax];
    size_t size = 0;
    for (; value >= 0x80; value >>= 7) buffer[size++] = static_cast<char>(value | 0x80);
    buffer[size++] = static_cast<char>(value);
    bytes_.append(buffer, size);
  }
  void Signed(int64_t value) { Varint(static_cast<uint64_t>(value) << 1 ^ static_cast<uint64_t>(value >> 63)); }
  void Fixed64(uint64_t value) {
    char buffer[8];
    for (int i = 0; i < 8; ++i) buffer[i] = static_cast<char>(value >> (56 - 8 * i));
    bytes_.append(buffer, sizeof buffer);
  }
  void Text(std::string_view text) {
    Varint(text.size());
    bytes_.append(text);
  }
  void Raw(std::string_view bytes) { bytes_.append(bytes); }

 private:
  std::string& bytes_;
};

class ByteReader {
 public:
  // `bytes` outlives the reader and the views it gives.
  explicit ByteReader(std::string_view bytes) : at_(bytes.data()), end_(bytes.data() + bytes.size()) {}

  uint8_t Byte() {
    if (at_ == end_) return Fail();
    return static_cast<uint8_t>(*at_++);
  }
  uint64_t Varint() {
    // Nearly all of them are one byte, and days two.
    if (remaining() >= 2) {
      const auto first = static_cast<uint8_t>(at_[0]);
      const auto second = static_cast<uint8_t>(at_[1]);
      if (first < 0x80) {
        ++at_;
        return first;
      }
      if (second < 0x80) {
        at_ += 2;
        return (first & 0x7Fu) | uint64_t{second} << 7;
      }
    }
    return LongVarint();
  }
  // Passes over a varint.
  void SkipVarint() {
    for (int size = 0; size < kVarintBytesMax && at_ != end_; ++size) {
      if (static_cast<uint8_t>(*at_++) < 0x80) return;
    }
    Fail();
  }
  int64_t Signed() {
    const uint64_t value = Varint();
    return static_cast<int64_t>(value >> 1) ^ -static_cast<int64_t>(value & 1);
  }
  uint64_t Fixed64() {
    if (remaining() < 8) return Fail();
    uint64_t value = 0;
    std::memcpy(&value, at_, sizeof value);
    at_ += sizeof value;
    if constexpr (std::endian::native == std::endian::little) value = __builtin_bswap64(value);
    return value;
  }
  // Passes over so many bytes.
  void Skip(uint64_t size) { Raw(size); }
  std::string_view Text() { return Raw(Varint()); }
  std::string_view Raw(uint64_t size) {
    if (size > remaining()) {
      Fail();
      return {};
    }
    const std::string_view text(at_, size);
    at_ += size;
    return text;
  }
  // A varint that counts things of at least one byte each, so that a wrong one asks for no memory.
  uint64_t Count() {
    const uint64_t count = Varint();
    return count <= remaining() ? count : Fail();
  }
  // Marks what was read as wrong.
  uint8_t Fail() {
    ok_ = false;
    at_ = end_;
    return 0;
  }
  bool ok() const { return ok_; }
  bool done() const { return at_ == end_; }
  size_t remaining() const { return static_cast<size_t>(end_ - at_); }
  const char* position() const { return at_; }

 private:
  // A varint of any size.
  uint64_t LongVarint() {
    uint64_t value = 0;
    for (int shift = 0; shift < 7 * kVarintBytesMax && at_ != end_; shift += 7) {
      const auto byte = static_cast<uint8_t>(*at_++);
      value |= static_cast<uint64_t>(byte & 0x7F) << shift;
      if (byte < 0x80) return value;
    }
    return Fail();
  }

  const char* at_;
  const char* end_;
  bool ok_ = true;
};

}  // namespace vangnet

#endif  // VANGNET_STORAGE_BYTE_CODEC_H_
