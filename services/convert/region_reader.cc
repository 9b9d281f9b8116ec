#include <map>
#include <set>
#include <string>
#include <utility>
#include <vector>

#include "absl/time/time.h"
#include "domain/national_holidays.h"
#include "services/convert/configuration.h"
#include "services/convert/configuration_text.h"
#include "services/convert/field_reader.h"
#include "services/convert/school_holidays.h"
#include "services/convert/school_pattern.h"
#include "services/convert/suggestion.h"
#include "services/convert/timetable_reader.h"
#include "services/convert/wire.h"
#include "vangnet/config/v1/region.pb.h"

namespace vangnet {
namespace {

// Reads one region. A method a list.
class RegionReader {
 public:
  explicit RegionReader(std::string_view text) : text_(text, proto_), pattern_(proto_.school_pattern()) {}

  Configuration<Region> Read() {
    ReadTimeZone();
    ReadPattern();
    ReadCalendar();
    ReadPublicHolidays();
    ReadTeams();
    ReadUnits();
    ReadMunicipalities();
    ReadSchools();
    ReadAudiences();
    return text_.Finish(std::move(region_));
  }

 private:
  void ReadTimeZone() {
    if (proto_.time_zone().empty()) return;
    absl::TimeZone zone;
    if (!absl::LoadTimeZone(proto_.time_zone(), &zone)) {
      text_.Error(root_.Sub("time_zone"), "unknown time zone '" + proto_.time_zone() + "'");
    }
    region_.time_zone = proto_.time_zone();
  }

  void ReadPattern() {
    region_.school_pattern =
        proto_.school_pattern().empty() ? std::string(kDefaultSchoolPattern) : proto_.school_pattern();
    if (!pattern_.valid()) text_.Error(root_.Sub("school_pattern"), "not a regular expression");
  }

  void ReadCalendar() {
    FieldReader reader(text_, {});
    if (proto_.default_timetable().empty()) {
      text_.Missing(root_.Sub("default_timetable"), "a region needs a timetable for schools that sent none");
    }
    for (int i = 0; i < proto_.default_timetable_size(); ++i) {
      const FieldPath path = root_.Sub("default_timetable", i);
      if (proto_.default_timetable(i).sessions().empty()) {
        text_.Missing(path.Sub("sessions"), "a timetable of the region needs sessions");
      }
      region_.default_timetable.push_back(ReadTimetable(proto_.default_timetable(i), path, reader));
    }
    for (int i = 0; i < proto_.closures_size(); ++i) {
      region_.closures.push_back(ReadClosure(proto_.closures(i), root_.Sub("closures", i), reader));
    }
    if (proto_.holiday_region() == config::v1::HOLIDAY_REGION_UNSPECIFIED) return;
    const auto part = reader.RequiredEnum<config::v1::HolidayRegion>(
        proto_.holiday_region(), config::v1::HolidayRegion_IsValid, root_.Sub("holiday_region"));
    for (const Closure& holiday : SchoolHolidaysOf(part)) region_.closures.push_back(holiday);
  }

  // Adds the days that are worked out.
  void ReadNationalHolidays(std::set<Day>& days) {
    if (!proto_.has_national_holidays()) return;
    FieldReader reader(text_, {});
    const auto& national = proto_.national_holidays();
    const FieldPath path = root_.Sub("national_holidays");
    const int first_year = national.has_first_year() ? national.first_year() : kNationalHolidaysFirstYear;
    const int last_year = national.has_last_year() ? national.last_year() : kNationalHolidaysLastYear;
    const auto is_year = [](int year) {
      return year >= kNationalHolidaysFirstYear && year <= kNationalHolidaysLastYear;
    };
    if (!is_year(first_year)) text_.Error(path.Sub("first_year"), "must be 1990 to 2100");
    if (!is_year(last_year)) text_.Error(path.Sub("last_year"), "must be 1990 to 2100");
    if (!is_year(first_year) || !is_year(last_year)) return;
    if (last_year < first_year) text_.Error(path.Sub("last_year"), "the last year lies before the first");
    if (national.holidays().empty()) text_.Missing(path.Sub("holidays"), "name the holidays that are kept");
    for (int i = 0; i < national.holidays_size(); ++i) {
      const auto holiday = reader.RequiredEnum<NationalHoliday>(
          national.holidays(i), config::v1::NationalHoliday_IsValid, path.Sub("holidays", i));
      for (int year = first_year; year <= last_year; ++year) days.insert(NationalHolidayIn(holiday, year));
    }
  }

  void ReadPublicHolidays() {
    FieldReader reader(text_, {});
    std::set<Day> days;
    for (int i = 0; i < proto_.public_holidays_size(); ++i) {
      const auto& holiday = proto_.public_holidays(i);
      const FieldPath path = root_.Sub("public_holidays", i);
      const Day day = reader.RequiredDay(holiday.day(), path.Sub("day"));
      reader.Text(holiday.name(), kNameBytesMax, path.Sub("name"));
      if (!days.insert(day).second && Day::Parse(holiday.day()) == day) {
        text_.Warn(path.Sub("day"), "the day is listed twice");
      }
    }
    ReadNationalHolidays(days);
    region_.public_holidays.assign(days.begin(), days.end());
  }

  void ReadTeams() {
    FieldReader reader(text_, {});
    for (int i = 0; i < proto_.teams_size(); ++i) {
      const FieldPath path = root_.Sub("teams", i);
      std::string key = reader.RequiredText(proto_.teams(i).team(), kKeyBytesMax, path.Sub("team"));
      std::string name = reader.Text(proto_.teams(i).name(), kNameBytesMax, path.Sub("name"));
      Insert(region_.teams, std::move(key), std::move(name), path.Sub("team"));
    }
    const FieldPath fallback = root_.Sub("fallback_team");
    if (proto_.fallback_team().empty()) {
      text_.Missing(fallback, "required: a child that belongs to no unit must still be somebody's");
    }
    region_.fallback_team = proto_.fallback_team();
    Refer(region_.teams, region_.fallback_team, "team", fallback);
  }

