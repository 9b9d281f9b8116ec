// Records for the benchmarks: a region of children with their placements, and their absences, made before the clock
// starts.
//
// Guarantees: the same seed makes the same records; no two share an identity.
#ifndef VANGNET_TESTS_BENCH_BENCH_RECORDS_H_
#define VANGNET_TESTS_BENCH_BENCH_RECORDS_H_

#include <cstdint>
#include <random>
#include <string>
#include <vector>

#include "domain/day.h"
#include "vangnet/v1/ingest_service.pb.h"

namespace vangnet_testing {

// Of this machine, in UTC: near enough to the server's.
vangnet::Day Today();

class BenchRecords {
 public:
  // `today` is the server's day; absences lie in the year before it. `tag` keeps the children of two makers apart, and
  // `region`, 0 to 99, their schools.
  BenchRecords(uint64_t seed, int students, vangnet::Day today, std::string tag, int region = 0);

  // A profile and a placement of every child.
  std::vector<vangnet::v1::StreamRecordsRequest> Enrolments(int records_per_chunk);
  // `count` single-day or longer absences of random children.
  std::vector<vangnet::v1::StreamRecordsRequest> Absences(int count, int records_per_chunk);
  void Absence(vangnet::v1::Record* record);
  // The same of this child, below `students`.
  void AbsenceOf(uint64_t student, vangnet::v1::Record* record);
  // Two records of a child of its own that left its school three weeks ago: raises one alert. `student` is its key.
  void DropOut(vangnet::v1::StreamRecordsRequest* chunk, std::string* student);
  // Two records of a child of its own that has a school: raises none. Returns its number.
  uint64_t Enrol(vangnet::v1::StreamRecordsRequest* chunk);
  // An absence of four weeks of the child that Enrol gave this number: raises an alert.
  void LongAbsence(uint64_t enrolled, vangnet::v1::Record* record);

 private:
  std::string DayBefore(int days) const;
  std::string School(uint64_t student) const;
  // Profile and placement; returns the placement.
  vangnet::v1::Placement* AddChild(const std::string& student, const std::string& school,
                                   vangnet::v1::StreamRecordsRequest* chunk);
  std::string EnrolledKey(uint64_t enrolled) const { return tag_ + "enrolled-" + std::to_string(enrolled); }

  std::mt19937_64 random_;
  const int students_;
  const vangnet::Day today_;
  const std::string tag_;
  const int region_;
  uint64_t absences_ = 0;
  uint64_t dropouts_ = 0;
  uint64_t enrolled_ = 0;
};

}  // namespace vangnet_testing

#endif  // VANGNET_TESTS_BENCH_BENCH_RECORDS_H_
