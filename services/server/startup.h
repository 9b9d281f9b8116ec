// Startup is what vangnetd was told: flags and files, read and checked before anything is opened.
//
// Thread safety: free functions.
#ifndef VANGNET_SERVICES_SERVER_STARTUP_H_
#define VANGNET_SERVICES_SERVER_STARTUP_H_

#include <memory>
#include <string>
#include <variant>
#include <vector>

#include "absl/time/time.h"
#include "alerts/engine/configuration.h"
#include "services/convert/configuration.h"
#include "services/policy/configuration_source.h"

namespace vangnet {

struct Startup {
  ServerSettings settings;            // paths resolved
  ConfigurationSources sources;       // of region and policy
  EngineConfiguration configuration;  // what they held
  absl::TimeZone time_zone;           // of the region
  std::string warnings;               // about the files, a line each
  // A database whose mark is missing is taken as it is (storage/durable_mark.h).
  bool accept_store_without_mark = false;
};

// The program is to end before it began.
struct EarlyExit {
  int status = 0;
  std::string output;  // for standard output; ends with a newline unless empty
  std::string error;   // for standard error; the same
};

// `arguments` without the program's name. Exit status 0: help, or a check that found nothing; 1: a file is wrong, and
// `error` says everything that is; 2: the flags are wrong.
std::variant<Startup, EarlyExit> ReadStartup(const std::vector<std::string>& arguments);

}  // namespace vangnet

#endif  // VANGNET_SERVICES_SERVER_STARTUP_H_
