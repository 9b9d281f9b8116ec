#include "storage/keys.h"

namespace vangnet {
namespace {

// First byte after the node partition in tables that hold two sorts of keys.
constexpr char kChannelTag = 'c';
constexpr char kRejectionCountsTag = 'r';
constexpr char kRequestTag = 'i';
constexpr char kRequestAgeTag = 't';
constexpr char kDigestTag = 'd';
constexpr char kOpenDigestTag = 'o';

void AddByte(std::string& key, uint8_t byte) { key.push_back(static_cast<char>(byte)); }

void AddNumber(std::string& key, uint64_t number, int bytes) {
  for (int shift = (bytes - 1) * 8; shift >= 0; shift -= 8) AddByte(key, static_cast<uint8_t>(number >> shift));
}

void AddEscaped(std::string& key, std::string_view text) {
  for (const char c : text) {
    key.push_back(c);
    if (c == '\0') key.push_back('\xFF');
  }
  key.append("\0\1", 2);
}

// Flips the sign bit, so that days before 1970 come first.
uint32_t OrderedDay(Day day) { return static_cast<uint32_t>(day.days_since_epoch()) ^ 0x80000000u; }

std::optional<uint64_t> TakeNumber(std::string_view& key, size_t bytes) {
  if (key.size() < bytes) return std::nullopt;
  uint64_t number = 0;
  for (size_t i = 0; i < bytes; ++i) number = number << 8 | static_cast<uint8_t>(key[i]);
  key.remove_prefix(bytes);
  return number;
}

std::optional<std::string> TakeEscaped(std::string_view& key) {
  std::string text;
  for (size_t i = 0; i < key.size(); ++i) {
    if (key[i] != '\0') {
      text.push_back(key[i]);
      continue;
    }
    if (++i == key.size()) return std::nullopt;
    if (key[i] == '\1') {
      key.remove_prefix(i + 1);
      return text;
    }
    if (key[i] != '\xFF') return std::nullopt;
    text.push_back('\0');
  }
  return std::nullopt;
}

std::optional<Subject> TakeSubject(std::string_view key) {
  const auto kind = TakeNumber(key, 1);
  if (!kind || (*kind != 1 && *kind != 2)) return std::nullopt;
  return Subject{static_cast<SubjectKind>(*kind), std::string(key)};
}

std::string NodeKey(char tag) {
  std::string key = PartitionKey(kNodePartition);
  key.push_back(tag);
  return key;
}

// The rest of a node key with this tag.
std::optional<std::string_view> AfterNodeTag(std::string_view key, char tag) {
  if (key.size() < 2 || static_cast<uint8_t>(key[0]) != kNodePartition || key[1] != tag) return std::nullopt;
  return key.substr(2);
}

}  // namespace

uint64_t StableHash(std::string_view text) {
  uint64_t hash = 0xcbf29ce484222325u;
  for (const char c : text) hash = (hash ^ static_cast<uint8_t>(c)) * 0x100000001b3u;
  hash ^= hash >> 33;
  hash *= 0xff51afd7ed558ccdu;
  hash ^= hash >> 33;
  hash *= 0xc4ceb9fe1a85ec53u;
  hash ^= hash >> 33;
  return hash;
}

uint8_t PartitionOf(std::string_view subject_key) {
  return static_cast<uint8_t>(StableHash(subject_key) % kPartitionCount);
}

std::string PartitionKey(uint8_t partition) { return std::string(1, static_cast<char>(partition)); }

std::string MetaKey(std::string_view name) { return PartitionKey(kNodePartition).append(name); }

std::string VersionKey(uint8_t partition, uint64_t sequence) {
  std::string key = PartitionKey(partition);
  AddNumber(key, sequence, 8);
  return key;
}

std::string StateKey(std::string_view student) { return PartitionKey(PartitionOf(student)).append(student); }

std::string SchoolKey(std::string_view school) { return PartitionKey(PartitionOf(school)).append(school); }

std::string PlacedKey(std::string_view school, std::string_view student) {
  return PlacedPrefix(PartitionOf(student), school).append(student);
}

std::string PlacedPrefix(uint8_t partition, std::string_view school) {
  std::string key = PartitionKey(partition);
  AddEscaped(key, school);
  return key;
}

std::string AfterPlaced(uint8_t partition, std::string_view school) {
  std::string key = PlacedPrefix(partition, school);
  ++key.back();  // A name ends with 0 1, and nothing but 0 FF stands for a 0 of a name.
  return key;
}

std::string LinkKey(std::string_view student, std::string_view other) {
  std::string key = PartitionKey(PartitionOf(student));
  AddEscaped(key, student);
  return key.append(other);
}

std::string ChannelKey(std::string_view source, std::string_view channel) {
  return ChannelPrefix(source).append(channel);
}

std::string ChannelPrefix(std::string_view source) {
  std::string key = NodeKey(kChannelTag);
  AddEscaped(key, source);
  return key;
}

std::string RejectionCountsKey(std::string_view source) { return NodeKey(kRejectionCountsTag).append(source); }

std::string RejectionKey(std::string_view source, uint64_t id) {
  std::string key = RejectionPrefix(source);
  AddNumber(key, id, 8);
  return key;
}

std::string RejectionPrefix(std::string_view source) {
  std::string key = PartitionKey(kNodePartition);
  AddEscaped(key, source);
  return key;
}

std::string EvaluationKey(const Subject& subject) {
  std::string key = PartitionKey(PartitionOf(subject.key));
  AddByte(key, static_cast<uint8_t>(subject.kind));
  return key.append(subject.key);
}

std::string DueKey(Day day, const Subject& subject) {
  std::string key = DuePrefix(PartitionOf(subject.key), day);
  AddByte(key, static_cast<uint8_t>(subject.kind));
  return key.append(subject.key);
}

std::string DuePrefix(uint8_t partition, Day day) {
  std::string key = PartitionKey(partition);
  AddNumber(key, OrderedDay(day), 4);
  return key;
}

std::string AlertKey(uint64_t id) {
  std::string key = PartitionKey(static_cast<uint8_t>(id % kPartitionCount));
  AddNumber(key, id, 8);
  return key;
}

std::string ChangeKey(uint64_t sequence) {
  std::string key = PartitionKey(kNodePartition);
  AddNumber(key, sequence, 8);
  return key;
}

std::string RequestKey(std::string_view request_id) { return NodeKey(kRequestTag).append(request_id); }

std::string RequestAgeKey(uint64_t micros, std::string_view request_id) {
  std::string key = NodeKey(kRequestAgeTag);
  AddNumber(key, micros, 8);
  return key.append(request_id);
}

std::string DigestKey(uint64_t id) {
  std::string key = NodeKey(kDigestTag);
  AddNumber(key, id, 8);
  return key;
}

std::string OpenDigestKey(std::string_view team) { return NodeKey(kOpenDigestTag).append(team); }

std::optional<uint64_t> SequenceOfVersionKey(std::string_view key) {
  if (key.size() != 9) return std::nullopt;
  key.remove_prefix(1);
  return TakeNumber(key, 8);
}

std::optional<uint64_t> SequenceOfChangeKey(std::string_view key) { return SequenceOfVersionKey(key); }

std::optional<uint64_t> IdOfAlertKey(std::string_view key) { return SequenceOfVersionKey(key); }

std::optional<std::string> NameOfStateKey(std::string_view key) {
  if (key.empty()) return std::nullopt;
  return std::string(key.substr(1));
}

std::optional<std::string> SchoolOfPlacedKey(std::string_view key) {
  if (key.empty()) return std::nullopt;
  key.remove_prefix(1);
  return TakeEscaped(key);
}

std::optional<LinkEnds> EndsOfLinkKey(std::string_view key) {
  if (key.empty()) return std::nullopt;
  key.remove_prefix(1);
  auto student = TakeEscaped(key);
  if (!student) return std::nullopt;
  return LinkEnds{*std::move(student), std::string(key)};
}

std::optional<Subject> SubjectOfEvaluationKey(std::string_view key) {
  if (key.empty()) return std::nullopt;
  return TakeSubject(key.substr(1));
}

std::optional<DueMark> MarkOfDueKey(std::string_view key) {
  if (key.empty()) return std::nullopt;
  key.remove_prefix(1);
  const auto day = TakeNumber(key, 4);
  if (!day) return std::nullopt;
  auto subject = TakeSubject(key);
  if (!subject) return std::nullopt;
  return DueMark{Day(static_cast<int32_t>(static_cast<uint32_t>(*day) ^ 0x80000000u)), *std::move(subject)};
}

std::optional<ChannelNames> NamesOfChannelKey(std::string_view key) {
  auto rest = AfterNodeTag(key, kChannelTag);
  if (!rest) return std::nullopt;
  auto source = TakeEscaped(*rest);
  if (!source) return std::nullopt;
  return ChannelNames{*std::move(source), std::string(*rest)};
}

std::optional<std::string> SourceOfRejectionCountsKey(std::string_view key) {
  const auto rest = AfterNodeTag(key, kRejectionCountsTag);
  if (!rest) return std::nullopt;
  return std::string(*rest);
}

std::optional<uint64_t> IdOfRejectionKey(std::string_view key) {
  if (key.size() < 9) return std::nullopt;
  key.remove_prefix(key.size() - 8);
  return TakeNumber(key, 8);
}

std::optional<RequestAge> AgeOfRequestAgeKey(std::string_view key) {
  auto rest = AfterNodeTag(key, kRequestAgeTag);
  if (!rest) return std::nullopt;
  const auto micros = TakeNumber(*rest, 8);
  if (!micros) return std::nullopt;
  return RequestAge{*micros, std::string(*rest)};
}

bool IsDigestKey(std::string_view key) { return AfterNodeTag(key, kDigestTag).has_value(); }

}  // namespace vangnet
