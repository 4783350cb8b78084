#include <natscreds/provisioner/callout/callout_request.h>

#include <algorithm>
#include <string_view>
#include <utility>

#include <natscreds/access/reason.h>
#include <natscreds/base/base64url.h>
#include <natscreds/base/date.h>
#include <natscreds/jwt/token.h>

namespace natscreds::provisioner {
namespace {

using access::Reason;
using nkeys::Kind;
using nkeys::PublicKey;
using Question = jwt::Decoded<jwt::AuthorizationRequestClaims>;

constexpr std::size_t max_bytes = 64 * 1024;
constexpr std::string_view audience = "nats-authorization-request";
constexpr std::string_view xkey_header = "Nats-Server-Xkey";

base::Error malformed(const std::string& what) {
    return {Reason::malformed, what};
}

/// The question's text, and the curve key that it was sealed with.
struct Unsealed {
    std::string text;
    std::optional<PublicKey> server_xkey;
};

base::Result<Unsealed> unseal(const bus::Message& message, const nkeys::CurveKey* xkey) {
    const auto header = message.header(xkey_header);
    if (!header && xkey == nullptr) return Unsealed{message.body, std::nullopt};
    if (!header) return malformed("the question is not sealed, and has to be");
    if (xkey == nullptr) return malformed("the question is sealed, and there is no xkey to open it with");
    const auto sender = PublicKey::parse(*header, Kind::curve);
    if (!sender) return malformed("the header " + std::string(xkey_header) + " is not a curve key");
    const auto opened = xkey->open(base::as_bytes(message.body), *sender);
    if (!opened) return malformed("the question was not sealed for our xkey");
    return Unsealed{std::string(base::as_text(*opened)), *sender};
}

/// Whoever relays a question cannot have the answer sealed for itself: the server signs for its curve key.
base::Status check_seal(const Question& question, const std::optional<PublicKey>& sender) {
    if (!sender || question.claims().server.xkey == sender->text()) return {};
    return malformed("the question is sealed with another key than the server's");
}

base::Status check_time(const Question& question, const CalloutExpectations& expected) {
    const auto& expires = question.content.expires;
    if (!expires || *expires <= question.issued_at) return malformed("the question has no end");
    const bool begun = question.issued_at <= expected.now + expected.clock_tolerance;
    const bool over = *expires + expected.clock_tolerance < expected.now;
    if (begun && !over) return {};
    const base::Validity validity{.not_before = question.issued_at, .expires = expires};
    return base::Error{Reason::stale, "the question " + base::why_not_valid(validity, expected.now)};
}

/// Who signed the nonce: the key that the client named, or that of the JWT it showed.
base::Result<PublicKey> signer_of_nonce(const jwt::ConnectOptions& connect) {
    if (!connect.nkey.empty()) return PublicKey::parse(connect.nkey, Kind::user);
    const auto user = jwt::decode<jwt::UserClaims>(connect.jwt);
    if (!user) return user.error();
    return PublicKey::parse(user->content.subject, Kind::user);
}

base::Status check_nonce(const jwt::AuthorizationRequestClaims& claims) {
    if (claims.connect.sig.empty()) return {};
    const base::Error bad{Reason::bad_signature, "the client did not sign the server's nonce"};
    const auto signer = signer_of_nonce(claims.connect);
    const auto bytes = base::base64url_decode(claims.connect.sig);
    nkeys::Signature signature;
    if (!signer || !bytes || bytes->size() != signature.size()) return bad;
    std::ranges::copy(*bytes, signature.begin());
    const bool genuine = signer->verify(base::as_bytes(claims.client.nonce), signature).has_value();
    return genuine ? base::Status() : base::Status(bad);
}

base::Result<Question> read(const Unsealed& unsealed, const CalloutExpectations& expected) {
    auto question = jwt::decode<jwt::AuthorizationRequestClaims>(unsealed.text);
    if (!question) return malformed("not a server's question: " + question.error().message());
    if (question->claims().server.id != question->issuer.text())
        return malformed("the question is signed by another key than the server's");
    if (question->content.audience != audience)
        return base::Error{Reason::bad_audience, "the question is not for a callout"};
    if (const auto sealed = check_seal(*question, unsealed.server_xkey); !sealed) return sealed.error();
    if (const auto in_time = check_time(*question, expected); !in_time) return in_time.error();
    if (const auto nonce = check_nonce(question->claims()); !nonce) return nonce.error();
    return question;
}

}  // namespace

base::Result<CalloutRequest> open_callout_request(const bus::Message& message,
                                                  const CalloutExpectations& expected) {
    if (message.malformed_headers) return malformed("the headers cannot be read");
    if (message.body.size() > max_bytes)
        return base::Error{Reason::too_large,
                           "a question has at most " + std::to_string(max_bytes) + " bytes"};
    const auto unsealed = unseal(message, expected.xkey);
    if (!unsealed) return unsealed.error();
    auto question = read(*unsealed, expected);
    if (!question) return question.error();
    const auto user = PublicKey::parse(question->claims().user_nkey, Kind::user);
    if (!user) return malformed("the key for the user is not one");
    return CalloutRequest{.server = question->issuer,
                          .user = *user,
                          .seal_for = unsealed->server_xkey,
                          .timeout = *question->content.expires - question->issued_at,
                          .claims = std::move(question->content.claims)};
}

}  // namespace natscreds::provisioner
