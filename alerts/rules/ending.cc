#include "alerts/rules/ending.h"

#include <algorithm>
#include <vector>

namespace vangnet {
namespace {

bool IsTlv(ArrangementKind kind) { return kind <= ArrangementKind::kTlvVso; }

bool IsSameSort(const Exemption&, const Exemption&) { return true; }
bool IsSameSort(const Arrangement& a, const Arrangement& b) { return IsTlv(a.kind) == IsTlv(b.kind); }

template <typename T>
void FindEnding(const std::vector<Recorded<T>>& records, const StudentDays& days, int notice_days, Verdict& verdict) {
  const Day today = days.today();
  for (const auto& record : records) {
    const Day last = record.fact.days.last;
    if (last < today || last == kDayMax) continue;
    const bool followed = std::ranges::any_of(records, [&](const auto& other) {
      return IsSameSort(record.fact, other.fact) && other.fact.days.contains(last + 1);
    });
    if (followed) continue;
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

void Ending(const StudentDays& days, const EndingSettings& settings, Verdict& verdict) {
  const StudentHistory& history = days.history();
  if (settings.sort == EndingSort::kExemption) {
    FindEnding(history.exemptions, days, settings.notice_days, verdict);
  } else {
    FindEnding(history.arrangements, days, settings.notice_days, verdict);
  }
}

}  // namespace vangnet
