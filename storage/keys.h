// Keys of the tables, as bytes. storage/README.md has the table; tests/storage/keys_test.cc has the bytes.
//
// Every key starts with a partition byte: 0 to 63 by the hash of the child or school it belongs to, or kNodePartition
// for what belongs to the node. Numbers are big endian, so that bytes compare as the numbers do. A string that is not
// the last part of a key is escaped (00 becomes 00 FF) and ends in 00 01, so that keys compare as their parts do.
//
// Persisted. Never change what a function returns for the same arguments.
#ifndef VANGNET_STORAGE_KEYS_H_
#define VANGNET_STORAGE_KEYS_H_

#include <cstdint>
#include <optional>
#include <string>
#include <string_view>

#include "domain/day.h"
#include "domain/record.h"

namespace vangnet {

inline constexpr int kPartitionCount = 64;
inline constexpr uint8_t kNodePartition = 0xFF;

// FNV-1a of 64 bits with the finaliser of MurmurHash3, whose low bits FNV alone leaves weak.
uint64_t StableHash(std::string_view text);
// 0 to 63.
uint8_t PartitionOf(std::string_view subject_key);

// The key that is the partition alone: the beginning of the partition in a table.
std::string PartitionKey(uint8_t partition);

std::string MetaKey(std::string_view name);                                 // kMeta
std::string VersionKey(uint8_t partition, uint64_t sequence);               // kVersions
std::string StateKey(std::string_view student);                             // kStates
std::string SchoolKey(std::string_view school);                             // kSchools
std::string PlacedKey(std::string_view school, std::string_view student);   // kPlaced
std::string PlacedPrefix(uint8_t partition, std::string_view school);       // kPlaced
std::string AfterPlaced(uint8_t partition, std::string_view school);        // kPlaced: behind all keys of the school
std::string LinkKey(std::string_view student, std::string_view other);      // kLinks
std::string ChannelKey(std::string_view source, std::string_view channel);  // kSources
std::string ChannelPrefix(std::string_view source);                         // kSources
std::string RejectionCountsKey(std::string_view source);                    // kSources
std::string RejectionKey(std::string_view source, uint64_t id);             // kQuarantine
std::string RejectionPrefix(std::string_view source);                       // kQuarantine
std::string EvaluationKey(const Subject& subject);                          // kEvaluations
std::string DueKey(Day day, const Subject& subject);                        // kDue
std::string DuePrefix(uint8_t partition, Day day);                          // kDue
std::string AlertKey(uint64_t id);                                          // kAlerts
std::string ChangeKey(uint64_t sequence);                                   // kChanges
std::string RequestKey(std::string_view request_id);                        // kRequests
std::string RequestAgeKey(uint64_t micros, std::string_view request_id);    // kRequests
std::string DigestKey(uint64_t id);                                         // kDigests
std::string OpenDigestKey(std::string_view team);                           // kDigests

// What a key says, or nothing when it is not of that form.
std::optional<uint64_t> SequenceOfVersionKey(std::string_view key);
std::optional<uint64_t> SequenceOfChangeKey(std::string_view key);
std::optional<uint64_t> IdOfAlertKey(std::string_view key);
// Of kStates and kSchools alike.
std::optional<std::string> NameOfStateKey(std::string_view key);
std::optional<std::string> SchoolOfPlacedKey(std::string_view key);
struct LinkEnds {
  std::string student;
  std::string other;
};
std::optional<LinkEnds> EndsOfLinkKey(std::string_view key);
std::optional<Subject> SubjectOfEvaluationKey(std::string_view key);
struct DueMark {
  Day day;
  Subject subject;
};
std::optional<DueMark> MarkOfDueKey(std::string_view key);
struct ChannelNames {
  std::string source;
  std::string channel;
};
std::optional<ChannelNames> NamesOfChannelKey(std::string_view key);
std::optional<std::string> SourceOfRejectionCountsKey(std::string_view key);
std::optional<uint64_t> IdOfRejectionKey(std::string_view key);
struct RequestAge {
  uint64_t micros = 0;
  std::string request_id;
};
std::optional<RequestAge> AgeOfRequestAgeKey(std::string_view key);
// Of a closed digest.
bool IsDigestKey(std::string_view key);

}  // namespace vangnet

#endif  // VANGNET_STORAGE_KEYS_H_
