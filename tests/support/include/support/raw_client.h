#pragma once

#include <string>
#include <string_view>

#include <natscreds/nkeys/signing_key.h>

namespace natscreds::support {

/// Speaks to a server of this machine without any client library: what it is told is all that it knows of a token.
class RawClient {
  public:
    /// Fails: throws.
    explicit RawClient(const std::string& url);
    ~RawClient();
    RawClient(const RawClient&) = delete;
    RawClient& operator=(const RawClient&) = delete;

    /// The server's answer: "PONG", or "-ERR ..."; empty where it has closed the connection without a word.
    [[nodiscard]] std::string connect(const std::string& token, const nkeys::SigningKey& key);
    /// The same with a token that is no NATS JWT, which a callout decides about.
    [[nodiscard]] std::string connect(const std::string& auth_token);
    [[nodiscard]] std::string subscribe(const std::string& subject, const std::string& queue = {});
    [[nodiscard]] std::string publish(const std::string& subject);

  private:
    [[nodiscard]] std::string ask(const std::string& command);
    [[nodiscard]] std::string line();

    int socket_;
    std::string nonce_;
};

}  // namespace natscreds::support
