#include "storage/packed_state.h"

#include <algorithm>
#include <deque>
#include <map>
#include <utility>

namespace vangnet {
namespace {

constexpr uint8_t kFormat = 2;
constexpr size_t kDigestBytes = 8;

absl::Status Corrupt(const char* what) { return absl::DataLossError(std::string("packed state: ") + what); }

struct Header {
  uint64_t first = 0;     // sequence folded; the others count from it, for the records of a child often come together
  uint64_t sequence = 0;  // highest folded
  StringList strings;
  uint64_t entries = 0;
};

// Reads what every format has behind its sequences.
void ReadStrings(ByteReader& reader, Header& header) {
  header.strings.resize(reader.Count());
  for (std::string_view& text : header.strings) text = reader.Text();
  header.entries = reader.Count();
}

// Reads the header; `reader` stands at the first entry afterwards.
absl::Status ReadHeader(ByteReader& reader, Header& header) {
  if (reader.Byte() != kFormat) return Corrupt("of a format that is not known");
  header.first = reader.Varint();
  header.sequence = header.first + reader.Varint();
  ReadStrings(reader, header);
  return reader.ok() ? absl::OkStatus() : Corrupt("broken header");
}

// A version of a record: the one that holds, or one that was superseded or never held.
struct Version {
  uint64_t revision = 0;
  uint64_t digest = 0;
  uint64_t sequence = 0;
};

Version ReadVersion(ByteReader& reader, uint64_t first, bool has_revision = true) {
  Version version;
  version.revision = has_revision ? reader.Varint() : 1;
  version.digest = reader.Fixed64();
  version.sequence = first + reader.Varint();
  return version;
}

void WriteVersion(const Version& version, uint64_t first, ByteWriter& writer, bool with_revision = true) {
  if (with_revision) writer.Varint(version.revision);
  writer.Fixed64(version.digest);
  writer.Varint(version.sequence - first);
}

// Passes over a version.
void SkipVersion(ByteReader& reader) {
  reader.SkipVarint();
  reader.Skip(kDigestBytes);
  reader.SkipVarint();
}

// What an entry begins with: the number of its source, and what of it is not left out.
struct EntryHead {
  uint64_t source = 0;
  bool has_superseded = false;
  bool has_revision = false;  // otherwise it is 1
};

// An entry, taken apart as far as its fact.
struct Entry {
  std::string_view whole;  // with its size
  EntryHead head;
  std::string_view source;
  std::string_view record_id;
  std::string_view rest;  // behind the identity
  Version holder;
  uint64_t superseded_count = 0;
  std::string_view superseded_and_fact;
};

EntryHead ReadHead(ByteReader& reader) {
  const uint64_t head = reader.Varint();
  return {head >> 2, (head & 1) != 0, (head & 2) != 0};
}

// Reads the identity only: enough to find an entry.
bool ReadIdentity(ByteReader& reader, const StringList& strings, Entry& entry) {
  const char* begin = reader.position();
  const std::string_view body = reader.Text();
  entry.whole = std::string_view(begin, static_cast<size_t>(reader.position() - begin));
  ByteReader in_body(body);
  entry.head = ReadHead(in_body);
  entry.record_id = in_body.Text();
  if (!reader.ok() || !in_body.ok() || entry.head.source >= strings.size()) return false;
  entry.source = strings[entry.head.source];
  entry.rest = std::string_view(in_body.position(), in_body.remaining());
  return true;
}

// Reads what stands behind the identity.
bool ReadVersions(uint64_t first, Entry& entry) {
  ByteReader reader(entry.rest);
  entry.holder = ReadVersion(reader, first, entry.head.has_revision);
  if (entry.head.has_superseded) entry.superseded_count = reader.Count();
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
    if (!ReadIdentity(reader, place.header.strings, entry)) return Corrupt("broken entry");
    const int source = entry.source.compare(key.source);
    const int order = source != 0 ? source : entry.record_id.compare(key.record_id);
    if (order < 0) continue;
    if (order > 0) return absl::OkStatus();
    if (!ReadVersions(place.header.first, entry)) return Corrupt("broken entry");
    place.entry = entry;
    return absl::OkStatus();
  }
  place.offset = static_cast<size_t>(reader.position() - bytes.data());
  return reader.done() ? absl::OkStatus() : Corrupt("bytes after the last entry");
}

// The superseded versions of an entry and what follows them, its fact.
absl::Status ReadSuperseded(const Entry& entry, uint64_t first, std::vector<Version>& list, std::string_view& fact) {
  ByteReader reader(entry.superseded_and_fact);
  list.reserve(entry.superseded_count + 1);
  for (uint64_t i = 0; i < entry.superseded_count && reader.ok(); ++i) list.push_back(ReadVersion(reader, first));
  fact = std::string_view(reader.position(), reader.remaining());
  return reader.ok() ? absl::OkStatus() : Corrupt("broken list of versions");
}

// Calls `see(entry, header)` for each entry.
template <typename See>
absl::Status ForEachEntry(std::string_view bytes, const See& see) {
  if (bytes.empty()) return absl::OkStatus();
  ByteReader reader(bytes);
  Header header;
  if (absl::Status status = ReadHeader(reader, header); !status.ok()) return status;
  for (uint64_t i = 0; i < header.entries; ++i) {
    Entry entry;
    if (!ReadIdentity(reader, header.strings, entry) || !ReadVersions(header.first, entry)) {
      return Corrupt("broken entry");
    }
    if (absl::Status status = see(entry, header); !status.ok()) return status;
  }
  return reader.done() ? absl::OkStatus() : Corrupt("bytes after the last entry");
}

// The reader behind the superseded versions of an entry: at its fact.
ByteReader AtFact(const Entry& entry) {
  ByteReader reader(entry.superseded_and_fact);
  for (uint64_t i = 0; i < entry.superseded_count && reader.ok(); ++i) SkipVersion(reader);
  return reader;
}

// What an entry says about its versions: the one that holds, the others, and the fact as bytes.
struct EntryContent {
  Version holder;
  std::vector<Version> superseded;
  std::string fact;
};

size_t SizeOf(const Version& version, uint64_t first) {
  return VarintSize(version.revision) + kDigestBytes + VarintSize(version.sequence - first);
}

uint64_t HeadOf(uint64_t source, const EntryContent& content) {
  return source << 2 | (content.holder.revision == 1 ? 0 : 2) | (content.superseded.empty() ? 0 : 1);
}

// Bytes of an entry behind its size.
size_t EntrySize(uint64_t source, std::string_view record_id, const EntryContent& content, uint64_t first) {
  size_t size = VarintSize(HeadOf(source, content)) + VarintSize(record_id.size()) + record_id.size() +
                SizeOf(content.holder, first) + content.fact.size();
  if (!content.superseded.empty()) size += VarintSize(content.superseded.size());
  for (const Version& version : content.superseded) size += SizeOf(version, first);
  if (content.holder.revision == 1) --size;
  return size;
}

void WriteEntry(uint64_t source, std::string_view record_id, const EntryContent& content, uint64_t first, size_t size,
                std::string& bytes) {
  ByteWriter writer(bytes);
  writer.Varint(size);
  writer.Varint(HeadOf(source, content));
  writer.Text(record_id);
  WriteVersion(content.holder, first, writer, content.holder.revision != 1);
  if (!content.superseded.empty()) writer.Varint(content.superseded.size());
  for (const Version& version : content.superseded) WriteVersion(version, first, writer);
  writer.Raw(content.fact);
}

size_t HeaderSize(const Header& header) {
  size_t size = 1 + VarintSize(header.first) + VarintSize(header.sequence - header.first) +
                VarintSize(header.strings.size()) + VarintSize(header.entries);
  for (const std::string_view text : header.strings) size += VarintSize(text.size()) + text.size();
  return size;
}

void WriteHeader(const Header& header, std::string& bytes) {
  ByteWriter writer(bytes);
  writer.Byte(kFormat);
  writer.Varint(header.first);
  writer.Varint(header.sequence - header.first);
  writer.Varint(header.strings.size());
  for (const std::string_view text : header.strings) writer.Text(text);
  writer.Varint(header.entries);
}

absl::Status AppendDecoded(const Entry& packed, const StringList& strings, std::vector<StateEntry>& entries) {
  StateEntry& entry = entries.emplace_back();
  entry.key = {std::string(packed.source), std::string(packed.record_id)};
  entry.revision = packed.holder.revision;
  entry.digest = packed.holder.digest;
  entry.sequence = packed.holder.sequence;
  ByteReader reader = AtFact(packed);
  entry.fact = DecodeFact(strings, reader);
  return reader.ok() && reader.done() ? absl::OkStatus() : Corrupt("broken fact");
}

absl::StatusOr<Verdict> DecideAt(const Place& place, uint64_t revision, uint64_t digest) {
  if (!place.entry) return Verdict{};
  const Entry& entry = *place.entry;
  const Version& holder = entry.holder;
  const auto same_revision = [&](const Version& kept) {
    return Verdict{kept.digest == digest ? Outcome::kDuplicate : Outcome::kConflict, holder.revision};
  };
  if (revision > holder.revision) return Verdict{Outcome::kAccepted, holder.revision};
  if (revision == holder.revision) return same_revision(holder);
  ByteReader reader(entry.superseded_and_fact);
  for (uint64_t i = 0; i < entry.superseded_count && reader.ok(); ++i) {
    const Version version = ReadVersion(reader, place.header.first);
    if (reader.ok() && version.revision == revision) return same_revision(version);
  }
  if (!reader.ok()) return Corrupt("broken list of versions");
  return Verdict{Outcome::kStale, holder.revision};
}

// The content of the entry at `place` after `incoming`, whose fact is not yet in it when it holds.
absl::StatusOr<EntryContent> ContentAfter(const Place& place, const Version& incoming, bool holds) {
  EntryContent content;
  content.holder = incoming;
  if (!place.entry) return content;
  std::string_view old_fact;
  absl::Status status = ReadSuperseded(*place.entry, place.header.first, content.superseded, old_fact);
  if (!status.ok()) return status;
  const Version& old_holder = place.entry->holder;
  if (!holds) {
    content.holder = old_holder;
    content.fact = old_fact;
  }
  const Version& superseded = holds ? old_holder : incoming;
  const auto at = std::lower_bound(content.superseded.begin(), content.superseded.end(), superseded.revision,
                                   [](const Version& version, uint64_t wanted) { return version.revision < wanted; });
  content.superseded.insert(at, superseded);
  return content;
}

}  // namespace

