#include "services/convert/explanation_wire.h"

#include "services/convert/wire.h"

namespace vangnet {

void ToProto(const Explanation& explanation, v1::ExplainFindingResponse* proto) {
  for (const Finding& finding : explanation.findings) ToProto(finding, proto->add_findings());
  proto->set_conclusion(explanation.conclusion);
  for (const Step& step : explanation.steps) {
    v1::ExplanationStep& added = *proto->add_steps();
    added.set_kind(static_cast<v1::ExplanationStepKind>(step.kind));
    // Of days that always were, or are for ever, there is none to name.
    if (step.days && step.days->first != kDayMin) added.set_first_day(step.days->first.ToString());
    if (step.days && step.days->last != kDayMax) added.set_last_day(step.days->last.ToString());
    added.set_text(step.text);
    for (const StepRecord& record : step.records) {
      v1::EvidenceRecord& evidence = *added.add_records();
      evidence.set_source(record.key.source);
      evidence.set_record_id(record.key.record_id);
      evidence.set_revision(record.revision);
      if (record.subject.kind == SubjectKind::kStudent) evidence.set_student(record.subject.key);
    }
  }
}

}  // namespace vangnet
