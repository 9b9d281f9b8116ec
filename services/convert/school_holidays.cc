#include "services/convert/school_holidays.h"

#include <string_view>

#include "services/convert/configuration_text.h"
#include "services/convert/field_reader.h"
#include "services/convert/school_holidays_text.h"
#include "services/convert/timetable_reader.h"

namespace vangnet {
namespace {

std::string_view TextOf(config::v1::HolidayRegion part) {
  switch (part) {
    case config::v1::HOLIDAY_REGION_NOORD:
      return HolidaysNoordText();
    case config::v1::HOLIDAY_REGION_MIDDEN:
      return HolidaysMiddenText();
    case config::v1::HOLIDAY_REGION_ZUID:
      return HolidaysZuidText();
    default:
      return "";
  }
}

}  // namespace

std::vector<Closure> SchoolHolidaysOf(config::v1::HolidayRegion part) {
  config::v1::SchoolHolidays proto;
  ConfigurationText text(TextOf(part), proto);
  FieldReader reader(text, {});
  std::vector<Closure> holidays;
  const FieldPath root;
  for (int i = 0; i < proto.closures_size(); ++i) {
    holidays.push_back(ReadClosure(proto.closures(i), root.Sub("closures", i), reader));
  }
  return holidays;  // that nothing is wrong with them is a test
}

}  // namespace vangnet
