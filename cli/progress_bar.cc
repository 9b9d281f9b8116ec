#include "cli/progress_bar.h"

#include <unistd.h>

#include <algorithm>
#include <iostream>

namespace vangnet {
namespace {

constexpr int kWidth = 30;

}  // namespace

ProgressBar::ProgressBar(int64_t total) : total_(total), on_terminal_(isatty(STDERR_FILENO) == 1) {}

ProgressBar::~ProgressBar() { Hide(); }

void ProgressBar::Show(int64_t done, const std::string& text) {
  if (!on_terminal_) return;
  std::string line = "\r\033[K";
  if (total_ > 0) {
    const int filled = static_cast<int>(std::min(done, total_) * kWidth / total_);
    line += "[" + std::string(static_cast<size_t>(filled), '#') +
            std::string(static_cast<size_t>(kWidth - filled), ' ') + "] " +
            std::to_string(std::min(done, total_) * 100 / total_) + " %  ";
  }
  std::cerr << line << text << std::flush;
  shown_ = true;
}

void ProgressBar::Hide() {
  if (shown_) std::cerr << "\r\033[K" << std::flush;
  shown_ = false;
}

}  // namespace vangnet
