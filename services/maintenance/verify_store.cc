#include "services/maintenance/verify_store.h"

#include <memory>
#include <optional>
#include <string>
#include <utility>

#include "alerts/engine/verify_findings.h"
#include "services/convert/configuration.h"
#include "services/convert/digest.h"
#include "services/convert/record_reader.h"
#include "storage/alert_store.h"
#include "storage/policy_store.h"
#include "storage/verify_alerts.h"
#include "storage/verify_facts.h"

namespace vangnet {
namespace {

std::string MessageOf(const absl::Status& status) { return std::string(status.message()); }

// The record as it came must be the record that is decided by.
absl::Status CheckCanonical(const DecodedVersion& version) {
  if (ShortDigest(version.canonical) != version.digest) return absl::DataLossError("its digest is not its own");
  const auto record = RecordFromCanonical(version.canonical);
  if (!record.ok()) return record.status();
  return *record == version.record ? absl::OkStatus()
                                   : absl::DataLossError("the record as it came says something else");
}

std::optional<uint64_t> ReadMark(DurableMark& mark, StoreReport& report) {
  const auto marked = mark.Read();
  if (marked.ok()) return *marked;
  report.Add(Table::kMeta, MessageOf(marked.status()));
  return std::nullopt;
}

// The one in use; nothing: there is none, or it no longer reads.
std::optional<EngineConfiguration> ReadActive(KvStore& kv, StoreReport& report) {
  const auto active = PolicyStore(kv).GetActive();
  if (!active.ok() || !active->has_value()) {
    report.Skip("alerts were not compared with findings: no configuration was ever in use");
    return std::nullopt;
  }
  Configuration<Region> region = ReadRegion((*active)->files.region);
  Configuration<Policy> policy = ReadPolicy((*active)->files.policy);
  if (!region.value || !policy.value) {
    report.Skip("alerts were not compared with findings: this program no longer takes the configuration in use");
    return std::nullopt;
  }
  return EngineConfiguration{.region = std::make_shared<const Region>(*std::move(region.value)),
                             .policy = std::make_shared<const Policy>(*std::move(policy.value)),
                             .version = (*active)->files.version};
}

}  // namespace

StoreReport VerifyStore(const DataDirectory& directory) {
  StoreReport report;
  KvStore& kv = *directory.kv;
  VerifyFacts(kv, ReadMark(*directory.mark, report), &CheckCanonical, report);
  VerifyAlerts(kv, report);
  const auto facts = OpenFactsToRead(directory);
  const auto alerts = AlertStore::Open(kv);
  if (!facts.ok() || !alerts.ok()) {
    report.Add(Table::kMeta,
               "a server would not start on it: " + MessageOf(facts.ok() ? alerts.status() : facts.status()));
    return report;
  }
  const std::optional<EngineConfiguration> configuration = ReadActive(kv, report);
  if (!configuration) return report;
  const absl::Status compared = VerifyFindings(kv, **facts, **alerts, *configuration, report);
  if (!compared.ok()) report.Add(Table::kAlerts, "the comparison with findings stopped: " + MessageOf(compared));
  return report;
}

}  // namespace vangnet
