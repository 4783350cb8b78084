// Passwords: their hashes, the file of them, and who may be told from whom.
#include <string>
#include <system_error>

#include <catch2/catch_test_macros.hpp>
#include <catch2/generators/catch_generators.hpp>

#include <natscreds/base/password_hash.h>
#include <natscreds/provisioner/identity/errc.h>
#include <natscreds/provisioner/identity/password_file.h>
#include <natscreds/provisioner/identity/password_verifier.h>
#include <support/temp_dir.h>

using namespace natscreds;
using namespace natscreds::provisioner::identity;

namespace {

/// "correct" with little memory, as another tool made it.
const std::string cheap =
    "$argon2id$v=19$m=8,t=1,p=1$c29tZXNhbHRzb21lc2FsdA$"
    "AAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAA";

std::string hash_of(const std::string& password) {
    return base::hash_password(base::as_bytes(password)).value();
}

PasswordVerifier verifier_of(const std::filesystem::path& file) {
    return PasswordVerifier({.file = file,
                             .rules = {{.when = {{"user", {"ann", "zo\"e\\"}}}, .role = "reader"},
                                       {.when = {{"user", {"svc-*"}}}, .role = "service"}}});
}

}  // namespace

TEST_CASE("Password hash: matches its password and no other, with a salt of its own") {
    const std::string hash = hash_of("correct horse");
    CHECK(base::is_password_hash(hash));
    CHECK(hash.starts_with("$argon2id$v=19$m=19456,t=2,p=1$"));
    CHECK(base::password_matches(hash, base::as_bytes("correct horse")).value());
    CHECK_FALSE(base::password_matches(hash, base::as_bytes("correct hors")).value());
    CHECK_FALSE(base::password_matches(hash, {}).value());
    CHECK(hash_of("correct horse") != hash);
}

TEST_CASE("Password hash: text that would take more memory or time, or is none, is refused unseen") {
    CHECK(base::is_password_hash(cheap));
    const std::string rest = "$c29tZXNhbHRzb21lc2FsdA$AAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAA";
    const auto with = [&](const std::string& parameters) {
        return base::is_password_hash("$argon2id$v=19$" + parameters + rest);
    };
    CHECK(with("m=65536,t=10,p=1"));
    for (const char* bad :
         {"m=65537,t=2,p=1", "m=65536,t=11,p=1", "m=7,t=1,p=1", "m=64,t=0,p=1", "m=64,t=1,p=2",
          "m=064,t=1,p=1", "m=-64,t=1,p=1", "m=99999999999,t=1,p=1", "t=1,m=64,p=1", ""})
        CHECK_FALSE(with(bad));
    CHECK_FALSE(base::is_password_hash("$argon2i$v=19$m=64,t=1,p=1" + rest));
    CHECK_FALSE(base::is_password_hash(cheap + std::string(100, 'A')));
    CHECK_FALSE(base::is_password_hash("secret"));
    CHECK_FALSE(base::password_matches("secret", base::as_bytes("secret")).value());
}

TEST_CASE("Password file: is written as it was read, comments too, with what was put and removed") {
    const std::string text = "# people\nann:" + cheap + "\n\n# programs\nsvc-1:" + cheap + "\n";
    PasswordFile file = PasswordFile::parse(text).value();
    CHECK(file.text() == text);
    CHECK(file.users() == std::vector<std::string>{"ann", "svc-1"});
    file.put("ann", "$other");
    file.put("bob", cheap);
    CHECK(file.remove("svc-1"));
    CHECK_FALSE(file.remove("svc-1"));
    CHECK_FALSE(file.remove(""));
    CHECK(file.text() == "# people\nann:$other\n\n# programs\nbob:" + cheap + "\n");
}

TEST_CASE("Password file: a line that is none is refused by its number, without the hash") {
    const std::string line =
        GENERATE(std::string("ann"), ":" + cheap, "oidc:" + cheap, "a b:" + cheap, "ann:plain",
                 "ann:" + cheap + " ", std::string(65, 'a') + ":" + cheap, "bob:" + cheap);
    const auto file = PasswordFile::parse("# x\nbob:" + cheap + "\n" + line + "\n");
    REQUIRE_FALSE(file);
    CHECK(file.error().code == Errc::bad_password_file);
    CHECK(file.error().detail.starts_with("line 3: "));
    CHECK(file.error().detail.find("argon2id") == std::string::npos);
}

