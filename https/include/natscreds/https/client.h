#pragma once

#include <chrono>
#include <cstddef>
#include <filesystem>
#include <functional>
#include <stop_token>
#include <string>
#include <string_view>

#include <natscreds/base/result.h>
#include <natscreds/base/secret.h>

namespace natscreds::https {

/// The parts of an https URL. Fails: std::errc::invalid_argument.
struct Address {
    std::string host;
    int port = 443;
    std::string path;  ///< begins with a slash; with its query

    [[nodiscard]] static base::Result<Address> parse(const std::string& url);
};

/// Which server is believed, and who we say we are.
struct Peer {
    std::filesystem::path ca = {};
    std::filesystem::path certificate = {};
    std::filesystem::path key = {};
    std::chrono::milliseconds timeout{2000};          ///< for a connection
    std::chrono::milliseconds silence_timeout{2000};  ///< within an answer
    std::chrono::milliseconds whole{5000};            ///< for all of it, however small the pieces that come
};

/// What is to happen after a piece of an answer.
enum class Then {
    stop,         ///< no more of it is wanted
    go_on,        ///< within the time for the whole answer
    begin_again,  ///< the time for the whole answer begins again: what comes is a stream
};

/// One request, and where its answer goes.
struct Request {
    std::string method = "GET";
    std::string url = {};
    std::string content_type = {};
    std::string body = {};
    base::Secret bearer_token = {};
    /// A piece of the body of an answer with this status.
    std::function<Then(int status, std::string_view piece)> on_piece = {};
};

/// The status of the answer. A request whose pieces were refused, or that was stopped, has ended well. It ends when the
/// whole time is over, and at once when it is stopped, in whatever state the connection is; looking for the addresses
/// of a host alone goes on, for as long as a connection may take.
/// Fails: std::errc::invalid_argument (the URL), Errc::unreachable.
[[nodiscard]] base::Result<int> send(const Peer& peer, Request request, std::stop_token stop = {});

/// Appends pieces up to a size; what is over says so.
class BoundedBody {
  public:
    explicit BoundedBody(std::size_t most) : most_(most) {}

    [[nodiscard]] bool append(std::string_view piece) {
        too_large_ = too_large_ || piece.size() > most_ - text.size();
        if (!too_large_) text += piece;
        return !too_large_;
    }
    [[nodiscard]] Then take(std::string_view piece) { return append(piece) ? Then::go_on : Then::stop; }
    [[nodiscard]] bool too_large() const noexcept { return too_large_; }

    std::string text;

  private:
    std::size_t most_;
    bool too_large_ = false;
};

/// A whole answer.
struct Answer {
    int status = 0;
    std::string body = {};
};

/// send(), with the body of the answer; `request.on_piece` is set here. Fails besides: Errc::too_large.
[[nodiscard]] base::Result<Answer> ask(const Peer& peer, Request request, std::size_t max_bytes,
                                       std::stop_token stop = {});

}  // namespace natscreds::https
