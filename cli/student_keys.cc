#include "cli/student_keys.h"

namespace vangnet {

size_t StudentKeys::Root(size_t node) const {
  while (parents_[node] != node) {
    parents_[node] = parents_[parents_[node]];
    node = parents_[node];
  }
  return node;
}

size_t StudentKeys::NodeOf(std::string_view key) {
  const auto found = nodes_.find(key);
  if (found != nodes_.end()) return found->second;
  parents_.push_back(parents_.size());
  return nodes_.emplace(std::string(key), parents_.size() - 1).first->second;
}

void StudentKeys::Add(std::string_view key) { NodeOf(key); }

void StudentKeys::Join(std::string_view one, std::string_view other) {
  const size_t first = Root(NodeOf(one));
  const size_t second = Root(NodeOf(other));
  parents_[second] = first;
}

std::vector<std::vector<std::string>> StudentKeys::Children() const {
  std::vector<std::vector<std::string>> children;
  std::vector<size_t> child_of_root(parents_.size(), parents_.size());
  // Keys come in ascending order: the first of a tree is its child's smallest.
  for (const auto& [key, node] : nodes_) {
    size_t& child = child_of_root[Root(node)];
    if (child == parents_.size()) {
      child = children.size();
      children.emplace_back();
    }
    children[child].push_back(key);
  }
  return children;
}

}  // namespace vangnet
