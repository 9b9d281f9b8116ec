// A data directory into which an import or a restore is going on, or was cut off, has its database under another name.
//
// Thread safety: free functions.
#ifndef VANGNET_SERVICES_MAINTENANCE_UNFINISHED_DIRECTORY_H_
#define VANGNET_SERVICES_MAINTENANCE_UNFINISHED_DIRECTORY_H_

#include <string>

#include "absl/status/status.h"

namespace vangnet {

// Where the database of the data directory `path` is until it is finished.
std::string UnfinishedIn(const std::string& path);

// Whether no import and no restore into `path` was cut off; also when nothing is there. FAILED_PRECONDITION: one was.
// To be asked before a database is opened, or made, in `path`.
absl::Status CheckFinished(const std::string& path);

}  // namespace vangnet

#endif  // VANGNET_SERVICES_MAINTENANCE_UNFINISHED_DIRECTORY_H_
