#include <algorithm>
#include <string>

#include <catch2/catch_test_macros.hpp>

#include <natscreds/base/base64url.h>
#include <natscreds/base/bytes.h>
#include <natscreds/base/masked.h>
#include <natscreds/base/result.h>
#include <natscreds/nkeys/signing_key.h>
#include <support/fakes.h>

#include "../../../base/secret_scan.h"

namespace natscreds::base {
namespace {

nkeys::SigningKey key_of(nkeys::Kind kind) {
    support::FixedRandom random(1);
    return nkeys::SigningKey::generate(kind, random).value();
}

std::string seed_of(nkeys::Kind kind) {
    const Secret seed = key_of(kind).seed_text();
    return std::string(as_text(seed.expose()));
}

std::string base64(std::string_view text) {
    std::string encoded = base64url_encode(as_bytes(text));
    std::ranges::replace(encoded, '-', '+');
    std::ranges::replace(encoded, '_', '/');
    return encoded + std::string((4 - encoded.size() % 4) % 4, '=');
}

const std::string jwt = "eyJ0eXAiOiJKV1QifQ.eyJqdGkiOiJYIn0.c2lnbmF0dXJl";

std::string creds_content() {
    return "-----BEGIN NATS USER JWT-----\n" + jwt +
           "\n------END NATS USER JWT------\n\n-----BEGIN USER NKEY SEED-----\n" +
           seed_of(nkeys::Kind::user) + "\n------END USER NKEY SEED------\n";
}

TEST_CASE("masked: no seed is left of any kind, wherever it stands in a text") {
    for (const nkeys::Kind kind : {nkeys::Kind::operator_, nkeys::Kind::account, nkeys::Kind::user}) {
        const std::string seed = seed_of(kind);
        CHECK(masked(seed) == "***");
        CHECK(masked(seed + ": No such file or directory") == "***: No such file or directory");
        CHECK(masked("NATS_CREDS=" + seed) == "NATS_CREDS=***");
        CHECK(masked("data:," + seed + ",x") == "data:,***,x");
        CHECK(masked("\"" + seed + "\"") == "\"***\"");
        CHECK(masked("\\n" + seed).find(seed.substr(8)) == std::string::npos);
        CHECK(masked(seed.substr(0, 55)) == "***");
    }
}

TEST_CASE("masked: of a creds file's content nothing is left but what stands around it") {
    CHECK(masked("NATS_CREDS=" + creds_content() + ": File name too long") ==
          "NATS_CREDS=***\n: File name too long");
    CHECK(masked(jwt) == "***");
    CHECK(masked("-----BEGIN " + std::string("PRIVATE KEY-----\nMC4CAQAw")) == "***");
}

TEST_CASE("masked: base64 of a secret is a secret, with a word before it, in lines, or encoded twice") {
    const std::string once = base64(creds_content());
    std::string lines = once;
    lines.insert(76, "\n");
    CHECK(masked(once) == "***");
    CHECK(masked("data:;base64," + once + ": no") == "data:;base64,***: no");
    CHECK(masked(lines) == "***");
    CHECK(masked(base64(once)) == "***");
    CHECK(masked(base64(seed_of(nkeys::Kind::user))) == "***");
    CHECK(masked("/" + once) == "***");
}

TEST_CASE("masked: what is looked at grows with the text, and not with its square, whatever stands in it") {
    constexpr std::size_t size = 50'000;
    constexpr std::size_t max_looks = 200;
    for (const std::string piece :
         {"eyJ", "eyJ.", "eyJ. ", "a\n", "a=", "aaaa\r\n", "so", "SOSO ", "p", "pa2-", "-----BEGIN",
          "-----BEGIN ", "-----END -----BEGIN ", "ZXlK", "ZXlK\n", "WlhsSw", "/", "-", "."}) {
        CAPTURE(piece);
        std::string text;
        while (text.size() < size)
            text += piece;
        SecretScan any(text, 2);
        (void)any.finds_any();
        CHECK(any.looked_at() <= max_looks * text.size());
        SecretScan all(text, 2);
        for (std::size_t at = 0; at < text.size();)
            at += std::max<std::size_t>(all.length_at(at), 1);
        CHECK(all.looked_at() <= max_looks * text.size());
    }
}

TEST_CASE("masked: a secret is found behind much that looks like the beginning of one") {
    std::string before;
    for (int i = 0; i < 1000; ++i)
        before += "eyJ-a\n";
    CHECK(masked(before + " " + jwt) == before + " ***");
    CHECK(masked("eyJ eyJ-" + jwt) == "eyJ ***");
    CHECK_FALSE(holds_secret(before));
    CHECK(holds_secret(before + base64(creds_content())));
}

TEST_CASE("masked: what is no secret stays to the letter") {
    const std::string key = key_of(nkeys::Kind::user).public_key().text();
    for (const std::string& text :
         {key, "the JWT is for " + key + ", the seed is that of " + key,
          std::string("/home/service/.local/share/nats/nsc/stores/KO/accounts/SUPERVISION/SUPERVISION.jwt"),
          std::string("SUPERVISION"), std::string("C7YYRUB3ERWWMB5QHDXKBSIVGRQ7ZBX2N4QYQJ4FHGPFC3QMRTKA"),
          std::string("nats://a:4222,tls://b.example.com:4222"), std::string("eyJ"), std::string()}) {
        CHECK(masked(text) == text);
        CHECK_FALSE(holds_secret(text));
    }
}

TEST_CASE("Error: its message has no secret, whatever its detail is") {
    const Error error{std::make_error_code(std::errc::no_such_file_or_directory), seed_of(nkeys::Kind::user)};
    CHECK(error.message() == "***: No such file or directory");
}

}  // namespace
}  // namespace natscreds::base
