#include "storage/verify_facts.h"

#include <algorithm>
#include <limits>
#include <map>
#include <set>
#include <string>
#include <unordered_map>
#include <utility>
#include <vector>

#include "storage/fact_store_impl.h"
#include "storage/policy_store.h"
#include "storage/rebuild_state.h"
#include "storage/schema.h"
#include "storage/verify_table.h"
#include "vangnet/record/v1/stored_fact.pb.h"

namespace vangnet {
namespace {

using Keys = std::set<std::string, std::less<>>;

// What the versions of one child or school come to.
struct Folded {
  PackedState state;       // as far as the stored one has to go
  PackedState whole;       // of all versions
  uint64_t folds_to = 0;   // the last sequence that goes into `state`
  std::string stored;      // the packed state on disk; empty: there is none
  bool is_beyond = false;  // it has versions that are not evaluated
  Keys placed_before;      // schools of placements that are evaluated and held once
  Keys placed;             // of all placements
  // Keys that same_student facts joined it with when a moment of receipt was over: of those evaluated, and at all. What
  // was corrected within the moment never held for anybody.
  Keys linked_before;  // the same of same_student facts
  Keys linked;
  uint64_t last_sequence = 0;  // folded into `whole`
  absl::Time last_received_at;
};

// What the versions say of the links of one key.
struct LinksOf {
  Keys required;
  Keys allowed;
  Keys now;  // by the facts that hold
  bool is_beyond = false;
};

class FactVerifier {
 public:
  FactVerifier(KvStore& kv, std::optional<uint64_t> marked, const VersionCheck& check, StoreReport& report)
      : kv_(kv), marked_(marked), check_(check), report_(report) {}

  void Run() {
    VerifyMeta();
    for (int partition = 0; partition < kPartitionCount; ++partition) {
      subjects_.clear();
      ReadVersions(static_cast<uint8_t>(partition));
      VerifyStates(static_cast<uint8_t>(partition), Table::kStates, SubjectKind::kStudent);
      VerifyStates(static_cast<uint8_t>(partition), Table::kSchools, SubjectKind::kSchool);
      VerifyPlaced(static_cast<uint8_t>(partition));
      KeepLinks();
    }
    VerifyOtherPartitions();
    VerifySequences();
    VerifyLinks();
    VerifySources();
    VerifyPolicies();
  }

 private:
  using Subjects = std::unordered_map<Subject, Folded, SubjectHash>;

  uint64_t Number(const char* name) {
    const auto number = GetNumber(kv_, name);
    if (number.ok()) return *number;
    report_.Add(Table::kMeta, std::string(number.status().message()));
    return 0;
  }

  void VerifyMeta() {
    const uint64_t schema = Number(kSchemaMeta);
    if (schema != kSchema) {
      report_.Add(Table::kMeta, "the schema is " + std::to_string(schema) + ", not " + std::to_string(kSchema));
    }
    cursor_ = Number(kCursorMeta);
    evaluated_ = std::max(cursor_, Number(kEvaluatedMeta));
    given_ = Number(kLastSequenceMeta);
    ForEach(kv_, Table::kMeta, "", report_, [&](std::string_view key, std::string_view) {
      report_.Count("entries of meta");
      const std::string_view name = key.substr(std::min<size_t>(1, key.size()));
      const bool is_known =
          key == MetaKey(name) &&
          (name == kSchemaMeta || name == kCursorMeta || name == kEvaluatedMeta || name == kLastSequenceMeta ||
           name == kAlertCounterMeta || name == kChangeLogMeta || name == kRejectionCounterMeta ||
           name.starts_with("policy.") || name.starts_with("engine."));
      if (!is_known) report_.Add(Table::kMeta, "an entry of no known name, " + Escaped(key));
    });
  }

  void ReadVersions(uint8_t partition) {
    ForEach(kv_, Table::kVersions, PartitionKey(partition), report_, [&](std::string_view key, std::string_view value) {
      report_.Count("versions");
      const auto sequence = SequenceOfVersionKey(key);
      if (!sequence) return report_.Add(Table::kVersions, "a key that is none, " + Escaped(key));
      sequences_.push_back(*sequence);
      const std::string name = "version " + std::to_string(*sequence);
      auto version = DecodeVersion(value);
      if (!version.ok()) return report_.Add(Table::kVersions, name + ": " + std::string(version.status().message()));
      if (absl::Status status = check_(*version); !status.ok()) {
        report_.Add(Table::kVersions, name + ": " + std::string(status.message()));
      }
      if (PartitionOf(version->record.subject.key) != partition) {
        return report_.Add(Table::kVersions, name + " is in the partition of another subject");
      }
      received_.emplace_back(*sequence, absl::ToUnixMicros(version->received_at));
      ++versions_by_source_[version->record.key.source];
      Fold(*version, *sequence);
    });
  }

