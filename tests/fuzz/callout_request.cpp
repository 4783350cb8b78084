// Whatever is put to a callout, as it came, sealed, or signed by a server of anybody's, is opened or refused with a
// reason; what is opened is a question of the server that signed it, for a user's key.
#include <natscreds/access/reason.h>
#include <natscreds/jwt/token.h>
#include <natscreds/provisioner/callout/callout_request.h>
#include <natscreds/provisioner/callout/evictions.h>

#include "signed_body.h"

using namespace natscreds;

namespace {

const nkeys::CurveKey& xkey() {
    static const nkeys::CurveKey key = [] {
        fuzz::OneKey random;
        return nkeys::CurveKey::generate(random);
    }();
    return key;
}

const nkeys::SigningKey& server_key() {
    static const nkeys::SigningKey key = [] {
        fuzz::OneKey random;
        return nkeys::SigningKey::generate(nkeys::Kind::server, random).value();
    }();
    return key;
}

void check(const bus::Message& message, const nkeys::CurveKey* with) {
    const auto request = provisioner::open_callout_request(message, {.xkey = with, .now = fuzz::noon});
    if (!request) {
        fuzz::require(access::reason_of(request.error().code).has_value());
        return;
    }
    fuzz::require(request->server.kind() == nkeys::Kind::server);
    fuzz::require(request->server.text() == request->claims.server.id);
    fuzz::require(request->user.kind() == nkeys::Kind::user);
    fuzz::require(request->seal_for.has_value() == (with != nullptr));
}

/// A question with this text as its `nats` object; nothing when it is no JSON object.
std::optional<std::string> question(std::string_view nats) {
    jwt::Draft<jwt::GenericClaims> draft;
    draft.subject = server_key().public_key().text();
    draft.audience = "nats-authorization-request";
    draft.expires = fuzz::noon + std::chrono::seconds(2);
    draft.claims.body = nats;
    const auto token = jwt::sign(draft, server_key(), fuzz::noon);
    return token ? std::optional(token->text()) : std::nullopt;
}

}  // namespace

extern "C" int LLVMFuzzerTestOneInput(const std::uint8_t* data, std::size_t size) {
    const std::string_view text = base::as_text({data, size});
    bus::Message message;
    message.body = question(text).value_or(std::string(text));
    check(message, nullptr);
    message.headers = {{"Nats-Server-Xkey", xkey().public_key().text()}};
    fuzz::OneKey random;
    message.body =
        base::as_text(xkey().seal(base::as_bytes(message.body), xkey().public_key(), random).value());
    check(message, &xkey());
    message.body = text;
    check(message, &xkey());
    message.headers.clear();
    message.body = fuzz::signed_payload(text, server_key());
    check(message, nullptr);
    (void)provisioner::parse_connections(text);
    return 0;
}
