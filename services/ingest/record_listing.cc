#include "services/ingest/record_listing.h"

#include <utility>

#include "services/convert/digest.h"
#include "services/runtime/rpc_status.h"

namespace vangnet {

namespace {

constexpr size_t kStudentsAtOnce = 256;

}  // namespace

RecordListing* RecordListing::Start(const FactStore& facts, std::string source, std::string school) {
  auto* listing = new RecordListing(facts, std::move(source));
  if (school.empty()) {
    for (const auto& [key, unused] : facts.GetSchools()) listing->subjects_.push_back({SubjectKind::kSchool, key});
  } else {
    listing->all_students_ = false;
    absl::StatusOr<std::vector<std::string>> students = facts.GetStudentsEverPlacedAt(school);
    if (!students.ok()) {
      listing->Finish(ToRpcStatus(students.status()));
      return listing;
    }
    listing->subjects_.push_back({SubjectKind::kSchool, std::move(school)});
    for (std::string& student : *students) listing->subjects_.push_back({SubjectKind::kStudent, std::move(student)});
  }
  listing->Proceed();
  return listing;
}

void RecordListing::Proceed() {
  absl::Status status;
  while (status.ok() && records_.empty()) {
    if (subjects_.empty() && all_students_) status = ReadSubjects();
    if (!status.ok() || subjects_.empty()) break;
    status = ReadRecords(subjects_.front());
    subjects_.pop_front();
  }
  if (!status.ok() || records_.empty()) {
    Finish(ToRpcStatus(status));
  } else {
    StartWrite(&records_.front());
  }
}

absl::Status RecordListing::ReadSubjects() {
  absl::StatusOr<std::vector<std::string>> students = facts_.ListStudents(student_before_, kStudentsAtOnce);
  if (!students.ok()) return students.status();
  all_students_ = students->size() == kStudentsAtOnce;
  if (!students->empty()) student_before_ = students->back();
  for (std::string& student : *students) subjects_.push_back({SubjectKind::kStudent, std::move(student)});
  return absl::OkStatus();
}

absl::Status RecordListing::ReadRecords(const Subject& subject) {
  absl::StatusOr<std::vector<StateEntry>> state = facts_.GetState(subject);
  if (!state.ok()) return state.status();
  for (StateEntry& entry : *state) {
    if (entry.key.source != source_) continue;
    // The state keeps the first bytes of each digest; the whole of it comes from the version that holds.
    const absl::StatusOr<StoredVersion> version = facts_.GetVersion(subject, entry.sequence);
    if (!version.ok()) return version.status();
    v1::ListRecordsResponse& record = records_.emplace_back();
    if (subject.kind == SubjectKind::kStudent) {
      record.set_student(subject.key);
    } else {
      record.set_school(subject.key);
    }
    record.set_record_id(std::move(entry.key.record_id));
    record.set_revision(entry.revision);
    record.set_withdrawn(!entry.fact.has_value());
    record.set_digest(FullDigest(version->canonical));
  }
  return absl::OkStatus();
}

void RecordListing::OnWriteDone(bool ok) {
  if (!ok) {
    Finish(grpc::Status(grpc::StatusCode::CANCELLED, "the caller is gone"));
    return;
  }
  records_.pop_front();
  Proceed();
}

void RecordListing::OnDone() { delete this; }

}  // namespace vangnet
