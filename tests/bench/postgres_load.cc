#include "tests/bench/postgres_load.h"

#include <libpq-fe.h>

#include <cstdio>
#include <cstdlib>
#include <memory>
#include <thread>
#include <utility>

#include "tests/bench/client.h"

namespace vangnet_testing {
namespace {

using vangnet::v1::Record;
using vangnet::v1::StreamRecordsRequest;

constexpr char kCreateTable[] =
    "CREATE TABLE vangnet_bench (student text, source text, record_id text, revision bigint, day date, content bytea, "
    "PRIMARY KEY (student, source, record_id))";
constexpr int kColumns = 6;

struct CloseConnection {
  void operator()(PGconn* connection) const { PQfinish(connection); }
};
using Connection = std::unique_ptr<PGconn, CloseConnection>;

void Fail(const std::string& message) {
  std::fprintf(stderr, "PostgreSQL: %s\n", message.c_str());
  std::exit(1);
}

Connection ConnectToPostgres(const std::string& conninfo) {
  Connection connection(PQconnectdb(conninfo.c_str()));
  if (PQstatus(connection.get()) != CONNECTION_OK) Fail(PQerrorMessage(connection.get()));
  return connection;
}

void Expect(PGconn* connection, PGresult* result) {
  const ExecStatusType status = PQresultStatus(result);
  PQclear(result);
  if (status != PGRES_COMMAND_OK && status != PGRES_TUPLES_OK) Fail(PQerrorMessage(connection));
}

std::string DayOf(const Record& record) {
  if (record.has_absence()) return record.absence().days().first_day();
  if (record.has_placement()) return record.placement().first_day();
  return "2000-01-01";
}

// ON CONFLICT … with the higher revision winning: what our outcomes mean.
std::string Upsert(size_t rows) {
  std::string sql = "INSERT INTO vangnet_bench VALUES ";
  for (size_t row = 0; row < rows; ++row) {
    sql += row == 0 ? "(" : ",(";
    for (size_t column = 1; column <= kColumns; ++column) {
      sql += (column == 1 ? "$" : ",$") + std::to_string(row * kColumns + column);
    }
    sql += ")";
  }
  return sql +
         " ON CONFLICT (student, source, record_id) DO UPDATE SET revision = EXCLUDED.revision,"
         " day = EXCLUDED.day, content = EXCLUDED.content WHERE EXCLUDED.revision > vangnet_bench.revision";
}

// The values of one statement, in text but for the content.
class Parameters {
 public:
  void Add(const Record& record) {
    values_.push_back(record.student());
    values_.push_back(record.source());
    values_.push_back(record.record_id());
    values_.push_back(std::to_string(record.revision()));
    values_.push_back(DayOf(record));
    values_.push_back(record.SerializeAsString());
  }
  void Execute(PGconn* connection, const char* statement) const {
    std::vector<const char*> pointers(values_.size());
    std::vector<int> lengths(values_.size());
    std::vector<int> formats(values_.size(), 0);
    for (size_t i = 0; i < values_.size(); ++i) {
      pointers[i] = values_[i].data();
      lengths[i] = static_cast<int>(values_[i].size());
      if (i % kColumns == kColumns - 1) formats[i] = 1;
    }
    Expect(connection, PQexecPrepared(connection, statement, static_cast<int>(values_.size()), pointers.data(),
                                      lengths.data(), formats.data(), 0));
  }

 private:
  std::vector<std::string> values_;
};

}  // namespace

PostgresLoad::PostgresLoad(std::string conninfo) : conninfo_(std::move(conninfo)) {}

void PostgresLoad::MakeTable() {
  const Connection connection = ConnectToPostgres(conninfo_);
  for (const char* sql : {"SET client_min_messages = warning", "DROP TABLE IF EXISTS vangnet_bench", kCreateTable,
                          "CREATE INDEX ON vangnet_bench (student, day)", "CHECKPOINT"}) {
    Expect(connection.get(), PQexec(connection.get(), sql));
  }
}

void PostgresLoad::Settle() {
  const Connection connection = ConnectToPostgres(conninfo_);
  for (const char* sql : {"DROP TABLE IF EXISTS vangnet_bench", "CHECKPOINT"}) {
    Expect(connection.get(), PQexec(connection.get(), sql));
  }
}

double PostgresLoad::Batched(const std::vector<StreamRecordsRequest>& chunks) {
  MakeTable();
  const Connection connection = ConnectToPostgres(conninfo_);
  const int rows = chunks.front().records_size();
  Expect(connection.get(), PQprepare(connection.get(), "chunk", Upsert(rows).c_str(), 0, nullptr));
  const double start = Seconds();
  for (const StreamRecordsRequest& chunk : chunks) {
    if (chunk.records_size() != rows) continue;  // A last, smaller chunk.
    Parameters parameters;
    for (const Record& record : chunk.records()) parameters.Add(record);
    parameters.Execute(connection.get(), "chunk");
  }
  return Seconds() - start;
}

double PostgresLoad::Single(const std::vector<std::vector<Record>>& records) {
  MakeTable();
  std::vector<Connection> connections;
  for (size_t i = 0; i < records.size(); ++i) {
    connections.push_back(ConnectToPostgres(conninfo_));
    Expect(connections.back().get(), PQprepare(connections.back().get(), "one", Upsert(1).c_str(), 0, nullptr));
  }
  const double start = Seconds();
  std::vector<std::thread> callers;
  for (size_t i = 0; i < records.size(); ++i) {
    callers.emplace_back([connection = connections[i].get(), &own = records[i]] {
      for (const Record& record : own) {
        Parameters parameters;
        parameters.Add(record);
        parameters.Execute(connection, "one");
      }
    });
  }
  for (std::thread& caller : callers) caller.join();
  return Seconds() - start;
}

}  // namespace vangnet_testing
