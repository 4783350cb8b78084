#include <natscreds/provisioner/kubernetes/api_server.h>

#include <algorithm>
#include <utility>

#include <natscreds/base/file.h>
#include <natscreds/https/client.h>
#include <natscreds/provisioner/identity/errc.h>
#include <natscreds/provisioner/identity/https_web.h>

namespace natscreds::provisioner::kubernetes {
namespace {

constexpr std::size_t max_answer_bytes = 16 * 1024 * 1024;
constexpr std::size_t max_line_bytes = 2 * 1024 * 1024;
constexpr std::size_t max_token_bytes = 16 * 1024;

https::Peer peer_of(const ApiServerAccess& access) {
    return {.ca = access.ca,
            .certificate = access.certificate,
            .key = access.key,
            .timeout = access.timeout,
            .silence_timeout = access.timeout,
            .whole = access.whole};
}

/// The token, without the line's end that people's editors add.
base::Result<base::Secret> read_token(const std::filesystem::path& file) {
    if (file.empty()) return base::Secret();
    const auto text = base::read_secret_file(file, max_token_bytes);
    if (!text) return text.error();
    base::ByteView bytes = text->expose();
    while (!bytes.empty() && bytes.back() <= ' ')
        bytes = bytes.first(bytes.size() - 1);
    const auto unfit = [](std::uint8_t byte) { return byte <= ' ' || byte > '~'; };
    if (bytes.empty() || std::ranges::any_of(bytes, unfit)) {
        return base::Error{std::make_error_code(std::errc::invalid_argument),
                           file.string() + " is not a file with one token"};
    }
    return base::Secret::copy_of(bytes);
}

/// Calls for every whole line of what comes in pieces.
class Lines {
  public:
    explicit Lines(const std::function<void(std::string_view)>& on_line) : on_line_(on_line) {}

    https::Then take(std::string_view piece) {
        if (!rest_.append(piece)) return https::Then::stop;
        std::size_t begin = 0;
        for (std::size_t end = rest_.text.find('\n'); end != std::string::npos;
             end = rest_.text.find('\n', begin)) {
            if (end > begin) on_line_(std::string_view(rest_.text).substr(begin, end - begin));
            begin = end + 1;
        }
        rest_.text.erase(0, begin);
        return begin > 0 ? https::Then::begin_again : https::Then::go_on;
    }

    [[nodiscard]] bool too_large() const noexcept { return rest_.too_large(); }

  private:
    const std::function<void(std::string_view)>& on_line_;
    https::BoundedBody rest_{max_line_bytes};
};

}  // namespace

base::Result<ApiServer> ApiServer::create(ApiServerAccess access) {
    const auto address = https::Address::parse(access.url);
    if (!address) return address.error();
    while (access.url.ends_with('/'))
        access.url.pop_back();
    return ApiServer(std::move(access));
}

base::Result<ApiAnswer> ApiServer::get(const std::string& path) const {
    return ask({.url = path});
}

base::Result<ApiAnswer> ApiServer::post(const std::string& path, std::string json) const {
    return ask({.method = "POST", .url = path, .content_type = "application/json", .body = std::move(json)});
}

base::Result<ApiAnswer> ApiServer::put(const std::string& path, std::string json) const {
    return ask({.method = "PUT", .url = path, .content_type = "application/json", .body = std::move(json)});
}

base::Result<ApiAnswer> ApiServer::patch(const std::string& path, std::string json) const {
    return ask({.method = "PATCH",
                .url = path,
                .content_type = "application/merge-patch+json",
                .body = std::move(json)});
}

base::Result<ApiAnswer> ApiServer::delete_(const std::string& path, std::string json) const {
    return ask(
        {.method = "DELETE", .url = path, .content_type = "application/json", .body = std::move(json)});
}

base::Result<ApiAnswer> ApiServer::ask(https::Request request) const {
    auto token = read_token(access_.token);
    if (!token) return token.error();
    request.url = access_.url + request.url;
    request.bearer_token = std::move(*token);
    https::BoundedBody body(max_answer_bytes);
    request.on_piece = [&](int, std::string_view piece) { return body.take(piece); };
    const std::string url = request.url;
    const auto status = https::send(peer_of(access_), std::move(request), access_.stop);
    if (!status) return identity::as_of_issuer(status.error());
    if (access_.stop.stop_requested())
        return base::Error{identity::Errc::unreachable, url + ": not asked to its end"};
    if (body.too_large()) return base::Error{identity::Errc::too_large, url};
    return ApiAnswer{.status = *status, .body = std::move(body.text)};
}

base::Result<ApiAnswer> ApiServer::watch(const ApiWatch& watch, const std::stop_token& stop) const {
    auto token = read_token(access_.token);
    if (!token) return token.error();
    https::Peer peer = peer_of(access_);
    peer.silence_timeout = watch.silence_timeout;
    peer.whole = watch.silence_timeout;
    https::Request request{.url = access_.url + watch.path, .bearer_token = std::move(*token)};
    Lines lines(watch.on_line);
    https::BoundedBody refusal(max_line_bytes);
    request.on_piece = [&](int status, std::string_view piece) {
        return status == ok ? lines.take(piece) : refusal.take(piece);
    };
    std::stop_source end;
    const std::stop_callback by_caller(stop, [&end] { end.request_stop(); });
    const std::stop_callback with_all_others(access_.stop, [&end] { end.request_stop(); });
    const auto status = https::send(peer, std::move(request), end.get_token());
    if (!status) return identity::as_of_issuer(status.error());
    if (lines.too_large()) return base::Error{identity::Errc::too_large, access_.url + watch.path};
    return ApiAnswer{.status = end.stop_requested() ? ok : *status, .body = std::move(refusal.text)};
}

}  // namespace natscreds::provisioner::kubernetes
