#include "alerts/rules/ending.h"

#include <algorithm>
#include <vector>

namespace vangnet {
namespace {

bool IsTlv(ArrangementKind kind) { return kind <= ArrangementKind::kTlvVso; }

bool IsSameSort(const Exemption&, const Exemption&) { return true; }
bool IsSameSort(const Arrangement& a, const Arrangement& b) { return IsTlv(a.kind) == IsTlv(b.kind); }

template <typename T>
const Recorded<T>* Following(const std::vector<Recorded<T>>& records, const Recorded<T>& record) {
  const auto found = std::ranges::find_if(records, [&](const auto& other) {
    return IsSameSort(record.fact, other.fact) && other.fact.days.contains(record.fact.days.last + 1);
  });
  return found == records.end() ? nullptr : &*found;
}

template <typename T>
void FindEnding(const std::vector<Recorded<T>>& records, const StudentDays& days, int notice_days, Verdict& verdict) {
  const Day today = days.today();
  for (const auto& record : records) {
    const Day last = record.fact.days.last;
    if (last < today || last == kDayMax) continue;
    if (Following(records, record) != nullptr) continue;
    const Day notice = last - notice_days;
    if (notice > today) {
      verdict.WakeOn(notice);
      continue;
    }
    Finding& finding = verdict.Add({SubjectKind::kStudent, days.history().student}, {0, notice}, notice);
    finding.identity = RecordIdentity(record.key, record.subject, days.history().student);
    finding.due_on = last;
    finding.school = days.SchoolOn(today);
    finding.evidence.push_back(ToEvidence(record));
    verdict.WakeOn(last + 1);
  }
}

}  // namespace

const Recorded<Exemption>* FollowedBy(const StudentHistory& history, const Recorded<Exemption>& record) {
  return Following(history.exemptions, record);
}

const Recorded<Arrangement>* FollowedBy(const StudentHistory& history, const Recorded<Arrangement>& record) {
  return Following(history.arrangements, record);
}

void Ending(const StudentDays& days, const EndingSettings& settings, Verdict& verdict) {
  const StudentHistory& history = days.history();
  if (settings.sort == EndingSort::kExemption) {
    FindEnding(history.exemptions, days, settings.notice_days, verdict);
  } else {
    FindEnding(history.arrangements, days, settings.notice_days, verdict);
  }
}

}  // namespace vangnet
