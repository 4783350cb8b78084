// Each kind of proof, and what is done with a wrong one: tokens of clusters and of OpenID Connect issuers in each
// algorithm, passwords, certificates.
#include <functional>
#include <string>
#include <vector>

#include <catch2/catch_test_macros.hpp>
#include <catch2/generators/catch_generators.hpp>

#include <natscreds/base/base64url.h>
#include <natscreds/base/password_hash.h>
#include <natscreds/provisioner/identity/certificate_verifier.h>
#include <natscreds/provisioner/identity/oidc_verifier.h>
#include <natscreds/provisioner/identity/password_verifier.h>
#include <natscreds/provisioner/identity/verifiers.h>
#include <support/fakes.h>
#include <support/made_certificates.h>
#include <support/signing.h>
#include <support/temp_dir.h>

#include "tokens.h"

using namespace natscreds;
using namespace natscreds::identity_tests;

namespace {

struct Fault {
    std::string what;
    std::string token;
    std::error_code expected;
};

std::string header(const std::string& algorithm, const std::string& more = R"(,"kid":"k1")") {
    return R"({"alg":")" + algorithm + '"' + more + "}";
}

/// A claim that is wrong, by its value; empty: it is not there.
struct WrongClaim {
    const char* name;
    std::string value;
    std::error_code expected;
};

