#pragma once

#include <functional>
#include <memory>
#include <optional>
#include <string>

#include <support/certificates.h>

namespace natscreds::support {

/// What a client asked.
struct HttpsCall {
    std::string method;
    std::string target;  ///< the path, with its query
    std::string authorization;
    std::string content_type;
    std::string body;
};

/// What it is answered.
struct HttpsReply {
    int status = 200;
    std::string body = {};
    std::string location = {};
    /// The lines of a stream in place of the body; none: it ends. May wait, but not for ever.
    std::function<std::optional<std::string>()> next_line = {};
};

/// A server over TLS on a free port of 127.0.0.1, with the certificate "server" of a folder. Throws where it cannot
/// start.
///
/// Thread:  `answer` is called from several.
class HttpsServer {
  public:
    using Answer = std::function<HttpsReply(const HttpsCall&)>;

    HttpsServer(const Certificates& certificates, Answer answer);
    ~HttpsServer();
    HttpsServer(const HttpsServer&) = delete;
    HttpsServer& operator=(const HttpsServer&) = delete;

    /// "https://127.0.0.1:PORT"
    [[nodiscard]] std::string url() const;
    [[nodiscard]] int port() const noexcept;

  private:
    struct State;
    std::unique_ptr<State> state_;
};

}  // namespace natscreds::support
