#pragma once

#include <chrono>
#include <functional>
#include <map>
#include <memory>
#include <string>
#include <vector>

#include <natscreds/access/subjects.h>
#include <natscreds/base/result.h>
#include <natscreds/bus/connection.h>
#include <natscreds/provisioner/requests/reply_queue.h>

namespace natscreds::provisioner {

/// What the service tells about itself to `nats micro ls|info|stats`.
struct MicroServiceIdentity {
    std::string id;  ///< of this copy; a token of a subject
    std::string version;
    std::string server_id;
    std::string queue;
    std::vector<std::pair<access::Endpoint, std::string>> endpoints;  ///< and the subjects they listen on
    std::string started;                                              ///< RFC 3339
};

/// What it says that changes as it runs.
struct MicroServiceNews {
    std::function<std::string()> audit_head;                    ///< empty: there is no audit
    std::function<std::map<std::string, std::string>()> facts;  ///< metadata, beside the server_id
};

/// Answers $SRV.PING, INFO and STATS, each also with `.provisioner` and `.provisioner.<id>` behind it.
///
/// Fails:   listen: as Connection::listen; bus::Errc::permission_denied where the service's credentials do not
///          allow `$SRV.>`: all else works without.
/// Thread:  any.
/// Source:  NATS ADR-32; nats.c has an API for this from 3.7 only.
class MicroService {
  public:
    MicroService(MicroServiceIdentity identity, MicroServiceNews news);
    ~MicroService();

    [[nodiscard]] base::Status listen(bus::Connection& connection);
    /// From now on it is not found.
    void stop() noexcept;
    void count(const Served& served);

    [[nodiscard]] std::string ping() const;
    [[nodiscard]] std::string info() const;
    [[nodiscard]] std::string stats() const;

  private:
    struct State;
    std::unique_ptr<State> state_;
};

}  // namespace natscreds::provisioner
