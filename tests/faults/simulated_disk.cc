#include "tests/faults/simulated_disk.h"

#include <algorithm>
#include <cerrno>
#include <thread>

namespace vangnet_testing {

using vangnet::MutexLock;

namespace {

constexpr size_t kSectorBytes = 512;

std::string DirectoryOf(const std::string& path) { return path.substr(0, path.rfind('/') + 1); }

}  // namespace

const char* NameOf(FileKind kind) {
  static constexpr const char* kNames[] = {"log", "table", "manifest", "current", "mark", "other"};
  return kNames[static_cast<size_t>(kind)];
}

const char* NameOf(DiskCall call) {
  static constexpr const char* kNames[] = {"create", "open",   "read",   "write",
                                           "sync",   "rename", "delete", "sync directory"};
  return kNames[static_cast<size_t>(call)];
}

FileKind KindOf(std::string_view path) {
  const std::string_view name = path.substr(path.rfind('/') + 1);
  // RocksDB writes CURRENT under this name first, and its options too.
  if (name == "CURRENT" || name.ends_with(".dbtmp")) return FileKind::kCurrent;
  if (name.ends_with(".log")) return FileKind::kLog;
  if (name.ends_with(".sst")) return FileKind::kTable;
  if (name.starts_with("MANIFEST-")) return FileKind::kManifest;
  if (name == "mark" || name == "mark.new") return FileKind::kMark;
  return FileKind::kOther;
}

void SimulatedDisk::CountChange() {
  ++changes_;
  if (changes_left_ == 0 || (doomed_ && *doomed_ != std::this_thread::get_id())) return;
  if (--changes_left_ == 0) dead_ = true;
}

int SimulatedDisk::Count(FileKind kind, DiskCall call) {
  if (call != DiskCall::kRead && call != DiskCall::kOpen) CountChange();
  if (dead_) return EIO;
  const uint64_t number = ++calls_[static_cast<size_t>(kind)][static_cast<size_t>(call)];
  for (const DiskFault& fault : faults_) {
    if (fault.kind != kind || fault.call != call || fault.number != number) continue;
    ++injected_;
    return fault.error;
  }
  return 0;
}

uint64_t SimulatedDisk::Used() const {
  uint64_t used = 0;
  for (const auto& [path, file] : names_) used += file->bytes.size();
  return used;
}

int SimulatedDisk::Create(const std::string& path, Handle& file) {
  MutexLock lock(mutex_);
  const FileKind kind = KindOf(path);
  if (const int error = Count(kind, DiskCall::kCreate); error != 0) return error;
  const auto found = names_.find(path);
  if (found != names_.end()) {
    found->second->bytes.clear();
    found->second->changed_from = 0;
    file = found->second;
    return 0;
  }
  file = std::make_shared<File>();
  file->kind = kind;
  names_[path] = file;
  return 0;
}

int SimulatedDisk::Open(const std::string& path, Handle& file) {
  MutexLock lock(mutex_);
  if (const int error = Count(KindOf(path), DiskCall::kOpen); error != 0) return error;
  const auto found = names_.find(path);
  if (found == names_.end()) return ENOENT;
  file = found->second;
  return 0;
}

int SimulatedDisk::Write(const Handle& file, uint64_t offset, std::string_view bytes) {
  MutexLock lock(mutex_);
  const bool was_dead = dead_;
  int error = Count(file->kind, DiskCall::kWrite);
  // A call that fails may have done a part of its work; a program that is dead does none.
  if (was_dead) return error;
  if (error != 0) bytes = bytes.substr(0, bytes.size() / 2);
  const uint64_t growth = std::max<uint64_t>(offset + bytes.size(), file->bytes.size()) - file->bytes.size();
  const uint64_t used = Used();
  const uint64_t room = capacity_ - std::min(capacity_, used);
  if (growth > room) {
    bytes = bytes.substr(0, bytes.size() - static_cast<size_t>(std::min<uint64_t>(growth - room, bytes.size())));
    error = ENOSPC;
  }
  least_free_ = std::min(least_free_, room - std::min(room, growth));
  if (bytes.empty()) return error;
  if (file->bytes.size() < offset + bytes.size()) file->bytes.resize(offset + bytes.size());
  file->bytes.replace(offset, bytes.size(), bytes);
  file->changed_from = std::min<size_t>(file->changed_from, offset);
  return error;
}

int SimulatedDisk::Read(const Handle& file, uint64_t offset, size_t size, std::string& bytes) {
  MutexLock lock(mutex_);
  if (const int error = Count(file->kind, DiskCall::kRead); error != 0) return error;
  bytes = offset < file->bytes.size() ? file->bytes.substr(offset, size) : std::string();
  return 0;
}

void SimulatedDisk::Flush(File& file) {
  file.durable.resize(std::min(file.durable.size(), file.changed_from));
  file.durable.append(file.bytes, file.durable.size());
  file.changed_from = file.bytes.size();
}

int SimulatedDisk::Sync(const Handle& file) {
  MutexLock lock(mutex_);
  if (const int error = Count(file->kind, DiskCall::kSync); error != 0) return error;
  if (!lies_) Flush(*file);
  return 0;
}

int SimulatedDisk::Truncate(const Handle& file, uint64_t size) {
  MutexLock lock(mutex_);
  if (const int error = Count(file->kind, DiskCall::kWrite); error != 0) return error;
  file->bytes.resize(size);
  file->changed_from = std::min<size_t>(file->changed_from, size);
  return 0;
}

int SimulatedDisk::Rename(const std::string& from, const std::string& to) {
  MutexLock lock(mutex_);
  if (const int error = Count(KindOf(to), DiskCall::kRename); error != 0) return error;
  const auto found = names_.find(from);
  if (found == names_.end()) return ENOENT;
  const Handle file = found->second;
  names_.erase(found);
  names_[to] = file;
  file->kind = KindOf(to);
  return 0;
}

int SimulatedDisk::Delete(const std::string& path) {
  MutexLock lock(mutex_);
  if (const int error = Count(KindOf(path), DiskCall::kDelete); error != 0) return error;
  return names_.erase(path) == 0 ? ENOENT : 0;
}

int SimulatedDisk::SyncDirectory(const std::string& directory) {
  MutexLock lock(mutex_);
  if (const int error = Count(FileKind::kOther, DiskCall::kSyncDirectory); error != 0) return error;
  const std::string prefix = directory + (directory.ends_with('/') ? "" : "/");
  std::erase_if(durable_names_, [&](const auto& entry) { return DirectoryOf(entry.first) == prefix; });
  for (const auto& [path, file] : names_) {
    if (DirectoryOf(path) == prefix) durable_names_[path] = file;
  }
  return 0;
}

bool SimulatedDisk::Exists(const std::string& path) const {
  MutexLock lock(mutex_);
  if (names_.contains(path)) return true;
  const auto below = names_.lower_bound(path + "/");
  return below != names_.end() && below->first.starts_with(path + "/");
}

std::optional<uint64_t> SimulatedDisk::SizeOf(const std::string& path) const {
  MutexLock lock(mutex_);
  const auto found = names_.find(path);
  if (found == names_.end()) return std::nullopt;
  return found->second->bytes.size();
}

uint64_t SimulatedDisk::SizeOf(const Handle& file) const {
  MutexLock lock(mutex_);
  return file->bytes.size();
}

std::vector<std::string> SimulatedDisk::List(const std::string& directory) const {
  MutexLock lock(mutex_);
  const std::string prefix = directory + (directory.ends_with('/') ? "" : "/");
  std::vector<std::string> found;
  for (auto at = names_.lower_bound(prefix); at != names_.end() && at->first.starts_with(prefix); ++at) {
    std::string name = at->first.substr(prefix.size());
    name.resize(std::min(name.size(), name.find('/')));
    if (found.empty() || found.back() != name) found.push_back(std::move(name));
  }
  return found;
}

uint64_t SimulatedDisk::free_bytes() const {
  MutexLock lock(mutex_);
  return capacity_ - std::min(capacity_, Used());
}

void SimulatedDisk::SetFaults(std::vector<DiskFault> faults) {
  MutexLock lock(mutex_);
  faults_ = std::move(faults);
}

uint64_t SimulatedDisk::Calls(FileKind kind, DiskCall call) const {
  MutexLock lock(mutex_);
  return calls_[static_cast<size_t>(kind)][static_cast<size_t>(call)];
}

void SimulatedDisk::ForgetCalls() {
  MutexLock lock(mutex_);
  calls_ = {};
}

uint64_t SimulatedDisk::injected() const {
  MutexLock lock(mutex_);
  return injected_;
}

void SimulatedDisk::Lie() {
  MutexLock lock(mutex_);
  lies_ = true;
}

void SimulatedDisk::DieAt(uint64_t number, Changes changes) {
  MutexLock lock(mutex_);
  changes_left_ = number;
  doomed_.reset();
  if (changes == Changes::kOfThisThread) doomed_ = std::this_thread::get_id();
}

void SimulatedDisk::Revive() {
  MutexLock lock(mutex_);
  changes_left_ = 0;
  dead_ = false;
}

bool SimulatedDisk::died() const {
  MutexLock lock(mutex_);
  return dead_;
}

uint64_t SimulatedDisk::changes() const {
  MutexLock lock(mutex_);
  return changes_;
}

void SimulatedDisk::SetCapacity(uint64_t bytes) {
  MutexLock lock(mutex_);
  capacity_ = bytes;
  least_free_ = capacity_ - std::min(capacity_, Used());
}

uint64_t SimulatedDisk::least_free_bytes() const {
  MutexLock lock(mutex_);
  return least_free_;
}

uint64_t SimulatedDisk::used_bytes() const {
  MutexLock lock(mutex_);
  return Used();
}

void SimulatedDisk::LoseUnsynced(File& file, std::mt19937_64& random) {
  std::string left = file.durable;
  if (file.bytes.starts_with(left)) {
    // Only appended to: some of the end may have got there.
    const size_t end = file.bytes.size() - left.size();
    const uint64_t luck = random() % 4;
    left.append(file.bytes, left.size(), luck == 0 ? 0 : luck == 1 ? end : random() % (end + 1));
  } else {
    // Written over: of each sector the old or the new.
    for (size_t at = 0; at < left.size(); at += kSectorBytes) {
      if (random() % 2 == 0 || at >= file.bytes.size()) continue;
      const std::string sector = file.bytes.substr(at, kSectorBytes);
      left.replace(at, std::min(sector.size(), left.size() - at), sector, 0, std::min(sector.size(), left.size() - at));
    }
  }
  file.bytes = file.durable = left;
  file.changed_from = left.size();
}

void SimulatedDisk::LosePower(std::mt19937_64& random) {
  MutexLock lock(mutex_);
  // What becomes of one kind of file does not depend on how many there are of another: RocksDB's own threads make
  // tables.
  std::array<std::mt19937_64, kFileKindCount> chances;
  for (std::mt19937_64& chance : chances) chance.seed(random());
  const auto chance_of = [&](const Handle& file) -> std::mt19937_64& {
    return chances[static_cast<size_t>(file->kind)];
  };
  // Names that were made or deleted, and not synced: each may have got there or not.
  Names left = durable_names_;
  for (const auto& [path, file] : durable_names_) {
    const auto now = names_.find(path);
    if ((now == names_.end() || now->second != file) && chance_of(file)() % 2 == 0) left.erase(path);
  }
  for (const auto& [path, file] : names_) {
    const auto before = durable_names_.find(path);
    if (before != durable_names_.end() && before->second == file) continue;
    if (chance_of(file)() % 2 == 0) left[path] = file;
  }
  std::vector<Handle> seen;
  for (const auto& [path, file] : left) {
    if (std::find(seen.begin(), seen.end(), file) != seen.end()) continue;
    LoseUnsynced(*file, chance_of(file));
    seen.push_back(file);
  }
  names_ = durable_names_ = std::move(left);
}

std::map<std::string, std::string> SimulatedDisk::Image() const {
  MutexLock lock(mutex_);
  std::map<std::string, std::string> image;
  for (const auto& [path, file] : names_) image[path] = file->bytes;
  return image;
}

void SimulatedDisk::SetImage(const std::map<std::string, std::string>& image) {
  MutexLock lock(mutex_);
  names_.clear();
  for (const auto& [path, bytes] : image) {
    auto file = std::make_shared<File>();
    file->kind = KindOf(path);
    file->bytes = file->durable = bytes;
    file->changed_from = bytes.size();
    names_[path] = file;
  }
  durable_names_ = names_;
}

}  // namespace vangnet_testing
