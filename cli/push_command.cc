// vangnet push: sends records to the server, and says what became of each that was refused.
#include <iostream>
#include <memory>

#include "cli/command.h"
#include "cli/formats/csv_source.h"
#include "cli/formats/json_lines_source.h"
#include "cli/progress_bar.h"
#include "cli/push_chunks.h"
#include "cli/push_file.h"
#include "cli/push_sender.h"
#include "cli/server_connection.h"

namespace vangnet {
namespace {

constexpr int64_t kRecordsPerChunkMax = 10'000;

// What the whole push is about.
struct Push {
  std::vector<PushFile> files;
  std::string source;
  std::string mapping_file;  // empty: JSON lines
  std::string mapping;       // its text
  PushChunks::Options options;
};

// What became of the records so far. Written from two threads: refusals of lines that are no record come from the
// one that reads, answers from the one that listens.
class Tally {
 public:
  Tally(int64_t bytes, bool json, bool with_warnings) : bar_(bytes), json_(json), with_warnings_(with_warnings) {}

  void Refuse(const RefusedLine& refused) {
    MutexLock lock(mutex_);
    PrintRefused(refused);
  }
  void Take(const std::string& file, const PushChunk& chunk, const v1::StreamRecordsResponse& response) {
    MutexLock lock(mutex_);
    for (int i = 0; i < response.results_size(); ++i) {
      const v1::RecordResult& result = response.results(i);
      const int64_t line = i < static_cast<int>(chunk.lines.size()) ? chunk.lines[static_cast<size_t>(i)] : 0;
      Count(file, line, result);
    }
    bar_.Show(chunk.bytes_done, std::to_string(accepted_ + duplicate_ + stale_ + rejected_) + " records, " +
                                    std::to_string(rejected_) + " rejected");
  }
  std::string Summary() {
    MutexLock lock(mutex_);
    bar_.Hide();
    return "{\"accepted\":" + std::to_string(accepted_) + ",\"duplicate\":" + std::to_string(duplicate_) +
           ",\"stale\":" + std::to_string(stale_) + ",\"rejected\":" + std::to_string(rejected_) + "}";
  }
  int64_t rejected() {
    MutexLock lock(mutex_);
    return rejected_;
  }

 private:
  void PrintRefused(const RefusedLine& refused) VANGNET_REQUIRES(mutex_) {
    ++rejected_;
    bar_.Hide();
    std::cerr << (json_ ? RefusedLineToJson(refused) : RefusedLineToString(refused)) << "\n";
  }
  void Count(const std::string& file, int64_t line, const v1::RecordResult& result) VANGNET_REQUIRES(mutex_) {
    switch (result.outcome()) {
      case v1::RECORD_OUTCOME_ACCEPTED:
        ++accepted_;
        break;
      case v1::RECORD_OUTCOME_DUPLICATE:
        ++duplicate_;
        break;
      case v1::RECORD_OUTCOME_STALE:
        ++stale_;
        break;
      default:
        PrintRefused({file, line, result.reason(), result.field(), result.description()});
    }
    if (!with_warnings_) return;
    for (const std::string& warning : result.warnings()) {
      bar_.Hide();
      std::cerr << file << ":" << line << ": warning: " << warning << "\n";
    }
  }

