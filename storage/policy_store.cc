#include "storage/policy_store.h"

#include <algorithm>
#include <memory>
#include <string_view>
#include <utility>

#include "storage/keys.h"
#include "vangnet/record/v1/stored_policy.pb.h"

namespace vangnet {
namespace {

constexpr std::string_view kText = "policy.text.";
constexpr std::string_view kActive = "policy.active.";
constexpr std::string_view kHeld = "policy.held";
constexpr int kNumberBytes = 8;

std::string TextKey(const std::string& version) { return MetaKey(std::string(kText) + version); }

std::string ActivationKey(uint64_t number) {
  std::string name(kActive);
  for (int shift = 8 * (kNumberBytes - 1); shift >= 0; shift -= 8) name += static_cast<char>(number >> shift & 0xFF);
  return MetaKey(name);
}

uint64_t NumberOf(std::string_view activation_key) {
  uint64_t number = 0;
  for (char byte : activation_key.substr(activation_key.size() - kNumberBytes)) {
    number = number << 8 | static_cast<unsigned char>(byte);
  }
  return number;
}

template <typename Message>
bool Parse(std::string_view value, Message& message) {
  return message.ParseFromArray(value.data(), static_cast<int>(value.size()));
}

void Encode(const ConfigurationFiles& files, record::v1::StoredConfiguration& stored) {
  stored.set_policy(files.policy);
  stored.set_region(files.region);
}

ConfigurationFiles Decode(const std::string& version, const record::v1::StoredConfiguration& stored) {
  return {.version = version, .policy = stored.policy(), .region = stored.region()};
}

// One activation without its files.
struct Activation {
  uint64_t number = 0;
  std::string version;
  absl::Time since;
};

// Walks the activations from the newest to the first.
class ActivationWalk {
 public:
  // From the last one before activation `before` on; 0: the newest.
  ActivationWalk(const KvStore& kv, uint64_t before) : prefix_(MetaKey(kActive)), at_(kv.NewIterator(Table::kMeta)) {
    at_->SeekForPrev(ActivationKey(before == 0 ? UINT64_MAX : before - 1));
  }

  // Nothing: there are no more.
  absl::StatusOr<std::optional<Activation>> Next() {
    if (!at_->Valid() || at_->key().size() != prefix_.size() + kNumberBytes || !at_->key().starts_with(prefix_)) {
      if (!at_->status().ok()) return at_->status();
      return std::nullopt;
    }
    record::v1::StoredActivation stored;
    if (!Parse(at_->value(), stored)) return absl::DataLossError("an activation of a policy is broken");
    Activation activation{NumberOf(at_->key()), stored.version(), absl::FromUnixMicros(stored.active_since_micros())};
    at_->Prev();
    return activation;
  }

