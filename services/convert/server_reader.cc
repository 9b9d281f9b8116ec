#include <charconv>
#include <string>
#include <utility>

#include "services/convert/configuration.h"
#include "services/convert/configuration_text.h"
#include "vangnet/config/v1/server.pb.h"

namespace vangnet {
namespace {

constexpr int kCacheMibMin = 8;
constexpr int kCacheMibMax = 65'536;
constexpr int kThreadsMax = 64;
constexpr int kQueueMibMax = 4'096;
constexpr int kAccessLogMibMax = 1'048'576;
constexpr int kDiskReserveMibMax = 1'048'576;
constexpr int kRejectionsMax = 10'000'000;
constexpr int kPerMilleMax = 1'000;

class ServerReader {
 public:
  explicit ServerReader(std::string_view text) : text_(text, proto_) {}

  Configuration<ServerSettings> Read() {
    Text(proto_.data_dir(), settings_.data_dir);
    Address(proto_.listen(), "listen", settings_.listen);
    Address(proto_.metrics_listen(), "metrics_listen", settings_.metrics_listen);
    Text(proto_.region(), settings_.region);
    Text(proto_.policy(), settings_.policy);
    Text(proto_.backup_dir(), settings_.backup_dir);
    if (proto_.has_block_cache_mib()) {
      Number(proto_.block_cache_mib(), kCacheMibMin, kCacheMibMax, "block_cache_mib", settings_.block_cache_mib);
    }
    if (proto_.has_state_cache_mib()) {
      Number(proto_.state_cache_mib(), kCacheMibMin, kCacheMibMax, "state_cache_mib", settings_.state_cache_mib);
    }
    if (proto_.has_engine_threads()) {
      Number(proto_.engine_threads(), 1, kThreadsMax, "engine_threads", settings_.engine_threads);
    }
    if (proto_.has_ingest_queue_mib()) {
      Number(proto_.ingest_queue_mib(), 1, kQueueMibMax, "ingest_queue_mib", settings_.ingest_queue_mib);
    }
    if (proto_.has_rejections_per_source_max()) {
      Number(proto_.rejections_per_source_max(), 1, kRejectionsMax, "rejections_per_source_max",
             settings_.rejections_per_source_max);
    }
    if (proto_.has_hold_new_alerts_above_per_mille()) {
      Number(proto_.hold_new_alerts_above_per_mille(), 0, kPerMilleMax, "hold_new_alerts_above_per_mille",
             settings_.hold_new_alerts_above_per_mille);
    }
    if (proto_.has_access_log_mib()) {
      Number(proto_.access_log_mib(), 0, kAccessLogMibMax, "access_log_mib", settings_.access_log_mib);
    }
    if (proto_.has_disk_reserve_mib()) {
      Number(proto_.disk_reserve_mib(), 0, kDiskReserveMibMax, "disk_reserve_mib", settings_.disk_reserve_mib);
    }
    ReadTls();
    return text_.Finish(settings_);
  }

  // After Read.
  ServerSettings TakeSettings() { return std::move(settings_); }

 private:
  static void Text(const std::string& value, std::string& setting) {
    if (!value.empty()) setting = value;
  }

  void Address(const std::string& value, const char* field, std::string& setting) {
    if (value.empty()) return;
    if (!IsAddress(value)) text_.Error(root_.Sub(field), kAddressSentence);
    setting = value;
  }

  void Number(int value, int min, int max, const char* field, int& setting) {
    if (value < min || value > max) {
      text_.Error(root_.Sub(field),
                  "must be " + std::to_string(min) + " to " + std::to_string(max) + ", not " + std::to_string(value));
    }
    setting = value;
  }

  void ReadTls() {
    if (!proto_.has_tls()) return;
    const FieldPath tls = root_.Sub("tls");
    if (proto_.tls().certificate().empty()) text_.Add(Reason::kRequired, tls.Sub("certificate"));
    if (proto_.tls().private_key().empty()) text_.Add(Reason::kRequired, tls.Sub("private_key"));
    settings_.tls_certificate = proto_.tls().certificate();
    settings_.tls_private_key = proto_.tls().private_key();
  }

  const FieldPath root_;
  config::v1::Server proto_;
  ConfigurationText text_;
  ServerSettings settings_;
};

}  // namespace

bool IsAddress(std::string_view text) {
  const size_t colon = text.rfind(':');
  if (colon == std::string_view::npos || colon == 0) return false;
  std::string_view host = text.substr(0, colon);
  if (host.starts_with('[') && host.ends_with(']')) {
    host = host.substr(1, host.size() - 2);
  } else if (host.find(':') != std::string_view::npos) {
    return false;
  }
  if (host.empty() || host.find_first_of("[]/ ") != std::string_view::npos) return false;
  const std::string_view port = text.substr(colon + 1);
  uint32_t number = 0;
  const auto [end, error] = std::from_chars(port.data(), port.data() + port.size(), number);
  return error == std::errc() && end == port.data() + port.size() && number <= 65'535;
}

Configuration<ServerSettings> ReadServerSettings(std::string_view text) { return ServerReader(text).Read(); }

ServerSettings ServerSettingsSoFar(std::string_view text) {
  ServerReader reader(text);
  reader.Read();
  return reader.TakeSettings();
}

}  // namespace vangnet
