#include "tests/bench/vangnetd_process.h"

#include <cstdio>
#include <cstdlib>
#include <filesystem>
#include <fstream>
#include <sstream>
#include <utility>

namespace vangnet_testing {
namespace {

[[noreturn]] void Fail(const std::string& problem) {
  std::fprintf(stderr, "%s\n", problem.c_str());
  std::exit(1);
}

void MakeCertificate(const std::string& directory) {
  const std::string command =
      "openssl req -x509 -newkey ec -pkeyopt ec_paramgen_curve:prime256v1 -nodes -days 2 -subj /CN=localhost -addext "
      "subjectAltName=IP:127.0.0.1 -keyout '" +
      directory + "/server.key' -out '" + directory + "/server.crt' 2> '" + directory + "/openssl.log'";
  if (std::system(command.c_str()) != 0) Fail("openssl made no certificate: " + directory + "/openssl.log");
}

}  // namespace

VangnetdOptions ReadVangnetdOptions(const Flags& flags, const std::string& directory) {
  return {.program = flags.Get("vangnetd"),
          .directory = std::filesystem::absolute(directory).string(),
          .region = flags.Get("region"),
          .policy = flags.Get("policy")};
}

std::unique_ptr<ServerProcess> StartVangnetd(const VangnetdOptions& options) {
  const std::string& directory = options.directory;
  std::filesystem::create_directories(directory + "/backups");
  WriteWholeFile(directory + "/region.textproto", ReadWholeFile(options.region));
  WriteWholeFile(directory + "/policy.textproto", ReadWholeFile(options.policy));
  std::string configuration =
      "data_dir: \"data\"\nbackup_dir: \"backups\"\nlisten: \"127.0.0.1:0\"\nmetrics_listen: \"127.0.0.1:0\"\n"
      "region: \"region.textproto\"\npolicy: \"policy.textproto\"\nhold_new_alerts_above_per_mille: 1000\n";
  if (options.tls) {
    MakeCertificate(directory);
    configuration += "tls { certificate: \"server.crt\" private_key: \"server.key\" }\n";
  }
  WriteWholeFile(directory + "/server.textproto", configuration);
  auto server =
      ServerProcess::Start({options.program, "--config", directory + "/server.textproto"}, directory + "/log");
  if (!server.ok()) Fail(std::string(server.status().message()));
  return *std::move(server);
}

std::string ReadWholeFile(const std::string& path) {
  std::ifstream file(path);
  std::ostringstream text;
  if (!file || !(text << file.rdbuf())) Fail(path + " cannot be read");
  return text.str();
}

void WriteWholeFile(const std::string& path, const std::string& text) {
  std::ofstream file(path);
  if (!(file << text << std::flush)) Fail(path + " cannot be written");
}

double BytesOfDirectory(const std::string& directory) {
  double bytes = 0;
  for (const auto& entry : std::filesystem::recursive_directory_iterator(directory)) {
    std::error_code gone;  // a file that RocksDB deleted meanwhile
    const auto size = entry.is_regular_file(gone) ? entry.file_size(gone) : 0;
    if (!gone) bytes += static_cast<double>(size);
  }
  return bytes;
}

}  // namespace vangnet_testing