// The records of a large state that changed, beside the bytes, which stay as they are until Close.
class PackedState::Editor {
 public:
  // `bytes` outlives it.
  static absl::StatusOr<std::unique_ptr<Editor>> Open(std::string_view bytes);

  absl::Status Find(const RecordKey& key, Place& place) const;
  // `content`, with its fact if it holds, is the record's now. `place` is where Find found it, or would have.
  void Put(const RecordKey& key, const Place& place, EntryContent content, const std::optional<Fact>* fact,
           uint64_t sequence);
  // The state with all that was put.
  std::string Close() const;

 private:
  struct Kept {
    std::string_view source;
    std::string_view record_id;
    std::string_view whole;  // the entry
  };
  using Identity = std::pair<std::string_view, std::string_view>;
  static Identity IdentityOf(const Kept& kept) { return {kept.source, kept.record_id}; }

  // Names that came since are kept here, for what they are views of may be gone.
  void KeepNames(size_t from);

  Header header_;
  std::vector<Kept> kept_;                    // in order of identity
  std::map<RecordKey, std::string> changed_;  // whole entries
  std::deque<std::string> names_;
};

absl::StatusOr<std::unique_ptr<PackedState::Editor>> PackedState::Editor::Open(std::string_view bytes) {
  auto editor = std::make_unique<Editor>();
  ByteReader reader(bytes);
  if (absl::Status status = ReadHeader(reader, editor->header_); !status.ok()) return status;
  editor->kept_.reserve(editor->header_.entries);
  for (uint64_t i = 0; i < editor->header_.entries; ++i) {
    Entry entry;
    if (!ReadIdentity(reader, editor->header_.strings, entry)) return Corrupt("broken entry");
    editor->kept_.push_back({entry.source, entry.record_id, entry.whole});
  }
  if (!reader.done()) return Corrupt("bytes after the last entry");
  return editor;
}

