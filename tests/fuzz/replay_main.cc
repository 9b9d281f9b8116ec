// A fuzz target as a plain test: its seeds, its files, and mutations of both by a fixed seed.
//
// replay ROUNDS [FILE | FOLDER]...: exit 0 when all went well. On a crash the last line names the file that the input
// was put into, to be kept under testdata/ once the fault is mended.
#include <csignal>
#include <filesystem>
#include <fstream>
#include <random>
#include <sstream>

#include "tests/fuzz/fuzz_target.h"

namespace vangnet_testing {
namespace {

std::string* current = nullptr;

// What it calls may not be called in a signal handler, but there is nothing left to lose.
void KeepInput(int signal) {
  std::ofstream("crashed-input", std::ios::binary) << *current;
  std::cerr << "the input is in " << std::filesystem::absolute("crashed-input") << std::endl;
  std::signal(signal, SIG_DFL);
  std::raise(signal);
}

std::string Read(const std::filesystem::path& path) {
  std::ostringstream bytes;
  bytes << std::ifstream(path, std::ios::binary).rdbuf();
  return bytes.str();
}

class Mutator {
 public:
  explicit Mutator(const std::vector<std::string>& corpus) : corpus_(corpus) {}

  std::string Next() {
    std::string input = Any();
    for (uint64_t left = 1 + random_() % 4; left > 0; --left) Mutate(input);
    return input;
  }

 private:
  const std::string& Any() { return corpus_[random_() % corpus_.size()]; }
  size_t Below(size_t end) { return end == 0 ? 0 : random_() % end; }

  void Mutate(std::string& input) {
    static constexpr unsigned char kTelling[] = {0, 1, 0x7f, 0x80, 0xff, '"', '\n', '{', '}', ':', ',', '-', '9'};
    const size_t at = Below(input.size() + 1);
    const size_t length = Below(std::min<size_t>(input.size() - at, 32) + 1);
    switch (random_() % 8) {
      case 0:
        if (at < input.size()) input[at] = static_cast<char>(input[at] ^ (1 << Below(8)));
        break;
      case 1:
        if (at < input.size()) input[at] = static_cast<char>(kTelling[Below(sizeof kTelling)]);
        break;
      case 2:
        input.insert(at, 1, static_cast<char>(random_()));
        break;
      case 3:
        input.erase(at, length);
        break;
      case 4:
        input.insert(Below(input.size() + 1), input.substr(at, length));
        break;
      case 5:
        input.resize(at);
        break;
      case 6:
        input.insert(at, Below(20) + 1, static_cast<char>(kTelling[Below(sizeof kTelling)]));
        break;
      default: {
        const std::string& other = Any();
        input = input.substr(0, at) + other.substr(Below(other.size() + 1));
      }
    }
  }

  const std::vector<std::string>& corpus_;
  std::mt19937_64 random_{20261123};
};

int Replay(int count, char** arguments) {
  std::vector<std::string> corpus = Seeds();
  for (int i = 2; i < count; ++i) {
    if (!std::filesystem::is_directory(arguments[i])) {
      corpus.push_back(Read(arguments[i]));
      continue;
    }
    for (const auto& entry : std::filesystem::recursive_directory_iterator(arguments[i])) {
      if (entry.is_regular_file()) corpus.push_back(Read(entry.path()));
    }
  }
  if (count < 2 || corpus.empty()) {
    std::cerr << "usage: replay ROUNDS [FILE | FOLDER]...; there must be something to replay" << std::endl;
    return 2;
  }
  std::string input;
  current = &input;
  for (const int signal : {SIGABRT, SIGSEGV, SIGFPE, SIGBUS}) std::signal(signal, KeepInput);
  for (const std::string& known : corpus) FuzzOne(input = known);
  Mutator mutator(corpus);
  const long rounds = std::atol(arguments[1]);
  for (long round = 0; round < rounds; ++round) FuzzOne(input = mutator.Next());
  std::cout << corpus.size() << " inputs and " << rounds << " mutations" << std::endl;
  return 0;
}

}  // namespace
}  // namespace vangnet_testing

int main(int count, char** arguments) { return vangnet_testing::Replay(count, arguments); }
