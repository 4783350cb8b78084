#pragma once

#include <condition_variable>
#include <deque>
#include <memory>
#include <mutex>
#include <optional>
#include <string>
#include <vector>

#include <natscreds/bus/connection.h>

#include "client_options.h"
#include "client_types.h"
#include "listener.h"
#include "pending_requests.h"
#include "violation.h"

namespace natscreds::bus {

/// What outlives a move of the Connection, and what the client library calls back.
class Connection::State {
  public:
    State(ConnectionOptions&& options, ConnectionEvents&& events);
    ~State();
    State(const State&) = delete;
    State& operator=(const State&) = delete;

    [[nodiscard]] base::Status connect(const ConnectionOptions& options, std::shared_ptr<State> self);
    [[nodiscard]] base::Status listen_for_replies();
    [[nodiscard]] base::Result<std::shared_ptr<Listener>> listen(const Interest& interest,
                                                                 Listener::Handler handler);
    [[nodiscard]] base::Status flush(Timeout timeout);
    [[nodiscard]] bool wait_until_closed(Timeout timeout);
    void close() noexcept;

    [[nodiscard]] ClientConnection& client() const { return *client_; }
    [[nodiscard]] PendingRequests& requests() { return requests_; }
    [[nodiscard]] const std::string& inbox_prefix() const { return inbox_prefix_; }
    [[nodiscard]] const std::string& reply_inbox() const { return reply_inbox_; }

  private:
    void set_callbacks(ClientOptions& options);
    static void on_disconnected(ClientConnection*, void* state) noexcept;
    static void on_reconnected(ClientConnection*, void* state) noexcept;
    static void on_closed(ClientConnection*, void* state) noexcept;
    void on_error(ClientSubscription* subscription, int status);

    void refused(const Violation& violation, const base::Error& error);
    void report(const base::Error& error) const;
    void reply_arrived(ClientMessage& message);
    [[nodiscard]] base::Status first_refusal(Timeout timeout);

    Identity identity_;
    const ConnectionEvents events_;
    const std::string inbox_prefix_;
    const std::string reply_inbox_;  ///< replies come to one subject below it for each request
    ClientConnection* client_ = nullptr;
    PendingRequests requests_;

    std::mutex mutex_;  ///< guards what follows
    std::condition_variable changed_;
    bool closed_ = false;
    std::deque<base::Error> refusals_;
    bool refused_before_ = false;
    std::optional<base::Error> inbox_refused_;
    std::vector<std::weak_ptr<Listener>> listeners_;
    std::shared_ptr<Listener> reply_listener_;
    std::shared_ptr<State> held_by_client_;  ///< until the library has called for the last time
};

/// A subject below `prefix` that nobody has used yet.
[[nodiscard]] std::string unused_inbox(const std::string& prefix);

}  // namespace natscreds::bus