 private:
  const std::string prefix_;
  const std::unique_ptr<KvIterator> at_;
};

absl::StatusOr<StoredPolicy> WithFiles(const KvStore& kv, const Activation& activation,
                                       std::optional<absl::Time> until) {
  const auto text = kv.Get(Table::kMeta, TextKey(activation.version));
  if (!text.ok()) return text.status();
  record::v1::StoredConfiguration stored;
  if (!text->has_value() || !Parse(**text, stored)) {
    return absl::DataLossError("the text of policy " + activation.version + " is missing or broken");
  }
  return StoredPolicy{.number = activation.number,
                      .files = Decode(activation.version, stored),
                      .active_since = activation.since,
                      .active_until = until};
}

}  // namespace

absl::Status PolicyStore::AddActivation(const ConfigurationFiles& files, absl::Time now, WriteBatch& batch) const {
  const auto last = ActivationWalk(kv_, 0).Next();
  if (!last.ok()) return last.status();
  record::v1::StoredConfiguration text;
  Encode(files, text);
  batch.Put(Table::kMeta, TextKey(files.version), text.SerializeAsString());
  record::v1::StoredActivation activation;
  activation.set_version(files.version);
  // The clock may have been set back: what is known as of an instant must not change when it does.
  activation.set_active_since_micros(absl::ToUnixMicros(*last ? std::max(now, (*last)->since) : now));
  batch.Put(Table::kMeta, ActivationKey(*last ? (*last)->number + 1 : 1), activation.SerializeAsString());
  batch.Delete(Table::kMeta, MetaKey(kHeld));
  return absl::OkStatus();
}

absl::StatusOr<std::optional<StoredPolicy>> PolicyStore::GetActive() const { return ActiveAt(absl::InfiniteFuture()); }

absl::StatusOr<std::optional<StoredPolicy>> PolicyStore::ActiveAt(absl::Time instant) const {
  ActivationWalk walk(kv_, 0);
  std::optional<absl::Time> until;
  while (true) {
    const auto activation = walk.Next();
    if (!activation.ok()) return activation.status();
    if (!*activation) return std::nullopt;
    if ((*activation)->since <= instant) return WithFiles(kv_, **activation, until);
    until = (*activation)->since;
  }
}

absl::StatusOr<std::vector<StoredPolicy>> PolicyStore::List(uint64_t before, size_t max, size_t bytes_max) const {
  std::vector<StoredPolicy> policies;
  std::optional<absl::Time> until;
  if (before != 0) {
    // What ended the first one shown.
    const auto next = ActivationWalk(kv_, before + 1).Next();
    if (!next.ok()) return next.status();
    if (*next && (*next)->number == before) until = (*next)->since;
  }
  ActivationWalk walk(kv_, before);
  for (size_t bytes = 0; policies.size() < max;) {
    const auto activation = walk.Next();
    if (!activation.ok()) return activation.status();
    if (!*activation) break;
    auto policy = WithFiles(kv_, **activation, until);
    if (!policy.ok()) return policy.status();
    bytes += policy->files.policy.size() + policy->files.region.size();
    if (!policies.empty() && bytes > bytes_max) break;
    until = policy->active_since;
    policies.push_back(*std::move(policy));
  }
  return policies;
}

absl::StatusOr<std::optional<PolicyHold>> PolicyStore::GetHold() const {
  const auto value = kv_.Get(Table::kMeta, MetaKey(kHeld));
  if (!value.ok()) return value.status();
  if (!value->has_value()) return std::nullopt;
  record::v1::StoredHold stored;
  if (!Parse(**value, stored)) return absl::DataLossError("the policy that is held is broken");
  PolicyHold hold{.files = Decode(stored.version(), stored.configuration()),
                  .held_since = absl::FromUnixMicros(stored.held_since_micros()),
                  .students = stored.students(),
                  .students_with_new_alert = stored.students_with_new_alert(),
                  .new_alerts_by_rule = {},
                  .students_with_ended_alert = stored.students_with_ended_alert(),
                  .ended_alerts_by_rule = {}};
  for (const auto& rule : stored.new_alerts()) hold.new_alerts_by_rule[rule.rule()] = rule.count();
  for (const auto& rule : stored.ended_alerts()) hold.ended_alerts_by_rule[rule.rule()] = rule.count();
  return hold;
}

absl::Status PolicyStore::SetHold(const PolicyHold& hold) const {
  record::v1::StoredHold stored;
  stored.set_version(hold.files.version);
  Encode(hold.files, *stored.mutable_configuration());
  stored.set_held_since_micros(absl::ToUnixMicros(hold.held_since));
  stored.set_students(hold.students);
  stored.set_students_with_new_alert(hold.students_with_new_alert);
  for (const auto& [rule, count] : hold.new_alerts_by_rule) {
    record::v1::StoredRuleCount* added = stored.add_new_alerts();
    added->set_rule(rule);
    added->set_count(count);
  }
  stored.set_students_with_ended_alert(hold.students_with_ended_alert);
  for (const auto& [rule, count] : hold.ended_alerts_by_rule) {
    record::v1::StoredRuleCount* added = stored.add_ended_alerts();
    added->set_rule(rule);
    added->set_count(count);
  }
  WriteBatch batch;
  batch.Put(Table::kMeta, MetaKey(kHeld), stored.SerializeAsString());
  return kv_.Write(batch, Durability::kSynced);
}

absl::Status PolicyStore::ClearHold() const {
  WriteBatch batch;
  batch.Delete(Table::kMeta, MetaKey(kHeld));
  return kv_.Write(batch, Durability::kSynced);
}

}  // namespace vangnet
