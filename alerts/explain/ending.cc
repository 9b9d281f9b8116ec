#include "alerts/rules/ending.h"

#include "alerts/explain/explain_rules.h"
#include "alerts/explain/words.h"

namespace vangnet {
namespace {

std::string SortWords(const Exemption& exemption) { return std::string(ExemptionWords(exemption.ground)); }
std::string SortWords(const Arrangement& arrangement) { return std::string(ArrangementWords(arrangement.kind)); }

// Why a record is no finding.
template <typename T>
Step& TellAgainst(const Recorded<T>& record, int notice_days, Narration& narration) {
  const DayInterval& days = record.fact.days;
  const std::string words = SortWords(record.fact);
  if (days.last == kDayMax) return narration.Against(days, words + ", without an end");
  if (days.last < narration.today()) return narration.Against(days, words + ", which has ended");
  if (const auto* next = FollowedBy(narration.history(), record)) {
    Step& step = narration.Against(days, words + ", followed by another");
    step.records = {OfChild(*next)};
    return step;
  }
  return narration.Against(days, words + "; notice is given from " + DayWords(days.last - notice_days) + " on");
}

template <typename T>
void ExplainRecords(const std::vector<Recorded<T>>& records, const EndingSettings& settings, Narration& narration) {
  for (const auto& record : records) {
    const Finding* const finding =
        narration.FindingOf(RecordIdentity(record.key, record.subject, narration.history().student));
    if (finding == nullptr) {
      TellAgainst(record, settings.notice_days, narration).records.push_back(OfChild(record));
      continue;
    }
    const std::string what = SortWords(record.fact) + " that ends and is followed by nothing";
    narration.Counts(record.fact.days, what).records = {OfChild(record)};
    narration.Conclude(*finding, what);
  }
}

}  // namespace

void ExplainEnding(const EndingSettings& settings, Narration& narration) {
  const StudentHistory& history = narration.history();
  const bool of_exemptions = settings.sort == EndingSort::kExemption;
  if (of_exemptions) {
    ExplainRecords(history.exemptions, settings, narration);
    if (history.exemptions.empty()) narration.Against(std::nullopt, "no vrijstelling is known");
  } else {
    ExplainRecords(history.arrangements, settings, narration);
    if (history.arrangements.empty()) narration.Against(std::nullopt, "no TLV or arrangement is known");
  }
}

}  // namespace vangnet
