#pragma once

#include <functional>
#include <memory>
#include <string>

#include <natscreds/base/result.h>
#include <natscreds/bus/message.h>

namespace natscreds::bus {

class Listener;

/// What to listen for. Without a queue group every subscriber receives every message.
struct Interest {
    std::string subject;
    std::string queue;
};

/// Called with each message of one subscription, one after the other, in order of arrival, on a thread that
/// belongs to that subscription alone. Messages that come meanwhile wait (65,536 of them; beyond that they are
/// lost, and ConnectionEvents::error says slow_consumer). It must not throw.
using MessageHandler = std::function<void(const Message&)>;

/// Listening, for as long as this lives.
///
/// Holds:   when the destructor returns, the handler does not run and will not run any more. It may end
///          before or after its Connection.
/// Thread:  not to be destroyed from inside its own handler.
class Subscription {
  public:
    Subscription(Subscription&&) noexcept;
    Subscription& operator=(Subscription&&) noexcept;
    ~Subscription();

  private:
    friend class Connection;
    explicit Subscription(std::shared_ptr<Listener> listener) noexcept;

    std::shared_ptr<Listener> listener_;
};

}  // namespace natscreds::bus