  void Fold(const DecodedVersion& version, uint64_t sequence) {
    const auto [at, is_new] = subjects_.try_emplace(version.record.subject);
    Folded& folded = at->second;
    if (is_new) ReadStored(at->first, folded);
    const bool is_beyond = sequence > evaluated_;
    folded.is_beyond = folded.is_beyond || is_beyond;
    if (version.received_at != folded.last_received_at) KeepLinked(at->first, folded);
    folded.last_received_at = version.received_at;
    folded.last_sequence = sequence;
    bool has_held = false;
    for (PackedState* state : {&folded.state, &folded.whole}) {
      if (state == &folded.state && sequence > folded.folds_to) continue;
      const auto outcome = FoldVersion(version, sequence, *state);
      has_held = outcome.ok() && *outcome == Outcome::kAccepted;
      if (!outcome.ok() || !IsStored(*outcome)) {
        return report_.Add(Table::kVersions, "version " + std::to_string(sequence) +
                                                 " is none that could have been stored after those before it");
      }
    }
    if (!version.record.fact) return;
    if (const auto* placement = std::get_if<Placement>(&*version.record.fact)) {
      folded.placed.insert(placement->school);
      if (has_held && !is_beyond) folded.placed_before.insert(placement->school);
    }
    if (const auto* same = std::get_if<SameStudent>(&*version.record.fact)) {
      if (same->other != version.record.subject.key) folded.linked.insert(same->other);
    }
  }

  // A moment of receipt is over.
  void KeepLinked(const Subject& subject, Folded& folded) {
    if (folded.linked.empty() || folded.last_sequence > evaluated_) return;
    auto others = OthersIn(folded.whole.bytes(), subject.key);
    if (others.ok()) folded.linked_before.merge(*others);
  }

  void ReadStored(const Subject& subject, Folded& folded) {
    const bool is_school = subject.kind == SubjectKind::kSchool;
    // States of schools are written with their versions, those of children later.
    folded.folds_to = is_school ? std::numeric_limits<uint64_t>::max() : cursor_;
    auto stored =
        is_school ? kv_.Get(Table::kSchools, SchoolKey(subject.key)) : kv_.Get(Table::kStates, StateKey(subject.key));
    if (!stored.ok() || !stored->has_value()) return;
    folded.stored = **std::move(stored);
    if (const auto sequence = FoldedSequence(folded.stored); sequence.ok()) {
      folded.folds_to = std::max(folded.folds_to, *sequence);
    }
  }

  void VerifyStates(uint8_t partition, Table table, SubjectKind kind) {
    ForEach(kv_, table, PartitionKey(partition), report_, [&](std::string_view key, std::string_view value) {
      report_.Count(kind == SubjectKind::kStudent ? "packed states of students" : "packed states of schools");
      const auto name = NameOfStateKey(key);
      if (!name || PartitionOf(*name) != partition) return report_.Add(table, "a key that is none, " + Escaped(key));
      const Subject subject{kind, *name};
      if (const absl::Status sound = CheckState(value); !sound.ok()) {
        return report_.Add(table, NameOf(subject) + ": " + std::string(sound.message()));
      }
      if (!subjects_.contains(subject)) report_.Add(table, NameOf(subject) + " has a packed state and no version");
    });
    for (auto& [subject, folded] : subjects_) {
      if (subject.kind != kind || folded.stored == folded.state.bytes()) continue;
      report_.Add(table,
                  NameOf(subject) + (folded.stored.empty() ? " has versions that were evaluated, and no packed state"
                                                           : ": the packed state is not what its versions give"));
    }
  }

  void VerifyPlaced(uint8_t partition) {
    std::set<std::pair<std::string, std::string>> found;  // student, school
    ForEach(kv_, Table::kPlaced, PartitionKey(partition), report_, [&](std::string_view key, std::string_view value) {
      report_.Count("entries of placed");
      const auto school = SchoolOfPlacedKey(key);
      if (!school) return report_.Add(Table::kPlaced, "a key that is none, " + Escaped(key));
      const std::string student(key.substr(PlacedPrefix(partition, *school).size()));
      const auto subject = subjects_.find({SubjectKind::kStudent, student});
      if (subject == subjects_.end() || !subject->second.placed.contains(*school) || !value.empty()) {
        report_.Add(Table::kPlaced, "student " + student + " is listed at school " + *school +
                                        ", where no version of a placement has it");
      }
      found.emplace(student, *school);
    });
    for (const auto& [subject, folded] : subjects_) {
      for (const std::string& school : folded.placed_before) {
        if (found.contains({subject.key, school})) continue;
        report_.Add(Table::kPlaced,
                    "student " + subject.key + " was placed at school " + school + " and is not listed there");
      }
    }
  }