  void ReadUnits() {
    FieldReader reader(text_, {});
    for (int i = 0; i < proto_.units_size(); ++i) {
      const auto& unit = proto_.units(i);
      const FieldPath path = root_.Sub("units", i);
      std::string key = reader.RequiredText(unit.unit(), kKeyBytesMax, path.Sub("unit"));
      Unit value;
      value.name = reader.Text(unit.name(), kNameBytesMax, path.Sub("name"));
      value.team = reader.RequiredText(unit.team(), kKeyBytesMax, path.Sub("team"));
      Refer(region_.teams, value.team, "team", path.Sub("team"));
      Insert(region_.units, std::move(key), std::move(value), path.Sub("unit"));
    }
  }

  void ReadMunicipalities() {
    FieldReader reader(text_, {});
    for (int i = 0; i < proto_.municipalities_size(); ++i) {
      const auto& municipality = proto_.municipalities(i);
      const FieldPath path = root_.Sub("municipalities", i);
      const FieldPath code_path = path.Sub("municipality");
      if (municipality.municipality().empty()) text_.Add(Reason::kRequired, code_path);
      std::string code = reader.MunicipalityCode(municipality.municipality(), code_path);
      Municipality value;
      value.name = reader.Text(municipality.name(), kNameBytesMax, path.Sub("name"));
      value.unit = municipality.unit();
      Refer(region_.units, value.unit, "unit", path.Sub("unit"));
      reader.Text(municipality.contact(), kNameBytesMax, path.Sub("contact"));
      Insert(region_.municipalities, std::move(code), std::move(value), code_path);
    }
  }

  void ReadSchools() {
    FieldReader reader(text_, {std::nullopt, pattern_.valid() ? &pattern_ : nullptr});
    for (int i = 0; i < proto_.schools_size(); ++i) {
      const auto& school = proto_.schools(i);
      const FieldPath path = root_.Sub("schools", i);
      std::string key = reader.School(school.school(), path.Sub("school"));
      RegionSchool value;
      value.name = reader.Text(school.name(), kNameBytesMax, path.Sub("name"));
      if (school.kind() != v1::PLACEMENT_KIND_UNSPECIFIED) {
        value.kind = reader.RequiredEnum<PlacementKind>(school.kind(), v1::PlacementKind_IsValid, path.Sub("kind"));
      }
      value.unit = school.unit();
      Refer(region_.units, value.unit, "unit", path.Sub("unit"));
      value.municipality = reader.MunicipalityCode(school.municipality(), path.Sub("municipality"));
      if (!value.municipality.empty() && !region_.municipalities.empty() &&
          !region_.municipalities.contains(value.municipality)) {
        text_.Warn(path.Sub("municipality"), "the region does not list municipality " + value.municipality);
      }
      reader.Text(school.contact(), kNameBytesMax, path.Sub("contact"));
      value.reports_from = reader.OptionalDay(school.reports_from(), path.Sub("reports_from"));
      Insert(region_.schools, std::move(key), std::move(value), path.Sub("school"));
    }
  }

  void ReadAudiences() {
    FieldReader reader(text_, {});
    std::set<int> listed;
    for (int i = 0; i < proto_.audiences_size(); ++i) {
      const auto& basis = proto_.audiences(i);
      const FieldPath path = root_.Sub("audiences", i);
      const auto audience =
          reader.RequiredEnum<Audience>(basis.audience(), config::v1::Audience_IsValid, path.Sub("audience"));
      const std::string legal_basis = reader.Text(basis.legal_basis(), kNameBytesMax, path.Sub("legal_basis"));
      if (basis.audience() == 0) continue;
      if (!listed.insert(basis.audience()).second) {
        text_.Error(path.Sub("audience"), "the audience is listed twice");
      } else if (!legal_basis.empty()) {
        region_.audiences.emplace(audience, legal_basis);
      }
    }
    for (const Audience audience : {Audience::kSchool, Audience::kSupportTeam, Audience::kAttendanceOfficer,
                                    Audience::kBoard, Audience::kDataSteward}) {
      if (region_.audiences.contains(audience)) continue;
      text_.Warn(root_.Sub("audiences"),
                 std::string(AudienceName(audience)) + " has no legal basis here, so it will be told nothing");
    }
  }

  template <typename Value>
  void Insert(std::map<std::string, Value>& map, std::string key, Value value, const FieldPath& path) {
    if (key.empty()) return;  // reported
    const auto [entry, is_new] = map.emplace(std::move(key), std::move(value));
    if (!is_new) text_.Error(path, "'" + entry->first + "' is listed twice");
  }

  // `key`, when given, must be in `map`.
  template <typename Value>
  void Refer(const std::map<std::string, Value>& map, const std::string& key, const char* what, const FieldPath& path) {
    if (key.empty() || map.contains(key)) return;
    std::vector<std::string> keys;
    for (const auto& [known, value] : map) keys.push_back(known);
    text_.Error(path, "there is no " + std::string(what) + " '" + key + "'", DidYouMean(key, keys));
  }

  const FieldPath root_;
  config::v1::Region proto_;
  ConfigurationText text_;
  const SchoolPattern pattern_;
  Region region_;
};

}  // namespace

Configuration<Region> ReadRegion(std::string_view text) { return RegionReader(text).Read(); }

}  // namespace vangnet
