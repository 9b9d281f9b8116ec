// The same records into PostgreSQL, as somebody would who used it instead: an upsert by identity, the higher revision
// winning, an index for reading a child's days.
//
// Errors: an error of PostgreSQL ends the program with its message.
#ifndef VANGNET_TESTS_BENCH_POSTGRES_LOAD_H_
#define VANGNET_TESTS_BENCH_POSTGRES_LOAD_H_

#include <string>
#include <vector>

#include "vangnet/v1/ingest_service.pb.h"

namespace vangnet_testing {

class PostgresLoad {
 public:
  // `conninfo` as libpq reads it. The table vangnet_bench is made anew.
  explicit PostgresLoad(std::string conninfo);

  // One connection, one chunk a statement and commit. Seconds.
  double Batched(const std::vector<vangnet::v1::StreamRecordsRequest>& chunks);
  // One connection a list, one record a commit. Seconds.
  double Single(const std::vector<std::vector<vangnet::v1::Record>>& records);
  // Leaves nothing behind that it would write to the disk later, beside what is measured next.
  void Settle();

 private:
  void MakeTable();

  const std::string conninfo_;
};

}  // namespace vangnet_testing

#endif  // VANGNET_TESTS_BENCH_POSTGRES_LOAD_H_
