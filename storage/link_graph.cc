#include "storage/link_graph.h"

#include <algorithm>
#include <iterator>
#include <utility>

#include "domain/child_keys.h"

namespace vangnet {
namespace {

// Value of a link. Persisted. Which end says so: the first of the key, the second, or both; 0: one of them did once.
constexpr char kFirstSays = 1;
constexpr char kSecondSays = 2;

}  // namespace

absl::Status LinkGraph::Load(const KvStore& kv) {
  MutexLock lock(mutex_);
  const auto links = kv.NewIterator(Table::kLinks);
  for (links->Seek(""); links->Valid(); links->Next()) {
    const auto ends = EndsOfLinkKey(links->key());
    if (!ends || links->value().size() != 1) return absl::DataLossError("an entry of the table links is broken");
    NodeOf(ends->student).ever.insert(ends->other);
    if ((links->value()[0] & kFirstSays) == 0) continue;
    NodeOf(ends->student).others.insert(ends->other);
    NodeOf(ends->other).others_of.insert(ends->student);
  }
  return links->status();
}

LinkGraph::Node& LinkGraph::NodeOf(std::string_view student) {
  empty_ = false;
  const auto [node, is_new] = nodes_.try_emplace(std::string(student));
  if (is_new) keys_in_[PartitionOf(node->first)].insert(node->first);
  return node->second;
}

std::vector<std::string> LinkGraph::KeysOf(std::string_view student) const {
  if (empty_) return {std::string(student)};
  MutexLock lock(mutex_);
  return ChildOf(student);
}

std::vector<std::string> LinkGraph::ChildOf(std::string_view student) const {
  const auto* const nodes = &nodes_;
  return vangnet::ChildOf(student, [nodes](const std::string& key, const auto& visit) {
    const auto node = nodes->find(key);
    if (node == nodes->end()) return;
    for (const auto* others : {&node->second.others, &node->second.others_of}) {
      if (!std::ranges::all_of(*others, visit)) return;
    }
  });
}

std::vector<std::string> LinkGraph::KeysEverOf(std::string_view student) const {
  if (empty_) return {std::string(student)};
  std::set<std::string, std::less<>> keys = {std::string(student)};
  std::vector<std::string> open = {std::string(student)};
  MutexLock lock(mutex_);
  while (!open.empty()) {
    const auto node = nodes_.find(open.back());
    open.pop_back();
    if (node == nodes_.end()) continue;
    for (const std::string& other : node->second.ever) {
      if (keys.insert(other).second) open.push_back(other);
    }
  }
  return {keys.begin(), keys.end()};
}

bool LinkGraph::MayBeJoined(std::string_view student) const {
  if (empty_) return false;
  MutexLock lock(mutex_);
  return nodes_.find(student) != nodes_.end();
}

std::vector<std::string> LinkGraph::KeysIn(uint8_t partition, std::string_view first) const {
  if (empty_) return {};
  MutexLock lock(mutex_);
  const std::set<std::string_view>& keys = keys_in_[partition];
  return {keys.lower_bound(first), keys.end()};
}

std::set<std::string, std::less<>> LinkGraph::OthersOf(std::string_view student) const {
  if (empty_) return {};
  MutexLock lock(mutex_);
  const auto node = nodes_.find(student);
  if (node == nodes_.end()) return {};
  return node->second.others;
}

std::set<std::string> LinkGraph::Replace(std::string_view student, const std::set<std::string, std::less<>>& others) {
  MutexLock lock(mutex_);
  const auto before = NodeOf(student).others;
  std::vector<std::string> changed;
  std::ranges::set_symmetric_difference(before, others, std::back_inserter(changed));
  // Whoever has other keys than before is joined with an end of a link that changed, before or now.
  std::map<std::string, std::vector<std::string>> children;  // by the end, as they were
  children.emplace(student, ChildOf(student));
  for (const std::string& other : changed) children.emplace(other, ChildOf(other));
  for (const std::string& other : changed) Change(student, other, /*joined=*/others.contains(other));
  std::set<std::string> keys;
  for (const auto& [end, child] : children) {
    const std::vector<std::string> now = ChildOf(end);
    if (now == child) continue;
    keys.insert(child.begin(), child.end());
    keys.insert(now.begin(), now.end());
  }
  return keys;
}

std::vector<std::string> LinkGraph::Reach(std::string_view student, std::set<std::string, std::less<>>& reached) const {
  if (empty_) return {};
  std::set<std::string, std::less<>> keys;
  MutexLock lock(mutex_);
  const auto from = nodes_.find(student);
  if (from == nodes_.end()) return {};
  std::vector<std::string> open;
  const auto add = [&](const std::string& key) {
    if (!reached.insert(key).second) return;
    keys.insert(key);
    open.push_back(key);
  };
  add(from->first);
  // A link that was taken away: the other end, and all that it is joined with.
  for (const std::string& other : from->second.ever) add(other);
  while (!open.empty()) {
    const auto node = nodes_.find(open.back());
    open.pop_back();
    if (node == nodes_.end()) continue;
    for (const auto* others : {&node->second.others, &node->second.others_of}) {
      for (const std::string& other : *others) add(other);
    }
  }
  return {keys.begin(), keys.end()};
}

void LinkGraph::Change(std::string_view student, const std::string& other, bool joined) {
  ++changes_;
  Node& from = NodeOf(student);
  Node& to = NodeOf(other);
  from.ever.insert(other);
  to.ever.insert(std::string(student));
  if (joined) {
    from.others.insert(other);
    to.others_of.insert(std::string(student));
  } else {
    from.others.erase(other);
    to.others_of.erase(std::string(student));
  }
  from.unwritten[other] = changes_;
}

std::vector<std::string> LinkGraph::KeysEverLinked() const {
  MutexLock lock(mutex_);
  std::vector<std::string> keys;
  for (const auto& [key, node] : nodes_) {
    if (!node.ever.empty()) keys.push_back(key);
  }
  return keys;
}

void LinkGraph::AddOnce(std::string_view student, const std::string& other) {
  if (student == other) return;
  MutexLock lock(mutex_);
  // One end alone may be there: the other's entry was in a block that did not read.
  const bool is_new = NodeOf(student).ever.insert(other).second;
  if (!NodeOf(other).ever.insert(std::string(student)).second && !is_new) return;
  NodeOf(student).unwritten[other] = ++changes_;
}

void LinkGraph::PutLink(const std::string& student, const std::string& other, WriteBatch& batch) {
  const Node& node = NodeOf(student);
  const int says =
      (node.others.count(other) != 0 ? kFirstSays : 0) | (node.others_of.count(other) != 0 ? kSecondSays : 0);
  batch.Put(Table::kLinks, LinkKey(student, other), std::string(1, static_cast<char>(says)));
}

void LinkGraph::AddUnwritten(std::string_view student, WriteBatch& batch) {
  if (empty_) return;
  MutexLock lock(mutex_);
  const auto node = nodes_.find(student);
  if (node == nodes_.end()) return;
  node->second.in_batch = node->second.unwritten;
  for (const auto& [other, change] : node->second.in_batch) {
    PutLink(std::string(student), other, batch);
    PutLink(other, std::string(student), batch);
  }
}

void LinkGraph::Written(std::string_view student) {
  if (empty_) return;
  MutexLock lock(mutex_);
  const auto node = nodes_.find(student);
  if (node == nodes_.end()) return;
  for (const auto& [other, change] : node->second.in_batch) {
    const auto at = node->second.unwritten.find(other);
    if (at != node->second.unwritten.end() && at->second == change) node->second.unwritten.erase(at);
  }
  node->second.in_batch.clear();
}

}  // namespace vangnet
