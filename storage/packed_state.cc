#include "storage/packed_state.h"

#include <algorithm>
#include <utility>

namespace vangnet {
namespace {

constexpr uint8_t kFormat = 1;
constexpr size_t kDigestBytes = 8;

absl::Status Corrupt(const char* what) { return absl::DataLossError(std::string("packed state: ") + what); }

struct Header {
  uint64_t sequence = 0;
  StringList strings;
  uint64_t entries = 0;
};

// Reads the header; `reader` stands at the first entry afterwards.
absl::Status ReadHeader(ByteReader& reader, Header& header) {
  if (reader.Byte() != kFormat) return Corrupt("of a format that is not known");
  header.sequence = reader.Varint();
  header.strings.resize(reader.Count());
  for (std::string_view& text : header.strings) text = reader.Text();
  header.entries = reader.Count();
  return reader.ok() ? absl::OkStatus() : Corrupt("broken header");
}

// A version that was superseded, or never held.
struct Superseded {
  uint64_t revision = 0;
  uint64_t digest = 0;
  uint64_t sequence = 0;
};

Superseded ReadSuperseded(ByteReader& reader) {
  Superseded version;
  version.revision = reader.Varint();
  version.digest = reader.Fixed64();
  version.sequence = reader.Varint();
  return version;
}

void WriteSuperseded(const Superseded& version, ByteWriter& writer) {
  writer.Varint(version.revision);
  writer.Fixed64(version.digest);
  writer.Varint(version.sequence);
}

// An entry, taken apart as far as its fact.
struct Entry {
  std::string_view whole;  // with its size
  std::string_view source;
  std::string_view record_id;
  uint64_t revision = 0;
  uint64_t digest = 0;
  uint64_t sequence = 0;
  uint64_t superseded_count = 0;
  std::string_view superseded_and_fact;
};

// Reads the identity only: enough to find an entry. `rest` stands behind the record_id.
bool ReadIdentity(ByteReader& reader, const StringList& strings, Entry& entry, std::string_view& rest) {
  const char* begin = reader.position();
  const std::string_view body = reader.Text();
  entry.whole = std::string_view(begin, static_cast<size_t>(reader.position() - begin));
  ByteReader in_body(body);
  const uint64_t source = in_body.Varint();
  entry.record_id = in_body.Text();
  if (!reader.ok() || !in_body.ok() || source >= strings.size()) return false;
  entry.source = strings[source];
  rest = std::string_view(in_body.position(), in_body.remaining());
  return true;
}

bool ReadRest(std::string_view rest, Entry& entry) {
  ByteReader reader(rest);
  entry.revision = reader.Varint();
  entry.digest = reader.Fixed64();
  entry.sequence = reader.Varint();
  entry.superseded_count = reader.Count();
  entry.superseded_and_fact = std::string_view(reader.position(), reader.remaining());
  return reader.ok();
}

// Where a record is, or would go.
struct Place {
  Header header;
  size_t offset = 0;  // of the entry, or of the first one after it
  size_t first_entry = 0;
  std::optional<Entry> entry;
};

absl::Status FindPlace(std::string_view bytes, const RecordKey& key, Place& place) {
  if (bytes.empty()) return absl::OkStatus();
  ByteReader reader(bytes);
  if (absl::Status status = ReadHeader(reader, place.header); !status.ok()) return status;
  place.first_entry = static_cast<size_t>(reader.position() - bytes.data());
  for (uint64_t i = 0; i < place.header.entries; ++i) {
    place.offset = static_cast<size_t>(reader.position() - bytes.data());
    Entry entry;
    std::string_view rest;
    if (!ReadIdentity(reader, place.header.strings, entry, rest)) return Corrupt("broken entry");
    const int source = entry.source.compare(key.source);
    const int order = source != 0 ? source : entry.record_id.compare(key.record_id);
    if (order < 0) continue;
    if (order > 0) return absl::OkStatus();
    if (!ReadRest(rest, entry)) return Corrupt("broken entry");
    place.entry = entry;
    return absl::OkStatus();
  }
  place.offset = static_cast<size_t>(reader.position() - bytes.data());
  return reader.done() ? absl::OkStatus() : Corrupt("bytes after the last entry");
}

// The superseded versions of an entry and what follows them, its fact.
absl::Status ReadSupersededList(const Entry& entry, std::vector<Superseded>& list, std::string_view& fact) {
  ByteReader reader(entry.superseded_and_fact);
  list.reserve(entry.superseded_count + 1);
  for (uint64_t i = 0; i < entry.superseded_count && reader.ok(); ++i) list.push_back(ReadSuperseded(reader));
  fact = std::string_view(reader.position(), reader.remaining());
  return reader.ok() ? absl::OkStatus() : Corrupt("broken list of versions");
}

// Calls `see(entry, strings)` for each entry.
template <typename See>
absl::Status ForEachEntry(std::string_view bytes, const See& see) {
  if (bytes.empty()) return absl::OkStatus();
  ByteReader reader(bytes);
  Header header;
  if (absl::Status status = ReadHeader(reader, header); !status.ok()) return status;
  for (uint64_t i = 0; i < header.entries; ++i) {
    Entry entry;
    std::string_view rest;
    if (!ReadIdentity(reader, header.strings, entry, rest) || !ReadRest(rest, entry)) return Corrupt("broken entry");
    if (absl::Status status = see(entry, header.strings); !status.ok()) return status;
  }
  return reader.done() ? absl::OkStatus() : Corrupt("bytes after the last entry");
}

// The reader behind the superseded versions of an entry: at its fact.
ByteReader AtFact(const Entry& entry) {
  ByteReader reader(entry.superseded_and_fact);
  for (uint64_t i = 0; i < entry.superseded_count && reader.ok(); ++i) ReadSuperseded(reader);
  return reader;
}

// What an entry says about its versions: the one that holds, the others, and the fact as bytes.
struct EntryContent {
  Superseded holder;
  std::vector<Superseded> superseded;
  std::string fact;
};

size_t SizeOf(const Superseded& version) { return VarintSize(version.revision) + 8 + VarintSize(version.sequence); }

// Bytes of an entry behind its size.
size_t EntrySize(uint64_t source, std::string_view record_id, const EntryContent& content) {
  size_t size = VarintSize(source) + VarintSize(record_id.size()) + record_id.size() + SizeOf(content.holder) +
                VarintSize(content.superseded.size()) + content.fact.size();
  for (const Superseded& version : content.superseded) size += SizeOf(version);
  return size;
}

void WriteEntry(uint64_t source, std::string_view record_id, const EntryContent& content, size_t size,
                std::string& bytes) {
  ByteWriter writer(bytes);
  writer.Varint(size);
  writer.Varint(source);
  writer.Text(record_id);
  WriteSuperseded(content.holder, writer);
  writer.Varint(content.superseded.size());
  for (const Superseded& version : content.superseded) WriteSuperseded(version, writer);
  writer.Raw(content.fact);
}

size_t HeaderSize(const Header& header) {
  size_t size = 1 + VarintSize(header.sequence) + VarintSize(header.strings.size()) + VarintSize(header.entries);
  for (const std::string_view text : header.strings) size += VarintSize(text.size()) + text.size();
  return size;
}

void WriteHeader(const Header& header, std::string& bytes) {
  ByteWriter writer(bytes);
  writer.Byte(kFormat);
  writer.Varint(header.sequence);
  writer.Varint(header.strings.size());
  for (const std::string_view text : header.strings) writer.Text(text);
  writer.Varint(header.entries);
}

absl::Status AppendDecoded(const Entry& packed, const StringList& strings, std::vector<StateEntry>& entries) {
  StateEntry& entry = entries.emplace_back();
  entry.key = {std::string(packed.source), std::string(packed.record_id)};
  entry.revision = packed.revision;
  entry.digest = packed.digest;
  entry.sequence = packed.sequence;
  ByteReader reader = AtFact(packed);
  entry.fact = DecodeFact(strings, reader);
  return reader.ok() && reader.done() ? absl::OkStatus() : Corrupt("broken fact");
}

}  // namespace

namespace {

absl::StatusOr<Verdict> DecideAt(const Place& place, uint64_t revision, uint64_t digest) {
  if (!place.entry) return Verdict{};
  const Entry& entry = *place.entry;
  const auto same_revision = [&](const Superseded& kept) {
    return Verdict{kept.digest == digest ? Outcome::kDuplicate : Outcome::kConflict, kept.sequence, entry.revision};
  };
  if (revision > entry.revision) return Verdict{Outcome::kAccepted, entry.sequence, entry.revision};
  if (revision == entry.revision) return same_revision({entry.revision, entry.digest, entry.sequence});
  ByteReader reader(entry.superseded_and_fact);
  for (uint64_t i = 0; i < entry.superseded_count && reader.ok(); ++i) {
    const Superseded version = ReadSuperseded(reader);
    if (reader.ok() && version.revision == revision) return same_revision(version);
  }
  if (!reader.ok()) return Corrupt("broken list of versions");
  return Verdict{Outcome::kStale, entry.sequence, entry.revision};
}

// The content of the entry at `place` after `incoming`, whose fact is not yet in it when it holds.
absl::StatusOr<EntryContent> ContentAfter(const Place& place, const Superseded& incoming, bool holds) {
  EntryContent content;
  content.holder = incoming;
  if (!place.entry) return content;
  std::string_view old_fact;
  absl::Status status = ReadSupersededList(*place.entry, content.superseded, old_fact);
  if (!status.ok()) return status;
  const Superseded old_holder{place.entry->revision, place.entry->digest, place.entry->sequence};
  if (!holds) {
    content.holder = old_holder;
    content.fact = old_fact;
  }
  const Superseded& superseded = holds ? old_holder : incoming;
  const auto at =
      std::lower_bound(content.superseded.begin(), content.superseded.end(), superseded.revision,
                       [](const Superseded& version, uint64_t wanted) { return version.revision < wanted; });
  content.superseded.insert(at, superseded);
  return content;
}

}  // namespace

absl::StatusOr<Verdict> PackedState::Decide(const RecordKey& key, uint64_t revision, uint64_t digest) const {
  Place place;
  if (absl::Status status = FindPlace(bytes_, key, place); !status.ok()) return status;
  return DecideAt(place, revision, digest);
}

absl::StatusOr<Verdict> PackedState::DecideAndFold(const RecordKey& key, uint64_t revision, uint64_t digest,
                                                   const std::optional<Fact>& fact, uint64_t sequence) {
  Place place;
  if (absl::Status status = FindPlace(bytes_, key, place); !status.ok()) return status;
  auto verdict = DecideAt(place, revision, digest);
  if (!verdict.ok()) return verdict;
  const bool holds = verdict->outcome == Outcome::kAccepted;
  if (!holds && verdict->outcome != Outcome::kStale) return verdict;
  auto content = ContentAfter(place, {revision, digest, sequence}, holds);
  if (!content.ok()) return content.status();
  Header& header = place.header;
  if (holds) {
    ByteWriter writer(content->fact);
    EncodeFact(fact, header.strings, writer);
  }
  const uint64_t source = NumberOf(key.source, header.strings);
  header.sequence = sequence;
  if (!place.entry) ++header.entries;

  const std::string_view old(bytes_);
  const std::string_view before = old.substr(place.first_entry, place.offset - place.first_entry);
  const std::string_view behind = old.substr(place.offset + (place.entry ? place.entry->whole.size() : 0));
  const size_t entry_size = EntrySize(source, key.record_id, *content);
  std::string bytes;
  // Exactly: a million of these are kept in memory.
  bytes.reserve(HeaderSize(header) + before.size() + VarintSize(entry_size) + entry_size + behind.size());
  WriteHeader(header, bytes);
  bytes.append(before);
  WriteEntry(source, key.record_id, *content, entry_size, bytes);
  bytes.append(behind);
  bytes_ = std::move(bytes);
  return verdict;
}

absl::StatusOr<uint64_t> FoldedSequence(std::string_view bytes) {
  if (bytes.empty()) return 0;
  ByteReader reader(bytes);
  if (reader.Byte() != kFormat) return Corrupt("of a format that is not known");
  const uint64_t sequence = reader.Varint();
  if (!reader.ok()) return Corrupt("broken header");
  return sequence;
}

absl::StatusOr<std::vector<StateEntry>> DecodeState(std::string_view bytes) {
  std::vector<StateEntry> entries;
  const absl::Status status = ForEachEntry(
      bytes, [&](const Entry& packed, const StringList& strings) { return AppendDecoded(packed, strings, entries); });
  if (!status.ok()) return status;
  return entries;
}

absl::Status CheckState(std::string_view bytes) {
  HistoryReader reader;
  reader.Begin({});
  return reader.Add({}, bytes);
}

void HistoryReader::Begin(std::string_view student) {
  history_.student = student;
  slots_.Begin();
  states_ = 0;
}

absl::Status HistoryReader::Add(std::string_view key, std::string_view bytes, std::optional<size_t> kind) {
  ++states_;
  if (bytes.empty()) return absl::OkStatus();
  ByteReader reader(bytes);
  Header header;
  if (absl::Status status = ReadHeader(reader, header); !status.ok()) return status;
  for (uint64_t i = 0; i < header.entries; ++i) {
    if (!AddEntry(key, header.strings, reader.Text(), kind)) return Corrupt("broken entry");
  }
  return reader.done() && reader.ok() ? absl::OkStatus() : Corrupt("bytes after the last entry");
}

// In one pass, and without what a history does not hold: the country is read through here.
bool HistoryReader::AddEntry(std::string_view key, const StringList& strings, std::string_view body,
                             std::optional<size_t> kind) {
  ByteReader reader(body);
  const uint64_t source = reader.Varint();
  const std::string_view record_id = reader.Text();
  const uint64_t revision = reader.Varint();
  reader.Skip(kDigestBytes);
  reader.SkipVarint();  // sequence
  for (uint64_t superseded = reader.Count(); superseded > 0 && reader.ok(); --superseded) {
    reader.SkipVarint();  // revision
    reader.Skip(kDigestBytes);
    reader.SkipVarint();  // sequence
  }
  if (!reader.ok() || source >= strings.size()) return false;
  const bool wanted = !kind || (!reader.done() && static_cast<uint8_t>(*reader.position()) == *kind + 1);
  if (!wanted) return true;
  const HistorySlots::Record record = slots_.Decode(strings, reader);
  if (!reader.ok() || !reader.done()) return false;
  if (record.key == nullptr) return true;
  AssignText(strings[source], record.key->source);
  AssignText(record_id, record.key->record_id);
  AssignText(key, *record.subject);
  *record.revision = revision;
  return true;
}

void HistoryReader::End() {
  slots_.Finish();
  // The records of one state are in order.
  if (states_ > 1) SortByRecord(history_);
}

absl::StatusOr<std::vector<std::string>> NamesIn(std::string_view bytes) {
  if (bytes.empty()) return std::vector<std::string>();
  ByteReader reader(bytes);
  Header header;
  if (absl::Status status = ReadHeader(reader, header); !status.ok()) return status;
  return std::vector<std::string>(header.strings.begin(), header.strings.end());
}

absl::StatusOr<std::vector<uint64_t>> SequencesOf(std::string_view bytes) {
  std::vector<uint64_t> sequences;
  const absl::Status status = ForEachEntry(bytes, [&](const Entry& entry, const StringList&) {
    sequences.push_back(entry.sequence);
    ByteReader reader(entry.superseded_and_fact);
    for (uint64_t i = 0; i < entry.superseded_count && reader.ok(); ++i) {
      sequences.push_back(ReadSuperseded(reader).sequence);
    }
    return reader.ok() ? absl::OkStatus() : Corrupt("broken list of versions");
  });
  if (!status.ok()) return status;
  std::sort(sequences.begin(), sequences.end());
  return sequences;
}

absl::StatusOr<std::vector<Fact>> FactsOfKind(std::string_view bytes, size_t kind) {
  std::vector<Fact> facts;
  const absl::Status status = ForEachEntry(bytes, [&](const Entry& entry, const StringList& strings) {
    ByteReader reader = AtFact(entry);
    const char* at = reader.position();
    if (reader.remaining() == 0) return Corrupt("no fact");
    if (static_cast<uint8_t>(*at) != kind + 1) return absl::OkStatus();
    auto fact = DecodeFact(strings, reader);
    if (!reader.ok() || !fact) return Corrupt("broken fact");
    facts.push_back(*std::move(fact));
    return absl::OkStatus();
  });
  if (!status.ok()) return status;
  return facts;
}

}  // namespace vangnet
