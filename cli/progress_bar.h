// ProgressBar shows on a terminal how far long work has come; elsewhere it shows nothing.
//
// Thread safety: one thread at a time.
#ifndef VANGNET_CLI_PROGRESS_BAR_H_
#define VANGNET_CLI_PROGRESS_BAR_H_

#include <cstdint>
#include <string>

namespace vangnet {

class ProgressBar {
 public:
  // `total` of whatever is counted; 0: not known.
  explicit ProgressBar(int64_t total);
  // Takes the bar off the screen.
  ~ProgressBar();

  // `text` stands behind the bar.
  void Show(int64_t done, const std::string& text);
  // Takes the bar off the screen until the next Show, so that a message can be printed.
  void Hide();

 private:
  const int64_t total_;
  const bool on_terminal_;
  bool shown_ = false;
};

}  // namespace vangnet

#endif  // VANGNET_CLI_PROGRESS_BAR_H_
