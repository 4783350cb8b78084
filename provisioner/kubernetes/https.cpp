#include "https.h"

#include <algorithm>
#include <charconv>
#include <utility>

#include <httplib.h>
#include <openssl/ssl.h>

#include <natscreds/base/bytes.h>
#include <natscreds/provisioner/identity/errc.h>

namespace natscreds::provisioner::kubernetes {
namespace {

base::Error not_https(const std::string& url) {
    return {std::make_error_code(std::errc::invalid_argument),
            "\"" + url + "\" is not https://HOST[:PORT][/PATH]"};
}

bool printable(std::string_view text) {
    return std::ranges::all_of(text, [](char letter) { return letter > ' ' && letter < '\x7f'; });
}

/// "host", "host:port" or "[address]:port".
bool read_host(std::string_view text, HttpsAddress& address) {
    const bool bracketed = text.starts_with('[');
    const std::size_t end = bracketed ? text.find(']') : text.find(':');
    address.host = text.substr(bracketed, bracketed ? end - 1 : end);
    const std::size_t rest = bracketed ? end + 1 : end;
    if ((bracketed && end == std::string_view::npos) || address.host.empty()) return false;
    if (rest >= text.size()) return true;
    const std::string_view port = text.substr(rest + 1);
    const auto [stop, error] = std::from_chars(port.data(), port.data() + port.size(), address.port);
    return text[rest] == ':' && error == std::errc{} && stop == port.data() + port.size() &&
           address.port > 0 && address.port < 65536;
}

std::string_view in_words(httplib::Error error) {
    switch (error) {
        case httplib::Error::Connection:
            return "no connection";
        case httplib::Error::ConnectionTimeout:
            return "no connection in time";
        case httplib::Error::Read:
            return "no whole answer in time";
        case httplib::Error::Write:
            return "the request could not be sent";
        case httplib::Error::SSLConnection:
            return "the TLS handshake failed";
        case httplib::Error::SSLLoadingCerts:
            return "the file of certificate authorities cannot be used";
        case httplib::Error::SSLServerVerification:
            return "its certificate is not for that host, or not signed by whom we trust";
        default:
            return "no answer";
    }
}

base::Error unreachable(const HttpsAddress& address, std::string_view what) {
    return {identity::Errc::unreachable, "https://" + address.host + ":" + std::to_string(address.port) +
                                             address.path + ": " + std::string(what)};
}

httplib::Request to_httplib(const HttpsAddress& address, HttpsRequest& request) {
    httplib::Request made;
    made.method = request.method;
    made.path = address.path;
    // An API server answers 406 to whoever takes JSON alone and asks for its key set, which is a JWK Set.
    made.set_header("Accept", "application/json, */*");
    // What is compressed could be larger than what was received.
    made.set_header("Accept-Encoding", "identity");
    if (!request.body.empty()) made.set_header("Content-Type", request.content_type);
    made.body = std::move(request.body);
    if (!request.bearer_token.empty()) {
        made.set_header("Authorization",
                        "Bearer " + std::string(base::as_text(request.bearer_token.expose())));
    }
    return made;
}

void set_up(httplib::SSLClient& client, const HttpsPeer& peer) {
    client.set_connection_timeout(peer.patience);
    client.set_read_timeout(peer.patience);
    client.set_write_timeout(peer.patience);
    client.set_follow_location(false);
    client.set_url_encode(false);
    client.enable_server_certificate_verification(true);
    if (!peer.ca.empty()) client.set_ca_cert_path(peer.ca.string());
    SSL_CTX_set_min_proto_version(client.ssl_context(), TLS1_2_VERSION);
}

}  // namespace

base::Result<HttpsAddress> HttpsAddress::parse(const std::string& url) {
    constexpr std::string_view scheme = "https://";
    if (!url.starts_with(scheme) || !printable(url)) return not_https(url);
    const std::string_view rest = std::string_view(url).substr(scheme.size());
    const std::size_t slash = rest.find('/');
    HttpsAddress address;
    address.path = slash == std::string_view::npos ? "/" : rest.substr(slash);
    const std::string_view host = rest.substr(0, slash);
    if (host.find_first_of("@?#") != std::string_view::npos || !read_host(host, address))
        return not_https(url);
    return address;
}

base::Result<int> send(const HttpsPeer& peer, HttpsRequest request, std::stop_token stop) {
    const auto address = HttpsAddress::parse(request.url);
    if (!address) return address.error();
    httplib::SSLClient client(address->host, address->port, peer.certificate.string(), peer.key.string());
    if (!client.is_valid()) return unreachable(*address, "our client certificate or its key cannot be used");
    set_up(client, peer);
    httplib::Request made = to_httplib(*address, request);
    int status = 0;
    bool enough = false;
    // A stop before the connection is up finds nothing to shut down, so it is looked for once it is.
    made.response_handler = [&](const httplib::Response& response) {
        status = response.status;
        return !stop.stop_requested();
    };
    made.content_receiver = [&](const char* data, std::size_t size, std::uint64_t, std::uint64_t) {
        enough = !request.on_piece(status, {data, size});
        return !enough;
    };
    const std::stop_callback shut_down(stop, [&] { client.stop(); });
    httplib::Response response;
    httplib::Error error = httplib::Error::Success;
    const bool answered = client.send(made, response, error);
    if (answered || enough || stop.stop_requested()) return status;
    return unreachable(*address, in_words(error));
}

}  // namespace natscreds::provisioner::kubernetes
