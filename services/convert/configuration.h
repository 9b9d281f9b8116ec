// Configuration files: region, policy and server as text proto, read into domain values (contract.md section 5).
//
// Guarantees: all that is wrong is said at once, each with line, field and a sentence; a value is given only when
//   nothing is wrong. Warnings do not stop it. A byte order mark at the beginning is passed over.
// Thread safety: free functions.
#ifndef VANGNET_SERVICES_CONVERT_CONFIGURATION_H_
#define VANGNET_SERVICES_CONVERT_CONFIGURATION_H_

#include <memory>
#include <optional>
#include <string>
#include <string_view>
#include <utility>
#include <vector>

#include "alerts/rules/policy.h"
#include "domain/region.h"

namespace vangnet {

struct ConfigurationProblem {
  int line = 0;       // from 1; 0: the file as a whole
  int column = 0;     // from 1; 0: not known
  std::string field;  // such as rules[3].stages[0].at_least
  std::string message;
  std::string suggestion = "";  // what may have been meant, or what may be done; may be empty
  friend bool operator==(const ConfigurationProblem&, const ConfigurationProblem&) = default;
};

template <typename T>
struct Configuration {
  std::optional<T> value;
  std::vector<ConfigurationProblem> problems;  // in order of line
  std::vector<ConfigurationProblem> warnings;
};

// Settings of vangnetd, defaults filled in; paths resolved against the file's directory by the caller.
struct ServerSettings {
  std::string data_dir = "vangnet-data";
  std::string listen = "127.0.0.1:7443";
  std::string metrics_listen = "127.0.0.1:9464";
  std::string region;  // empty: the sample region
  std::string policy;  // empty: the default policy
  int block_cache_mib = 256;
  int state_cache_mib = 1024;
  int engine_threads = 1;
  int ingest_queue_mib = 64;
  int rejections_per_source_max = 100'000;
  int access_log_mib = 1024;    // 0: none
  int disk_reserve_mib = 512;   // 0: none
  std::string tls_certificate;  // empty: plaintext
  std::string tls_private_key;
  std::string backup_dir;  // empty: no backups
  int hold_new_alerts_above_per_mille = 20;
  friend bool operator==(const ServerSettings&, const ServerSettings&) = default;
};

Configuration<Region> ReadRegion(std::string_view text);
Configuration<Policy> ReadPolicy(std::string_view text);
Configuration<ServerSettings> ReadServerSettings(std::string_view text);

// What a server file with problems says all the same, defaults for the rest: to look at the files that it names, too.
ServerSettings ServerSettingsSoFar(std::string_view text);

// HOST:PORT or [ADDRESS]:PORT; port 0 lets the system choose.
bool IsAddress(std::string_view text);
inline constexpr char kAddressSentence[] = "an address is HOST:PORT, such as 127.0.0.1:7443";

// What is odd about a policy that is in order: its text, what became of it, and the region it is for (null: not known),
// as seen from `today`.
std::vector<ConfigurationProblem> AdviseOnPolicyText(std::string_view text, const Policy& policy, const Region* region,
                                                     Day today);
// The same of a region.
std::vector<ConfigurationProblem> AdviseOnRegionText(std::string_view text, const Region& region, Day today);

// Why a server refuses a policy that is in order by itself; nothing: it takes it. One without rules, such as a file
// that was cut off while it was written, would close every alert.
std::optional<ConfigurationProblem> ServerRefusal(const Policy& policy);

// "FILE:LINE:COLUMN: FIELD: MESSAGE; SUGGESTION", as compilers print it.
std::string ProblemToString(std::string_view file, const ConfigurationProblem& problem);

// The value of a configuration that a request gave in `field`; null, with a violation for each problem: it has some. A
// violation is anything of a field and a description.
template <typename T, typename Violation>
std::shared_ptr<const T> TakeGiven(const std::string& field, Configuration<T> given,
                                   std::vector<Violation>& violations) {
  for (const ConfigurationProblem& problem : given.problems) {
    const std::string path = problem.field.empty() ? field : field + "." + problem.field;
    violations.push_back({path, ProblemToString(field, problem)});
  }
  return given.value.has_value() ? std::make_shared<const T>(*std::move(given.value)) : nullptr;
}

}  // namespace vangnet

#endif  // VANGNET_SERVICES_CONVERT_CONFIGURATION_H_