  Mutex mutex_;
  ProgressBar bar_ VANGNET_GUARDED_BY(mutex_);
  const bool json_;
  const bool with_warnings_;
  int64_t accepted_ VANGNET_GUARDED_BY(mutex_) = 0;
  int64_t duplicate_ VANGNET_GUARDED_BY(mutex_) = 0;
  int64_t stale_ VANGNET_GUARDED_BY(mutex_) = 0;
  int64_t rejected_ VANGNET_GUARDED_BY(mutex_) = 0;
};

absl::Status ReadFormat(const Arguments& arguments, Push& push) {
  const std::string format = arguments.Get("format", "records");
  if (format != "records" && format != "csv") return absl::InvalidArgumentError("--format is records or csv");
  if ((format == "csv") != arguments.Has("mapping")) {
    return absl::InvalidArgumentError("--format csv and --mapping FILE belong together");
  }
  if (format == "records") return absl::OkStatus();
  push.mapping_file = arguments.Get("mapping");
  const absl::StatusOr<std::string> text = ReadWholeFile(push.mapping_file);
  if (!text.ok()) return text.status();
  push.mapping = *text;
  return CompiledCsvMapping::Create(push.mapping_file, push.mapping).status();
}

absl::StatusOr<Push> ReadArguments(const Arguments& arguments) {
  Push push;
  push.source = arguments.Get("source");
  push.options = {.channel = arguments.Get("channel", "push"),
                  .backfill = arguments.Has("backfill"),
                  .validate_only = arguments.Has("validate-only"),
                  .records_per_chunk = 0};
  const absl::StatusOr<int64_t> chunk = arguments.GetInteger("chunk", 1000, 1, kRecordsPerChunkMax);
  if (!chunk.ok()) return chunk.status();
  push.options.records_per_chunk = static_cast<int>(*chunk);
  if (absl::Status status = ReadFormat(arguments, push); !status.ok()) return status;
  if (arguments.operands().empty()) return absl::InvalidArgumentError("no FILE is given; - is standard input");
  absl::StatusOr<std::vector<PushFile>> files = ScanPushFiles(arguments.operands(), push.mapping + "\n" + push.source);
  if (!files.ok()) return files.status();
  push.files = *std::move(files);
  return push;
}

PushChunks::OpenSource SourceOpener(const Push& push) {
  return [&push](const std::string& file, int64_t skip_through) -> absl::StatusOr<std::unique_ptr<RecordSource>> {
    absl::StatusOr<LineReader> reader = LineReader::Open(file);
    if (!reader.ok()) return reader.status();
    if (push.mapping_file.empty()) {
      return std::make_unique<JsonLinesSource>(*std::move(reader), push.source, skip_through);
    }
    absl::StatusOr<CompiledCsvMapping> mapping = CompiledCsvMapping::Create(push.mapping_file, push.mapping);
    if (!mapping.ok()) return mapping.status();
    absl::StatusOr<std::unique_ptr<CsvSource>> source =
        CsvSource::Create(*std::move(reader), *std::move(mapping), push.source, skip_through);
    if (!source.ok()) return absl::InvalidArgumentError(file + ": " + std::string(source.status().message()));
    return *std::move(source);
  };
}

// Adds the sources of the rows of a file. What is wrong with the file is told when it is sent.
void AddSourcesOfRows(const PushChunks::OpenSource& open, const std::string& file, std::set<std::string>& sources) {
  const auto rows = open(file, /*skip_through=*/0);
  if (!rows.ok()) return;
  while (!(*rows)->ended()) {
    const auto block = (*rows)->NextBlock();
    if (!block.ok()) return;
    for (const SourcedRecord& row : *block) {
      if (const auto* record = std::get_if<v1::Record>(&row.record)) sources.insert(record->source());
    }
  }
}

// Every source that records of the push may be of.
std::set<std::string> SourcesOf(const Push& push) {
  std::set<std::string> sources;
  if (!push.source.empty()) sources.insert(push.source);
  if (push.mapping.empty()) {
    for (const PushFile& file : push.files) sources.insert(file.sources.begin(), file.sources.end());
    return sources;
  }
  const absl::StatusOr<CompiledCsvMapping> mapping = CompiledCsvMapping::Create(push.mapping_file, push.mapping);
  if (!mapping.ok()) return sources;
  if (push.source.empty()) sources.insert(mapping->source());
  if (!mapping->names_source()) return sources;
  for (const PushFile& file : push.files) {
    if (!file.fingerprint.empty()) AddSourcesOfRows(SourceOpener(push), file.name, sources);
  }
  return sources;
}

// Where an earlier push of the same files was cut off, as the server remembers.
PushPlace PlaceToBegin(const ServerConnection& server, const Push& push) {
  const auto service = v1::IngestService::NewStub(server.channel());
  std::vector<std::string> cursors;
  for (const std::string& source : SourcesOf(push)) {
    grpc::ClientContext context;
    SetDeadline(context);
    v1::GetSourceStatusRequest request;
    request.set_source(source);
    request.set_channel(push.options.channel);
    v1::GetSourceStatusResponse response;
    // Without an answer the push begins at the beginning, which is always right.
    if (!service->GetSourceStatus(&context, request, &response).ok()) continue;
    for (const v1::ChannelStatus& channel : response.channels()) cursors.push_back(channel.cursor());
  }
  const std::optional<PushPlace> place = PlaceToResume(push.files, cursors);
  if (!place) return {};
  std::cerr << "vangnet push: goes on behind " << push.files[place->file].name << ":" << place->line
            << "; what was refused up to there is not told again\n";
  return *place;
}

absl::StatusOr<ExitCode> Run(const Arguments& arguments) {
  absl::StatusOr<Push> push = ReadArguments(arguments);
  if (!push.ok()) return push.status();
  const ServerConnection server(arguments);
  if (absl::Status status = server.WaitUntilReachable(kFirstConnectionSeconds); !status.ok()) return status;
  const PushPlace begin = push->options.validate_only ? PushPlace{} : PlaceToBegin(server, *push);

  int64_t bytes = 0;
  for (const PushFile& file : push->files) bytes += file.bytes;
  Tally tally(bytes, arguments.Has("json"), arguments.Has("warnings"));
  PushChunks chunks(push->files, begin, push->options, SourceOpener(*push),
                    [&](const RefusedLine& refused) { tally.Refuse(refused); });
  PushSender sender(
      server, [&] { return chunks.Next(); }, [&](absl::Duration longest) { return chunks.Await(longest); },
      [&](const PushChunk& chunk, const v1::StreamRecordsResponse& response) {
        const std::string& name = push->files[chunk.file].name;
        tally.Take(name == "-" ? "<stdin>" : name, chunk, response);
      });
  const absl::Status sent = sender.Send();
  std::cout << tally.Summary() << "\n";
  if (!sent.ok()) return sent;
  return tally.rejected() == 0 ? ExitCode::kFine : ExitCode::kSomethingFailed;
}

}  // namespace

Command PushCommand() {
  return {.name = "push",
          .operands = "FILE...|-",
          .summary = "sends records to the server",
          .description =
              "Streams the records of the files (-: standard input) and prints, at the end, how many were accepted,\n"
              "duplicate, stale and rejected; a line per rejection goes to standard error. After a lost connection it\n"
              "goes on by itself, and the same push started again goes on where it was cut off; what was refused\n"
              "before that is not told again. A pipe is sent from its beginning, and each line as it comes.",
          .flags = WithServerFlags(
              {{.name = "format", .value_name = "FORMAT", .help = "records (JSON lines, default) or csv"},
               {.name = "mapping", .value_name = "FILE", .help = "how rows of CSV become records, text proto"},
               {.name = "source", .value_name = "S", .help = "source of records that name none; for csv of all"},
               {.name = "channel", .value_name = "C", .help = "name of this flow of records; default push"},
               {.name = "backfill", .value_name = "", .help = "history loaded afterwards: nobody is notified"},
               {.name = "validate-only", .value_name = "", .help = "checks, and stores nothing"},
               {.name = "warnings", .value_name = "", .help = "tells what may be wrong without being refused"},
               {.name = "chunk", .value_name = "N", .help = "records a chunk, 1 to 10,000; default 1,000"}}),
          .run = &Run};
}

}  // namespace vangnet
