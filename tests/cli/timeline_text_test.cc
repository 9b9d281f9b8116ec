// What a person at a terminal sees of a timeline and of an explanation.
#include "cli/timeline_text.h"

#include <gtest/gtest.h>

#include "cli/explanation_text.h"

namespace vangnet_testing {
namespace {

using namespace vangnet;

google::protobuf::Timestamp At(int64_t seconds) {
  google::protobuf::Timestamp at;
  at.set_seconds(seconds);
  return at;
}

v1::GetTimelineResponse Picture(const std::string& day, int scheduled, int sick, int present) {
  v1::GetTimelineResponse message;
  v1::DayPicture& picture = *message.mutable_picture();
  picture.set_day(day);
  picture.set_scheduled(scheduled);
  picture.set_sick(sick);
  picture.set_present(present);
  picture.set_unknown(scheduled - sick - present);
  return message;
}

v1::GetTimelineResponse Found(const std::string& day, const std::string& stage, int64_t value) {
  v1::GetTimelineResponse message;
  message.mutable_findings()->set_day(day);
  if (stage.empty()) return message;
  v1::Finding& finding = *message.mutable_findings()->add_findings();
  finding.set_rule("long-absence");
  finding.set_stage(stage);
  finding.set_since("2026-10-12");
  finding.set_value(value);
  return message;
}

TEST(TimelineTextTest, ShowsEachSectionOnceAndACalendarOfOneRowAWeek) {
  v1::GetTimelineResponse version;
  version.mutable_version()->set_sequence(7);
  *version.mutable_version()->mutable_received_at() = At(1'791'795'900);
  version.mutable_version()->set_holds(true);
  v1::Record& record = *version.mutable_version()->mutable_record();
  record.set_source("las-1");
  record.set_record_id("flu");
  record.set_revision(2);
  record.set_student("s-1");
  record.mutable_absence()->set_school("10AA00");
  v1::GetTimelineResponse withdrawn = version;
  withdrawn.mutable_version()->mutable_record()->clear_absence();
  withdrawn.mutable_version()->mutable_record()->set_withdrawn(true);
  withdrawn.mutable_version()->mutable_record()->set_student("s-2");
  withdrawn.mutable_version()->set_holds(false);
  withdrawn.mutable_version()->set_backfill(true);
  v1::GetTimelineResponse alert;
  alert.mutable_alert()->set_alert_id("a1");
  alert.mutable_alert()->set_state(v1::ALERT_STATE_OPEN);
  alert.mutable_alert()->mutable_finding()->set_student("s-1");

  TimelineText text("s-1");
  std::string shown;
  for (const v1::GetTimelineResponse& message :
       {version, withdrawn, Picture("2026-10-12", 330, 330, 0), Picture("2026-10-13", 330, 120, 210),
        Picture("2026-10-15", 330, 0, 330), Picture("2026-10-16", 330, 0, 0), Picture("2026-10-20", 330, 0, 100),
        Found("2026-10-16", "early", 5), Found("2026-10-19", "early", 6), Found("2026-10-20", "", 0), alert}) {
    shown += text.Add(message);
  }
  shown += text.Finish();
  EXPECT_EQ(shown,
            "Received\n"
            "  12 October 2026 09:05 UTC  holds       las-1/flu revision 2  absence {\"school\":\"10AA00\"}\n"
            "  12 October 2026 09:05 UTC  superseded  las-1/flu revision 2 under s-2  withdrawn  (backfill)\n"
            "\n"
            "School days\n"
            "  2026-10-12  S s . P ?\n"
            "  2026-10-19  . p . . .\n"
            "  P present  S sick  A absent with leave  U absent without leave (ongeoorloofd)  O not yet decided  ? not "
            "known\n"
            "  a small letter: a part of the day  . no lessons\n"
            "\n"
            "Findings\n"
            "  2026-10-16  + long-absence early since 2026-10-12\n"
            "  2026-10-20  - long-absence early since 2026-10-12\n"
            "\n"
            "Alerts\n"
            "  ALERT           STATE         RULE                    STAGE           SINCE       SUBJECT           "
            "SCHOOL    TEAM\n"
            "  a1              open                                                              s-1\n");
}

TEST(TimelineTextTest, ACalendarThatComesLastIsShownToo) {
  TimelineText text("s-1");
  const std::string shown = text.Add(Picture("2026-10-12", 330, 0, 330));
  EXPECT_EQ(shown, "School days\n");
  EXPECT_TRUE(text.Finish().starts_with("  2026-10-12  P . . . .\n"));
}

TEST(ExplanationTextTest, ShowsStepsWithTheirRecordsAndWhenTheyBecameKnown) {
  v1::ExplainFindingResponse why;
  why.set_conclusion("Found: 5 school days in a row.");
  v1::ExplanationStep& counts = *why.add_steps();
  counts.set_kind(v1::EXPLANATION_STEP_KIND_COUNTS);
  counts.set_first_day("2026-10-12");
  counts.set_last_day("2026-10-16");
  counts.set_text("sick all day (5 school days)");
  v1::EvidenceRecord& flu = *counts.add_records();
  flu.set_source("las-1");
  flu.set_record_id("flu");
  flu.set_revision(3);
  flu.set_student("s-2");
  v1::EvidenceRecord& own = *counts.add_records();
  own.set_source("las-1");
  own.set_record_id("cold");
  own.set_revision(1);
  own.set_student("s-1");
  v1::EvidenceRecord& of_school = *counts.add_records();
  of_school.set_source("las-1");
  of_school.set_record_id("calendar");
  of_school.set_revision(1);
  *counts.mutable_known_since() = At(1'791'795'900);
  v1::ExplanationStep& context = *why.add_steps();
  context.set_kind(v1::EXPLANATION_STEP_KIND_CONTEXT);
  context.set_text("the next stage needs more");
  *why.mutable_known_since() = At(1'791'795'900);
  EXPECT_EQ(ExplanationToText(why, "s-1"),
            "Found: 5 school days in a row.\n"
            "\n"
            "  + 2026-10-12 .. 2026-10-16  sick all day (5 school days)\n"
            "                              las-1/flu revision 3 under s-2, las-1/cold, las-1/calendar; known since 12 "
            "October 2026 09:05 UTC\n"
            "  .                           the next stage needs more\n"
            "\n"
            "Enough was known since 12 October 2026 09:05 UTC.\n");
}

}  // namespace
}  // namespace vangnet_testing
