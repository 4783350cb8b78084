#pragma once

#include <chrono>
#include <functional>
#include <memory>
#include <optional>
#include <string>

#include <natscreds/access/request.h>
#include <natscreds/base/result.h>
#include <natscreds/bus/connection.h>
#include <natscreds/bus/settings.h>

namespace natscreds::access {

/// The user to be, and how to ask for its credentials.
struct OwnUser {
    bus::Settings settings;  ///< the servers, and the credentials that may ask the service
    std::string name;
    std::string role = {};                         ///< empty: the service's default role
    std::optional<std::chrono::seconds> ttl = {};  ///< may only shrink what the role gives
    /// A fresh proof of who asks, where the service wants one; called before each request.
    std::function<base::Result<std::optional<Identity>>()> identity = {};
    bus::ConnectionEvents events = {};
    /// A renewal failed or was refused: `Errc` or `Reason`. Called by a thread of ours.
    std::function<void(const base::Error&)> not_renewed = {};
};

/// A connection as a user of the program's own: the service is asked for credentials to a new key, the connection is
/// made with them, and a thread renews them and goes over to the newer ones without a gap, as long as this lives.
///
/// Holds:   key and credentials are in memory only, and end with this. Where they could not be renewed in time, access
///          is asked for again, with the same key, until it is granted (Renewer). What the service forbids is final:
///          then the connection lasts as long as its credentials.
/// Thread:  as bus::Connection.
class OwnConnection {
  public:
    /// Fails: as bus::Settings::load, bus::Connection::open and request_access; the Reason of a refusal.
    [[nodiscard]] static base::Result<OwnConnection> open(OwnUser user);

    OwnConnection(OwnConnection&&) noexcept;
    OwnConnection& operator=(OwnConnection&&) noexcept;
    ~OwnConnection();

    [[nodiscard]] bus::Connection& operator*() noexcept;
    [[nodiscard]] bus::Connection* operator->() noexcept;

  private:
    class State;
    explicit OwnConnection(std::unique_ptr<State> state) noexcept;

    std::unique_ptr<State> state_;
};

}  // namespace natscreds::access