  // Those of one partition, for links have two ends.
  void KeepLinks() {
    for (auto& [subject, folded] : subjects_) {
      if (folded.linked.empty()) continue;
      KeepLinked(subject, folded);
      LinksOf& links = links_[subject.key];
      links.required = std::move(folded.linked_before);
      links.allowed = std::move(folded.linked);
      links.is_beyond = folded.is_beyond;
      if (auto now = OthersIn(folded.whole.bytes(), subject.key); now.ok()) links.now = *std::move(now);
    }
  }

  const LinksOf& LinksOfKey(const std::string& student) const {
    static const LinksOf kNone;
    const auto at = links_.find(student);
    return at == links_.end() ? kNone : at->second;
  }

  void VerifyLinks() {
    std::set<std::pair<std::string, std::string>> found;
    ForEach(kv_, Table::kLinks, "", report_, [&](std::string_view key, std::string_view value) {
      report_.Count("entries of links");
      const auto ends = EndsOfLinkKey(key);
      if (!ends || LinkKey(ends->student, ends->other) != key || value.size() != 1) {
        return report_.Add(Table::kLinks, "an entry that is none, " + Escaped(key));
      }
      found.emplace(ends->student, ends->other);
      const LinksOf& first = LinksOfKey(ends->student);
      const LinksOf& second = LinksOfKey(ends->other);
      const std::string name = "student " + ends->student + " with " + ends->other;
      if (!first.allowed.contains(ends->other) && !second.allowed.contains(ends->student)) {
        return report_.Add(Table::kLinks, name + ": no version joins them");
      }
      const int says = (first.now.contains(ends->other) ? 1 : 0) | (second.now.contains(ends->student) ? 2 : 0);
      if (!first.is_beyond && !second.is_beyond && value[0] != says) {
        report_.Add(Table::kLinks, name + ": the facts that hold say otherwise");
      }
    });
    for (const auto& [student, links] : links_) {
      for (const std::string& other : links.required) {
        for (const auto& ends : {std::pair(student, other), std::pair(other, student)}) {
          if (found.contains(ends)) continue;
          report_.Add(Table::kLinks, "student " + ends.first + " with " + ends.second + " is not there");
        }
      }
    }
  }

  // Every table by partition has entries in partitions only.
  void VerifyOtherPartitions() {
    for (const Table table : {Table::kVersions, Table::kStates, Table::kSchools, Table::kPlaced, Table::kLinks}) {
      ForEachFrom(kv_, table, std::string(1, static_cast<char>(kPartitionCount)), report_,
                  [&](std::string_view key, std::string_view) {
                    report_.Add(table, "a key of no partition, " + Escaped(key));
                  });
    }
  }

  void VerifySequences() {
    std::sort(sequences_.begin(), sequences_.end());
    uint64_t expected = 1;
    for (const uint64_t sequence : sequences_) {
      if (sequence < expected) {
        report_.Add(Table::kVersions, "version " + std::to_string(sequence) + " is there more than once");
        continue;
      }
      if (sequence > expected) Hole(expected, sequence - 1);
      expected = sequence + 1;
    }
    const uint64_t last = expected - 1;
    if (given_ != last) {
      report_.Add(Table::kMeta, "the last sequence given is " + std::to_string(given_) + ", the last version is " +
                                    std::to_string(last));
    }
    for (const auto& [name, number] : {std::pair("cursor", cursor_), {"number of what is evaluated", evaluated_}}) {
      if (number <= last) continue;
      report_.Add(Table::kMeta, std::string("the ") + name + " is at " + std::to_string(number) +
                                    ", behind the last version, " + std::to_string(last));
    }
    if (!marked_.has_value() && last > 0) report_.Add(Table::kMeta, "there is no mark of what was acknowledged");
    if (marked_.value_or(0) > last) {
      report_.Add(Table::kMeta, std::to_string(*marked_ - last) + " acknowledged versions are missing at the end");
    }
    // Time of receipt never decreases.
    std::sort(received_.begin(), received_.end());
    for (size_t i = 1; i < received_.size(); ++i) {
      if (received_[i].second >= received_[i - 1].second) continue;
      report_.Add(Table::kVersions,
                  "version " + std::to_string(received_[i].first) + " was received before the one before it");
    }
  }

