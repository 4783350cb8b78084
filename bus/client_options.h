#pragma once

#include <atomic>
#include <filesystem>
#include <memory>
#include <mutex>
#include <optional>
#include <string>

#include <natscreds/base/result.h>
#include <natscreds/bus/connection_options.h>

#include "client_types.h"

namespace natscreds::bus {

/// Who a connection says that it is. The credentials may be replaced while it lives, by us or in their file.
///
/// Thread:  any.
class LoginIdentity {
  public:
    /// Takes what it needs out of the options.
    explicit LoginIdentity(ConnectionOptions& options);

    void replace(jwt::Credentials credentials);

    /// Reads the file, if there is one, and takes what is newer there.
    void refresh();

    /// The newest; none where another way is used to log in.
    [[nodiscard]] std::shared_ptr<const jwt::Credentials> credentials() const;
    [[nodiscard]] const std::optional<nkeys::SigningKey>& nkey() const noexcept { return nkey_; }

  private:
    mutable std::mutex mutex_;
    std::shared_ptr<const jwt::Credentials> credentials_;
    const std::optional<nkeys::SigningKey> nkey_;
    const std::filesystem::path file_;
};

/// What the client library asks for each time that it connects: the JWT, and a signature of the server's
/// nonce. It must outlive the library's connection, which uses it from one thread at a time.
struct Login {
    std::shared_ptr<LoginIdentity> identity;
    std::shared_ptr<const jwt::Credentials> shown = nullptr;  ///< whose JWT the attempt going on sends
    std::atomic<bool> unsendable_signature = false;  ///< a server was passed over for this reason: try again
    double jitter = 0;                               ///< of this connection's attempts, see Backoff
};

/// What one link of a connection has beside the options.
struct LinkOptions {
    std::string inbox_prefix;
    std::string first_server = {};  ///< its URL, tried before the others; empty: none is
};

/// The client library's form of our options. Fails: Errc::bad_option.
[[nodiscard]] base::Result<OptionsHandle> client_options(const ConnectionOptions& options,
                                                         const LinkOptions& link, Login& login);

/// "nats://a:4222, nats://b:4222", passwords masked: for messages.
[[nodiscard]] std::string server_list(const ConnectionOptions& options);

}  // namespace natscreds::bus
