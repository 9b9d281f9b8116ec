#include "storage/verify_alerts.h"

#include <limits>
#include <optional>
#include <set>
#include <string>
#include <unordered_map>
#include <utility>
#include <vector>

#include "storage/alert_codec.h"
#include "storage/alert_store.h"
#include "storage/digest_store.h"
#include "storage/keys.h"
#include "storage/meta_numbers.h"
#include "storage/verify_table.h"
#include "vangnet/record/v1/stored_alert.pb.h"

namespace vangnet {
namespace {

// What the other tables say of an alert.
struct Known {
  Subject subject;
  bool is_open = false;
  bool is_listed = false;  // by the evaluation of its subject
  std::vector<AlertChangeKind> history;
  size_t changes = 0;  // of the table changes
};

class AlertVerifier {
 public:
  AlertVerifier(KvStore& kv, StoreReport& report) : kv_(kv), report_(report) {}

  void Run() {
    ReadAlerts();
    VerifyEvaluations();
    VerifyDue();
    VerifyChanges();
    VerifyRequests();
    VerifyDigests();
    for (const auto& [id, alert] : alerts_) {
      if (alert.is_open && !alert.is_listed) {
        report_.Add(Table::kAlerts, Name(id) + " is open and " + NameOf(alert.subject) + " does not know it");
      }
    }
  }

 private:
  static std::string Name(uint64_t id) { return "alert " + std::to_string(id); }

  void ReadAlerts() {
    const uint64_t ids_given = IdsGiven();
    ForEach(kv_, Table::kAlerts, "", report_, [&](std::string_view key, std::string_view value) {
      report_.Count("alerts");
      const auto id = IdOfAlertKey(key);
      if (!id || AlertKey(*id) != key) return report_.Add(Table::kAlerts, "a key that is none, " + Escaped(key));
      auto alert = DecodeAlert(value);
      if (!alert.ok()) return report_.Add(Table::kAlerts, Name(*id) + ": " + std::string(alert.status().message()));
      const Subject& subject = alert->finding.subject;
      const bool fits = alert->id == *id && PartitionOf(subject.key) == *id % kPartitionCount &&
                        *id / kPartitionCount <= ids_given && !alert->history.empty();
      if (!fits) report_.Add(Table::kAlerts, Name(*id) + " has an id that is not its own, or no history");
      Known& known = alerts_[*id];
      known.subject = subject;
      known.is_open = alert->is_open();
      for (const AlertChange& change : alert->history) known.history.push_back(change.kind);
    });
  }

  uint64_t IdsGiven() {
    const auto given = GetNumber(kv_, kAlertCounterMeta);
    if (given.ok()) return *given;
    report_.Add(Table::kMeta, std::string(given.status().message()));
    return 0;
  }

  void VerifyEvaluations() {
    ForEach(kv_, Table::kEvaluations, "", report_, [&](std::string_view key, std::string_view value) {
      report_.Count("evaluations");
      const auto subject = SubjectOfEvaluationKey(key);
      if (!subject || EvaluationKey(*subject) != key) {
        return report_.Add(Table::kEvaluations, "a key that is none, " + Escaped(key));
      }
      const auto evaluation = DecodeEvaluation(value);
      if (!evaluation.ok()) {
        return report_.Add(Table::kEvaluations, NameOf(*subject) + ": " + std::string(evaluation.status().message()));
      }
      if (evaluation->due != kDayMax) ExpectMark(evaluation->due, *subject);
      if (!evaluation->set_aside.empty()) ExpectMark(kDayMax, *subject);
      for (const uint64_t id : evaluation->alerts) {
        const auto alert = alerts_.find(id);
        if (alert != alerts_.end() && alert->second.subject == *subject) {
          alert->second.is_listed = true;
        } else {
          report_.Add(Table::kEvaluations,
                      NameOf(*subject) + " has " + Name(id) + ", which is not there or not its own");
        }
      }
    });
  }

  void ExpectMark(Day day, const Subject& subject) {
    std::string key = DueKey(day, subject);
    const auto mark = kv_.Get(Table::kDue, key);
    if (!mark.ok() || !mark->has_value()) {
      report_.Add(Table::kDue, NameOf(subject) + " is due and has no mark on that day");
    }
    expected_marks_.insert(std::move(key));
  }

  void VerifyDue() {
    ForEach(kv_, Table::kDue, "", report_, [&](std::string_view key, std::string_view value) {
      report_.Count("due marks");
      if (expected_marks_.contains(std::string(key)) && value.empty()) return;
      const auto mark = MarkOfDueKey(key);
      report_.Add(Table::kDue, mark ? NameOf(mark->subject) + " has a mark on a day on which it is not due"
                                    : "a key that is none, " + Escaped(key));
    });
  }

