// SimulatedChild lives one made-up school career and tells all records that it leaves behind.
//
// Thread safety: one thread at a time.
#ifndef VANGNET_CLI_SIMULATION_SIMULATED_CHILD_H_
#define VANGNET_CLI_SIMULATION_SIMULATED_CHILD_H_

#include <optional>
#include <string>
#include <vector>

#include "cli/simulation/arrivals.h"
#include "cli/simulation/random.h"
#include "cli/simulation/simulated_region.h"

namespace vangnet {

class SimulatedChild {
 public:
  // The child with this number, from 1. `plan` and `arrivals` outlive it.
  SimulatedChild(const SimulationPlan& plan, int64_t number, Arrivals& arrivals);
  void Live();

 private:
  // A time at one school.
  struct Stay {
    const SimulatedSchool* school;
    std::string student;  // the key under which this school knows the child
    DayInterval days;     // last kDayMax: still there
    std::string end_reason;
  };
  // One version of an absence.
  struct AbsenceVersion {
    const char* category;
    const char* authorised;
    std::string extent_name;
    std::string extent;  // JSON
  };

  const SimulatedSchool& AnySchool();
  // A moment of a school morning on or after `day`.
  Moment MorningOf(Day day);
  // Adds the line; now and then it comes days late, or twice.
  void Deliver(Moment at, std::string line);

  void DrawCareer();
  void ChangeSchool(Day left_on);
  void TellProfile();
  void TellStay(const Stay& stay, int number);
  void TellExemption();
  void TellApplication();
  void TellArrangement();
  void TellReport(const DayInterval& days);

  void GoToSchool(const Stay& stay);
  // Sick from `day`; returns the last day of the spell.
  Day FallSick(const Stay& stay, Day day);
  void BeTruant(const Stay& stay, Day day);
  void TakeLuxuryLeave(const Stay& stay, Day holiday);
  Day StayAway(const Stay& stay, Day day);
  // Sends version after version of one absence: the first at `at`, each next one `days_between` days later.
  void TellAbsence(const Stay& stay, Moment at, const std::vector<AbsenceVersion>& versions, int days_between);
  static std::string DaysExtent(Day first, std::optional<Day> last);

  const SimulationPlan& plan_;
  Arrivals& arrivals_;
  Random random_;
  std::string key_;
  Day birth_date_;
  const SimulatedSchool* home_;  // the school of its neighbourhood
  std::optional<Day> moved_in_;
  std::optional<Day> moved_out_;
  bool exempt_ = false;
  std::vector<Stay> stays_;
  int absences_ = 0;
  double frailty_ = 1.0;
  bool truant_ = false;
  bool often_late_ = false;
  bool luxury_ = false;
  bool drops_out_ = false;
};

}  // namespace vangnet

#endif  // VANGNET_CLI_SIMULATION_SIMULATED_CHILD_H_
