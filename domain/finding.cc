#include "domain/finding.h"

namespace vangnet {

const char* CauseName(Cause cause) {
  switch (cause) {
    case Cause::kPlacementEnded:
      return "PLACEMENT_ENDED";
    case Cause::kExemptionEnded:
      return "EXEMPTION_ENDED";
    case Cause::kMovedIn:
      return "MOVED_IN";
    case Cause::kReachedAge:
      return "REACHED_AGE";
    case Cause::kNeverPlaced:
      return "NEVER_PLACED";
  }
  return "";
}

const char* CoverageName(Coverage coverage) {
  switch (coverage) {
    case Coverage::kComplete:
      return "COMPLETE";
    case Coverage::kIncomplete:
      return "INCOMPLETE";
  }
  return "";
}

}  // namespace vangnet
