#include "services/server/listener_probe.h"

#include <netdb.h>
#include <poll.h>
#include <sys/socket.h>
#include <unistd.h>

#include <cerrno>
#include <memory>
#include <string_view>

namespace vangnet {

namespace {

// Neither the beginning of HTTP/2 nor of TLS.
constexpr std::string_view kGreeting = "PROBE\r\n\r\n";

enum class Answer { kSome, kNone, kNoDescriptors, kNotAsked };

// Whether `wanted` comes to pass, or the connection ends, within `patience`.
bool Await(int connection, short wanted, absl::Duration patience) {
  pollfd waiting = {.fd = connection, .events = wanted, .revents = 0};
  int ready = 0;
  do {
    ready = poll(&waiting, 1, static_cast<int>(absl::ToInt64Milliseconds(patience)));
  } while (ready < 0 && errno == EINTR);
  return ready > 0;
}

Answer Ask(int connection, const addrinfo& address, absl::Duration patience) {
  if (connect(connection, address.ai_addr, address.ai_addrlen) != 0) {
    // Refused: nobody listens at all.
    if (errno != EINPROGRESS || !Await(connection, POLLOUT, patience)) return Answer::kNone;
  }
  int error = 0;
  socklen_t size = sizeof error;
  if (getsockopt(connection, SOL_SOCKET, SO_ERROR, &error, &size) != 0 || error != 0) return Answer::kNone;
  if (send(connection, kGreeting.data(), kGreeting.size(), MSG_NOSIGNAL) < 0) return Answer::kNone;
  return Await(connection, POLLIN, patience) ? Answer::kSome : Answer::kNone;
}

Answer Ask(const std::string& host, const std::string& port, absl::Duration patience) {
  addrinfo wanted = {};
  wanted.ai_family = AF_UNSPEC;
  wanted.ai_socktype = SOCK_STREAM;
  addrinfo* found = nullptr;
  const int looked_up = getaddrinfo(host.c_str(), port.c_str(), &wanted, &found);
  if (looked_up != 0) return errno == EMFILE || errno == ENFILE ? Answer::kNoDescriptors : Answer::kNotAsked;
  const std::unique_ptr<addrinfo, decltype(&freeaddrinfo)> addresses(found, freeaddrinfo);
  const int connection = socket(found->ai_family, SOCK_STREAM | SOCK_NONBLOCK | SOCK_CLOEXEC, 0);
  if (connection < 0) return errno == EMFILE || errno == ENFILE ? Answer::kNoDescriptors : Answer::kNotAsked;
  const Answer answer = Ask(connection, *found, patience);
  close(connection);
  return answer;
}

}  // namespace

ListenerProbe::ListenerProbe(const std::string& address) {
  const size_t colon = address.rfind(':');
  host_ = address.substr(0, colon);
  port_ = address.substr(colon + 1);
  // [::1]:7443
  if (host_.size() > 2 && host_.front() == '[' && host_.back() == ']') host_ = host_.substr(1, host_.size() - 2);
}

ListenerProbe::Verdict ListenerProbe::Look() {
  constexpr int kSilentMax = 2;
  switch (Ask(host_, port_, after_shortage_ ? kPatienceAfterShortage : kPatience)) {
    case Answer::kSome:
      silent_ = 0;
      after_shortage_ = false;
      return Verdict::kAccepts;
    case Answer::kNone:
      return ++silent_ >= kSilentMax || after_shortage_ ? Verdict::kDead : Verdict::kUnsure;
    case Answer::kNoDescriptors:
      after_shortage_ = true;
      return Verdict::kNoDescriptors;
    case Answer::kNotAsked:
      break;
  }
  return Verdict::kUnsure;
}

}  // namespace vangnet
