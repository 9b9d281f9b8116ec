#include "tests/bench/server_process.h"

#include <fcntl.h>
#include <spawn.h>
#include <sys/wait.h>
#include <unistd.h>

#include <chrono>
#include <csignal>
#include <fstream>
#include <regex>
#include <sstream>
#include <thread>

namespace vangnet_testing {
namespace {

constexpr std::chrono::milliseconds kServerLook{5};
constexpr int kReadyLooksMax = 12'000;
constexpr int kEndLooksMax = 4'000;
constexpr std::chrono::milliseconds kRestLook{500};
constexpr int kRestLooksMax = 120;

std::string Contents(const std::string& path) {
  std::ifstream file(path);
  std::stringstream text;
  text << file.rdbuf();
  return text.str();
}

bool HasEnded(pid_t pid) {
  int status = 0;
  return waitpid(pid, &status, WNOHANG) == pid;
}

}  // namespace

absl::StatusOr<std::unique_ptr<ServerProcess>> ServerProcess::Start(const std::vector<std::string>& command,
                                                                    const std::string& log) {
  posix_spawn_file_actions_t actions;
  posix_spawn_file_actions_init(&actions);
  posix_spawn_file_actions_addopen(&actions, STDOUT_FILENO, log.c_str(), O_WRONLY | O_CREAT | O_TRUNC, 0644);
  posix_spawn_file_actions_adddup2(&actions, STDOUT_FILENO, STDERR_FILENO);
  // It ends with this program, also when that ends by an error and destroys nothing.
  std::vector<std::string> bound = {"/usr/bin/setpriv", "--pdeathsig", "TERM", "--"};
  bound.insert(bound.end(), command.begin(), command.end());
  std::vector<char*> words;
  words.reserve(bound.size() + 1);
  for (const std::string& word : bound) words.push_back(const_cast<char*>(word.c_str()));
  words.push_back(nullptr);
  pid_t pid = 0;
  const auto begin = std::chrono::steady_clock::now();
  const int failed = posix_spawn(&pid, words[0], &actions, nullptr, words.data(), environ);
  posix_spawn_file_actions_destroy(&actions);
  if (failed != 0) return absl::UnavailableError("cannot start " + command[0]);
  const std::regex listening("listening on ([^ ,\n]+)");
  for (int look = 0; look < kReadyLooksMax && !HasEnded(pid); ++look) {
    const std::string text = Contents(log);
    std::smatch match;
    if (std::regex_search(text, match, listening)) {
      return std::unique_ptr<ServerProcess>(new ServerProcess(
          pid, match[1].str(), std::chrono::duration<double>(std::chrono::steady_clock::now() - begin).count()));
    }
    std::this_thread::sleep_for(kServerLook);
  }
  kill(pid, SIGKILL);
  const std::string text = Contents(log);
  return absl::UnavailableError(command[0] +
                                " was not ready: " + text.substr(text.size() > 500 ? text.size() - 500 : 0));
}

ServerProcess::~ServerProcess() {
  if (killed_) return;
  kill(pid_, SIGTERM);
  for (int look = 0; look < kEndLooksMax; ++look) {
    if (HasEnded(pid_)) return;
    std::this_thread::sleep_for(kServerLook);
  }
  kill(pid_, SIGKILL);
  waitpid(pid_, nullptr, 0);
}

void ServerProcess::Kill() {
  kill(pid_, SIGKILL);
  waitpid(pid_, nullptr, 0);
  killed_ = true;
}

double ServerProcess::ResidentBytes() const {
  std::istringstream fields(Contents("/proc/" + std::to_string(pid_) + "/statm"));
  double size = 0;
  double resident = 0;
  fields >> size >> resident;
  return resident * static_cast<double>(sysconf(_SC_PAGESIZE));
}

void ServerProcess::AwaitRest() const {
  const double busy = std::chrono::duration<double>(kRestLook).count() / 10;
  for (int look = 0; look < kRestLooksMax; ++look) {
    const double before = CpuSeconds();
    std::this_thread::sleep_for(kRestLook);
    if (CpuSeconds() - before < busy) return;
  }
}

double ServerProcess::CpuSeconds() const {
  // The fields after the program's name, which is in parentheses: 14 and 15 of the line are user and system ticks.
  const std::string line = Contents("/proc/" + std::to_string(pid_) + "/stat");
  std::istringstream fields(line.substr(line.rfind(')') + 1));
  std::string skipped;
  for (int field = 3; field < 14; ++field) fields >> skipped;
  double user = 0;
  double system = 0;
  fields >> user >> system;
  return (user + system) / static_cast<double>(sysconf(_SC_CLK_TCK));
}

}  // namespace vangnet_testing
