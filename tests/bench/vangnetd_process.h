// Starts vangnetd for a benchmark, on free ports of loopback, with the region and policy copied beside its data.
//
// Errors: what cannot be started or written ends the program with the reason.
#ifndef VANGNET_TESTS_BENCH_VANGNETD_PROCESS_H_
#define VANGNET_TESTS_BENCH_VANGNETD_PROCESS_H_

#include <memory>
#include <string>

#include "tests/bench/flags.h"
#include "tests/bench/server_process.h"

namespace vangnet_testing {

struct VangnetdOptions {
  std::string program;    // vangnetd
  std::string directory;  // `data`, `backups`, `log`, and the configuration; what is there is kept
  std::string region;     // files that are copied
  std::string policy;
  bool tls = false;  // with a new certificate for 127.0.0.1, `server.crt` in the directory
};

// From --vangnetd, --region and --policy.
VangnetdOptions ReadVangnetdOptions(const Flags& flags, const std::string& directory);

std::unique_ptr<ServerProcess> StartVangnetd(const VangnetdOptions& options);

std::string ReadWholeFile(const std::string& path);
void WriteWholeFile(const std::string& path, const std::string& text);

// Bytes of all files in it.
double BytesOfDirectory(const std::string& directory);

}  // namespace vangnet_testing

#endif  // VANGNET_TESTS_BENCH_VANGNETD_PROCESS_H_
