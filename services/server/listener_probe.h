// ListenerProbe finds out whether the server still accepts connections, by making one. Debian's gRPC 1.51 stops
// accepting for ever once it ran out of file descriptors; the system goes on to complete connections, so that only
// an answer tells. What is sent is no HTTP/2 and no TLS: whoever accepts it answers or hangs up at once.
//
// Guarantees: Look says kDead only after nobody answered for kPatience twice in a row, or for kPatienceAfterShortage
//   once when descriptors had run out before. A machine that is merely slow is given the ten seconds.
// Thread safety: one thread.
#ifndef VANGNET_SERVICES_SERVER_LISTENER_PROBE_H_
#define VANGNET_SERVICES_SERVER_LISTENER_PROBE_H_

#include <string>

#include "absl/time/time.h"

namespace vangnet {

class ListenerProbe {
 public:
  static constexpr absl::Duration kPatience = absl::Seconds(5);
  static constexpr absl::Duration kPatienceAfterShortage = absl::Seconds(1);

  enum class Verdict {
    kAccepts,
    kUnsure,         // it did not answer this once, or could not be asked
    kNoDescriptors,  // of this process: nobody can be accepted, and nobody asked
    kDead,
  };

  // `address` is HOST:PORT, as it is listened on.
  explicit ListenerProbe(const std::string& address);
  // Returns after kPatience at the latest.
  Verdict Look();

 private:
  std::string host_;
  std::string port_;
  int silent_ = 0;               // times in a row that nobody answered
  bool after_shortage_ = false;  // descriptors ran out, and nobody answered since
};

}  // namespace vangnet

#endif  // VANGNET_SERVICES_SERVER_LISTENER_PROBE_H_
