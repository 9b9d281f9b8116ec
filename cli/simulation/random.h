// Random gives reproducible draws from a seed.
//
// Guarantees: the same seed gives the same draws on every machine and standard library (the distributions are ours).
// Thread safety: one thread at a time.
#ifndef VANGNET_CLI_SIMULATION_RANDOM_H_
#define VANGNET_CLI_SIMULATION_RANDOM_H_

#include <algorithm>
#include <cmath>
#include <cstdint>
#include <random>

namespace vangnet {

class Random {
 public:
  // A stream of its own for each (seed, stream): children do not disturb one another.
  Random(uint64_t seed, uint64_t stream) : engine_(seed * 0x9e3779b97f4a7c15u + (stream + 1) * 0xbf58476d1ce4e5b9u) {}

  // A whole number in [least, most].
  int64_t Between(int64_t least, int64_t most) {
    return least + static_cast<int64_t>(engine_() % static_cast<uint64_t>(most - least + 1));
  }
  // True with probability `chance`.
  bool Happens(double chance) { return Unit() < chance; }
  // 1, 2, 3, ... with the given mean: how often something goes on that ends with the same chance each time.
  int64_t Duration(double mean) {
    return 1 + static_cast<int64_t>(std::log(1.0 - Unit()) / std::log(1.0 - 1.0 / std::max(mean, 1.0001)));
  }

 private:
  // A number in [0, 1).
  double Unit() { return static_cast<double>(engine_() >> 11) * 0x1.0p-53; }

  std::mt19937_64 engine_;
};

}  // namespace vangnet

#endif  // VANGNET_CLI_SIMULATION_RANDOM_H_
