#include "client_error.h"

#include <nats/nats.h>

#include <natscreds/bus/errc.h>

#include "client_options.h"

namespace natscreds::bus {
namespace {

Errc meaning(natsStatus status) {
    switch (status) {
        case NATS_NO_RESPONDERS:
            return Errc::no_responders;
        case NATS_TIMEOUT:
            return Errc::timeout;
        case NATS_CONNECTION_AUTH_FAILED:
            return Errc::not_authorized;
        case NATS_NOT_PERMITTED:
            return Errc::permission_denied;
        case NATS_CONNECTION_CLOSED:
        case NATS_INVALID_SUBSCRIPTION:
            return Errc::closed;
        case NATS_DRAINING:
            return Errc::draining;
        case NATS_CONNECTION_DISCONNECTED:
        case NATS_STALE_CONNECTION:
        case NATS_INSUFFICIENT_BUFFER:  // what waits for the next connection is full
        case NATS_IO_ERROR:
            return Errc::disconnected;
        case NATS_MAX_PAYLOAD:
            return Errc::too_large;
        case NATS_SLOW_CONSUMER:
            return Errc::slow_consumer;
        case NATS_INVALID_SUBJECT:
            return Errc::bad_subject;
        default:
            return Errc::failed;
    }
}

/// "nats://host: Authorization Violation"; the library's text is left out where it adds nothing.
std::string detail(std::string_view doing, const std::string& text) {
    if (text.empty()) return std::string(doing);
    return std::string(doing).append(": ").append(text);
}

/// The library puts "(conn.c:733): " before what it says itself.
std::string without_place(const std::string& text) {
    const std::size_t end = text.find("): ");
    const bool has_place = !text.empty() && text[0] == '(' && end != std::string::npos;
    return has_place ? text.substr(end + 3) : text;
}

bool contains(std::string_view text, std::string_view part) {
    return text.find(part) != std::string_view::npos;
}

/// What to do where TLS is why a server cannot be reached, for the library's words do not tell; otherwise its words.
/// With TLS 1.3 a server refuses a client's certificate after the handshake: all that a client sees is the end.
std::string explained(const std::string& text, const ConnectionOptions& options) {
    const bool hung_up = contains(text, "Expected 'PONG', got ''") || contains(text, "certificate required");
    if (hung_up && options.tls_cert.empty())
        return "the server hung up, as it does where it wants a client's certificate: --tlscert FILE and "
               "--tlskey FILE";
    if (hung_up) return "the server hung up; why it does not accept the certificate, its log says";
    // OpenSSL's numbers: self-signed, at the end or on the way, and no issuer that is known.
    for (const char* unknown : {"handshake error: 18:", "handshake error: 19:", "handshake error: 20:"}) {
        if (contains(text, unknown)) return text + "; --tlsca FILE says which authority to believe";
    }
    return text;
}

}  // namespace

std::string last_client_text() {
    const char* text = nats_GetLastError(nullptr);
    return text != nullptr ? without_place(text) : "";
}

base::Error client_error(int status, std::string_view doing) {
    const Errc code = meaning(static_cast<natsStatus>(status));
    if (code != Errc::failed) return {code, std::string(doing)};
    const std::string said = last_client_text();
    return {code, detail(doing, said.empty() ? natsStatus_GetText(static_cast<natsStatus>(status)) : said)};
}

base::Error connect_error(int status, const ConnectionOptions& options) {
    const std::string servers = server_list(options);
    if (status == NATS_SECURE_CONNECTION_WANTED)
        return {Errc::cannot_connect, servers + ": the server does not offer TLS, so nothing was said to it"};
    if (status == NATS_CONNECTION_AUTH_FAILED)
        return {Errc::not_authorized, detail(servers, last_client_text())};
    // "No server available for connection" is what our own sentence says.
    if (status == NATS_NO_SERVER) return {Errc::cannot_connect, servers};
    return {Errc::cannot_connect, detail(servers, explained(last_client_text(), options))};
}

}  // namespace natscreds::bus
