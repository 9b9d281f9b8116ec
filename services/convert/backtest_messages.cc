#include "services/convert/backtest_messages.h"

#include <string>
#include <utility>

#include "services/convert/wire.h"

namespace vangnet {
namespace {

// A row is about a hundred bytes, and callers take four million by default.
constexpr int kRowsPerMessage = 10'000;

void ToProto(const Episode& episode, v1::FindingEpisode* proto) {
  ToProto(episode.finding(), proto->mutable_finding());
  proto->set_first_shown(episode.first().ToString());
  proto->set_last_shown(episode.last.ToString());
  proto->set_unit(episode.route().unit);
  proto->set_team(episode.route().team);
  for (const Audience audience : episode.route().audiences) proto->add_audiences(AudienceName(audience));
  for (const Showing& showing : episode.showings) {
    const int stages = proto->stages_size();
    if (stages > 0 && proto->stages(stages - 1).stage() == showing.finding.stage) continue;
    v1::EpisodeStage* const stage = proto->add_stages();
    stage->set_stage(showing.finding.stage);
    stage->set_first_shown(showing.from.ToString());
  }
}

void ToProto(const CountRow& row, const EpisodeCounts& counts, v1::BacktestCount* proto) {
  proto->set_week(row.week.ToString());
  proto->set_rule(row.rule);
  proto->set_school(row.school);
  proto->set_unit(row.unit);
  proto->set_team(row.team);
  proto->set_before(counts.before);
  proto->set_after(counts.after);
  proto->set_gained(counts[BacktestChange::kGained]);
  proto->set_lost(counts[BacktestChange::kLost]);
  proto->set_earlier(counts[BacktestChange::kEarlier]);
  proto->set_later(counts[BacktestChange::kLater]);
  proto->set_different(counts[BacktestChange::kDifferent]);
}

}  // namespace

void BacktestMessages::OnProgress(size_t done, size_t subjects) {
  if (done < tell_at_ && done < subjects) return;
  tell_at_ = done + subjects / 100 + 1;
  v1::BacktestPolicyResponse message;
  message.mutable_progress()->set_subjects_done(done);
  message.mutable_progress()->set_subjects(subjects);
  options_.send(std::move(message));
}

void BacktestMessages::OnChange(const Comparison& comparison) {
  if (!options_.differences) return;
  v1::BacktestPolicyResponse message;
  v1::BacktestDifference* const difference = message.mutable_difference();
  difference->set_change(static_cast<v1::BacktestChange>(comparison.change));
  if (comparison.before != nullptr) ToProto(*comparison.before, difference->mutable_before());
  if (comparison.after != nullptr) ToProto(*comparison.after, difference->mutable_after());
  difference->set_differs_on(FirstDifference(comparison).ToString());
  options_.send(std::move(message));
}

void BacktestMessages::SendTotals(const DayInterval& days, size_t subjects, const RegionBacktestResult& result) {
  v1::BacktestPolicyResponse frame;
  v1::BacktestTotals* const frame_totals = frame.mutable_totals();
  frame_totals->set_from(days.first.ToString());
  frame_totals->set_until(days.last.ToString());
  frame_totals->set_subjects(subjects);
  frame_totals->set_failed(result.failed);
  v1::BacktestPolicyResponse message = frame;
  for (const auto& [row, counts] : result.counts.rows()) {
    if (message.totals().counts_size() == kRowsPerMessage) {
      message.mutable_totals()->set_more(true);
      options_.send(std::exchange(message, frame));
    }
    ToProto(row, counts, message.mutable_totals()->add_counts());
  }
  options_.send(std::move(message));
}

}  // namespace vangnet
