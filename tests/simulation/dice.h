// Dice throws numbers, days and choices from a seed: the same seed gives the same throws on every machine. Asked for
// one of none it ends the program, because what it would give is nonsense.
#ifndef VANGNET_TESTS_SIMULATION_DICE_H_
#define VANGNET_TESTS_SIMULATION_DICE_H_

#include <cstdint>
#include <cstdio>
#include <cstdlib>
#include <random>
#include <utility>
#include <vector>

#include "domain/day.h"

namespace vangnet_testing {

class Dice {
 public:
  explicit Dice(uint64_t seed) : engine_(seed) {}

  // A number in [low, high].
  int Number(int low, int high) {
    if (low > high) {
      std::fprintf(stderr, "dice: no number from %d to %d\n", low, high);
      std::abort();
    }
    return low + static_cast<int>(engine_() % static_cast<uint64_t>(high - low + 1));
  }
  // True in `percent` of a hundred throws.
  bool Chance(int percent) { return Number(0, 99) < percent; }
  // A day in [first, last].
  vangnet::Day DayIn(vangnet::Day first, vangnet::Day last) { return first + Number(0, last - first); }
  // One of `choices`; repeat a choice to make it likelier.
  template <typename T>
  T OneOf(const std::vector<T>& choices) {
    return choices[static_cast<size_t>(Number(0, static_cast<int>(choices.size()) - 1))];
  }
  template <typename T>
  void Shuffle(std::vector<T>& list) {
    for (int i = static_cast<int>(list.size()) - 1; i > 0; --i) {
      std::swap(list[static_cast<size_t>(i)], list[static_cast<size_t>(Number(0, i))]);
    }
  }

 private:
  std::mt19937_64 engine_;
};

}  // namespace vangnet_testing

#endif  // VANGNET_TESTS_SIMULATION_DICE_H_
