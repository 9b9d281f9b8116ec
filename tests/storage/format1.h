// Packed states as programs of schema 1 wrote them, for what reads them today.
#ifndef VANGNET_TESTS_STORAGE_FORMAT1_H_
#define VANGNET_TESTS_STORAGE_FORMAT1_H_

#include <cstdint>
#include <deque>
#include <iterator>
#include <map>
#include <optional>
#include <string>

#include "domain/record.h"
#include "storage/fact_codec.h"

namespace vangnet_testing {

class Format1State {
 public:
  // A version that is accepted or stale; `sequence` is above all before.
  void Fold(const vangnet::RecordKey& key, uint64_t revision, uint64_t digest, const std::optional<vangnet::Fact>& fact,
            uint64_t sequence) {
    Entry& entry = entries_[key];
    const bool holds = entry.versions.empty() || entry.versions.rbegin()->first < revision;
    if (holds) {
      entry.fact.clear();
      vangnet::ByteWriter writer(entry.fact);
      vangnet::StringList strings = Strings();
      vangnet::EncodeFact(fact, strings, writer);
      Keep(strings);
    }
    vangnet::StringList strings = Strings();
    entry.source = vangnet::NumberOf(key.source, strings);
    Keep(strings);
    entry.versions[revision] = {digest, sequence};
    sequence_ = sequence;
  }

  std::string bytes() const {
    std::string bytes;
    vangnet::ByteWriter writer(bytes);
    writer.Byte(1);
    writer.Varint(sequence_);
    writer.Varint(strings_.size());
    for (const std::string& text : strings_) writer.Text(text);
    writer.Varint(entries_.size());
    for (const auto& [key, entry] : entries_) writer.Text(EntryBytes(key, entry));
    return bytes;
  }

 private:
  struct Version {
    uint64_t digest = 0;
    uint64_t sequence = 0;
  };
  struct Entry {
    uint64_t source = 0;
    std::map<uint64_t, Version> versions;  // by revision; the last one holds
    std::string fact;
  };

  static std::string EntryBytes(const vangnet::RecordKey& key, const Entry& entry) {
    std::string bytes;
    vangnet::ByteWriter writer(bytes);
    const auto write = [&](uint64_t revision, const Version& version) {
      writer.Varint(revision);
      writer.Fixed64(version.digest);
      writer.Varint(version.sequence);
    };
    writer.Varint(entry.source);
    writer.Text(key.record_id);
    const auto holder = std::prev(entry.versions.end());
    write(holder->first, holder->second);
    writer.Varint(entry.versions.size() - 1);
    for (auto version = entry.versions.begin(); version != holder; ++version) write(version->first, version->second);
    writer.Raw(entry.fact);
    return bytes;
  }
  vangnet::StringList Strings() const { return {strings_.begin(), strings_.end()}; }
  void Keep(const vangnet::StringList& strings) {
    for (size_t i = strings_.size(); i < strings.size(); ++i) strings_.emplace_back(strings[i]);
  }

  uint64_t sequence_ = 0;
  std::deque<std::string> strings_;  // its texts stay where they are
  std::map<vangnet::RecordKey, Entry> entries_;
};

}  // namespace vangnet_testing

#endif  // VANGNET_TESTS_STORAGE_FORMAT1_H_
