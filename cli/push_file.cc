#include "cli/push_file.h"

#include <algorithm>
#include <charconv>
#include <cstdio>
#include <filesystem>
#include <system_error>

#include "cli/line_reader.h"

namespace vangnet {
namespace {

// FNV-1a over 64 bits: a name for a file, no protection against those who want two files with one name.
class Fingerprint {
 public:
  void Add(std::string_view bytes) {
    for (const char byte : bytes) hash_ = (hash_ ^ static_cast<unsigned char>(byte)) * 0x100000001b3;
  }
  std::string ToString() const {
    char text[20];
    std::snprintf(text, sizeof(text), "%016llx", static_cast<unsigned long long>(hash_));
    return text;
  }

 private:
  uint64_t hash_ = 0xcbf29ce484222325;
};

// Adds the source that a JSON line names. A glance is enough: a name more or less only means that a cursor is not
// found and records are sent twice, which does no harm.
void AddSource(const std::string& line, std::set<std::string>& sources) {
  constexpr std::string_view kKey = "\"source\"";
  size_t at = line.find(kKey);
  if (at == std::string::npos) return;
  at = line.find_first_not_of(": \t", at + kKey.size());
  if (at == std::string::npos || line[at] != '"') return;
  const size_t end = line.find('"', at + 1);
  if (end != std::string::npos && end - at <= 65) sources.insert(line.substr(at + 1, end - at - 1));
}

// Standard input, or a pipe, terminal or socket with a name: what was read of it is gone. What is not there counts as
// none of them: opening it says why.
bool IsReadOnlyOnce(const std::string& name) {
  if (name == "-") return true;
  std::error_code error;
  return std::filesystem::is_other(std::filesystem::status(name, error));
}

// `before` goes into the fingerprint ahead of the content.
absl::StatusOr<PushFile> Scan(const std::string& name, std::string_view before) {
  PushFile file{.name = name, .fingerprint = "", .bytes = 0, .sources = {}};
  const bool is_pipe = IsReadOnlyOnce(name);
  if (is_pipe && name != "-") return file;  // opening it may wait for who writes
  absl::StatusOr<LineReader> reader = LineReader::Open(name);
  if (!reader.ok()) return reader.status();
  if (is_pipe) return file;
  Fingerprint fingerprint;
  fingerprint.Add(before);
  for (std::string line; reader->Next(&line);) {
    fingerprint.Add(line);
    fingerprint.Add("\n");
    AddSource(line, file.sources);
  }
  if (!reader->status().ok()) return reader->status();
  file.fingerprint = fingerprint.ToString();
  file.bytes = reader->bytes_read();
  return file;
}

}  // namespace

absl::StatusOr<std::vector<PushFile>> ScanPushFiles(const std::vector<std::string>& names, std::string_view how) {
  std::vector<PushFile> files;
  for (const std::string& name : names) {
    const bool is_first = files.empty();
    absl::StatusOr<PushFile> file = Scan(name, is_first ? std::string(how) : files.back().fingerprint);
    if (!file.ok()) return file.status();
    if (!is_first && files.back().fingerprint.empty()) file->fingerprint.clear();
    files.push_back(*std::move(file));
  }
  return files;
}

std::string CursorOf(const PushFile& file, int64_t line, bool is_last) {
  if (file.fingerprint.empty()) return "";
  return file.fingerprint + ":" + std::to_string(line) + (is_last ? ":end" : "");
}

std::optional<PushPlace> PlaceToResume(const std::vector<PushFile>& files, const std::vector<std::string>& cursors) {
  std::optional<PushPlace> furthest;
  for (const std::string& cursor : cursors) {
    const size_t colon = cursor.find(':');
    if (colon == std::string::npos) continue;
    const auto file = std::find_if(files.begin(), files.end(), [&](const PushFile& candidate) {
      return !candidate.fingerprint.empty() && cursor.compare(0, colon, candidate.fingerprint) == 0;
    });
    if (file == files.end()) continue;
    int64_t line = 0;
    const char* const end = cursor.data() + cursor.size();
    const auto parsed = std::from_chars(cursor.data() + colon + 1, end, line);
    if (parsed.ec != std::errc()) continue;
    if (parsed.ptr != end) return std::nullopt;  // ":end": that push was finished
    const PushPlace place{static_cast<size_t>(file - files.begin()), line};
    if (!furthest || *furthest < place) furthest = place;
  }
  return furthest;
}

}  // namespace vangnet
