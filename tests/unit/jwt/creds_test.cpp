#include <catch2/catch_test_macros.hpp>
#include <catch2/generators/catch_generators.hpp>

#include <natscreds/base/file.h>
#include <natscreds/jwt/creds.h>
#include <support/key_of.h>
#include <support/temp_dir.h>

using namespace natscreds;
using jwt::Credentials;
using jwt::Errc;
using nkeys::Kind;

namespace {

using support::key_of;

jwt::Decoded<jwt::UserClaims> user_token() {
    jwt::Draft<jwt::UserClaims> draft;
    draft.subject = key_of(Kind::user).public_key().text();
    const auto token = jwt::sign(draft, key_of(Kind::account), base::Time(std::chrono::seconds(1700000000)));
    return jwt::decode<jwt::UserClaims>(token->text()).value();
}

std::string creds_text() {
    const auto credentials = Credentials::create(user_token(), key_of(Kind::user));
    const base::Secret text = credentials->text();
    return std::string(base::as_text(text.expose()));
}

base::Result<Credentials> parsed(std::string_view text) {
    return Credentials::parse(base::Secret::copy_of(base::as_bytes(text)));
}

std::string replaced(std::string text, std::string_view what, std::string_view by) {
    for (std::size_t at = 0; (at = text.find(what, at)) != std::string::npos; at += by.size()) {
        text.replace(at, what.size(), by);
    }
    return text;
}

}  // namespace

TEST_CASE("Creds: what is written is read again") {
    const auto credentials = parsed(creds_text());
    REQUIRE(credentials);
    CHECK(credentials->user().token == user_token().token);
    CHECK(credentials->key().public_key() == key_of(Kind::user).public_key());
}

TEST_CASE("Creds: CRLF, blank lines and other words between the dashes are read as well") {
    const std::string text = creds_text();
    CHECK(parsed(replaced(text, "\n", "\r\n")));
    CHECK(parsed(replaced(text, "-----\n", "-----\n\n")));
    CHECK(parsed(replaced(text, "USER NKEY SEED", "USER PRIVATE KEY")));
    CHECK(parsed(text + "# a comment\n"));
    CHECK(parsed("# a comment\n" + text));
}

TEST_CASE("Creds: a byte order mark at the beginning is passed over, and is no part of a JWT elsewhere") {
    const std::string mark = "\xef\xbb\xbf";
    const std::string token = user_token().token.text();
    CHECK(parsed(mark + creds_text()));
    CHECK(parsed(mark + replaced(creds_text(), "\n", "\r\n")));
    CHECK(jwt::find_token(mark + token + "\r\n").value() == token);
    CHECK(jwt::find_token(mark + creds_text()).value() == token);
    CHECK_FALSE(parsed(replaced(creds_text(), token, mark + token)));
}

TEST_CASE("Creds: a file with no JWT or no seed between dashes is refused") {
    const std::string text = creds_text();
    CHECK(parsed("").error().code == Errc::bad_creds);
    CHECK(parsed("-ERR 'no'").error().code == Errc::bad_creds);
    CHECK(parsed(text.substr(0, text.find("BEGIN USER"))).error().code == Errc::bad_creds);
    CHECK(parsed(user_token().token.text()).error().code == Errc::bad_creds);
}

TEST_CASE(
    "Creds: what editors, CI systems and other tools make of a creds file is read as the Go client reads "
    "it") {
    const std::string text = creds_text();
    const base::Secret seed = key_of(Kind::user).seed_text();
    const std::string bare_seed = "-----BEGIN NATS USER JWT-----\n" + user_token().token.text() +
                                  "\n------END NATS USER JWT------\n" +
                                  std::string(base::as_text(seed.expose()));
    const std::string mark = "\xef\xbb\xbf";
    CHECK(parsed("'" + text + "'\n"));
    CHECK(parsed("NATS_CREDS=" + text));
    CHECK(parsed("NATS_CREDS=\"" + replaced(text, "\n", "\r\n") + "\""));
    CHECK(parsed(replaced(text, "-----BEGIN", "\xc2\xa0-----BEGIN")));
    CHECK(parsed(replaced(text, "-----BEGIN USER", " -----BEGIN USER")));
    CHECK(parsed(bare_seed));
    CHECK(parsed(mark + replaced(bare_seed, "\n", "\r\n") + "\r\n"));
}

TEST_CASE("Creds: UTF-16 is named as what it is, of either order and without its mark") {
    std::string wide;
    for (const char c : creds_text())
        wide.append({c, '\0'});
    for (const std::string& text : {wide, "\xff\xfe" + wide, "\xfe\xff" + std::string(1, '\0') + wide}) {
        CHECK(parsed(text).error().code == Errc::bad_creds);
        CHECK(parsed(text).error().detail.find("UTF-16") != std::string::npos);
        CHECK(jwt::find_token(text).error().detail.find("UTF-16") != std::string::npos);
    }
}

TEST_CASE("Creds: a seed that is not that of the JWT is refused, by both public keys") {
    CHECK(Credentials::create(user_token(), key_of(Kind::user, 2)).error().code == Errc::key_mismatch);
    const base::Secret other = key_of(Kind::user, 2).seed_text();
    const base::Secret own = key_of(Kind::user).seed_text();
    const std::string text =
        replaced(creds_text(), base::as_text(own.expose()), base::as_text(other.expose()));
    const auto error = parsed(text).error();
    CHECK(error.code == Errc::key_mismatch);
    CHECK(error.detail.find(key_of(Kind::user).public_key().text()) != std::string::npos);
    CHECK(error.detail.find(key_of(Kind::user, 2).public_key().text()) != std::string::npos);
}

TEST_CASE("Creds: an account's seed in the place of the user's is refused as such") {
    const base::Secret other = key_of(Kind::account).seed_text();
    const base::Secret own = key_of(Kind::user).seed_text();
    const std::string text =
        replaced(creds_text(), base::as_text(own.expose()), base::as_text(other.expose()));
    CHECK(parsed(text).error().code == nkeys::Errc::wrong_kind);
}

TEST_CASE("Creds: an error of load names the file and never its content") {
    const support::TempDir folder;
    const auto path = folder.path() / "my.creds";
    const std::string text = replaced(creds_text(), "eyJ0", "eyJ1");
    REQUIRE(base::write_file(path, base::as_bytes(text), {}));
    const auto credentials = Credentials::load(path);
    REQUIRE_FALSE(credentials);
    CHECK(credentials.error().message().find(path.string()) != std::string::npos);
    const base::Secret seed = key_of(Kind::user).seed_text();
    CHECK(credentials.error().message().find(base::as_text(seed.expose())) == std::string::npos);
}

TEST_CASE("find_token: takes the JWT of a creds file or of a bare file, and nothing else") {
    const std::string token = user_token().token.text();
    CHECK(jwt::find_token(creds_text()).value() == token);
    CHECK(jwt::find_token(token + "\n").value() == token);
    CHECK(
        jwt::find_token("-----BEGIN NATS ACCOUNT JWT-----\n" + token + "\n------END NATS ACCOUNT JWT------\n")
            .value() == token);
    CHECK(jwt::find_token("hello").error().code == Errc::bad_shape);
    CHECK(jwt::find_token("").error().code == Errc::bad_shape);
}
