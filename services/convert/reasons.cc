#include "services/convert/reasons.h"

#include <cstddef>
#include <iterator>

namespace vangnet {
namespace {

struct Row {
  const char* name;
  const char* sentence;
};

// In the order of Reason.
constexpr Row kRows[] = {
    {"MALFORMED_RECORD", "these bytes are no vangnet.v1.Record"},
    {"RECORD_TOO_LARGE", "a record has at most 65,536 bytes"},
    {"INVALID_UTF8", "the text is not valid UTF-8"},
    {"CONTROL_CHARACTER", "control characters, line ends and tabs among them, are not allowed"},
    {"MALFORMED_JSON", "this is no JSON form of a vangnet.v1.Record"},
    {"UNKNOWN_FIELD", "a record has no field of this name"},
    {"ONLY_ONE_ALLOWED", "of the kinds of fact, as of the extents, only one may be given"},
    {"UNKNOWN_FACT", "this kind of fact is not known to this server"},
    {"REQUIRED", "the field is required and missing"},
    {"TOO_LONG", "the text is longer than the field allows"},
    {"MALFORMED_SOURCE", "a source is 1 to 64 of a-z, 0-9, '.', '_' and '-'"},
    {"UNKNOWN_ENUM_VALUE", "the field has no value of this name or number"},
    {"MALFORMED_DAY", "a day is written YYYY-MM-DD and must exist"},
    {"MALFORMED_TIME", "a time is written HH:MM, 00:00 to 23:59; 24:00 only as an end"},
    {"MALFORMED_MUNICIPALITY", "a municipality is its CBS code of four digits"},
    {"SCHOOL_PATTERN", "the key of a school does not have the form that the region's configuration asks for"},
    {"PERIOD_TOO_HIGH", "a lesson period is at most 65,535"},
    {"OPEN_END_IS_EMPTY", "9999-12-31 is no day: leave an end that is not known empty"},
    {"DAY_BEFORE_1990", "days before 1990-01-01 are not known"},
    {"FIRST_DAY_TOO_FAR", "the first day lies more than 3 years (of an absence: 1 year) after the day of receipt"},
    {"THROUGH_DAY_IN_FUTURE", "a day after the day of receipt cannot be complete"},
    {"LAST_DAY_BEFORE_FIRST_DAY", "the last day lies before the first"},
    {"LAST_PERIOD_BEFORE_FIRST", "the last lesson period comes before the first"},
    {"FROM_NOT_BEFORE_UNTIL", "`until` must be later than `from`"},
    {"OVERLAPPING_SESSIONS", "the session overlaps another one of its weekday"},
};
static_assert(std::size(kRows) == kReasonCount);
static_assert(static_cast<int>(Reason::kOverlappingSessions) == kReasonCount - 1);

}  // namespace

const char* ReasonName(Reason reason) { return kRows[static_cast<size_t>(reason)].name; }
const char* ReasonSentence(Reason reason) { return kRows[static_cast<size_t>(reason)].sentence; }

}  // namespace vangnet
