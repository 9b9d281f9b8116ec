#include "services/maintenance/unfinished_directory.h"

#include <filesystem>

namespace vangnet {

std::string UnfinishedIn(const std::string& path) { return path + "/db.unfinished"; }

absl::Status CheckFinished(const std::string& path) {
  std::error_code error;
  if (!std::filesystem::exists(UnfinishedIn(path), error)) return absl::OkStatus();
  return absl::FailedPreconditionError(path +
                                       " is not finished: the import or the restore into it was cut off; remove " +
                                       "what is in it, and begin anew");
}

}  // namespace vangnet
