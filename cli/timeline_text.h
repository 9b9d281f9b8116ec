// TimelineText shows a timeline to a person at a terminal: versions, a calendar of the day pictures, findings where
// their stages change, and alerts.
//
// Limits: holds the day pictures of the timeline; all else is given out as it comes.
#ifndef VANGNET_CLI_TIMELINE_TEXT_H_
#define VANGNET_CLI_TIMELINE_TEXT_H_

#include <map>
#include <set>
#include <string>

#include "domain/day.h"
#include "vangnet/v1/student_service.pb.h"

namespace vangnet {

class TimelineText {
 public:
  // Of the child that was asked for as `student`, which is one of its keys.
  explicit TimelineText(std::string student) : student_(std::move(student)) {}

  // What to print when this message comes; empty: nothing yet.
  std::string Add(const v1::GetTimelineResponse& message);
  // What is left to print.
  std::string Finish();

 private:
  enum class Section { kNone, kVersions, kPictures, kFindings, kAlerts };

  std::string Enter(Section section);
  std::string Calendar();
  std::string FindingsLines(const v1::TimelineFindings& findings);

  const std::string student_;
  Section section_ = Section::kNone;
  std::map<Day, char> letters_;
  std::set<std::string> shown_;  // findings of the day before, without what changes daily
};

// A letter for a school day: of what most of the day was when it was all alike, else small of what was missed of it.
char LetterOf(const v1::DayPicture& picture);

}  // namespace vangnet

#endif  // VANGNET_CLI_TIMELINE_TEXT_H_
