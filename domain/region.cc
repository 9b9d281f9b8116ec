#include "domain/region.h"

namespace vangnet {

const char* AudienceName(Audience audience) {
  switch (audience) {
    case Audience::kSchool:
      return "AUDIENCE_SCHOOL";
    case Audience::kSupportTeam:
      return "AUDIENCE_SUPPORT_TEAM";
    case Audience::kAttendanceOfficer:
      return "AUDIENCE_ATTENDANCE_OFFICER";
    case Audience::kBoard:
      return "AUDIENCE_BOARD";
    case Audience::kDataSteward:
      return "AUDIENCE_DATA_STEWARD";
  }
  return "";
}

}  // namespace vangnet
