// vangnet verify: checks everything that a data directory or a backup holds, without a server.
#include <algorithm>
#include <iostream>

#include "cli/command.h"
#include "cli/json_text.h"
#include "cli/stored_data.h"
#include "services/maintenance/verify_store.h"

namespace vangnet {
namespace {

constexpr size_t kShownDefault = 100;

void PrintText(const StoreReport& report, size_t shown) {
  for (const auto& [what, count] : report.counts()) std::cout << what << ": " << count << "\n";
  for (const std::string& skipped : report.skipped()) std::cout << "not checked: " << skipped << "\n";
  for (size_t i = 0; i < shown; ++i) std::cout << "WRONG " << report.shown()[i] << "\n";
  if (report.disagreements() > shown) std::cout << "and " << report.disagreements() - shown << " more\n";
  std::cout << "disagreements: " << report.disagreements() << "\n";
}

std::string JsonList(const std::vector<std::string>& texts, size_t count) {
  std::string json;
  for (size_t i = 0; i < count; ++i) json += (i == 0 ? "" : ",") + JsonString(texts[i]);
  return "[" + json + "]";
}

void PrintJson(const StoreReport& report, size_t shown) {
  std::string counts;
  for (const auto& [what, count] : report.counts()) {
    counts += (counts.empty() ? "" : ",") + JsonString(what) + ":" + std::to_string(count);
  }
  std::cout << "{\"counts\":{" << counts << "},\"notChecked\":" << JsonList(report.skipped(), report.skipped().size())
            << ",\"wrong\":" << JsonList(report.shown(), shown) << ",\"disagreements\":" << report.disagreements()
            << "}\n";
}

absl::StatusOr<ExitCode> Run(const Arguments& arguments) {
  const auto shown = arguments.GetInteger("show", kShownDefault, 0, StoreReport::kShownMax);
  if (!shown.ok()) return shown.status();
  const auto opened = OpenStoredData(arguments);
  if (!opened.ok()) return opened.status();
  const StoreReport report = VerifyStore(*opened);
  const size_t lines = std::min(report.shown().size(), static_cast<size_t>(*shown));
  arguments.Has("json") ? PrintJson(report, lines) : PrintText(report, lines);
  return report.disagreements() == 0 ? ExitCode::kFine : ExitCode::kSomethingFailed;
}

}  // namespace

Command VerifyCommand() {
  return {.name = "verify",
          .operands = "",
          .summary = "checks everything a data directory or a backup holds, without a server",
          .description =
              "Reads every version of every record; compares packed states, indexes, counts and the mark with them;\n"
              "evaluates everybody again and compares that with the alerts. Prints what was counted and everything\n"
              "that does not agree; exit status 1 if there is anything. Changes nothing.",
          .flags = WithStoredDataFlags(
              {{.name = "show", .value_name = "N", .help = "disagreements to print, up to 1000; default 100"},
               {.name = "json", .value_name = "", .help = "a JSON line on standard output"}}),
          .run = &Run};
}

}  // namespace vangnet
