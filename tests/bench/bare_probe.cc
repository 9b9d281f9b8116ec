// bare_probe: gRPC and RocksDB with nothing between them, for comparison in the same run as vangnetd.
//
//   bare_probe SHAPE DIRECTORY
//     Q   one value a record under an ascending key: what the machine can do
//     D   one value a record under a child-first key, and an id that is looked up first: naive deduplication
//
// It takes the stream of vangnet.v1.IngestService, judges nothing and answers with the cursor alone. Of single calls
// all that wait are written together. As vangnetd must, it opens with kTolerateCorruptedTailRecords, syncs the log and
// then a mark beside it, once a chunk or batch of calls, before the answer. Ends at SIGTERM.
#include <fcntl.h>
#include <grpcpp/grpcpp.h>
#include <rocksdb/cache.h>
#include <rocksdb/db.h>
#include <rocksdb/filter_policy.h>
#include <rocksdb/perf_level.h>
#include <rocksdb/table.h>
#include <rocksdb/write_batch.h>
#include <signal.h>
#include <unistd.h>

#include <cstdio>
#include <functional>
#include <memory>
#include <string>
#include <thread>
#include <utility>
#include <vector>

#include "domain/mutex.h"
#include "services/runtime/grpc_locks.h"
#include "vangnet/v1/ingest_service.grpc.pb.h"

namespace vangnet_testing {
namespace {

using vangnet::MutexLock;
using vangnet::v1::IngestRecordsRequest;
using vangnet::v1::IngestRecordsResponse;
using vangnet::v1::Record;
using vangnet::v1::StreamRecordsRequest;
using vangnet::v1::StreamRecordsResponse;

enum class Shape : char { kAscending = 'Q', kDeduplicated = 'D' };

void AppendBigEndian(uint64_t value, std::string* key) {
  for (int shift = 56; shift >= 0; shift -= 8) key->push_back(static_cast<char>(value >> shift));
}

class BareStore {
 public:
  BareStore(const std::string& directory, Shape shape) : shape_(shape) {
    rocksdb::DBOptions options;
    options.create_if_missing = true;
    options.create_missing_column_families = true;
    options.info_log_level = rocksdb::WARN_LEVEL;
    options.IncreaseParallelism(2);
    options.bytes_per_sync = 1 << 20;
    options.max_total_wal_size = 64 << 20;
    options.wal_recovery_mode = rocksdb::WALRecoveryMode::kTolerateCorruptedTailRecords;
    rocksdb::ColumnFamilyOptions family;
    family.compression = rocksdb::kLZ4Compression;
    family.bottommost_compression = rocksdb::kZSTD;
    family.write_buffer_size = 64 << 20;
    family.max_write_buffer_number = 3;
    family.level_compaction_dynamic_level_bytes = true;
    rocksdb::BlockBasedTableOptions table;
    table.filter_policy.reset(rocksdb::NewBloomFilterPolicy(10));
    table.block_cache = rocksdb::NewLRUCache(512 << 20);
    table.block_size = 8192;
    family.table_factory.reset(rocksdb::NewBlockBasedTableFactory(table));
    rocksdb::ColumnFamilyOptions ids = family;
    ids.memtable_whole_key_filtering = true;
    ids.memtable_prefix_bloom_size_ratio = 0.05;
    rocksdb::DB* db = nullptr;
    Expect(rocksdb::DB::Open(options, directory + "/db", {{rocksdb::kDefaultColumnFamilyName, family}, {"ids", ids}},
                             &families_, &db));
    db_.reset(db);
    mark_ = open((directory + "/mark").c_str(), O_RDWR | O_CREAT, 0644);
    if (mark_ < 0 || posix_fallocate(mark_, 0, 4096) != 0) Fail("cannot make the mark");
  }
  ~BareStore() {
    for (rocksdb::ColumnFamilyHandle* family : families_) db_->DestroyColumnFamilyHandle(family);
    close(mark_);
  }

  void Write(const std::vector<const Record*>& records) {
    rocksdb::WriteBatch batch;
    if (shape_ == Shape::kAscending) {
      PutAscending(records, &batch);
    } else {
      PutDeduplicated(records, &batch);
    }
    rocksdb::WriteOptions synced;
    synced.sync = true;
    Expect(db_->Write(synced, &batch));
    std::string mark;
    AppendBigEndian(sequence_, &mark);
    if (pwrite(mark_, mark.data(), mark.size(), 0) != static_cast<ssize_t>(mark.size()) || fdatasync(mark_) != 0) {
      Fail("cannot write the mark");
    }
  }

 private:
  static void Fail(const std::string& what) {
    std::fprintf(stderr, "bare_probe: %s\n", what.c_str());
    _exit(1);
  }
  static void Expect(const rocksdb::Status& status) {
    if (!status.ok()) Fail(status.ToString());
  }

  void PutAscending(const std::vector<const Record*>& records, rocksdb::WriteBatch* batch) {
    std::string key;
    std::string value;
    for (const Record* record : records) {
      key.clear();
      AppendBigEndian(++sequence_, &key);
      record->SerializeToString(&value);
      batch->Put(families_[0], key, value);
    }
  }