std::vector<WrongClaim> wrong_claims(Kind kind) {
    const std::error_code no_subject = kind == Kind::oidc ? Errc::bad_claim : Errc::not_a_service_account;
    const std::string megabyte = '"' + std::string(1'000'000, 'a') + '"';
    const std::string deep = "{\"a\":" + std::string(70, '[') + std::string(70, ']') + "}";
    return {{"iss", R"("https://other")", Errc::wrong_issuer},
            {"iss", R"("https://issuer/")", Errc::wrong_issuer},
            {"iss", R"("HTTPS://issuer")", Errc::wrong_issuer},
            {"iss", "", Errc::wrong_issuer},
            {"iss", R"(["https://issuer"])", Errc::wrong_issuer},
            {"aud", R"("other")", Errc::wrong_audience},
            {"aud", R"("NATS")", Errc::wrong_audience},
            {"aud", R"(["other","nats"])", {}},
            {"aud", "[]", Errc::wrong_audience},
            {"aud", R"(["nats",1])", Errc::bad_claim},
            {"aud", "", Errc::bad_claim},
            {"exp", "", Errc::bad_claim},
            {"exp", R"("1700000600")", Errc::bad_claim},
            {"exp", "1700000600.5", Errc::bad_claim},
            {"exp", "1.7e9", Errc::bad_claim},
            {"exp", "-1", Errc::bad_claim},
            {"exp", "99999999999999999999", Errc::bad_claim},
            {"exp", "1700000000", Errc::expired},
            {"nbf", R"("1700000000")", Errc::bad_claim},
            {"nbf", "1700000031", Errc::not_yet_valid},
            {"nbf", "1700000030", {}},
            {"sub", "", no_subject},
            {"sub", "7", no_subject},
            {"more", deep, Errc::bad_json},
            {"more", megabyte, Errc::too_large}};
}

std::vector<Fault> wrong_headers(const std::string& algorithm, Kind kind) {
    std::vector<Fault> faults;
    const auto add = [&](const std::string& text, std::error_code expected) {
        faults.push_back(
            {text.substr(0, 80), issuer_of(algorithm).token_with_header(text, claims_of(kind)), expected});
    };
    for (const char* none : {"none", "None", "HS256", "HS384", "HS512", "ES512", "ES256K", ""})
        add(header(none), Errc::unknown_algorithm);
    add(R"({"kid":"k1"})", Errc::unknown_algorithm);
    add(R"({"alg":[")" + algorithm + R"("],"kid":"k1"})", Errc::unknown_algorithm);
    add(header(algorithm, R"(,"alg":"none")"), Errc::bad_json);
    // Which key: none is named, or a name that is somebody else's language.
    add(header(algorithm, ""), {});
    add(header(algorithm, R"(,"kid":"")"), {});
    for (const char* kid :
         {"../../etc/passwd", "k1/../k1", "' OR '1'='1", "K1", "k1 ", "k1\\u0000", "http://evil/jwks"})
        add(header(algorithm, R"(,"kid":")" + std::string(kid) + '"'), Errc::unknown_key);
    add(header(algorithm, R"(,"kid":["k1"])"), Errc::bad_header);
    add(header(algorithm, R"(,"kid":null)"), Errc::bad_header);
    add(header(algorithm, R"(,"kid":")" + std::string(1025, 'k') + '"'), Errc::bad_header);
    add(header(algorithm, R"(,"kid":")" + std::string(1'000'000, 'k') + '"'), Errc::too_large);
    for (const char* more : {R"(,"jku":"https://a")", R"(,"jwk":{})", R"(,"crit":["b64"])",
                             R"(,"x5u":"https://a")", R"(,"b64":false)"})
        add(header(algorithm, R"(,"kid":"k1")" + std::string(more)), Errc::bad_header);
    add(header(algorithm, R"(,"kid":"k1","typ":"at+jwt")"), {});
    add(header(algorithm, R"(,"kid":"k1","typ":"dpop+jwt")"), Errc::bad_header);
    return faults;
}

/// With one character of a part another one. The last of a part may have bits that mean nothing.
std::string altered(std::string token, std::size_t at) {
    token[at] = token[at] == 'A' ? 'B' : 'A';
    return token;
}

/// A part without its last byte.
std::string cut(const std::string& part) {
    base::Bytes bytes = base::base64url_decode(part).value();
    bytes.pop_back();
    return base::base64url_encode(bytes);
}

std::vector<Fault> wrong_signatures(const std::string& algorithm, Kind kind) {
    const ForeignIssuer& ours = issuer_of(algorithm);
    const std::string good = ours.token(claims_of(kind));
    const std::string longer = ours.token(claims_of(kind, {{"exp", "1800000000"}}));
    const std::size_t signature = good.rfind('.') + 1;
    const ForeignIssuer attacker(algorithm, "k1");
    std::vector<Fault> faults{
        {"another's key of that name", attacker.token(claims_of(kind)), Errc::bad_signature},
        {"other claims", longer.substr(0, longer.rfind('.') + 1) + good.substr(signature),
         Errc::bad_signature},
        {"an altered signature", altered(good, signature + 4), Errc::bad_signature},
        {"a signature of nothing but zeros",
         good.substr(0, signature) + std::string(good.size() - signature - 1, 'A') + 'A',
         Errc::bad_signature},
        {"a signature that is cut", good.substr(0, signature) + cut(good.substr(signature)),
         Errc::bad_signature},
        {"no signature", good.substr(0, signature), Errc::bad_shape},
        {"none, and no signature",
         base::base64url_encode(base::as_bytes(header("none"))) +
             good.substr(good.find('.'), signature - good.find('.')),
         Errc::bad_shape}};
    // The public key is known to everybody: as the secret of an HMAC it proves nothing, whatever the header says.
    for (const std::string& secret : {ours.jwk(), ours.pem(), ours.pem() + "\n"}) {
        faults.push_back({"an HMAC with the public key",
                          support::hmac_token(header("HS256"), claims_of(kind), secret),
                          Errc::unknown_algorithm});
        faults.push_back({"an HMAC in the place of a signature",
                          support::hmac_token(header(algorithm), claims_of(kind), secret),
                          Errc::bad_signature});
    }
    // The same key, by another algorithm of its family.
    for (const char* name : {"RS256", "RS384", "RS512", "PS256", "ES256", "ES384", "EdDSA"}) {
        const std::string other = name;
        if (other == algorithm) continue;
        const bool same_family =
            other[1] == 'S' && algorithm[1] == 'S' && other[0] != 'E' && algorithm[0] != 'E';
        if (!same_family) continue;
        faults.push_back(
            {"signed by " + other, ours.token_as(other, header(other), claims_of(kind)), Errc::unknown_key});
        faults.push_back({"signed by " + other + ", which the header hides",
                          ours.token_as(other, header(algorithm), claims_of(kind)), Errc::bad_signature});
    }
    return faults;
}

}  // namespace

TEST_CASE(
    "Proofs: a token in each algorithm is believed from its beginning to its end, as often as it is shown") {
    const Kind kind = GENERATE(Kind::kubernetes, Kind::oidc);
    const std::string algorithm = GENERATE("RS256", "RS384", "RS512", "PS256", "ES256", "ES384", "EdDSA");
    CAPTURE(algorithm, kind == Kind::oidc);
    const KeySet keys = keys_of(issuer_of(algorithm).jwk());
    CHECK(keys.describe() == "1 key (" + algorithm + ")");
    const std::string token = issuer_of(algorithm).token(claims_of(kind));
    const auto at = [&](base::Time time) { return refusal(kind, token, time, keys); };
    CHECK(at(now) == std::error_code());
    CHECK(at(now) == std::error_code());
    CHECK(at(now + 599s) == std::error_code());
    CHECK(at(now + 600s) == Errc::expired);
    CHECK(at(now - 30s) == std::error_code());
    CHECK(at(now - 31s) == Errc::not_yet_valid);
}

TEST_CASE("Proofs: each claim of a token that is wrong has its own cause, and none is believed twice") {
    const Kind kind = GENERATE(Kind::kubernetes, Kind::oidc);
    const std::string algorithm = GENERATE("RS256", "ES256", "EdDSA");
    const KeySet keys = keys_of(issuer_of(algorithm).jwk());
    for (const WrongClaim& wrong : wrong_claims(kind)) {
        CAPTURE(algorithm, kind == Kind::oidc, wrong.name, wrong.value.substr(0, 80));
        const std::string token = issuer_of(algorithm).token(claims_of(kind, {{wrong.name, wrong.value}}));
        CHECK(refusal(kind, token, now, keys) == wrong.expected);
    }
    for (const auto& [name, value] : std::vector<std::pair<std::string, std::string>>{
             {"aud", R"("nats")"}, {"exp", "1800000000"}, {"sub", R"("x")"}}) {
        CAPTURE(name);
        const std::string good = claims_of(kind);
        const std::string twice = good.substr(0, good.size() - 1) + ",\"" + name + "\":" + value + "}";
        CHECK(refusal(kind, issuer_of(algorithm).token(twice), now, keys) == Errc::bad_json);
    }
}

TEST_CASE("Proofs: a token's header chooses neither its algorithm nor its key") {
    const Kind kind = GENERATE(Kind::kubernetes, Kind::oidc);
    const std::string algorithm = GENERATE("RS256", "ES256", "EdDSA");
    const KeySet keys = keys_of(issuer_of(algorithm).jwk());
    for (const Fault& fault : wrong_headers(algorithm, kind)) {
        CAPTURE(algorithm, kind == Kind::oidc, fault.what);
        CHECK(refusal(kind, fault.token, now, keys) == fault.expected);
    }
}

TEST_CASE("Proofs: nothing but the issuer's signature proves a token") {
    const Kind kind = GENERATE(Kind::kubernetes, Kind::oidc);
    const std::string algorithm = GENERATE("RS256", "RS384", "RS512", "PS256", "ES256", "ES384", "EdDSA");
    const KeySet keys = keys_of(issuer_of(algorithm).jwk());
    for (const Fault& fault : wrong_signatures(algorithm, kind)) {
        CAPTURE(algorithm, kind == Kind::oidc, fault.what);
        CHECK(refusal(kind, fault.token, now, keys) == fault.expected);
    }
}

namespace {

/// Keys that the issuer never takes back.
struct FixedKeys final : KeySource {
    explicit FixedKeys(KeySet of) : keys(std::move(of)) {}
    base::Result<KeySet> keys_for(const ForeignJwt&) override { return keys; }
    base::Result<KeySet> renew() override { return keys; }
    KeySet keys;
};

}  // namespace

TEST_CASE("Proofs: of two issuers that differ by a slash, with one kid, each proves its own tokens alone") {
    const support::FakeClock clock(now);
    const ForeignIssuer ours("ES256", "same");
    const ForeignIssuer theirs("ES256", "same");
    FixedKeys our_keys(keys_of(ours.jwk()));
    FixedKeys their_keys(keys_of(theirs.jwk()));
    OidcExpected other = github();
    other.name = "other";
    other.issuer = "https://issuer/";
    OidcVerifier one(github(), our_keys, clock);
    OidcVerifier two(other, their_keys, clock);
    const Verifiers verifiers{.oidc = {&one, &two}};
    const auto verify_with = [&](const std::string& token) {
        const auto verifier = verifiers.of_issuer(token);
        const auto proof = verifier ? (*verifier)->verify(token) : base::Result<Verified>(verifier.error());
        if (!proof) return proof.error().code.message();
        return std::get<OidcIdentity>(*proof).claims().identity;
    };
    const std::string slash = claims_of(Kind::oidc, {{"iss", R"("https://issuer/")"}});
    CHECK(verify_with(ours.token(claims_of(Kind::oidc))) == "github");
    CHECK(verify_with(theirs.token(slash)) == "other");
    CHECK(verify_with(theirs.token(claims_of(Kind::oidc))) == make_error_code(Errc::bad_signature).message());
    CHECK(verify_with(ours.token(slash)) == make_error_code(Errc::bad_signature).message());
    const std::string third = claims_of(Kind::oidc, {{"iss", R"("https://third")"}});
    CHECK(verify_with(ours.token(third)) == make_error_code(Errc::wrong_issuer).message());
}

TEST_CASE("Proofs: a password is believed letter for letter, as often as it is shown, and no other is") {
    const support::TempDir folder;
    const auto hash_of = [](const std::string& password) {
        return base::hash_password(base::as_bytes(password)).value();
    };
    const auto file =
        folder.write("users", "ann:" + hash_of("Right one") + "\nbob:" + hash_of("other") + "\n");
    PasswordVerifier verifier({.file = file, .rules = {{.when = {{"user", {"*"}}}, .role = "reader"}}});
    const auto refused = [&](const std::string& user, const std::string& password) {
        const auto verified = verifier.verify(user, base::as_bytes(password));
        return verified ? std::error_code() : verified.error().code;
    };
    CHECK(refused("ann", "Right one") == std::error_code());
    CHECK(refused("ann", "Right one") == std::error_code());
    struct Wrong {
        std::string user;
        std::string password;
    };
    const std::string right = "Right one";
    const std::vector<Wrong> wrong{{"ann", "other"},
                                   {"bob", right},
                                   {"ANN", right},
                                   {"ann ", right},
                                   {"ann\n", right},
                                   {"", right},
                                   {"a*", right},
                                   {"ann:", right},
                                   {"ann", ""},
                                   {"ann", "right one"},
                                   {"ann", right + " "},
                                   {"ann", right + '\0'},
                                   {"ann", right.substr(0, 8)},
                                   {"ann", std::string(1'000'000, 'a')},
                                   {"ann", hash_of(right)},
                                   {std::string(1'000'000, 'a'), right}};
    for (const Wrong& one : wrong) {
        CAPTURE(one.user.substr(0, 40), one.password.substr(0, 40));
        CHECK(refused(one.user, one.password) == Errc::wrong_password);
    }
    // Taken out of the file: over.
    folder.write("users", "bob:" + hash_of("other") + "\n");
    CHECK(refused("ann", right) == Errc::wrong_password);
}

TEST_CASE(
    "Proofs: a certificate is believed in its time, as one of ours, and not when a byte of it is another") {
    const support::MadeAuthority authority("ca");
    const support::MadeAuthority namesake("ca");
    support::FakeClock clock(support::real_time() + 1min);
    const auto verifier =
        CertificateVerifier::load({.name = "devices",
                                   .ca = authority.file("ca.pem"),
                                   .rules = {{.when = {{"cn", {"cam"}}}, .role = "device"}}},
                                  clock);
    REQUIRE(verifier);
    const auto refused = [&](const std::string& certificate) {
        const auto verified = verifier->verify(std::vector{certificate});
        return verified ? std::error_code() : verified.error().code;
    };
    const std::string good = authority.issue({.subject = "/CN=cam"});
    CHECK(refused(good) == std::error_code());
    CHECK(refused(good) == std::error_code());
    CHECK(refused(authority.issue({.subject = "/CN=printer"})) == Errc::no_rule);
    CHECK(refused(authority.issue({.subject = "/CN=cam", .usage = "serverAuth"})) ==
          Errc::untrusted_certificate);
    CHECK(refused(namesake.issue({.subject = "/CN=cam"})) == Errc::untrusted_certificate);
    CHECK(refused(good + std::string(1'000'000, '\n')) == Errc::bad_certificate);
    // In each line of the PEM text, a letter.
    for (std::size_t line = good.find('\n'); line + 10 < good.rfind("-----END");
         line = good.find('\n', line + 1)) {
        CAPTURE(line);
        const std::error_code code = refused(altered(good, line + 5));
        CHECK(
            (code == Errc::bad_certificate || code == Errc::untrusted_certificate || code == Errc::no_rule));
    }
    clock.advance(-25h);
    CHECK(refused(good) == Errc::untrusted_certificate);
    clock.advance(25h + 48h);
    CHECK(refused(good) == Errc::untrusted_certificate);
}
