// Reason is why a record is refused; every reason there is stands in the table of reasons.cc and in README.md.
//
// Names are part of the contract with senders: never renamed, only added to. Sentences never hold a student's data.
#ifndef VANGNET_SERVICES_CONVERT_REASONS_H_
#define VANGNET_SERVICES_CONVERT_REASONS_H_

#include <cstdint>

namespace vangnet {

enum class Reason : uint8_t {
  // The record as a whole.
  kMalformedRecord = 0,
  kRecordTooLarge,
  kInvalidUtf8,
  kControlCharacter,
  kMalformedJson,
  kUnknownField,
  kOnlyOneAllowed,
  kUnknownFact,
  // A field.
  kRequired,
  kTooLong,
  kMalformedSource,
  kUnknownEnumValue,
  kMalformedDay,
  kMalformedTime,
  kMalformedMunicipality,
  kSchoolPattern,
  kPeriodTooHigh,
  // Days and times among each other.
  kOpenEndIsEmpty,
  kDayBefore1990,
  kFirstDayTooFar,
  kThroughDayInFuture,
  kLastDayBeforeFirstDay,
  kLastPeriodBeforeFirst,
  kFromNotBeforeUntil,
  kOverlappingSessions,
};
inline constexpr int kReasonCount = 25;

// Such as "LAST_DAY_BEFORE_FIRST_DAY".
const char* ReasonName(Reason reason);
// What is wrong, in words: lower case, no full stop.
const char* ReasonSentence(Reason reason);

}  // namespace vangnet

#endif  // VANGNET_SERVICES_CONVERT_REASONS_H_
