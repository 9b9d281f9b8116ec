#include "services/server/startup.h"

#include <filesystem>
#include <map>
#include <optional>
#include <utility>

#include "services/convert/sample_configuration.h"
#include "services/runtime/authenticator.h"

namespace vangnet {

namespace {

constexpr char kUsage[] =
    "vangnetd: the Vangnet server\n"
    "\n"
    "  --config FILE         server configuration (text proto); see deploy/config/server-example.textproto\n"
    "  --check_config        say what is wrong with the configuration and end\n"
    "  --accept_store_without_mark   once, after the file `mark` was lost: take the database as it is\n"
    "For trying things out, without --config:\n"
    "  --data_dir DIR        directory of the database (vangnet-data)\n"
    "  --listen ADDRESS      gRPC (127.0.0.1:7443); port 0 takes a free one\n"
    "  --metrics_listen ADDRESS   /metrics (127.0.0.1:9464)\n"
    "  --region FILE         region (the sample region)\n"
    "  --policy FILE         policy (the default policy)\n"
    "  --backup_dir DIR      where `vangnet backup` may put backups (nowhere)\n";

struct Flags {
  std::map<std::string, std::string> values;  // by name
  bool check_config = false;
  bool accept_store_without_mark = false;
  bool help = false;
};

EarlyExit Usage(const std::string& problem) {
  return {.status = 2, .output = "", .error = "vangnetd: " + problem + "; see vangnetd --help\n"};
}

bool TakesValue(const std::string& name) {
  return name == "config" || name == "data_dir" || name == "listen" || name == "metrics_listen" || name == "region" ||
         name == "policy" || name == "backup_dir";
}

std::variant<Flags, EarlyExit> ParseFlags(const std::vector<std::string>& arguments) {
  Flags flags;
  for (size_t i = 0; i < arguments.size(); ++i) {
    const std::string& argument = arguments[i];
    if (argument == "--help" || argument == "-h") {
      flags.help = true;
    } else if (argument == "--check_config") {
      flags.check_config = true;
    } else if (argument == "--accept_store_without_mark") {
      flags.accept_store_without_mark = true;
    } else if (argument.starts_with("--")) {
      const size_t equals = argument.find('=');
      const std::string name = argument.substr(2, equals == std::string::npos ? equals : equals - 2);
      if (!TakesValue(name)) return Usage("unknown flag --" + name);
      if (flags.values.contains(name)) return Usage("--" + name + " is given twice");
      if (equals != std::string::npos) {
        flags.values[name] = argument.substr(equals + 1);
      } else if (i + 1 < arguments.size()) {
        flags.values[name] = arguments[++i];
      } else {
        return Usage("--" + name + " needs a value");
      }
    } else {
      return Usage("unexpected argument " + argument);
    }
  }
  if (flags.values.contains("config") && flags.values.size() > 1) {
    return Usage("--config stands alone: what the file says is not overridden by flags");
  }
  for (const char* name : {"listen", "metrics_listen"}) {
    const auto value = flags.values.find(name);
    if (value == flags.values.end() || IsAddress(value->second)) continue;
    return Usage("--" + std::string(name) + " " + value->second + ": " + kAddressSentence);
  }
  const auto data_dir = flags.values.find("data_dir");
  if (data_dir != flags.values.end() && data_dir->second.empty()) return Usage("--data_dir is empty");
  return flags;
}

// `path` as seen from the directory of `file`.
std::string Resolve(const std::string& file, const std::string& path) {
  if (path.empty()) return path;
  return (std::filesystem::path(file).parent_path() / path).lexically_normal().string();
}

// The value, or nothing and everything that is wrong added to `error`. Warnings go there too.
template <typename T>
std::optional<T> Checked(const std::string& file, Configuration<T> configuration, std::string& error) {
  for (const ConfigurationProblem& problem : configuration.problems) error += ProblemToString(file, problem) + "\n";
  for (const ConfigurationProblem& warning : configuration.warnings) {
    error += "warning: " + ProblemToString(file, warning) + "\n";
  }
  return std::move(configuration.value);
}

struct ReadServer {
  ServerSettings settings;  // of a file with problems: what could be made of it
  bool is_in_order = true;
};

// Nothing: there is a file, and it cannot be read.
std::optional<ReadServer> ReadSettings(const Flags& flags, std::string& error) {
  ReadServer server;
  ServerSettings& settings = server.settings;
  const auto config = flags.values.find("config");
  if (config != flags.values.end()) {
    const std::optional<std::string> text = ReadConfigurationText(config->second);
    if (!text.has_value()) {
      error += config->second + ": cannot be read\n";
      return std::nullopt;
    }
    std::optional<ServerSettings> read = Checked(config->second, ReadServerSettings(*text), error);
    server.is_in_order = read.has_value();
    settings = server.is_in_order ? *std::move(read) : ServerSettingsSoFar(*text);
    for (std::string* path : {&settings.data_dir, &settings.region, &settings.policy, &settings.tls_certificate,
                              &settings.tls_private_key, &settings.backup_dir}) {
      *path = Resolve(config->second, *path);
    }
    return server;
  }
  const auto set = [&flags](const char* name, std::string& setting) {
    const auto value = flags.values.find(name);
    if (value != flags.values.end()) setting = value->second;
  };
  set("data_dir", settings.data_dir);
  set("listen", settings.listen);
  set("metrics_listen", settings.metrics_listen);
  set("region", settings.region);
  set("policy", settings.policy);
  set("backup_dir", settings.backup_dir);
  return server;
}

// Why `path` can be no directory, or none that is made; empty: it can.
std::string DirectoryProblem(const std::string& path) {
  std::error_code error;
  for (std::filesystem::path at = path; !at.empty(); at = at.parent_path()) {
    const std::filesystem::file_status status = std::filesystem::status(at, error);
    if (std::filesystem::is_directory(status)) return "";
    if (std::filesystem::exists(status)) return at.string() + " is no directory";
    if (at == at.root_path()) break;
  }
  return "";
}

std::string PemProblem(const std::string& path) {
  const std::optional<std::string> text = ReadConfigurationText(path);
  if (!text.has_value()) return path + " cannot be read";
  return text->find("-----BEGIN ") == std::string::npos ? path + " is no PEM file" : "";
}

// What keeps a server with these settings from starting, a line each.
std::string StartProblems(const ServerSettings& settings) {
  std::string problems;
  const auto add = [&problems](const char* field, const std::string& problem) {
    if (!problem.empty()) problems += std::string(field) + ": " + problem + "\n";
  };
  if (IsAddress(settings.listen) && !IsLoopback(settings.listen)) {
    add("listen",
        settings.listen + " is not on loopback: without authentication vangnetd serves only callers on this machine");
  }
  // The library that serves it is built without.
  if (settings.metrics_listen.starts_with('[')) {
    add("metrics_listen", settings.metrics_listen + " is an IPv6 address: give one of IPv4, or a name");
  }
  if (settings.metrics_listen == settings.listen && !settings.listen.ends_with(":0")) {
    add("metrics_listen", settings.listen + " is where gRPC listens");
  }
  add("data_dir", DirectoryProblem(settings.data_dir));
  if (!settings.backup_dir.empty()) add("backup_dir", DirectoryProblem(settings.backup_dir));
  const auto normal = [](const std::string& path) { return (std::filesystem::path(path) / "").lexically_normal(); };
  if (normal(settings.backup_dir) == normal(settings.data_dir)) {
    add("backup_dir", settings.backup_dir + " is data_dir");
  }
  if (!settings.tls_certificate.empty()) add("tls.certificate", PemProblem(settings.tls_certificate));
  if (!settings.tls_private_key.empty()) add("tls.private_key", PemProblem(settings.tls_private_key));
  return problems;
}

std::optional<Startup> ReadAll(const Flags& flags, std::string& error) {
  std::optional<ReadServer> server = ReadSettings(flags, error);
  if (!server.has_value()) return std::nullopt;
  ServerSettings& settings = server->settings;
  Startup startup;
  startup.sources = {.region = {.path = settings.region,
                                .name = settings.region.empty() ? "sample region" : settings.region,
                                .text = std::string(SampleRegionText())},
                     .policy = {.path = settings.policy,
                                .name = settings.policy.empty() ? "default policy" : settings.policy,
                                .text = std::string(DefaultPolicyText())}};
  ReadConfiguration read = ReadSources(startup.sources);
  for (const FileProblem& problem : read.problems) error += ProblemToString(problem) + "\n";
  for (const FileProblem& warning : read.warnings) error += "warning: " + ProblemToString(warning) + "\n";
  const std::string problems = StartProblems(settings);
  error += problems;
  if (!server->is_in_order || !problems.empty() || !read.configuration.has_value()) return std::nullopt;
  absl::LoadTimeZone(read.configuration->region->time_zone, &startup.time_zone);  // known: it was read without problem
  startup.settings = std::move(settings);
  startup.warnings = error;
  startup.accept_store_without_mark = flags.accept_store_without_mark;
  startup.configuration = *std::move(read.configuration);
  return startup;
}

}  // namespace

std::variant<Startup, EarlyExit> ReadStartup(const std::vector<std::string>& arguments) {
  std::variant<Flags, EarlyExit> parsed = ParseFlags(arguments);
  if (const auto* wrong = std::get_if<EarlyExit>(&parsed)) return *wrong;
  const auto& flags = std::get<Flags>(parsed);
  if (flags.help) return EarlyExit{.status = 0, .output = kUsage, .error = ""};
  std::string error;
  std::optional<Startup> startup = ReadAll(flags, error);
  if (!startup.has_value()) return EarlyExit{.status = 1, .output = "", .error = error};
  if (flags.check_config) return EarlyExit{.status = 0, .output = "the configuration is in order\n", .error = error};
  return *std::move(startup);
}

}  // namespace vangnet
