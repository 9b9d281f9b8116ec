// The files of deploy/config/holidays, compiled in, so that a binary needs no files beside it.
#ifndef VANGNET_SERVICES_CONVERT_SCHOOL_HOLIDAYS_TEXT_H_
#define VANGNET_SERVICES_CONVERT_SCHOOL_HOLIDAYS_TEXT_H_

#include <string_view>

namespace vangnet {

std::string_view HolidaysNoordText();
std::string_view HolidaysMiddenText();
std::string_view HolidaysZuidText();

}  // namespace vangnet

#endif  // VANGNET_SERVICES_CONVERT_SCHOOL_HOLIDAYS_TEXT_H_
