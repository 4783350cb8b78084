#pragma once

#include <chrono>
#include <filesystem>
#include <functional>
#include <stop_token>
#include <string>
#include <string_view>

#include <natscreds/base/result.h>

namespace natscreds::https {
struct Request;
}

namespace natscreds::provisioner::kubernetes {

/// Where an API server is, and as whom it is asked.
struct ApiServerAccess {
    std::string url;                         ///< https://HOST[:PORT][/PATH]
    std::filesystem::path ca = {};           ///< who signed its certificate; empty: whom the system trusts
    std::filesystem::path token = {};        ///< a file with a bearer token; empty: none
    std::filesystem::path certificate = {};  ///< with `key`: a client certificate
    std::filesystem::path key = {};
    std::chrono::milliseconds timeout{2000};  ///< for a connection, and for each silence within an answer
    std::chrono::milliseconds whole{5000};    ///< for all of an answer that is no watch
    std::stop_token stop = {};                ///< ends what is being asked, in whatever state it is
};

/// The status, of HTTP, of an answer that holds what was asked for.
constexpr int ok = 200;

/// What the API server said to a request, which may be no.
struct ApiAnswer {
    int status = 0;  ///< of HTTP: ok, 201, 404, 409 ...
    std::string body;
};

/// A stream of changes.
struct ApiWatch {
    std::string path;  ///< with its query: "...?watch=true&allowWatchBookmarks=true"
    std::function<void(std::string_view)> on_line;  ///< a JSON object, without its line's end
    std::chrono::seconds silence_timeout{90};  ///< until the next whole line: bookmarks come once a minute
};

/// The API server of a Kubernetes cluster, over verified HTTPS.
///
/// Holds:   the token's file is read anew for every request, for it is replaced while we run; redirects are not
///          followed; an answer is at most 16 MiB, a watch's line 2 MiB.
/// Fails:   identity::Errc::unreachable without a whole answer from a server whose certificate is good (where it was
///          stopped, too), and too_large; std::errc's own when the token cannot be read. The detail says where, and
///          never with what token. An answer that is no is not a failure: it has its status.
/// Thread:  any; every request has its own connection.
/// Source:  Kubernetes API Concepts, "Efficient detection of changes".
class ApiServer {
  public:
    /// Fails: std::errc::invalid_argument when the URL is not one of https.
    [[nodiscard]] static base::Result<ApiServer> create(ApiServerAccess access);

    [[nodiscard]] base::Result<ApiAnswer> get(const std::string& path) const;
    [[nodiscard]] base::Result<ApiAnswer> post(const std::string& path, std::string json) const;
    [[nodiscard]] base::Result<ApiAnswer> put(const std::string& path, std::string json) const;
    /// A JSON merge patch (RFC 7386).
    [[nodiscard]] base::Result<ApiAnswer> patch(const std::string& path, std::string json) const;
    /// With a body of DeleteOptions, which may say which object alone is meant.
    [[nodiscard]] base::Result<ApiAnswer> delete_(const std::string& path, std::string json) const;

    /// Calls `on_line` for every line, until the server ends the stream or `stop` is requested: then 200 without a
    /// body. Another status comes with the server's body, and no line was called.
    [[nodiscard]] base::Result<ApiAnswer> watch(const ApiWatch& watch, const std::stop_token& stop) const;

    [[nodiscard]] const std::string& url() const noexcept { return access_.url; }

  private:
    explicit ApiServer(ApiServerAccess access) : access_(std::move(access)) {}

    [[nodiscard]] base::Result<ApiAnswer> ask(https::Request request) const;

    ApiServerAccess access_;
};

}  // namespace natscreds::provisioner::kubernetes
