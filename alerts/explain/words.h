// Words for days, minutes and facts, as a counsellor writes them.
//
// Thread safety: free functions.
#ifndef VANGNET_ALERTS_EXPLAIN_WORDS_H_
#define VANGNET_ALERTS_EXPLAIN_WORDS_H_

#include <cstdint>
#include <string>
#include <string_view>

#include "alerts/rules/day_picture.h"
#include "alerts/rules/policy.h"
#include "domain/day.h"
#include "domain/finding.h"
#include "domain/record.h"

namespace vangnet {

// "12 October 2026".
std::string DayWords(Day day);
// "from 12 October 2026 until 16 October 2026", "since 12 October 2026", "until 16 October 2026", "always".
std::string IntervalWords(const DayInterval& days);
// "1 school day", "3 school days".
std::string Counted(int64_t n, std::string_view noun);
// "16 hours", "5 hours and 30 minutes", "45 minutes".
std::string MinutesWords(int64_t minutes);
// "99 per mille (9.9%)".
std::string PerMilleWords(int64_t per_mille);
// "at least 5 school days", "more than 28 days".
std::string ConditionWords(const StageCondition& condition, std::string_view noun);
// "sick", "absent with leave", ...
std::string_view StatusWords(MinuteStatus status);
std::string_view ExemptionWords(ExemptionGround ground);
std::string_view ArrangementWords(ArrangementKind kind);
std::string_view CategoryWords(AbsenceCategory category);
std::string_view CauseWords(Cause cause);
// What a day must be to count: "missed in full", "wholly without leave", "wholly sick".
std::string_view FilterWords(AbsenceFilter filter);

}  // namespace vangnet

#endif  // VANGNET_ALERTS_EXPLAIN_WORDS_H_
