// StoryWithFaults sends a region's records to a ServiceOnDisk that keeps failing, as its senders would: each chunk
// until it is acknowledged. What was acknowledged is remembered outside the service, and compared with what it holds.
//
// Thread safety: one thread at a time.
// Limits and cost: a story of a hundred acts takes about as many milliseconds, without its restarts.
#ifndef VANGNET_TESTS_FAULTS_STORY_WITH_FAULTS_H_
#define VANGNET_TESTS_FAULTS_STORY_WITH_FAULTS_H_

#include <cstdint>
#include <functional>
#include <map>
#include <memory>
#include <set>
#include <string>
#include <vector>

#include "domain/record.h"
#include "tests/faults/fault_counts.h"
#include "tests/faults/service_on_disk.h"
#include "tests/faults/simulated_disk.h"

namespace vangnet_testing {

// One thing that happens to the service.
struct Act {
  enum class Kind { kSend, kSweep, kAcknowledge };
  Kind kind = Kind::kSend;
  std::vector<vangnet::Record> records;  // kSend
  vangnet::Day today;                    // kSweep
  uint64_t choice = 0;                   // kAcknowledge: which of the open alerts
};

// The same for the same seed: placements, absences, links and corrections of a dozen children over some weeks.
std::vector<Act> MakeActs(uint64_t seed, size_t count);

class StoryWithFaults {
 public:
  StoryWithFaults(std::vector<Act> acts, std::shared_ptr<SimulatedDisk> disk,
                  const ServiceOnDisk::Options& options = {});

  // Called between acts, with the number of the next: what it does to the disk or the service.
  std::function<void(size_t act)> before_act = [](size_t) {};
  // Called once the program is down, before it is started again.
  std::function<void()> while_down = [] {};
  // Called when the disk is full, before the sender tries again.
  std::function<void()> when_full = [] { Pause(); };

  // As a sender that was told to try again later; 20 ms.
  static void Pause();
  // Ends the program and starts it again; true when it came up. Start is tried until it works, some times.
  bool Restart();
  // All acts to the end, and what came of it.
  FaultCounts Run();

  // What the service and its senders were told was wrong, in order.
  const std::vector<std::string>& errors() const { return errors_; }
  // For the message of a failed test.
  std::string Explain(const FaultCounts& counts) const;
  ServiceOnDisk& service() { return service_; }
  Holdings& holdings() { return holdings_; }

 private:
  void DoUntilDone(const Act& act, size_t number);
  absl::Status Do(const Act& act);
  absl::Status AcknowledgeOne(uint64_t choice);
  // What it holds now against what it acknowledged and was sent.
  void Compare(FaultCounts& counts);

  const std::vector<Act> acts_;
  const std::shared_ptr<SimulatedDisk> disk_;
  ServiceOnDisk service_;
  absl::Time now_ = absl::FromUnixSeconds(1'790'000'000);
  vangnet::Day today_;
  bool up_ = false;
  FaultCounts counts_;
  // The oracle.
  std::map<Holdings::RecordName, std::map<uint64_t, uint64_t>> sent_;  // digest by revision
  std::map<Holdings::RecordName, uint64_t> acknowledged_;              // highest revision
  std::set<std::pair<Holdings::RecordName, uint64_t>> versions_acknowledged_;
  std::set<uint64_t> alerts_acknowledged_;
  Holdings holdings_;
  std::vector<std::string> errors_;
};

// What a story comes to when nothing fails, by its seed and length.
std::vector<std::string> OpenAlertsOfACleanRun(const std::vector<Act>& acts);

}  // namespace vangnet_testing

#endif  // VANGNET_TESTS_FAULTS_STORY_WITH_FAULTS_H_