  void Hole(uint64_t first, uint64_t last) {
    report_.Add(Table::kVersions,
                first == last ? "version " + std::to_string(first) + " is missing"
                              : "versions " + std::to_string(first) + " to " + std::to_string(last) + " are missing");
  }

  void VerifySources() {
    std::map<std::string, uint64_t> kept;       // counted, by source
    std::map<std::string, uint64_t> accounted;  // versions, by source
    ForEach(kv_, Table::kSources, "", report_, [&](std::string_view key, std::string_view value) {
      report_.Count("entries of sources");
      if (const auto names = NamesOfChannelKey(key)) {
        record::v1::StoredChannel channel;
        const bool reads = channel.ParseFromArray(value.data(), static_cast<int>(value.size()));
        if (!reads || channel.sequence() > given_) {
          return report_.Add(Table::kSources, "channel \"" + names->channel + "\" of " + names->source +
                                                  " does not read, or is ahead of the versions");
        }
        accounted[names->source] += channel.accepted() + channel.stale();
      } else if (const auto source = SourceOfRejectionCountsKey(key)) {
        record::v1::StoredRejectionCounts counts;
        if (!counts.ParseFromArray(value.data(), static_cast<int>(value.size()))) {
          return report_.Add(Table::kSources, "the counts of refused records of " + *source + " do not read");
        }
        kept[*source] = counts.kept();
      } else {
        report_.Add(Table::kSources, "a key that is none, " + Escaped(key));
      }
    });
    for (const auto& [source, versions] : versions_by_source_) {
      if (accounted[source] == versions) continue;
      report_.Add(Table::kSources, source + " has " + std::to_string(versions) + " versions and its channels count " +
                                       std::to_string(accounted[source]));
    }
    VerifyQuarantine(kept);
  }

  void VerifyQuarantine(const std::map<std::string, uint64_t>& kept) {
    std::map<std::string, uint64_t> found;
    std::string prefix;  // of the source that was seen last
    std::string source;
    ForEach(kv_, Table::kQuarantine, "", report_, [&](std::string_view key, std::string_view value) {
      report_.Count("refused records");
      record::v1::StoredRejection stored;
      if (!IdOfRejectionKey(key) || !stored.ParseFromArray(value.data(), static_cast<int>(value.size()))) {
        return report_.Add(Table::kQuarantine, "an entry that does not read, " + Escaped(key));
      }
      if (prefix.empty() || !key.starts_with(prefix)) {
        prefix.clear();
        for (const auto& [name, count] : kept) {
          if (key.starts_with(RejectionPrefix(name))) {
            prefix = RejectionPrefix(name);
            source = name;
          }
        }
        if (prefix.empty()) return report_.Add(Table::kQuarantine, "an entry of a source without counts");
      }
      ++found[source];
    });
    for (const auto& [name, count] : kept) {
      if (found[name] == count) continue;
      report_.Add(Table::kQuarantine, name + " has " + std::to_string(found[name]) + " refused records and counts " +
                                          std::to_string(count));
    }
  }

  void VerifyPolicies() {
    const PolicyStore policies(kv_);
    uint64_t newest = 0;
    for (uint64_t before = 0; before != 1;) {  // the first of all has number 1
      const auto one = policies.List(before, /*max=*/1, /*bytes_max=*/0);
      if (!one.ok()) {
        report_.Add(Table::kMeta, "a configuration that was in use: " + std::string(one.status().message()));
        break;
      }
      const uint64_t number = one->empty() ? 0 : one->front().number;
      if (before != 0 && number != before - 1) {
        report_.Add(Table::kMeta, "configuration " + std::to_string(before - 1) + " that was in use is missing");
        break;
      }
      if (before == 0) newest = number;
      if (number == 0) break;
      before = number;
    }
    report_.Count("configurations that were in use", newest);
    if (const auto hold = policies.GetHold(); !hold.ok()) {
      report_.Add(Table::kMeta, "the configuration that waits: " + std::string(hold.status().message()));
    }
  }

  KvStore& kv_;
  const std::optional<uint64_t> marked_;
  const VersionCheck& check_;
  StoreReport& report_;
  uint64_t cursor_ = 0;
  uint64_t evaluated_ = 0;
  uint64_t given_ = 0;
  Subjects subjects_;  // of one partition
  std::vector<uint64_t> sequences_;
  std::vector<std::pair<uint64_t, int64_t>> received_;  // sequence, microseconds
  std::map<std::string, uint64_t> versions_by_source_;
  std::map<std::string, LinksOf> links_;
};

}  // namespace

void VerifyFacts(KvStore& kv, std::optional<uint64_t> marked, const VersionCheck& check, StoreReport& report) {
  FactVerifier(kv, marked, check, report).Run();
}

}  // namespace vangnet
