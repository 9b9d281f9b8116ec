// SourceLedger keeps per source and channel how far it got, so that a sender resumes from its own cursor.
//
// Guarantees: readers see what is durable: changes are staged, and shown by Publish.
// Thread safety: Stage, Publish and Discard by one thread; Get concurrently.
// Limits and cost: all channels are in memory; one put per channel that a group touches.
#ifndef VANGNET_STORAGE_SOURCE_LEDGER_H_
#define VANGNET_STORAGE_SOURCE_LEDGER_H_

#include <map>
#include <string>
#include <string_view>
#include <utility>
#include <vector>

#include "absl/status/status.h"
#include "domain/mutex.h"
#include "storage/fact_store.h"
#include "storage/kv_store.h"

namespace vangnet {

class SourceLedger {
 public:
  absl::Status Load(const KvStore& kv);
  // The channel as it will be, to be changed in place.
  ChannelStatus& Stage(const std::string& source, const std::string& channel);
  // Adds what is staged to `batch`.
  void AddStaged(WriteBatch& batch) const;
  void Publish();
  void Discard() { staged_.clear(); }

  // By channel.
  std::vector<ChannelStatus> Get(std::string_view source) const;
  // The latest receipt of all; the epoch when there is none.
  absl::Time last_received_at() const;

 private:
  using Key = std::pair<std::string, std::string>;
  std::map<Key, ChannelStatus> staged_;  // owned by the thread that stages
  mutable Mutex mutex_;
  std::map<Key, ChannelStatus> channels_ VANGNET_GUARDED_BY(mutex_);
};

}  // namespace vangnet

#endif  // VANGNET_STORAGE_SOURCE_LEDGER_H_
