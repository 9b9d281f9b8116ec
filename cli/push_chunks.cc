#include "cli/push_chunks.h"

#include <utility>

namespace vangnet {
namespace {

// Below the server's 4 MiB by more than a record of 64 KiB and the message around it.
constexpr size_t kChunkBytesMax = (size_t{4} << 20) - (size_t{128} << 10);

}  // namespace

PushChunks::PushChunks(std::vector<PushFile> files, PushPlace from, Options options, OpenSource open,
                       std::function<void(const RefusedLine& refused)> refused)
    : files_(std::move(files)),
      options_(std::move(options)),
      open_(std::move(open)),
      refused_(std::move(refused)),
      file_(from.file),
      skip_through_(from.line) {
  for (size_t i = 0; i < file_; ++i) bytes_of_files_done_ += files_[i].bytes;
}

std::string PushChunks::NameOf(size_t file) const { return files_[file].name == "-" ? "<stdin>" : files_[file].name; }

bool PushChunks::Await(absl::Duration longest) {
  return !records_.empty() || source_ == nullptr || source_->Await(longest);
}

absl::Status PushChunks::Fill(Opening opening) {
  while (records_.empty() && file_ < files_.size()) {
    if (source_ == nullptr) {
      // Who opens a pipe waits until somebody writes it.
      if (opening == Opening::kFiles && files_[file_].fingerprint.empty()) break;
      absl::StatusOr<std::unique_ptr<RecordSource>> opened = open_(files_[file_].name, skip_through_);
      if (!opened.ok()) return opened.status();
      source_ = *std::move(opened);
      skip_through_ = 0;
    }
    absl::StatusOr<std::vector<SourcedRecord>> block = source_->NextBlock();
    if (!block.ok()) return block.status();
    for (SourcedRecord& record : *block) {
      if (const auto* problem = std::get_if<UnreadableRecord>(&record.record)) {
        refused_({NameOf(file_), record.line, problem->reason, problem->field, problem->description});
      } else {
        records_.push_back(std::move(record));
      }
    }
    if (source_->ended() && records_.empty()) {
      bytes_of_files_done_ += files_[file_++].bytes;
      source_ = nullptr;
    } else if (!Await(absl::ZeroDuration())) {
      break;
    }
  }
  return absl::OkStatus();
}

absl::StatusOr<std::optional<PushChunk>> PushChunks::Next() {
  if (!failure_.ok()) return failure_;
  if (absl::Status status = Fill(Opening::kAll); !status.ok()) return status;
  if (records_.empty() && file_ == files_.size()) return std::optional<PushChunk>();
  PushChunk chunk;
  if (records_.empty()) return chunk;
  chunk.file = file_;
  chunk.request.set_channel(options_.channel);
  chunk.request.set_backfill(options_.backfill);
  chunk.request.set_validate_only(options_.validate_only);
  size_t bytes = 0;
  while (chunk.lines.size() < static_cast<size_t>(options_.records_per_chunk) && file_ == chunk.file) {
    auto& record = std::get<v1::Record>(records_.front().record);
    bytes += record.ByteSizeLong() + 8;
    if (!chunk.lines.empty() && bytes > kChunkBytesMax) break;
    chunk.lines.push_back(records_.front().line);
    *chunk.request.add_records() = std::move(record);
    records_.pop_front();
    failure_ = Fill(Opening::kFiles);  // of what follows: these are sent before it is told
    if (!failure_.ok() || records_.empty()) break;
  }
  const PushFile& file = files_[chunk.file];
  if (!options_.validate_only) {
    chunk.request.set_cursor(CursorOf(file, chunk.lines.back(), records_.empty() && file_ == files_.size()));
  }
  chunk.bytes_done = bytes_of_files_done_ + (source_ == nullptr ? 0 : source_->bytes_read());
  return chunk;
}

}  // namespace vangnet
