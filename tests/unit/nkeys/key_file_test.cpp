#include <catch2/catch_test_macros.hpp>

#include <natscreds/nkeys/key_file.h>
#include <support/temp_dir.h>

#include "key_text.h"

using namespace natscreds;
using namespace natscreds::nkeys_test;
using nkeys::Errc;

namespace {

base::Result<nkeys::SigningKey> found(std::string_view text) {
    return nkeys::find_seed(base::Secret::copy_of(base::as_bytes(text)));
}

std::string public_of(const std::string& seed) {
    return nkeys::SigningKey::parse_seed(seed)->public_key().text();
}

const std::string first_seed = seed_for(user_prefix, 1);
const std::string second_seed = seed_for(operator_prefix, 2);

}  // namespace

TEST_CASE("Key file: a seed alone is found, with or without a line's end after it") {
    for (const char* end : {"", "\n", "\r\n", " \t\n", "\n\n"}) {
        const auto key = found(first_seed + end);
        REQUIRE(key);
        CHECK(key->public_key().text() == public_of(first_seed));
    }
}

TEST_CASE("Key file: the first of two seeds counts") {
    CHECK(found(first_seed + "\n" + second_seed)->public_key().text() == public_of(first_seed));
    CHECK(found(second_seed + "\n" + first_seed)->public_key().text() == public_of(second_seed));
}

TEST_CASE("Key file: words, public keys and lines of dashes before the seed are passed over") {
    const std::string before =
        "Seeds are secret.\nSTOP\n\n" + public_text(user_prefix) + "\n-----BEGIN SEED-----\n";
    CHECK(found(before + first_seed + "\n------END SEED------\n"));
}

TEST_CASE("Key file: a seed within a line of other words is not one") {
    CHECK(found("seed: " + first_seed).error().code == Errc::no_key_found);
    CHECK(found(first_seed + " # mine").error().code == Errc::no_key_found);
}

TEST_CASE("Key file: without a line that begins as a seed does there is no key") {
    for (const std::string& text :
         {std::string(), std::string("\n\n"), std::string("nothing here\n"), public_text(user_prefix),
          std::string("SU"), std::string("SUPERCALIFRAGILIST")}) {
        CHECK(found(text).error().code == Errc::no_key_found);
    }
}

TEST_CASE("Key file: the first line that begins as a seed decides, though a good seed follows") {
    std::string misspelt = first_seed;
    misspelt[50] = misspelt[50] == 'A' ? 'B' : 'A';
    CHECK(found(misspelt + "\n" + second_seed).error().code == Errc::bad_checksum);
    CHECK(found(first_seed.substr(0, 57) + "\n").error().code == Errc::bad_length);
    CHECK(found(seed_for(curve_prefix) + "\n").error().code == Errc::cannot_sign);
}

TEST_CASE("Key file: loading reads the file, and failing names it and nothing of its content") {
    const support::TempDir folder;
    CHECK(nkeys::load_seed(folder.write("good", first_seed + "\n"))->public_key().text() ==
          public_of(first_seed));
    const auto path = folder.write("bad", first_seed.substr(0, 57) + "\n");
    const base::Error error = nkeys::load_seed(path).error();
    CHECK(error.code == Errc::bad_length);
    CHECK(error.detail.starts_with(path.string()));
    CHECK(error.message().find(first_seed.substr(10, 20)) == std::string::npos);
}

TEST_CASE("Key file: one that is missing or far too long fails with the system's error") {
    const support::TempDir folder;
    CHECK(nkeys::load_seed(folder / "none").error().code == std::errc::no_such_file_or_directory);
    const std::string lines(65536 - 59, '\n');
    CHECK(nkeys::load_seed(folder.write("longest", lines + first_seed + "\n")));
    const auto too_long = folder.write("too long", lines + first_seed + "\n\n");
    CHECK(nkeys::load_seed(too_long).error().code == std::errc::file_too_large);
}