absl::Status PackedState::Editor::Find(const RecordKey& key, Place& place) const {
  place.header = header_;
  std::string_view whole;
  if (const auto changed = changed_.find(key); changed != changed_.end()) {
    whole = changed->second;
  } else {
    const Identity wanted(key.source, key.record_id);
    const auto kept = std::ranges::lower_bound(kept_, wanted, {}, IdentityOf);
    if (kept == kept_.end() || IdentityOf(*kept) != wanted) return absl::OkStatus();
    whole = kept->whole;
  }
  ByteReader reader(whole);
  Entry entry;
  if (!ReadIdentity(reader, header_.strings, entry) || !ReadVersions(header_.first, entry)) {
    return Corrupt("broken entry");
  }
  place.entry = entry;
  return absl::OkStatus();
}

void PackedState::Editor::Put(const RecordKey& key, const Place& place, EntryContent content,
                              const std::optional<Fact>* fact, uint64_t sequence) {
  const size_t known = header_.strings.size();
  if (fact != nullptr) {
    ByteWriter writer(content.fact);
    EncodeFact(*fact, header_.strings, writer);
  }
  const uint64_t source = NumberOf(key.source, header_.strings);
  KeepNames(known);
  header_.sequence = sequence;
  if (!place.entry) ++header_.entries;
  std::string whole;
  WriteEntry(source, key.record_id, content, header_.first, EntrySize(source, key.record_id, content, header_.first),
             whole);
  changed_.insert_or_assign(key, std::move(whole));
}

