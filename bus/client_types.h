#pragma once

#include <memory>

// The client library's types by name only, so that its header is included by sources alone.
struct __jsCtx;
struct __kvEntry;
struct __kvStore;
struct __natsConnection;
struct __natsMsg;
struct __natsOptions;
struct __natsSubscription;
struct jsStreamInfo;

namespace natscreds::bus {

using ClientStream = ::__jsCtx;
using ClientEntry = ::__kvEntry;
using ClientStore = ::__kvStore;
using ClientConnection = ::__natsConnection;
using ClientMessage = ::__natsMsg;
using ClientOptions = ::__natsOptions;
using ClientSubscription = ::__natsSubscription;
using ClientStreamInfo = ::jsStreamInfo;

struct DestroyMessage {
    void operator()(ClientMessage* message) const noexcept;
};
using MessageHandle = std::unique_ptr<ClientMessage, DestroyMessage>;

struct DestroyOptions {
    void operator()(ClientOptions* options) const noexcept;
};
using OptionsHandle = std::unique_ptr<ClientOptions, DestroyOptions>;

struct DestroyStream {
    void operator()(ClientStream* stream) const noexcept;
};
using StreamHandle = std::unique_ptr<ClientStream, DestroyStream>;

struct DestroyStreamInfo {
    void operator()(ClientStreamInfo* info) const noexcept;
};
using StreamInfoHandle = std::unique_ptr<ClientStreamInfo, DestroyStreamInfo>;

struct DestroyStore {
    void operator()(ClientStore* store) const noexcept;
};
using StoreHandle = std::unique_ptr<ClientStore, DestroyStore>;

struct DestroyEntry {
    void operator()(ClientEntry* entry) const noexcept;
};
using EntryHandle = std::unique_ptr<ClientEntry, DestroyEntry>;

struct DestroySubscription {
    void operator()(ClientSubscription* subscription) const noexcept;
};
using SubscriptionHandle = std::unique_ptr<ClientSubscription, DestroySubscription>;

}  // namespace natscreds::bus
