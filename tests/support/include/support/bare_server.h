#pragma once

#include <memory>
#include <string>

namespace natscreds::support {

/// A TCP server on a free port of 127.0.0.1 that only begins like a NATS server: it says its INFO to whoever
/// connects, answers each PING, and notes everything that it is sent.
///
/// Fails:   throws where it cannot listen. Thread: any.
class BareServer {
  public:
    /// The INFO's fields: R"("headers":true)"; the usual ones are there already.
    explicit BareServer(const std::string& more_fields = {});
    ~BareServer();
    BareServer(const BareServer&) = delete;
    BareServer& operator=(const BareServer&) = delete;

    /// "127.0.0.1:PORT"
    [[nodiscard]] std::string address() const;
    /// What all clients have sent so far, one after the other.
    [[nodiscard]] std::string received() const;
    /// How many have come and gone.
    [[nodiscard]] int visits() const;
    /// How many are there now.
    [[nodiscard]] std::size_t guests() const;
    /// From now on only the first PING of each client is answered, with which it ends to connect.
    void fall_silent();
    /// Whoever connects from now on does not even hear its INFO.
    void say_nothing_to_others();
    /// Says this to all who are there, or to the one that came last.
    void say_to_all(const std::string& text);
    void say_to_newest(const std::string& text);
    /// Says this to each client as soon as it has subscribed to something.
    void greet_subscribers_with(const std::string& text);

  private:
    struct State;
    std::unique_ptr<State> state_;
};

}  // namespace natscreds::support