void PackedState::Editor::KeepNames(size_t from) {
  for (size_t i = from; i < header_.strings.size(); ++i) header_.strings[i] = names_.emplace_back(header_.strings[i]);
}

std::string PackedState::Editor::Close() const {
  size_t size = HeaderSize(header_);
  for (const Kept& kept : kept_) size += kept.whole.size();
  for (const auto& [key, whole] : changed_) size += whole.size();
  std::string bytes;
  bytes.reserve(size);
  WriteHeader(header_, bytes);
  auto changed = changed_.begin();
  for (const Kept& kept : kept_) {
    for (; changed != changed_.end() && Identity(changed->first.source, changed->first.record_id) < IdentityOf(kept);
         ++changed) {
      bytes.append(changed->second);
    }
    if (changed != changed_.end() && Identity(changed->first.source, changed->first.record_id) == IdentityOf(kept)) {
      bytes.append(changed->second);
      ++changed;
    } else {
      bytes.append(kept.whole);
    }
  }
  for (; changed != changed_.end(); ++changed) bytes.append(changed->second);
  bytes.shrink_to_fit();
  return bytes;
}

PackedState::PackedState() = default;
PackedState::PackedState(std::string bytes) : bytes_(std::move(bytes)) {}
PackedState::PackedState(PackedState&&) noexcept = default;
PackedState& PackedState::operator=(PackedState&&) noexcept = default;
PackedState::~PackedState() = default;

const std::string& PackedState::bytes() {
  if (editor_ != nullptr) {
    bytes_ = editor_->Close();
    editor_.reset();
  }
  return bytes_;
}

std::string PackedState::Release() && {
  bytes();
  return std::move(bytes_);
}

absl::StatusOr<Verdict> PackedState::DecideAndFold(const RecordKey& key, uint64_t revision, uint64_t digest,
                                                   const std::optional<Fact>& fact, uint64_t sequence) {
  if (editor_ == nullptr && bytes_.size() >= kEditedFrom) {
    auto editor = Editor::Open(bytes_);
    if (!editor.ok()) return editor.status();
    editor_ = *std::move(editor);
  }
  Place place;
  absl::Status status = editor_ != nullptr ? editor_->Find(key, place) : FindPlace(bytes_, key, place);
  if (!status.ok()) return status;
  auto verdict = DecideAt(place, revision, digest);
  if (!verdict.ok()) return verdict;
  const bool holds = verdict->outcome == Outcome::kAccepted;
  if (!holds && verdict->outcome != Outcome::kStale) return verdict;
  auto content = ContentAfter(place, {revision, digest, sequence}, holds);
  if (!content.ok()) return content.status();
  if (editor_ != nullptr) {
    editor_->Put(key, place, *std::move(content), holds ? &fact : nullptr, sequence);
    return verdict;
  }
  Header& header = place.header;
  if (holds) {
    ByteWriter writer(content->fact);
    EncodeFact(fact, header.strings, writer);
  }
  const uint64_t source = NumberOf(key.source, header.strings);
  if (bytes_.empty()) header.first = sequence;
  header.sequence = sequence;
  if (!place.entry) ++header.entries;

  const std::string_view old(bytes_);
  const std::string_view before = old.substr(place.first_entry, place.offset - place.first_entry);
  const std::string_view behind = old.substr(place.offset + (place.entry ? place.entry->whole.size() : 0));
  const size_t entry_size = EntrySize(source, key.record_id, *content, header.first);
  std::string bytes;
  // Exactly: a million of these are kept in memory.
  bytes.reserve(HeaderSize(header) + before.size() + VarintSize(entry_size) + entry_size + behind.size());
  WriteHeader(header, bytes);
  bytes.append(before);
  WriteEntry(source, key.record_id, *content, header.first, entry_size, bytes);
  bytes.append(behind);
  bytes_ = std::move(bytes);
  return verdict;
}

