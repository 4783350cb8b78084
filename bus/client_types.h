#pragma once

#include <memory>

// The client library's types by name only, so that its header is included by sources alone.
struct __natsConnection;
struct __natsMsg;
struct __natsOptions;
struct __natsSubscription;

namespace natscreds::bus {

using ClientConnection = ::__natsConnection;
using ClientMessage = ::__natsMsg;
using ClientOptions = ::__natsOptions;
using ClientSubscription = ::__natsSubscription;

struct DestroyMessage {
    void operator()(ClientMessage* message) const noexcept;
};
using MessageHandle = std::unique_ptr<ClientMessage, DestroyMessage>;

struct DestroyOptions {
    void operator()(ClientOptions* options) const noexcept;
};
using OptionsHandle = std::unique_ptr<ClientOptions, DestroyOptions>;

}  // namespace natscreds::bus
