#include "services/ingest/record_listing.h"

#include <iterator>
#include <vector>

#include "services/convert/digest.h"
#include "services/runtime/rpc_status.h"

namespace vangnet {

namespace {

// A few milliseconds each.
constexpr size_t kSubjectsAtOnce = 1'024;
constexpr size_t kRecordsAtOnce = 256;
constexpr size_t kSchoolsAtOnce = 256;

}  // namespace

RecordListing::RecordListing(const FactStore& facts, TaskQueue& queue, std::string source, std::string school)
    : facts_(facts),
      queue_(queue),
      source_(std::move(source)),
      school_(std::move(school)),
      next_(school_.empty() ? Next::kSchools : Next::kSchool) {}

RecordListing* RecordListing::Start(const FactStore& facts, TaskQueue& queue, std::string source, std::string school) {
  auto* listing = new RecordListing(facts, queue, std::move(source), std::move(school));
  if (!queue.Add([listing] { listing->ReadOn(); })) {
    listing->Finish(TooManyWaiting("listings"));
  }
  return listing;
}

void RecordListing::ReadOn() {
  if (cancelled_) return Finish(CallerIsGone());
  const absl::Status status = ReadSlice();
  if (!status.ok()) return Finish(ToRpcStatus(status));
  Proceed();
}

void RecordListing::Proceed() {
  if (!records_.empty()) return StartWrite(&records_.front());
  if (is_at_end()) return Finish(grpc::Status::OK);
  if (!queue_.Continue([this] { ReadOn(); })) {
    Finish(ShuttingDown());
  }
}

absl::Status RecordListing::ReadSlice() {
  size_t looked = 0;
  absl::Status status;
  while (status.ok() && records_.size() < kRecordsAtOnce) {
    if (!found_.empty()) {
      status = Read(found_.front().first, found_.front().second);
      found_.pop_front();
    } else if (is_at_end() || looked >= kSubjectsAtOnce) {
      break;
    } else if (!subjects_.empty()) {
      status = LookAt(subjects_.front());
      subjects_.pop_front();
      ++looked;
    } else {
      status = Refill(looked);
    }
  }
  return status;
}

absl::Status RecordListing::Refill(size_t& looked) {
  if (next_ == Next::kSchool) {
    absl::StatusOr<std::vector<std::string>> students = facts_.GetStudentsEverPlacedAt(school_);
    if (!students.ok()) return students.status();
    subjects_.push_back({SubjectKind::kSchool, school_});
    for (std::string& student : *students) subjects_.push_back({SubjectKind::kStudent, std::move(student)});
    next_ = Next::kNothing;
  } else if (next_ == Next::kSchools) {
    std::vector<std::string> schools = facts_.ListSendingSchools(before_, kSchoolsAtOnce);
    const bool has_more = schools.size() == kSchoolsAtOnce;
    before_ = has_more ? schools.back() : "";
    if (!has_more) next_ = Next::kChildren;
    for (std::string& school : schools) subjects_.push_back({SubjectKind::kSchool, std::move(school)});
  } else {
    absl::StatusOr<SourceRecords> found =
        facts_.FindRecordsOf(source_, before_, kSubjectsAtOnce - looked, kRecordsAtOnce);
    if (!found.ok()) return found.status();
    if (!found->has_more) next_ = Next::kNothing;
    before_ = std::move(found->last);
    // It found enough for this slice, or looked at all that it may.
    looked = kSubjectsAtOnce;
    std::move(found->records.begin(), found->records.end(), std::back_inserter(found_));
  }
  return absl::OkStatus();
}

absl::Status RecordListing::LookAt(const Subject& subject) {
  absl::StatusOr<std::vector<StateEntry>> state = facts_.GetState(subject);
  if (!state.ok()) return state.status();
  for (StateEntry& entry : *state) {
    if (entry.key.source == source_) found_.emplace_back(subject, std::move(entry));
  }
  return absl::OkStatus();
}

absl::Status RecordListing::Read(const Subject& subject, const StateEntry& entry) {
  // The state keeps the first bytes of each digest; the whole of it comes from the version that holds.
  const absl::StatusOr<StoredVersion> version = facts_.GetVersion(subject, entry.sequence);
  if (!version.ok()) return version.status();
  v1::ListRecordsResponse& record = records_.emplace_back();
  if (subject.kind == SubjectKind::kStudent) {
    record.set_student(subject.key);
  } else {
    record.set_school(subject.key);
  }
  record.set_record_id(entry.key.record_id);
  record.set_revision(entry.revision);
  record.set_withdrawn(!entry.fact.has_value());
  record.set_digest(FullDigest(version->canonical));
  return absl::OkStatus();
}

void RecordListing::OnWriteDone(bool ok) {
  records_.pop_front();
  if (!ok || cancelled_) return Finish(CallerIsGone());
  Proceed();
}

}  // namespace vangnet