absl::StatusOr<uint64_t> FoldedSequence(std::string_view bytes) {
  if (bytes.empty()) return 0;
  ByteReader reader(bytes);
  if (reader.Byte() != kFormat) return Corrupt("of a format that is not known");
  const uint64_t first = reader.Varint();
  const uint64_t sequence = first + reader.Varint();
  if (!reader.ok()) return Corrupt("broken header");
  return sequence;
}

absl::StatusOr<std::vector<StateEntry>> DecodeState(std::string_view bytes) {
  std::vector<StateEntry> entries;
  const absl::Status status = ForEachEntry(
      bytes, [&](const Entry& packed, const Header& header) { return AppendDecoded(packed, header.strings, entries); });
  if (!status.ok()) return status;
  return entries;
}

absl::Status CheckState(std::string_view bytes) {
  StudentHistory history;
  HistoryReader reader(history);
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
  const EntryHead head = ReadHead(reader);
  const std::string_view record_id = reader.Text();
  const uint64_t revision = head.has_revision ? reader.Varint() : 1;
  reader.Skip(kDigestBytes);
  reader.SkipVarint();  // sequence
  if (head.has_superseded) {
    for (uint64_t left = reader.Count(); left > 0 && reader.ok(); --left) SkipVersion(reader);
  }
  if (!reader.ok() || head.source >= strings.size()) return false;
  const bool wanted = !kind || (!reader.done() && static_cast<uint8_t>(*reader.position()) == *kind + 1);
  if (!wanted) return true;
  const HistorySlots::Record record = slots_.Decode(strings, reader);
  if (!reader.ok() || !reader.done()) return false;
  if (record.key == nullptr) return true;
  AssignText(strings[head.source], record.key->source);
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
  const absl::Status status = ForEachEntry(bytes, [&](const Entry& entry, const Header& header) {
    sequences.push_back(entry.holder.sequence);
    ByteReader reader(entry.superseded_and_fact);
    for (uint64_t i = 0; i < entry.superseded_count && reader.ok(); ++i) {
      sequences.push_back(ReadVersion(reader, header.first).sequence);
    }
    return reader.ok() ? absl::OkStatus() : Corrupt("broken list of versions");
  });
  if (!status.ok()) return status;
  std::sort(sequences.begin(), sequences.end());
  return sequences;
}

// Format 1 had the highest sequence alone in front, sequences that counted from 0, and the number of superseded
// versions in every entry.
absl::StatusOr<std::string> UpgradeState(std::string_view format1) {
  struct OldEntry {
    uint64_t source = 0;
    std::string_view record_id;
    EntryContent content;
  };
  ByteReader reader(format1);
  if (reader.Byte() != 1) return Corrupt("not of format 1");
  Header header;
  header.first = header.sequence = reader.Varint();
  ReadStrings(reader, header);
  std::vector<OldEntry> entries(header.entries);
  for (auto& [source, record_id, content] : entries) {
    ByteReader body(reader.Text());
    source = body.Varint();
    record_id = body.Text();
    content.holder = ReadVersion(body, 0);
    header.first = std::min(header.first, content.holder.sequence);
    for (uint64_t left = body.Count(); left > 0 && body.ok(); --left) {
      content.superseded.push_back(ReadVersion(body, 0));
      header.first = std::min(header.first, content.superseded.back().sequence);
    }
    content.fact = std::string_view(body.position(), body.remaining());
    if (!reader.ok() || !body.ok() || source >= header.strings.size()) return Corrupt("broken entry");
  }
  if (!reader.ok() || !reader.done()) return Corrupt("bytes after the last entry");
  std::string bytes;
  bytes.reserve(format1.size());
  WriteHeader(header, bytes);
  for (const auto& [source, record_id, content] : entries) {
    WriteEntry(source, record_id, content, header.first, EntrySize(source, record_id, content, header.first), bytes);
  }
  return bytes;
}

absl::StatusOr<std::vector<Fact>> FactsOfKind(std::string_view bytes, size_t kind) {
  std::vector<Fact> facts;
  const absl::Status status = ForEachEntry(bytes, [&](const Entry& entry, const Header& header) {
    ByteReader reader = AtFact(entry);
    const char* at = reader.position();
    if (reader.remaining() == 0) return Corrupt("no fact");
    if (static_cast<uint8_t>(*at) != kind + 1) return absl::OkStatus();
    auto fact = DecodeFact(header.strings, reader);
    if (!reader.ok() || !fact) return Corrupt("broken fact");
    facts.push_back(*std::move(fact));
    return absl::OkStatus();
  });
  if (!status.ok()) return status;
  return facts;
}

}  // namespace vangnet
