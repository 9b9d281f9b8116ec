#include "tests/bench/bench_records.h"

#include <chrono>
#include <utility>

namespace vangnet_testing {
namespace {

using vangnet::v1::Record;
using vangnet::v1::StreamRecordsRequest;

constexpr int kSchools = 100;
constexpr int kYear = 365;

Record* NextRecord(std::vector<StreamRecordsRequest>* chunks, int records_per_chunk) {
  if (chunks->empty() || chunks->back().records_size() == records_per_chunk) chunks->emplace_back();
  return chunks->back().add_records();
}

}  // namespace

vangnet::Day Today() {
  const auto now = std::chrono::system_clock::now();
  return vangnet::Day(static_cast<int32_t>(std::chrono::floor<std::chrono::days>(now).time_since_epoch().count()));
}

BenchRecords::BenchRecords(uint64_t seed, int students, vangnet::Day today, std::string tag, int region)
    : random_(seed), students_(students), today_(today), tag_(std::move(tag)), region_(region) {}

std::string BenchRecords::School(uint64_t student) const {
  const uint64_t number = student % kSchools;
  std::string school = "10AA00";
  school[2] = static_cast<char>('A' + number / 26);
  school[3] = static_cast<char>('A' + number % 26);
  school[4] = static_cast<char>('0' + region_ / 10);
  school[5] = static_cast<char>('0' + region_ % 10);
  return school;
}

std::string BenchRecords::DayBefore(int days) const { return (today_ - days).ToString(); }

std::vector<StreamRecordsRequest> BenchRecords::Enrolments(int records_per_chunk) {
  std::vector<StreamRecordsRequest> chunks;
  for (int student = 0; student < students_; ++student) {
    Record* profile = NextRecord(&chunks, records_per_chunk);
    profile->set_source("las-1");
    profile->set_record_id("profile");
    profile->set_revision(1);
    profile->set_student(tag_ + std::to_string(student));
    profile->mutable_student_profile()->set_birth_date(DayBefore(6 * kYear + student % (6 * kYear)));
    profile->mutable_student_profile()->set_municipality("0796");
    Record* placement = NextRecord(&chunks, records_per_chunk);
    placement->set_source("las-1");
    placement->set_record_id("placement");
    placement->set_revision(1);
    placement->set_student(tag_ + std::to_string(student));
    placement->mutable_placement()->set_school(School(student));
    placement->mutable_placement()->set_kind(vangnet::v1::PLACEMENT_KIND_REGULAR);
    placement->mutable_placement()->set_first_day(DayBefore(2 * kYear));
  }
  return chunks;
}

void BenchRecords::Absence(Record* record) { AbsenceOf(random_() % students_, record); }

void BenchRecords::AbsenceOf(uint64_t student, Record* record) {
  record->set_source("las-1");
  record->set_record_id("a" + std::to_string(++absences_));
  record->set_revision(1);
  record->set_student(tag_ + std::to_string(student));
  auto* absence = record->mutable_absence();
  absence->set_school(School(student));
  const bool sick = random_() % 4 != 0;
  absence->set_category(sick ? vangnet::v1::ABSENCE_CATEGORY_SICK : vangnet::v1::ABSENCE_CATEGORY_TRUANT);
  absence->set_authorised(sick ? vangnet::v1::AUTHORISED_YES : vangnet::v1::AUTHORISED_NO);
  const int first = static_cast<int>(1 + random_() % kYear);
  const int length = static_cast<int>(random_() % 3);
  absence->mutable_days()->set_first_day(DayBefore(first));
  absence->mutable_days()->set_last_day(DayBefore(first > length ? first - length : first));
}

std::vector<StreamRecordsRequest> BenchRecords::Absences(int count, int records_per_chunk) {
  std::vector<StreamRecordsRequest> chunks;
  for (int made = 0; made < count; ++made) Absence(NextRecord(&chunks, records_per_chunk));
  return chunks;
}

vangnet::v1::Placement* BenchRecords::AddChild(const std::string& student, const std::string& school,
                                               StreamRecordsRequest* chunk) {
  Record* profile = chunk->add_records();
  profile->set_source("las-1");
  profile->set_record_id("profile");
  profile->set_revision(1);
  profile->set_student(student);
  profile->mutable_student_profile()->set_birth_date(DayBefore(9 * kYear));
  Record* placement = chunk->add_records();
  placement->set_source("las-1");
  placement->set_record_id("placement");
  placement->set_revision(1);
  placement->set_student(student);
  placement->mutable_placement()->set_school(school);
  placement->mutable_placement()->set_kind(vangnet::v1::PLACEMENT_KIND_REGULAR);
  placement->mutable_placement()->set_first_day(DayBefore(2 * kYear));
  return placement->mutable_placement();
}

void BenchRecords::DropOut(StreamRecordsRequest* chunk, std::string* student) {
  *student = tag_ + "left-" + std::to_string(++dropouts_);
  AddChild(*student, School(dropouts_), chunk)->set_last_day(DayBefore(21));
}

uint64_t BenchRecords::Enrol(StreamRecordsRequest* chunk) {
  const uint64_t number = ++enrolled_;
  AddChild(EnrolledKey(number), School(number), chunk);
  return number;
}

void BenchRecords::LongAbsence(uint64_t enrolled, Record* record) {
  record->set_source("las-1");
  record->set_record_id("long-absence");
  record->set_revision(1);
  record->set_student(EnrolledKey(enrolled));
  auto* absence = record->mutable_absence();
  absence->set_school(School(enrolled));
  absence->set_category(vangnet::v1::ABSENCE_CATEGORY_TRUANT);
  absence->set_authorised(vangnet::v1::AUTHORISED_NO);
  absence->mutable_days()->set_first_day(DayBefore(28));
  absence->mutable_days()->set_last_day(DayBefore(1));
}

}  // namespace vangnet_testing
