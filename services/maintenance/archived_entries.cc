#include "services/maintenance/archived_entries.h"

#include <memory>
#include <string>
#include <string_view>

#include "storage/alert_codec.h"
#include "storage/keys.h"

namespace vangnet {
namespace {

using archive::v1::ArchivedLine;
using Writer = absl::FunctionRef<absl::Status(const ArchivedLine&)>;

constexpr std::string_view kProgress = "engine.";

absl::Status Broken(Table table) {
  return absl::DataLossError(std::string("an entry of the table ") + TableName(table) + " is broken");
}

absl::Status NoEntry() { return absl::InvalidArgumentError("a line that no store wrote"); }

template <typename Message>
bool Parse(std::string_view bytes, Message& message) {
  return message.ParseFromArray(bytes.data(), static_cast<int>(bytes.size()));
}

// Calls `read` with each entry whose key begins with `prefix`; it fills a line, and says whether the entry is sound.
absl::Status ForEach(const KvStore& kv, Table table, std::string_view prefix, Writer write,
                     absl::FunctionRef<bool(std::string_view key, std::string_view value, ArchivedLine& line)> read) {
  const auto entries = kv.NewIterator(table);
  for (entries->Seek(prefix); entries->Valid() && entries->key().starts_with(prefix); entries->Next()) {
    ArchivedLine line;
    if (!read(entries->key(), entries->value(), line)) return Broken(table);
    if (line.kind_case() == ArchivedLine::KIND_NOT_SET) continue;  // an index
    if (absl::Status status = write(line); !status.ok()) return status;
  }
  return entries->status();
}

absl::Status ReadRejections(const KvStore& kv, const std::string& source, Writer write) {
  const std::string prefix = RejectionPrefix(source);
  return ForEach(kv, Table::kQuarantine, prefix, write,
                 [&](std::string_view key, std::string_view value, ArchivedLine& line) {
                   const auto id = IdOfRejectionKey(key);
                   auto& rejection = *line.mutable_rejection();
                   rejection.set_source(source);
                   rejection.set_id(id.value_or(0));
                   return id && Parse(value, *rejection.mutable_rejection());
                 });
}

absl::Status ReadSources(const KvStore& kv, Writer write) {
  const auto read = [](std::string_view key, std::string_view value, ArchivedLine& line) {
    if (const auto names = NamesOfChannelKey(key)) {
      line.mutable_channel()->set_source(names->source);
      line.mutable_channel()->set_channel(names->channel);
      return Parse(value, *line.mutable_channel()->mutable_status());
    }
    const auto source = SourceOfRejectionCountsKey(key);
    line.mutable_rejection_counts()->set_source(source.value_or(""));
    return source && Parse(value, *line.mutable_rejection_counts()->mutable_counts());
  };
  // A source whose records are in quarantine has counts of them.
  return ForEach(
      kv, Table::kSources, "",
      [&](const ArchivedLine& line) {
        absl::Status status = write(line);
        if (!status.ok() || !line.has_rejection_counts()) return status;
        return ReadRejections(kv, line.rejection_counts().source(), write);
      },
      read);
}

// The state of an alert stands before it, too.
bool ReadAlert(std::string_view, std::string_view value, ArchivedLine& line) {
  return !value.empty() && Parse(value.substr(1), *line.mutable_alert());
}

bool ReadChange(std::string_view key, std::string_view value, ArchivedLine& line) {
  const auto number = SequenceOfChangeKey(key);
  line.mutable_change()->set_number(number.value_or(0));
  return number && Parse(value, *line.mutable_change()->mutable_entry());
}

bool ReadEvaluation(std::string_view key, std::string_view value, ArchivedLine& line) {
  const auto subject = SubjectOfEvaluationKey(key);
  if (!subject) return false;
  line.mutable_evaluation()->set_subject_kind(static_cast<uint32_t>(subject->kind));
  line.mutable_evaluation()->set_subject(subject->key);
  return Parse(value, *line.mutable_evaluation()->mutable_state());
}

bool ReadAnswer(std::string_view key, std::string_view value, ArchivedLine& line) {
  if (AgeOfRequestAgeKey(key)) return true;
  const std::string prefix = RequestKey("");
  if (!key.starts_with(prefix)) return false;
  line.mutable_answer()->set_request_id(std::string(key.substr(prefix.size())));
  return Parse(value, *line.mutable_answer()->mutable_answer());
}

bool ReadDigest(std::string_view, std::string_view value, ArchivedLine& line) {
  return Parse(value, *line.mutable_digest());
}

bool ReadProgress(std::string_view key, std::string_view value, ArchivedLine& line) {
  line.mutable_progress()->set_name(std::string(key.substr(MetaKey("").size())));
  line.mutable_progress()->set_text(std::string(value));
  return true;
}

absl::Status AddAlert(const record::v1::StoredAlert& stored, WriteBatch& batch) {
  const auto alert = DecodeAlert(static_cast<char>(stored.state()) + stored.SerializeAsString());
  if (!alert.ok()) return NoEntry();
  batch.Put(Table::kAlerts, AlertKey(alert->id), EncodeAlert(*alert));
  return absl::OkStatus();
}

absl::Status AddEvaluation(const archive::v1::Evaluation& archived, WriteBatch& batch) {
  const auto evaluation = DecodeEvaluation(archived.state().SerializeAsString());
  const auto kind = static_cast<SubjectKind>(archived.subject_kind());
  if (!evaluation.ok() || (kind != SubjectKind::kStudent && kind != SubjectKind::kSchool)) return NoEntry();
  const Subject subject{kind, archived.subject()};
  batch.Put(Table::kEvaluations, EvaluationKey(subject), EncodeEvaluation(*evaluation));
  if (evaluation->due != kDayMax) batch.Put(Table::kDue, DueKey(evaluation->due, subject), "");
  if (!evaluation->set_aside.empty()) batch.Put(Table::kDue, DueKey(kDayMax, subject), "");
  return absl::OkStatus();
}

absl::Status AddAnswer(const archive::v1::Answer& archived, WriteBatch& batch) {
  const int64_t micros = archived.answer().answered_at_micros();
  if (micros < 0) return NoEntry();
  batch.Put(Table::kRequests, RequestKey(archived.request_id()), archived.answer().SerializeAsString());
  batch.Put(Table::kRequests, RequestAgeKey(static_cast<uint64_t>(micros), archived.request_id()), "");
  return absl::OkStatus();
}

}  // namespace

absl::Status ReadEntries(const KvStore& kv, Writer write) {
  if (absl::Status status = ReadSources(kv, write); !status.ok()) return status;
  using Reader = bool (*)(std::string_view key, std::string_view value, ArchivedLine & line);
  struct Entries {
    Table table;
    std::string prefix;
    Reader read;
  };
  for (const auto& [table, prefix, read] :
       {Entries{Table::kAlerts, "", &ReadAlert}, Entries{Table::kChanges, "", &ReadChange},
        Entries{Table::kEvaluations, "", &ReadEvaluation}, Entries{Table::kRequests, "", &ReadAnswer},
        Entries{Table::kDigests, "", &ReadDigest}, Entries{Table::kMeta, MetaKey(kProgress), &ReadProgress}}) {
    if (absl::Status status = ForEach(kv, table, prefix, write, read); !status.ok()) return status;
  }
  return absl::OkStatus();
}

absl::Status AddEntry(const ArchivedLine& line, WriteBatch& batch) {
  switch (line.kind_case()) {
    case ArchivedLine::kChannel:
      batch.Put(Table::kSources, ChannelKey(line.channel().source(), line.channel().channel()),
                line.channel().status().SerializeAsString());
      return absl::OkStatus();
    case ArchivedLine::kRejectionCounts:
      batch.Put(Table::kSources, RejectionCountsKey(line.rejection_counts().source()),
                line.rejection_counts().counts().SerializeAsString());
      return absl::OkStatus();
    case ArchivedLine::kRejection:
      batch.Put(Table::kQuarantine, RejectionKey(line.rejection().source(), line.rejection().id()),
                line.rejection().rejection().SerializeAsString());
      return absl::OkStatus();
    case ArchivedLine::kAlert:
      return AddAlert(line.alert(), batch);
    case ArchivedLine::kChange:
      batch.Put(Table::kChanges, ChangeKey(line.change().number()), line.change().entry().SerializeAsString());
      return absl::OkStatus();
    case ArchivedLine::kEvaluation:
      return AddEvaluation(line.evaluation(), batch);
    case ArchivedLine::kAnswer:
      return AddAnswer(line.answer(), batch);
    case ArchivedLine::kDigest:
      batch.Put(Table::kDigests,
                line.digest().id() == 0 ? OpenDigestKey(line.digest().team()) : DigestKey(line.digest().id()),
                line.digest().SerializeAsString());
      return absl::OkStatus();
    case ArchivedLine::kProgress:
      if (!line.progress().name().starts_with(kProgress)) return NoEntry();
      batch.Put(Table::kMeta, MetaKey(line.progress().name()), line.progress().text());
      return absl::OkStatus();
    default:
      return NoEntry();
  }
}

}  // namespace vangnet
