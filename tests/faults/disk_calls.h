// MountDisk puts a SimulatedDisk below kMountPoint for whatever calls the system itself, such as FileDurableMark.
//
// A program that links disk_calls.cc is linked with --wrap for open, access, close, pread, pwrite, fsync, fdatasync and
// rename: its own calls come here first, those of shared libraries do not. Other paths go to the system as always.
// Thread safety: mount while nothing else runs; the calls themselves may be concurrent.
#ifndef VANGNET_TESTS_FAULTS_DISK_CALLS_H_
#define VANGNET_TESTS_FAULTS_DISK_CALLS_H_

#include <memory>

#include "tests/faults/simulated_disk.h"

namespace vangnet_testing {

inline constexpr char kMountPoint[] = "/simulated-disk";

// Instead of the disk mounted before. Files that are open stay on theirs.
void MountDisk(std::shared_ptr<SimulatedDisk> disk);

}  // namespace vangnet_testing

#endif  // VANGNET_TESTS_FAULTS_DISK_CALLS_H_
