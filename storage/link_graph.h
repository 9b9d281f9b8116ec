// LinkGraph knows which keys are one child: the same_student facts that hold, as a graph in memory and in the table
// links; and which keys ever were.
//
// Guarantees: the table has every link under both of its ends, so that all links of a child are found from its key.
//   A link that no longer holds stays in it, for whoever asks what was known then. Links that are newer than the
//   disk's are added to the batch that evaluates one of their ends; the disk may so be ahead of what was evaluated.
//   Whatever the order of the links, the same ones join the same keys.
// Thread safety: all methods may be called concurrently; Replace by one thread, AddUnwritten and Written by one.
// Limits and cost: links are few; all are in memory. Keys without links cost one look at an atomic. More than
//   kChildKeysMax (domain/record.h) keys that links join are no child: none of them is joined, and each is looked
//   after by itself. So what one link changes is bounded.
#ifndef VANGNET_STORAGE_LINK_GRAPH_H_
#define VANGNET_STORAGE_LINK_GRAPH_H_

#include <array>
#include <atomic>
#include <cstdint>
#include <map>
#include <set>
#include <string>
#include <string_view>
#include <vector>

#include "absl/status/status.h"
#include "domain/mutex.h"
#include "storage/keys.h"
#include "storage/kv_store.h"

namespace vangnet {

class LinkGraph {
 public:
  // Reads the table.
  absl::Status Load(const KvStore& kv);
  // All keys joined with `student`, itself among them, ascending; itself alone when they are more than kChildKeysMax.
  std::vector<std::string> KeysOf(std::string_view student) const;
  // All keys that were joined with `student` at any time, also over keys that were joined at different times, itself
  // among them, ascending.
  std::vector<std::string> KeysEverOf(std::string_view student) const;
  // The keys that `student`'s own facts join it with.
  std::set<std::string, std::less<>> OthersOf(std::string_view student) const;
  // Replaces them. Gives the keys for which KeysOf says something else than before.
  std::set<std::string> Replace(std::string_view student, const std::set<std::string, std::less<>>& others);
  // Adds to `reached` all keys for which KeysOf may say something else than it did before the links of `student`
  // changed, whenever that was: whatever it was ever linked with, and all that these are joined with now. Gives those
  // that were not in it. Cost: each key of `reached` is followed once.
  std::vector<std::string> Reach(std::string_view student, std::set<std::string, std::less<>>& reached) const;
  // All keys that ever had links, ascending.
  std::vector<std::string> KeysEverLinked() const;
  // Keeps that a fact of `student` joined it with `other` once, whether or not one does now.
  void AddOnce(std::string_view student, const std::string& other);
  // Whether another key was ever joined with `student`: KeysOf may have more to say than itself.
  bool MayBeJoined(std::string_view student) const;
  // The keys of a partition that were ever joined with another, from `first` on, ascending.
  std::vector<std::string> KeysIn(uint8_t partition, std::string_view first) const;
  // No key has links, or ever had.
  bool empty() const { return empty_; }

  // Adds the links of `student` that are newer than the disk's to `batch`.
  void AddUnwritten(std::string_view student, WriteBatch& batch);
  // The batch is written.
  void Written(std::string_view student);

 private:
  struct Node {
    std::set<std::string, std::less<>> others;     // its own facts say so
    std::set<std::string, std::less<>> others_of;  // facts of those say so
    std::set<std::string, std::less<>> ever;       // at any time, whichever end said so
    // Links not as on disk, with the number of their last change, and of the change that is in a batch.
    std::map<std::string, uint64_t, std::less<>> unwritten;
    std::map<std::string, uint64_t, std::less<>> in_batch;
  };

  std::vector<std::string> ChildOf(std::string_view student) const VANGNET_REQUIRES(mutex_);
  Node& NodeOf(std::string_view student) VANGNET_REQUIRES(mutex_);
  void Change(std::string_view student, const std::string& other, bool joined) VANGNET_REQUIRES(mutex_);
  void PutLink(const std::string& student, const std::string& other, WriteBatch& batch) VANGNET_REQUIRES(mutex_);

  mutable Mutex mutex_;
  std::map<std::string, Node, std::less<>> nodes_ VANGNET_GUARDED_BY(mutex_);  // none is ever erased
  // Their keys by partition.
  std::array<std::set<std::string_view>, kPartitionCount> keys_in_ VANGNET_GUARDED_BY(mutex_);
  uint64_t changes_ VANGNET_GUARDED_BY(mutex_) = 0;
  std::atomic<bool> empty_ = true;
};

}  // namespace vangnet

#endif  // VANGNET_STORAGE_LINK_GRAPH_H_