  void VerifyChanges() {
    std::optional<uint64_t> first;
    uint64_t last = 0;
    ForEach(kv_, Table::kChanges, "", report_, [&](std::string_view key, std::string_view value) {
      report_.Count("changes of alerts");
      const auto number = SequenceOfChangeKey(key);
      record::v1::StoredChangeEntry stored;
      if (!number || !stored.ParseFromArray(value.data(), static_cast<int>(value.size()))) {
        return report_.Add(Table::kChanges, "an entry that does not read, " + Escaped(key));
      }
      const std::string name = "change " + std::to_string(*number);
      // A start passes over some numbers.
      const bool follows = !first || *number == last + 1 || *number == last + 1 + kUnsyncedChangesMax;
      if (!follows) report_.Add(Table::kChanges, name + " does not follow the one before it");
      if (!first) first = *number;
      last = *number;
      const auto alert = alerts_.find(stored.alert());
      if (alert == alerts_.end()) return report_.Add(Table::kChanges, name + " is of an alert that is not there");
      const std::vector<AlertChangeKind>& history = alert->second.history;
      ++alert->second.changes;
      if (stored.history_index() >= history.size() ||
          stored.kind() != static_cast<uint32_t>(history[stored.history_index()])) {
        report_.Add(Table::kChanges, name + " is not in the history of " + Name(stored.alert()));
      }
    });
    // Once the oldest have gone, nobody can tell any more how many of an alert there should be.
    if (first.value_or(1) != 1) {
      const uint64_t kept = last - *first + 1;
      // Numbers that a start passes over are counted when the oldest are taken away.
      if (kept + kUnsyncedChangesMax < kChangesMax) {
        report_.Add(Table::kChanges, "only " + std::to_string(kept) + " of the last are there");
      }
      return;
    }
    for (const auto& [id, alert] : alerts_) {
      if (alert.changes == alert.history.size()) continue;
      report_.Add(Table::kChanges, Name(id) + " has " + std::to_string(alert.history.size()) +
                                       " changes in its history and " + std::to_string(alert.changes) + " here");
    }
  }

  void VerifyRequests() {
    std::set<std::string> aged;  // keys of answers that have an age
    std::vector<std::string> answers;
    ForEach(kv_, Table::kRequests, "", report_, [&](std::string_view key, std::string_view value) {
      report_.Count("entries of requests");
      if (const auto age = AgeOfRequestAgeKey(key)) {
        std::string answer = RequestKey(age->request_id);
        const auto stored = kv_.Get(Table::kRequests, answer);
        record::v1::StoredAnswer read;
        const bool fits = stored.ok() && stored->has_value() && read.ParseFromString(**stored) &&
                          read.answered_at_micros() == static_cast<int64_t>(age->micros);
        if (fits) {
          aged.insert(std::move(answer));
        } else {
          report_.Add(Table::kRequests, "an age without the answer that is so old, " + Escaped(key));
        }
        return;
      }
      record::v1::StoredAnswer read;
      if (!key.starts_with(RequestKey("")) || !read.ParseFromArray(value.data(), static_cast<int>(value.size()))) {
        return report_.Add(Table::kRequests, "an entry that does not read, " + Escaped(key));
      }
      answers.emplace_back(key);
    });
    for (const std::string& answer : answers) {
      if (!aged.contains(answer)) report_.Add(Table::kRequests, "an answer without its age, " + Escaped(answer));
    }
  }

  void VerifyDigests() {
    const auto store = DigestStore::Open(kv_);
    if (!store.ok()) return report_.Add(Table::kDigests, std::string(store.status().message()));
    const auto closed = (*store)->List(0, std::numeric_limits<size_t>::max(), {});
    if (!closed.ok()) return report_.Add(Table::kDigests, std::string(closed.status().message()));
    for (size_t i = 1; i < closed->size(); ++i) {
      if ((*closed)[i].id + 1 == (*closed)[i - 1].id) continue;
      report_.Add(Table::kDigests, "digest " + std::to_string((*closed)[i - 1].id - 1) + " is missing");
    }
    uint64_t listed = 0;
    ForEach(kv_, Table::kDigests, "", report_, [&](std::string_view key, std::string_view) {
      report_.Count("digests");
      if (IsDigestKey(key)) {
        ++listed;
      } else if (!key.starts_with(OpenDigestKey(""))) {
        report_.Add(Table::kDigests, "a key that is none, " + Escaped(key));
      }
    });
    if (listed != closed->size()) report_.Add(Table::kDigests, "not all digests are found from the newest");
  }

  KvStore& kv_;
  StoreReport& report_;
  std::unordered_map<uint64_t, Known> alerts_;
  std::set<std::string> expected_marks_;
};

}  // namespace

void VerifyAlerts(KvStore& kv, StoreReport& report) { AlertVerifier(kv, report).Run(); }

}  // namespace vangnet
