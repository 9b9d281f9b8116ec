// SchoolPattern tells whether a text is the key of a school: BRIN with location, or as the region configures it.
//
// Thread safety: immutable after construction; Matches may be called concurrently.
// Cost: some nanoseconds for the default pattern, a few hundred for another.
#ifndef VANGNET_SERVICES_CONVERT_SCHOOL_PATTERN_H_
#define VANGNET_SERVICES_CONVERT_SCHOOL_PATTERN_H_

#include <memory>
#include <string_view>

#include "re2/re2.h"

namespace vangnet {

inline constexpr std::string_view kDefaultSchoolPattern = R"(\d{2}[A-Z]{2}\d{2})";

class SchoolPattern {
 public:
  // An RE2 expression. One that is not valid matches nothing.
  explicit SchoolPattern(std::string_view pattern);
  // `school` as a whole.
  bool Matches(std::string_view school) const;
  bool valid() const { return expression_ == nullptr || expression_->ok(); }

 private:
  std::unique_ptr<const RE2> expression_;  // null: the default pattern, matched by hand
};

}  // namespace vangnet

#endif  // VANGNET_SERVICES_CONVERT_SCHOOL_PATTERN_H_
