#include "services/convert/school_pattern.h"

namespace vangnet {
namespace {

bool IsDigit(char c) { return c >= '0' && c <= '9'; }
bool IsCapital(char c) { return c >= 'A' && c <= 'Z'; }

}  // namespace

SchoolPattern::SchoolPattern(std::string_view pattern) {
  if (pattern.empty() || pattern == kDefaultSchoolPattern) return;
  RE2::Options options;
  options.set_log_errors(false);
  expression_ = std::make_unique<const RE2>(re2::StringPiece(pattern.data(), pattern.size()), options);
}

bool SchoolPattern::Matches(std::string_view school) const {
  if (expression_ != nullptr) {
    return expression_->ok() && RE2::FullMatch(re2::StringPiece(school.data(), school.size()), *expression_);
  }
  return school.size() == 6 && IsDigit(school[0]) && IsDigit(school[1]) && IsCapital(school[2]) &&
         IsCapital(school[3]) && IsDigit(school[4]) && IsDigit(school[5]);
}

}  // namespace vangnet
