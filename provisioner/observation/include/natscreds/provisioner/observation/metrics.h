#pragma once

#include <memory>
#include <optional>
#include <string>
#include <string_view>

#include <natscreds/base/clock.h>
#include <natscreds/provisioner/ledger/ledger.h>
#include <natscreds/provisioner/requests/reply_queue.h>

namespace natscreds::provisioner {

/// What the service counts, for Prometheus. No label names a user.
/// Thread: any.
class Metrics {
  public:
    explicit Metrics(std::string_view version);
    ~Metrics();

    void count(const Served& served);
    void dropped();                      ///< a request without a usable reply subject
    void waiting(std::size_t requests);  ///< have arrived, and no worker has read them
    void ledger_failed();
    void audit_failed();
    /// What became of reading the configuration, at start and at each reload.
    void configured(const base::Status& taken, base::Time now);

    /// A request is being worked on while this lives.
    class InFlight {
      public:
        explicit InFlight(Metrics& metrics);
        ~InFlight();
        InFlight(const InFlight&) = delete;
        InFlight& operator=(const InFlight&) = delete;

      private:
        Metrics& metrics_;
    };

    /// What is true at the moment of the scrape.
    struct Now {
        std::optional<base::Time> account_expires;
        std::optional<base::Time> credentials_expire;  ///< the service's own
        bool connected = false;
        bool ready = false;
        std::size_t waiting = 0;                           ///< answers that wait for the disk
        std::optional<base::Time> account_confirmed = {};  ///< when its JWT was last known to be the newest
        LedgerSize ledger = {};
        std::optional<std::size_t> service_roles = {};
        std::optional<base::Time> roles_synced = {};  ///< when they were last known to be the cluster's
    };
    /// All of it in Prometheus' text format.
    [[nodiscard]] std::string text(const Now& now);

  private:
    struct Families;
    std::unique_ptr<Families> families_;
};

}  // namespace natscreds::provisioner
