#include "services/server/startup.h"

#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include <filesystem>
#include <fstream>
#include <string>

namespace vangnet {
namespace {

using testing::AllOf;
using testing::HasSubstr;
using testing::Not;

class StartupTest : public testing::Test {
 protected:
  StartupTest() {
    std::string name = (std::filesystem::temp_directory_path() / "vangnet-test-XXXXXX").string();
    directory_ = mkdtemp(name.data());
  }
  ~StartupTest() override { std::filesystem::remove_all(directory_); }
  std::string File(const std::string& name, const std::string& text) {
    const std::string path = (directory_ / name).string();
    std::ofstream(path) << text;
    return path;
  }
  static EarlyExit Refused(const std::vector<std::string>& arguments) {
    const auto read = ReadStartup(arguments);
    if (const auto* exit = std::get_if<EarlyExit>(&read)) return *exit;
    ADD_FAILURE() << "it was taken";
    return {};
  }
  static Startup Taken(const std::vector<std::string>& arguments) {
    const auto read = ReadStartup(arguments);
    if (const auto* exit = std::get_if<EarlyExit>(&read)) ADD_FAILURE() << exit->error;
    return std::get<Startup>(read);
  }

  std::filesystem::path directory_;
};

TEST_F(StartupTest, WithoutFlagsItServesTheSampleRegionOnLoopback) {
  const Startup startup = Taken({});
  EXPECT_EQ(startup.settings.listen, "127.0.0.1:7443");
  EXPECT_EQ(startup.settings.metrics_listen, "127.0.0.1:9464");
  EXPECT_EQ(startup.time_zone.name(), "Europe/Amsterdam");
  EXPECT_EQ(startup.configuration.region->units.size(), 3u);
  EXPECT_FALSE(startup.configuration.policy->rules.empty());
}

TEST_F(StartupTest, TheVersionNamesTheTextsAndNothingElse) {
  const std::string version = Taken({}).configuration.version;
  EXPECT_EQ(Taken({"--listen=127.0.0.1:1"}).configuration.version, version);
  const std::string policy =
      File("policy", "rules { id: \"p\" unknown_school {} audience: AUDIENCE_DATA_STEWARD stages { name: \"x\" } }");
  EXPECT_NE(Taken({"--policy", policy}).configuration.version, version);
}

TEST_F(StartupTest, PathsAreRelativeToTheFile) {
  const std::string config = File("server.textproto", "data_dir: \"data\" listen: \"127.0.0.1:0\"");
  const Startup startup = Taken({"--config", config});
  EXPECT_EQ(startup.settings.data_dir, (directory_ / "data").string());
  EXPECT_EQ(startup.settings.listen, "127.0.0.1:0");
}

TEST_F(StartupTest, BeyondLoopbackItIsRefusedForWantOfAuthentication) {
  for (const char* listen : {"0.0.0.0:7443", "[::]:7443", "10.0.0.1:7443", "127.0.0.1.example.org:7443"}) {
    const EarlyExit exit = Refused({"--listen", listen});
    EXPECT_EQ(exit.status, 1);
    EXPECT_THAT(exit.error, HasSubstr("not on loopback"));
  }
}

TEST_F(StartupTest, FlagsThatAreWrongAreUsage) {
  for (const std::vector<std::string>& arguments : {std::vector<std::string>{"--no_such"},
                                                    {"--listen"},
                                                    {"serve"},
                                                    {"--listen=a", "--listen=b"},
                                                    {"--config=x", "--listen=127.0.0.1:0"}}) {
    EXPECT_EQ(Refused(arguments).status, 2) << arguments.front();
  }
  EXPECT_EQ(Refused({"--help"}).status, 0);
  EXPECT_THAT(Refused({"--help"}).output, HasSubstr("--check_config"));
}

// Regression: without a port it was 443, and of port 99999 what 16 bits hold of it.
TEST_F(StartupTest, AnAddressIsAHostAndAPortInAFlagAsInTheFile) {
  for (const std::string address :
       {"127.0.0.1", "127.0.0.1:99999", "127.0.0.1:", ":7443", "127.0.0.1:-0", "::1:7443", "[::1]", "[::1:7443",
        "unix:/run/vangnet", "unix:7443/x", "http://127.0.0.1:7443", ""}) {
    for (const std::string name : {"listen", "metrics_listen"}) {
      const EarlyExit flag = Refused({"--" + name, address});
      EXPECT_EQ(flag.status, 2) << name << " " << address;
      EXPECT_THAT(flag.error, HasSubstr("an address is HOST:PORT")) << name << " " << address;
      if (address.empty()) continue;  // in a file: the default
      const EarlyExit file = Refused({"--config", File("server.textproto", name + ": \"" + address + "\"")});
      EXPECT_THAT(file.error, HasSubstr("an address is HOST:PORT")) << name << " " << address;
      EXPECT_THAT(file.error, Not(HasSubstr("loopback"))) << name << " " << address;
    }
  }
  EXPECT_EQ(Taken({"--listen=localhost:0", "--metrics_listen=0.0.0.0:0"}).settings.metrics_listen, "0.0.0.0:0");
  EXPECT_EQ(Taken({"--listen=[::1]:65535"}).settings.listen, "[::1]:65535");
}

// Regression: it could not be read, while one that holds only a comment could.
TEST_F(StartupTest, AnEmptyConfigurationIsAllDefaults) {
  for (const char* text : {"", "# nothing yet\n"}) {
    const EarlyExit exit = Refused({"--check_config", "--config", File("server.textproto", text)});
    EXPECT_EQ(exit.status, 0) << exit.error;
  }
}

// Regression: what could not be opened was in order until the server was started.
TEST_F(StartupTest, CheckConfigLooksAtTheFilesThatTheServerWillOpen) {
  const std::string file = File("file", "no PEM");
  const std::string pem = File("pem", "-----BEGIN CERTIFICATE-----\n");
  const auto check = [this](const std::string& text) {
    return Refused({"--check_config", "--config", File("server.textproto", text)}).error;
  };
  EXPECT_THAT(
      check("tls { certificate: \"none\" private_key: \".\" }"),
      AllOf(HasSubstr("tls.certificate: " + (directory_ / "none").string() + " cannot be read"),
            HasSubstr("tls.private_key: " + (directory_ / ".").lexically_normal().string() + " cannot be read")));
  EXPECT_THAT(check("tls { certificate: \"pem\" private_key: \"file\" }"),
              AllOf(HasSubstr("tls.private_key: " + file + " is no PEM file"), Not(HasSubstr(pem))));
  EXPECT_EQ(check("tls { certificate: \"pem\" private_key: \"pem\" }"), "");
  EXPECT_THAT(
      check("data_dir: \"file\" backup_dir: \"file/sub/sub\""),
      AllOf(HasSubstr("data_dir: " + file + " is no directory"), HasSubstr("backup_dir: " + file + " is no dir")));
  EXPECT_EQ(check("data_dir: \"new/sub\" backup_dir: \".\""), "");
  EXPECT_THAT(check("data_dir: \"new\" backup_dir: \"new/\""), HasSubstr("backup_dir: "));
  EXPECT_THAT(check("metrics_listen: \"[::1]:9464\""), HasSubstr("metrics_listen: [::1]:9464 is an IPv6 address"));
  EXPECT_THAT(check("metrics_listen: \"127.0.0.1:7443\""), HasSubstr("is where gRPC listens"));
  EXPECT_EQ(check("listen: \"127.0.0.1:0\" metrics_listen: \"127.0.0.1:0\""), "");
  EXPECT_THAT(Refused({"--data_dir", file}).error, HasSubstr("data_dir: " + file + " is no directory"));
  EXPECT_THAT(Refused({"--data_dir="}).error, HasSubstr("--data_dir is empty"));
}

// Regression: a mistake in the server's file hid those in the files that it names.
TEST_F(StartupTest, CheckConfigReadsOnBehindAMistakeInTheServersFile) {
  const std::string region = File("region", "time_zone: \"Europe/Amsterdam\"\nno_such: 1\n");
  const EarlyExit exit = Refused({"--check_config", "--config",
                                  File("server.textproto",
                                       "region: \"region\"\nlissten: \"127.0.0.1:1\"\nlisten: \"0.0.0.0:1\"\n"
                                       "block_cache_mib: 1\ndata_dir: \"region\"\n")});
  EXPECT_EQ(exit.status, 1);
  EXPECT_THAT(exit.error, AllOf(HasSubstr("server.textproto:2:1: lissten"), HasSubstr("server.textproto:4:"),
                                HasSubstr(region + ":2"), HasSubstr("not on loopback"),
                                HasSubstr("data_dir: " + region + " is no directory")));
}

TEST_F(StartupTest, CheckConfigSaysAllThatIsWrongInAllFiles) {
  const std::string region = File("region", "time_zone: \"Europe/Amsterdam\"\nno_such: 1\n");
  const std::string policy = File("policy", "rules { id: \"\" }\n");
  File("server.textproto", "region: \"region\"\npolicy: \"policy\"\n");
  const EarlyExit exit = Refused({"--check_config", "--config", (directory_ / "server.textproto").string()});
  EXPECT_EQ(exit.status, 1);
  EXPECT_THAT(exit.error, HasSubstr(region + ":2"));
  EXPECT_THAT(exit.error, HasSubstr(policy + ":1"));
  EXPECT_EQ(Refused({"--check_config"}).status, 0);
  EXPECT_THAT(Refused({"--config", "none"}).error, HasSubstr("cannot be read"));
  EXPECT_THAT(Refused({"--config", directory_.string()}).error, HasSubstr("cannot be read"));
}

}  // namespace
}  // namespace vangnet
