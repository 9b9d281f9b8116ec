// TextFile is a file with given text for as long as a test runs.
#ifndef VANGNET_TESTS_CLI_TEXT_FILE_H_
#define VANGNET_TESTS_CLI_TEXT_FILE_H_

#include <gtest/gtest.h>
#include <unistd.h>

#include <cstdio>
#include <fstream>
#include <string>

namespace vangnet_testing {

class TextFile {
 public:
  // `name` is unique within the test program.
  TextFile(const std::string& name, const std::string& text)
      : path_(testing::TempDir() + "cli-" + std::to_string(getpid()) + "-" + name) {
    std::ofstream(path_, std::ios::binary) << text;
  }
  ~TextFile() { std::remove(path_.c_str()); }
  TextFile(const TextFile&) = delete;
  TextFile& operator=(const TextFile&) = delete;

  const std::string& path() const { return path_; }

 private:
  const std::string path_;
};

}  // namespace vangnet_testing

#endif  // VANGNET_TESTS_CLI_TEXT_FILE_H_
