// What the clients of the benchmarks share: a channel to a server on loopback, the clock, and the end by an error.
#ifndef VANGNET_TESTS_BENCH_CLIENT_H_
#define VANGNET_TESTS_BENCH_CLIENT_H_

#include <grpcpp/grpcpp.h>

#include <memory>
#include <string>
#include <vector>

namespace vangnet_testing {

// A connection of its own. `certificate`: PEM of a server that speaks TLS; empty: plaintext.
std::shared_ptr<grpc::Channel> Connect(const std::string& address, const std::string& certificate = "");

// The steady clock.
double Seconds();

// Ends the program when a call failed: a benchmark of errors measures nothing.
void ExpectOk(const grpc::Status& status, const char* what);

struct Latencies {
  std::vector<double> milliseconds;
  // The value below which `share` (0 to 1) of them lie; 0 when there are none.
  double Percentile(double share) const;
};

}  // namespace vangnet_testing

#endif  // VANGNET_TESTS_BENCH_CLIENT_H_
