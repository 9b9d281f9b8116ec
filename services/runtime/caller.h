// Caller is who makes a call and what it may do: sources x schools for those who send, role x units for those who
// read and work alerts.
//
// Without authentication there is one caller, on this machine, who may do everything.
// Thread safety: a value.
#ifndef VANGNET_SERVICES_RUNTIME_CALLER_H_
#define VANGNET_SERVICES_RUNTIME_CALLER_H_

#include <optional>
#include <set>
#include <string>
#include <string_view>

namespace vangnet {

// Which keys of one sort a caller may name: all, or those listed.
class Scope {
 public:
  static Scope All() { return Scope(std::nullopt); }
  static Scope Of(std::set<std::string, std::less<>> keys) { return Scope(std::move(keys)); }

  bool all() const { return !keys_.has_value(); }
  bool Contains(std::string_view key) const { return all() || keys_->contains(key); }
  // The one key listed; nothing when there are none, several, or all.
  std::optional<std::string> only() const {
    if (all() || keys_->size() != 1) return std::nullopt;
    return *keys_->begin();
  }

 private:
  explicit Scope(std::optional<std::set<std::string, std::less<>>> keys) : keys_(std::move(keys)) {}
  std::optional<std::set<std::string, std::less<>>> keys_;
};

// What a caller may do with what is in its scope.
enum class Role {
  kSender,    // sends the records of its sources, and reads them back
  kReader,    // reads alerts, findings and schools
  kWorker,    // kReader, and works alerts
  kOperator,  // everything
};

struct Caller {
  std::string name;  // actor of what it does; empty: the call says who acts
  Role role = Role::kReader;
  Scope sources = Scope::Of({});
  Scope schools = Scope::Of({});
  Scope units = Scope::Of({});

  bool may_send() const { return role == Role::kSender || role == Role::kOperator; }
  bool may_read() const { return role != Role::kSender; }
  bool may_work() const { return role == Role::kWorker || role == Role::kOperator; }
};

}  // namespace vangnet

#endif  // VANGNET_SERVICES_RUNTIME_CALLER_H_
