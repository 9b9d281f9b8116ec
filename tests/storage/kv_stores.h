// The key-value stores that the conformance tests run on, by name.
#ifndef VANGNET_TESTS_STORAGE_KV_STORES_H_
#define VANGNET_TESTS_STORAGE_KV_STORES_H_

#include <gtest/gtest.h>

#include <filesystem>
#include <memory>
#include <string>

#include "storage/kv_store.h"
#include "storage/memory_kv_store.h"
#include "storage/rocksdb_kv_store.h"

namespace vangnet_testing {

// A store that can be closed and opened again with what it held.
class ReopenableKv {
 public:
  virtual ~ReopenableKv() = default;
  virtual vangnet::KvStore& kv() = 0;
  // Everything that was made on the store must be gone.
  virtual void Reopen() = 0;
};

class ReopenableMemory : public ReopenableKv {
 public:
  vangnet::KvStore& kv() override { return kv_; }
  void Reopen() override {}

 private:
  vangnet::MemoryKvStore kv_;
};

class ReopenableRocksdb : public ReopenableKv {
 public:
  ReopenableRocksdb() {
    std::string pattern = (std::filesystem::temp_directory_path() / "vangnet-kv-XXXXXX").string();
    if (mkdtemp(pattern.data()) == nullptr) ADD_FAILURE() << "no temporary directory";
    directory_ = pattern;
    Open();
  }
  ~ReopenableRocksdb() override {
    kv_.reset();
    std::error_code ignored;
    std::filesystem::remove_all(directory_, ignored);
  }
  vangnet::KvStore& kv() override { return *kv_; }
  void Reopen() override {
    kv_.reset();
    Open();
  }
  const std::string& directory() const { return directory_; }

 private:
  void Open() {
    auto opened = vangnet::RocksdbKvStore::Open(directory_, {});
    if (!opened.ok()) {
      ADD_FAILURE() << opened.status();
      return;
    }
    kv_ = *std::move(opened);
  }
  std::string directory_;
  std::unique_ptr<vangnet::KvStore> kv_;
};

inline std::unique_ptr<ReopenableKv> MakeKv(const std::string& name) {
  if (name == "Memory") return std::make_unique<ReopenableMemory>();
  return std::make_unique<ReopenableRocksdb>();
}

}  // namespace vangnet_testing

#endif  // VANGNET_TESTS_STORAGE_KV_STORES_H_
