// Region is the configuration of one samenwerkingsverband: calendar, schools, units, teams (contract.md section 5).
//
// It has been validated (services/convert). A value; share it as std::shared_ptr<const Region>.
#ifndef VANGNET_DOMAIN_REGION_H_
#define VANGNET_DOMAIN_REGION_H_

#include <map>
#include <optional>
#include <string>
#include <vector>

#include "domain/day.h"
#include "domain/record.h"
#include "domain/timetable.h"

namespace vangnet {

// Who may be told. Values are those of the configuration. Persisted: never renumber.
enum class Audience : uint8_t { kSchool = 1, kSupportTeam, kAttendanceOfficer, kBoard, kDataSteward };
// "AUDIENCE_SUPPORT_TEAM" and so on.
const char* AudienceName(Audience audience);

struct RegionSchool {
  std::string name;
  std::optional<PlacementKind> kind;
  std::string unit;
  std::string municipality;
  std::optional<Day> reports_from;
  friend bool operator==(const RegionSchool&, const RegionSchool&) = default;
};
struct Unit {
  std::string name;
  std::string team;
  friend bool operator==(const Unit&, const Unit&) = default;
};
struct Municipality {
  std::string name;
  std::string unit;
  friend bool operator==(const Municipality&, const Municipality&) = default;
};

struct Region {
  std::string time_zone = "Europe/Amsterdam";
  std::vector<Timetable> default_timetable;  // in the order listed
  std::vector<Closure> closures;
  std::vector<Day> public_holidays;  // ascending, no day twice
  std::map<std::string, RegionSchool> schools;
  std::map<std::string, Unit> units;
  std::map<std::string, Municipality> municipalities;  // empty: every municipality is the region's
  std::map<std::string, std::string> teams;            // key to name
  std::string fallback_team;
  std::map<Audience, std::string> audiences;  // to the legal basis
  std::string school_pattern;                 // regular expression, never empty
  friend bool operator==(const Region&, const Region&) = default;
};

}  // namespace vangnet

#endif  // VANGNET_DOMAIN_REGION_H_
