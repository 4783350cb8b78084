#include <algorithm>
#include <string>
#include <vector>

#include <catch2/catch_test_macros.hpp>

#include <natscreds/nkeys/curve_key.h>
#include <natscreds/nkeys/key_file.h>
#include <natscreds/nkeys/sealed_seed.h>
#include <natscreds/nkeys/unlocker.h>
#include <support/fakes.h>
#include <support/temp_dir.h>

using namespace natscreds;
using namespace natscreds::nkeys;

namespace {

const SealSettings cheap{.salt = {1, 2, 3}, .passes = 1, .mebibytes = 8};

base::Secret secret(const std::string& text) {
    return base::Secret::copy_of(base::as_bytes(text));
}

std::string shown(const base::Secret& text) {
    return std::string(base::as_text(text.expose()));
}

struct SealedKey {
    support::FixedRandom random;
    SigningKey key = SigningKey::generate(Kind::account, random).value();
    SealingKey sealing = SealingKey::derive(secret("correct horse"), cheap).value();
    SealedSeed sealed = SealedSeed::seal(key.public_key(), key.seed_text(), sealing, random);
};

}  // namespace

TEST_CASE("SealedSeed: the passphrase opens it, after a way through its text, and another one does not") {
    const SealedKey made;
    const auto read = SealedSeed::parse(made.sealed.text());
    REQUIRE(read);
    CHECK(read->text() == made.sealed.text());
    CHECK(read->public_key() == made.key.public_key());
    CHECK(read->settings() == cheap);
    CHECK(shown(*read->open(made.sealing)) == shown(made.key.seed_text()));
    const auto other = SealingKey::derive(secret("correct horse "), cheap);
    CHECK(read->open(*other).error().code == SealErrc::wrong_passphrase);
    CHECK(made.sealed.text().find(shown(made.key.seed_text())) == std::string::npos);
}

TEST_CASE("SealedSeed: a text of which one byte is another is damaged, or does not open") {
    const SealedKey made;
    const std::string good = made.sealed.text();
    for (std::size_t at = 0; at < good.size(); ++at) {
        std::string bad = good;
        bad[at] = bad[at] == 'A' ? 'B' : 'A';
        if (bad == good) continue;
        CAPTURE(at);
        const auto read = SealedSeed::parse(bad);
        if (!read) {
            REQUIRE(read.error().code == SealErrc::bad_sealed_seed);
            continue;
        }
        REQUIRE(read->open(made.sealing).error().code == SealErrc::wrong_passphrase);
    }
    for (const std::string& bad : {good + "\n", good.substr(0, good.size() - 1), good + good, std::string()})
        CHECK(SealedSeed::parse(bad).error().code == SealErrc::bad_sealed_seed);
}

TEST_CASE(
    "SealedSeed: settings that would take minutes or gigabytes are refused, the largest and smallest are "
    "not") {
    const SealedKey made;
    const auto with = [&](const std::string& settings) {
        std::string text = made.sealed.text();
        const std::string mine = " 1 8\n";
        return SealedSeed::parse(text.replace(text.find(mine), mine.size(), settings)).has_value();
    };
    CHECK(with(" 1 8\n"));
    CHECK(with(" 16 1024\n"));
    CHECK_FALSE(with(" 17 1024\n"));
    CHECK_FALSE(with(" 16 1025\n"));
    CHECK_FALSE(with(" 0 8\n"));
    CHECK_FALSE(with(" 1 7\n"));
    CHECK_FALSE(with(" 01 8\n"));
    CHECK_FALSE(with(" 1 8 \n"));
}

TEST_CASE("SealingKey: an empty passphrase is refused") {
    CHECK(SealingKey::derive(base::Secret(), cheap).error().code == SealErrc::empty_passphrase);
}

TEST_CASE("load_seed: a sealed seed is opened with what opens it, asked once, and locked without it") {
    SealedKey made;
    const support::TempDir folder;
    const auto file = folder.write("key.nk", made.sealed.text());
    CHECK(load_seed(file).error().code == SealErrc::locked);
    int asked = 0;
    Unlocker unlocker([&]() -> base::Result<base::Secret> {
        ++asked;
        return secret("correct horse");
    });
    CHECK(load_seed(file, &unlocker)->public_key() == made.key.public_key());
    CHECK(load_seed(file, &unlocker)->public_key() == made.key.public_key());
    CHECK(asked == 1);
    Unlocker wrong([]() -> base::Result<base::Secret> { return secret("wrong"); });
    const base::Error error = load_seed(file, &wrong).error();
    CHECK(error.code == SealErrc::wrong_passphrase);
    CHECK(error.detail.find(file.string()) == 0);
}

TEST_CASE("Unlocker: a file's first line is the passphrase, with or without what follows it") {
    const support::TempDir folder;
    for (const char* text : {"secret", "secret\n", "secret\r\n", "secret\nmore\n"})
        CHECK(shown(*Unlocker::from_file(folder.write("p", text))()) == "secret");
    for (const char* text : {"", "\n", "\nsecret\n"})
        CHECK(Unlocker::from_file(folder.write("p", text))().error().code == SealErrc::empty_passphrase);
    CHECK(Unlocker::from_file(folder / "none")().error().code == std::errc::no_such_file_or_directory);
}

TEST_CASE("nkeys::SealErrc: each cause has a sentence of its own") {
    std::vector<std::string> sentences;
    for (int code = 1; code <= static_cast<int>(SealErrc::no_memory); ++code) {
        const std::string sentence = make_error_code(static_cast<SealErrc>(code)).message();
        CHECK(std::ranges::count(sentences, sentence) == 0);
        CHECK(sentence != "unknown error");
        sentences.push_back(sentence);
    }
}
