#include "services/runtime/page_token.h"

#include <charconv>

namespace vangnet {

namespace {

constexpr char kHex[] = "0123456789abcdef";

void AppendHex(uint64_t number, std::string& text) {
  char digits[kPositionBytes];
  int shift = 60;
  for (char& digit : digits) {
    digit = kHex[number >> shift & 15];
    shift -= 4;
  }
  text.append(digits, sizeof digits);
}

std::optional<uint64_t> ParseHex(std::string_view text) {
  uint64_t number = 0;
  const auto [end, error] = std::from_chars(text.data(), text.data() + text.size(), number, 16);
  if (error != std::errc() || end != text.data() + text.size()) return std::nullopt;
  return number;
}

// FNV-1a; each part is closed by its length, so that moving bytes from one to the next changes the sum.
uint64_t Checksum(std::string_view kind, std::string_view filter, std::string_view body) {
  uint64_t sum = 0xcbf29ce484222325u;
  const auto add = [&sum](unsigned char byte) { sum = (sum ^ byte) * 0x100000001b3u; };
  for (const std::string_view part : {kind, filter, body}) {
    for (const char c : part) add(static_cast<unsigned char>(c));
    for (int shift = 0; shift < 64; shift += 8) add(static_cast<unsigned char>(part.size() >> shift));
  }
  return sum;
}

}  // namespace

// checksum, count of numbers (one digit), numbers, bytes of text; all in hexadecimal.
std::string EncodePageToken(std::string_view kind, std::string_view filter, const PageToken& token) {
  std::string body(1, kHex[token.numbers.size() & 15]);
  for (const uint64_t number : token.numbers) AppendHex(number, body);
  for (const unsigned char byte : token.text) {
    body += kHex[byte >> 4];
    body += kHex[byte & 15];
  }
  std::string encoded;
  AppendHex(Checksum(kind, filter, body), encoded);
  return encoded + body;
}

std::optional<PageToken> DecodePageToken(std::string_view kind, std::string_view filter, std::string_view encoded) {
  if (encoded.size() < 17) return std::nullopt;
  const std::string_view body = encoded.substr(16);
  if (ParseHex(encoded.substr(0, 16)) != Checksum(kind, filter, body)) return std::nullopt;
  const std::optional<uint64_t> count = ParseHex(body.substr(0, 1));
  if (!count.has_value() || body.size() < 1 + 16 * *count || (body.size() - 1) % 2 != 0) return std::nullopt;
  PageToken token;
  size_t at = 1;
  for (uint64_t i = 0; i < *count; ++i, at += 16) {
    const std::optional<uint64_t> number = ParseHex(body.substr(at, 16));
    if (!number.has_value()) return std::nullopt;
    token.numbers.push_back(*number);
  }
  for (; at < body.size(); at += 2) {
    const std::optional<uint64_t> byte = ParseHex(body.substr(at, 2));
    if (!byte.has_value()) return std::nullopt;
    token.text += static_cast<char>(*byte);
  }
  return token;
}

void AppendPosition(uint64_t sequence, std::string& text) { AppendHex(sequence, text); }

std::string PositionToString(uint64_t sequence) {
  std::string text;
  if (sequence != 0) AppendPosition(sequence, text);
  return text;
}

}  // namespace vangnet
