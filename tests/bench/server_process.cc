#include "tests/bench/server_process.h"

#include <fcntl.h>
#include <poll.h>
#include <spawn.h>
#include <sys/inotify.h>
#include <sys/wait.h>
#include <unistd.h>

#include <algorithm>
#include <chrono>
#include <csignal>
#include <fstream>
#include <initializer_list>
#include <regex>
#include <sstream>
#include <thread>

extern "C" {
#include <sys/pidfd.h>  // In Debian 12 it does not say that its functions are C's.
}

namespace vangnet_testing {
namespace {

using Clock = std::chrono::steady_clock;

constexpr std::chrono::seconds kReadyMax{60};
constexpr std::chrono::seconds kEndMax{20};
constexpr std::chrono::milliseconds kRestLook{500};
constexpr int kRestLooksMax = 120;

std::string Contents(const std::string& path) {
  std::ifstream file(path);
  std::stringstream text;
  text << file.rdbuf();
  return text.str();
}

// A file descriptor, or -1 where the system gives none.
class Descriptor {
 public:
  explicit Descriptor(int number) : number_(number) {}
  ~Descriptor() {
    if (number_ >= 0) close(number_);
  }
  Descriptor(const Descriptor&) = delete;
  Descriptor& operator=(const Descriptor&) = delete;
  int number() const { return number_; }

 private:
  const int number_;
};

// Waits until something can be read from one of them. False: nothing until `deadline`.
bool Await(std::initializer_list<const Descriptor*> any, Clock::time_point deadline) {
  std::vector<pollfd> polled;
  for (const Descriptor* one : any) polled.push_back({.fd = one->number(), .events = POLLIN, .revents = 0});
  const auto left = std::chrono::ceil<std::chrono::milliseconds>(deadline - Clock::now());
  return poll(polled.data(), polled.size(), std::max(0, static_cast<int>(left.count()))) > 0;
}

}  // namespace

absl::StatusOr<std::unique_ptr<ServerProcess>> ServerProcess::Start(const std::vector<std::string>& command,
                                                                    const std::string& log) {
  // Watched from before its first word.
  const Descriptor made(open(log.c_str(), O_WRONLY | O_CREAT | O_TRUNC | O_CLOEXEC, 0644));
  const Descriptor words_written(inotify_init1(IN_CLOEXEC | IN_NONBLOCK));
  if (inotify_add_watch(words_written.number(), log.c_str(), IN_MODIFY) < 0) {
    return absl::UnavailableError("cannot watch " + log);
  }
  posix_spawn_file_actions_t actions;
  posix_spawn_file_actions_init(&actions);
  posix_spawn_file_actions_addopen(&actions, STDOUT_FILENO, log.c_str(), O_WRONLY, 0);
  posix_spawn_file_actions_adddup2(&actions, STDOUT_FILENO, STDERR_FILENO);
  // It ends with this program, also when that ends by an error and destroys nothing.
  std::vector<std::string> bound = {"/usr/bin/setpriv", "--pdeathsig", "TERM", "--"};
  bound.insert(bound.end(), command.begin(), command.end());
  std::vector<char*> words;
  words.reserve(bound.size() + 1);
  for (const std::string& word : bound) words.push_back(const_cast<char*>(word.c_str()));
  words.push_back(nullptr);
  pid_t pid = 0;
  const Clock::time_point begin = Clock::now();
  const int failed = posix_spawn(&pid, words[0], &actions, nullptr, words.data(), environ);
  posix_spawn_file_actions_destroy(&actions);
  if (failed != 0) return absl::UnavailableError("cannot start " + command[0]);
  const std::regex listening("listening on ([^ ,\n]+)");
  const Descriptor ended(pidfd_open(pid, 0));
  do {
    char events[4096];
    while (read(words_written.number(), events, sizeof events) > 0) {
    }
    const std::string text = Contents(log);
    std::smatch match;
    if (std::regex_search(text, match, listening)) {
      return std::unique_ptr<ServerProcess>(
          new ServerProcess(pid, match[1].str(), std::chrono::duration<double>(Clock::now() - begin).count()));
    }
  } while (!Await({&ended}, Clock::now()) && Await({&words_written, &ended}, begin + kReadyMax));
  kill(pid, SIGKILL);
  waitpid(pid, nullptr, 0);
  const std::string text = Contents(log);
  return absl::UnavailableError(command[0] +
                                " was not ready: " + text.substr(text.size() > 500 ? text.size() - 500 : 0));
}

ServerProcess::~ServerProcess() {
  if (killed_) return;
  kill(pid_, SIGTERM);
  const Descriptor ended(pidfd_open(pid_, 0));
  if (!Await({&ended}, Clock::now() + kEndMax)) kill(pid_, SIGKILL);
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