  void PutDeduplicated(const std::vector<const Record*>& records, rocksdb::WriteBatch* batch) {
    const size_t count = records.size();
    std::vector<std::string> ids(count);
    std::vector<rocksdb::Slice> slices(count);
    for (size_t i = 0; i < count; ++i) {
      const Record& record = *records[i];
      ids[i] = record.student() + '\0' + record.source() + '\0' + record.record_id();
      slices[i] = ids[i];
    }
    std::vector<rocksdb::PinnableSlice> found(count);
    std::vector<rocksdb::Status> statuses(count);
    db_->MultiGet(rocksdb::ReadOptions(), families_[1], count, slices.data(), found.data(), statuses.data());
    std::string value;
    for (size_t i = 0; i < count; ++i) {
      if (statuses[i].ok()) continue;
      const Record& record = *records[i];
      std::string key;
      AppendBigEndian(std::hash<std::string>()(record.student()), &key);
      AppendBigEndian(++sequence_, &key);
      record.SerializeToString(&value);
      batch->Put(families_[0], key, value);
      batch->Put(families_[1], ids[i], key);
    }
  }

  const Shape shape_;
  std::unique_ptr<rocksdb::DB> db_;
  std::vector<rocksdb::ColumnFamilyHandle*> families_;
  int mark_ = -1;
  uint64_t sequence_ = 0;
};

// Writes the records of single calls: while one batch is written, the next one gathers.
class Coalescer {
 public:
  explicit Coalescer(BareStore* store) : store_(store), writer_([this] { Run(); }) {}
  ~Coalescer() {
    {
      MutexLock lock(mutex_);
      ending_ = true;
    }
    changed_.Signal();
    writer_.join();
  }

  // Ends the call when its records are durable.
  void Submit(const IngestRecordsRequest* request, grpc::ServerUnaryReactor* reactor) {
    {
      MutexLock lock(mutex_);
      waiting_.emplace_back(request, reactor);
    }
    changed_.Signal();
  }

 private:
  void Run() {
    rocksdb::SetPerfLevel(rocksdb::PerfLevel::kDisable);
    std::vector<std::pair<const IngestRecordsRequest*, grpc::ServerUnaryReactor*>> calls;
    std::vector<const Record*> records;
    while (true) {
      calls.clear();
      records.clear();
      {
        MutexLock lock(mutex_);
        while (!ending_ && waiting_.empty()) changed_.Wait(mutex_);
        if (waiting_.empty()) return;
        calls.swap(waiting_);
      }
      for (const auto& [request, reactor] : calls) {
        for (const Record& record : request->records()) records.push_back(&record);
      }
      store_->Write(records);
      for (const auto& [request, reactor] : calls) reactor->Finish(grpc::Status::OK);
    }
  }

  BareStore* const store_;
  vangnet::Mutex mutex_;
  vangnet::CondVar changed_;
  std::vector<std::pair<const IngestRecordsRequest*, grpc::ServerUnaryReactor*>> waiting_ VANGNET_GUARDED_BY(mutex_);
  bool ending_ VANGNET_GUARDED_BY(mutex_) = false;
  std::thread writer_;
};

class BareIngest final
    : public vangnet::v1::IngestService::WithCallbackMethod_IngestRecords<vangnet::v1::IngestService::Service> {
 public:
  explicit BareIngest(BareStore* store) : store_(store), coalescer_(store) {}
  grpc::ServerUnaryReactor* IngestRecords(grpc::CallbackServerContext* context, const IngestRecordsRequest* request,
                                          IngestRecordsResponse*) override {
    grpc::ServerUnaryReactor* const reactor = context->DefaultReactor();
    coalescer_.Submit(request, reactor);
    return reactor;
  }
  // One stream at a time, and none beside single calls: so the probe is measured.
  grpc::Status StreamRecords(grpc::ServerContext*,
                             grpc::ServerReaderWriter<StreamRecordsResponse, StreamRecordsRequest>* stream) override {
    rocksdb::SetPerfLevel(rocksdb::PerfLevel::kDisable);
    StreamRecordsRequest chunk;
    StreamRecordsResponse answer;
    std::vector<const Record*> records;
    while (stream->Read(&chunk)) {
      records.clear();
      for (const Record& record : chunk.records()) records.push_back(&record);
      store_->Write(records);
      answer.set_cursor(chunk.cursor());
      if (!stream->Write(answer)) break;
    }
    return grpc::Status::OK;
  }

 private:
  BareStore* const store_;
  Coalescer coalescer_;
};

}  // namespace
}  // namespace vangnet_testing

int main(int argc, char** argv) {
  using vangnet_testing::BareIngest;
  using vangnet_testing::BareStore;
  using vangnet_testing::Shape;
  if (argc != 3 || (argv[1][0] != 'Q' && argv[1][0] != 'D')) {
    std::fprintf(stderr, "usage: bare_probe Q|D DIRECTORY\n");
    return 2;
  }
  vangnet::TakeGrpcLocksUnchecked();
  sigset_t ending;
  sigemptyset(&ending);
  sigaddset(&ending, SIGTERM);
  sigaddset(&ending, SIGINT);
  sigprocmask(SIG_BLOCK, &ending, nullptr);
  BareStore store(argv[2], static_cast<Shape>(argv[1][0]));
  BareIngest ingest(&store);
  grpc::ServerBuilder builder;
  int port = 0;
  builder.AddListeningPort("127.0.0.1:0", grpc::InsecureServerCredentials(), &port);
  builder.RegisterService(&ingest);
  const std::unique_ptr<grpc::Server> server = builder.BuildAndStart();
  if (server == nullptr || port == 0) return 1;
  std::printf("bare_probe listening on 127.0.0.1:%d\n", port);
  std::fflush(stdout);
  int signal = 0;
  sigwait(&ending, &signal);
  server->Shutdown();
  return 0;
}