TEST_CASE("Password file: in the place of a hash that is not there one of the file's is checked") {
    PasswordFile file = PasswordFile::parse("a:" + cheap + "\n").value();
    CHECK(file.hash_of("b").empty());
    CHECK(file.hash_instead("b") == cheap);
    CHECK(PasswordFile().hash_instead("b").empty());
}

TEST_CASE("Password verifier: a user's own password is good, and who is not there looks like a wrong one") {
    const support::TempDir folder;
    const auto file = folder.write("users", "ann:" + hash_of("a") + "\nzo\"e\\:" + hash_of("z") +
                                                "\nsvc-1:" + hash_of("s") + "\nother:" + hash_of("o") + "\n");
    PasswordVerifier verifier = verifier_of(file);
    const auto role = [&](const std::string& user, const std::string& password) {
        const auto found = verifier.verify(user, base::as_bytes(password));
        return found ? found->rule().role : found.error().code.message();
    };
    CHECK(role("ann", "a") == "reader");
    CHECK(role("zo\"e\\", "z") == "reader");
    CHECK(role("svc-1", "s") == "service");
    const std::string wrong = std::error_code(Errc::wrong_password).message();
    CHECK(role("ann", "s") == wrong);
    CHECK(role("ANN", "a") == wrong);
    CHECK(role("", "a") == wrong);
    // Not even with the password of the user whose hash was checked in its place.
    for (const char* password : {"a", "z", "s", "o"})
        CHECK(role("nobody", password) == wrong);
    CHECK(role("other", "o") == std::error_code(Errc::no_rule).message());
}

TEST_CASE("Password verifier: users are listed with what the rules give them, as the file is now") {
    const support::TempDir folder;
    const auto file = folder.write(
        "users", "ann:" + hash_of("a") + "\nother:" + hash_of("o") + "\nsvc-1:" + hash_of("s") + "\n");
    PasswordVerifier verifier = verifier_of(file);
    const auto listed = [&] {
        std::string all;
        const auto users = verifier.list().value();
        for (const auto& one : users)
            all += one.user + ":" + one.rule.role + " ";
        return all;
    };
    CHECK(listed() == "ann:reader svc-1:service ");
    folder.write("users", "svc-1:" + hash_of("s") + "\n");
    CHECK(listed() == "svc-1:service ");
    folder.write("users", "nonsense\n");
    CHECK(verifier.list().error().code == Errc::bad_password_file);
}

TEST_CASE(
    "Password verifier: a change of the file counts at once, and one that cannot be used lets nobody in") {
    const support::TempDir folder;
    const auto file = folder.write("users", "ann:" + hash_of("a") + "\n");
    PasswordVerifier verifier = verifier_of(file);
    const auto outcome = [&](const std::string& password) {
        const auto found = verifier.verify("ann", base::as_bytes(password));
        return found ? std::error_code() : found.error().code;
    };
    CHECK_FALSE(outcome("a"));
    folder.write("users", "# changed\nann:" + hash_of("b") + "\n");
    CHECK(outcome("a") == Errc::wrong_password);
    CHECK_FALSE(outcome("b"));
    folder.write("users", "ann\n");
    CHECK(outcome("b") == Errc::bad_password_file);
    std::filesystem::remove(file);
    CHECK(outcome("b") == std::errc::no_such_file_or_directory);
    folder.write("users", "ann:" + hash_of("b") + "\n");
    CHECK_FALSE(outcome("b"));
}

TEST_CASE("Password verifier: a file that others can read is refused at the start") {
    const support::TempDir folder;
    const auto file = folder.write("users", "ann:" + cheap + "\n");
    std::filesystem::permissions(file, std::filesystem::perms(0600));
    CHECK(verifier_of(file).check().value() == 1);
    std::filesystem::permissions(file, std::filesystem::perms(0644));
    CHECK(verifier_of(file).check().error().code == std::errc::permission_denied);
}
