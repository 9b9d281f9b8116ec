// FieldReader reads single fields of wire messages into domain values and reports what is wrong with each.
//
// Guarantees: a value that was reported is returned as a harmless default, so that a caller may go on and find more;
//   the caller looks at the report at the end. Reports come in the order in which the fields are read.
// Thread safety: one thread at a time.
#ifndef VANGNET_SERVICES_CONVERT_FIELD_READER_H_
#define VANGNET_SERVICES_CONVERT_FIELD_READER_H_

#include <cstdint>
#include <optional>
#include <string>
#include <string_view>

#include "domain/day.h"
#include "services/convert/field_path.h"
#include "services/convert/reasons.h"
#include "services/convert/school_pattern.h"

namespace vangnet {

// Where problems go.
class FieldProblems {
 public:
  virtual ~FieldProblems() = default;
  virtual void Add(Reason reason, const FieldPath& path) = 0;
};

inline constexpr size_t kKeyBytesMax = 128;  // student, record_id, other, school
inline constexpr size_t kSourceBytesMax = 64;
inline constexpr size_t kGroupBytesMax = 64;
inline constexpr size_t kNumberBytesMax = 64;
inline constexpr size_t kNameBytesMax = 256;
inline constexpr size_t kReasonCodeBytesMax = 32;
// Whether a text may name a source: 1 to kSourceBytesMax of the characters a to z, 0 to 9, `.`, `_` and `-`.
bool IsSource(std::string_view text);

inline constexpr int kMonthsAheadMax = 36;         // a first day, after the day of receipt
inline constexpr int kAbsenceMonthsAheadMax = 12;  // that of an absence

class FieldReader {
 public:
  struct Limits {
    std::optional<Day> received_on;                 // none: limits that are relative to it are not checked
    const SchoolPattern* school_pattern = nullptr;  // null: not checked
  };
  // `problems` outlives the reader.
  FieldReader(FieldProblems& problems, const Limits& limits) : problems_(problems), limits_(limits) {}

  void Add(Reason reason, const FieldPath& path) { problems_.Add(reason, path); }

  // `text` when it may be empty, has no control characters and at most `bytes_max` bytes.
  std::string Text(std::string_view text, size_t bytes_max, const FieldPath& path);
  std::string RequiredText(std::string_view text, size_t bytes_max, const FieldPath& path);
  std::string School(std::string_view text, const FieldPath& path);
  // Empty, or a CBS code.
  std::string MunicipalityCode(std::string_view text, const FieldPath& path);

  // A day that neither begins nor ends anything, or whose lateness does not matter.
  Day RequiredDay(std::string_view text, const FieldPath& path);
  std::optional<Day> OptionalDay(std::string_view text, const FieldPath& path);
  // A first day, at most `months_ahead` after the day of receipt.
  Day FirstDay(std::string_view text, const FieldPath& path, int months_ahead = kMonthsAheadMax);
  // An interval whose first day is required (or else empty: kDayMin) and whose last may be empty (kDayMax).
  DayInterval Days(std::string_view first, const FieldPath& first_path, std::string_view last,
                   const FieldPath& last_path, int months_ahead = kMonthsAheadMax);
  DayInterval OptionalDays(std::string_view first, const FieldPath& first_path, std::string_view last,
                           const FieldPath& last_path);
  // At most the day of receipt.
  Day ThroughDay(std::string_view text, const FieldPath& path);

  // [from, until), both required.
  struct Span {
    MinuteOfDay from = 0;
    MinuteOfDay until = 0;
  };
  Span Times(std::string_view from, const FieldPath& from_path, std::string_view until, const FieldPath& until_path);
  // Empty, or a time before 24:00.
  std::optional<MinuteOfDay> OptionalTime(std::string_view text, const FieldPath& path);

  // `value` as the domain's enum of the same numbers. `is_valid` is the generated E_IsValid.
  template <typename E>
  E RequiredEnum(int value, bool (*is_valid)(int), const FieldPath& path) {
    if (value == 0) {
      Add(Reason::kRequired, path);
    } else if (!is_valid(value)) {
      Add(Reason::kUnknownEnumValue, path);
    } else {
      return static_cast<E>(value);
    }
    return static_cast<E>(1);
  }
  // The same; `unspecified` where it is not given.
  template <typename E>
  E OptionalEnum(int value, bool (*is_valid)(int), E unspecified, const FieldPath& path) {
    if (value == 0) return unspecified;
    return RequiredEnum<E>(value, is_valid, path);
  }

 private:
  std::optional<Day> ParseDay(std::string_view text, const FieldPath& path);
  // The same; 9999-12-31 is refused.
  std::optional<Day> ParseEnd(std::string_view text, const FieldPath& path);
  Day LastDay(std::string_view text, Day first, const FieldPath& path);

  FieldProblems& problems_;
  const Limits limits_;
};

}  // namespace vangnet

#endif  // VANGNET_SERVICES_CONVERT_FIELD_READER_H_
