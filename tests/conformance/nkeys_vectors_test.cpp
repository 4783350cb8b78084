// Keys made by others, and a message that they sealed.
#include <string>

#include <catch2/catch_test_macros.hpp>
#include <nlohmann/json.hpp>

#include <natscreds/nkeys/curve_key.h>
#include <natscreds/nkeys/signing_key.h>
#include <support/test_data.h>

#include "go_oracle.h"

using namespace natscreds;
using nlohmann::json;

namespace {

const json& vectors() {
    static const json all = json::parse(support::read_test_data("vectors.json"));
    return all;
}

std::string public_text_of(const std::string& seed) {
    if (seed.starts_with("SX")) return nkeys::CurveKey::parse_seed(seed)->public_key().text();
    return nkeys::SigningKey::parse_seed(seed)->public_key().text();
}

/// The seed's text once it was read and is written again.
std::string written_again(const std::string& seed) {
    const base::Secret text = seed.starts_with("SX") ? nkeys::CurveKey::parse_seed(seed)->seed_text()
                                                     : nkeys::SigningKey::parse_seed(seed)->seed_text();
    return std::string(base::as_text(text.expose()));
}

std::string private_text_of(const std::string& seed) {
    const base::Secret text = seed.starts_with("SX") ? nkeys::CurveKey::parse_seed(seed)->private_text()
                                                     : nkeys::SigningKey::parse_seed(seed)->private_text();
    return std::string(base::as_text(text.expose()));
}

base::Bytes from_hex(const std::string& text) {
    base::Bytes bytes;
    for (std::size_t i = 0; i < text.size(); i += 2) {
        bytes.push_back(static_cast<std::uint8_t>(std::stoi(text.substr(i, 2), nullptr, 16)));
    }
    return bytes;
}

/// Gives out the bytes it was made with.
class KnownBytes final : public base::Random {
  public:
    explicit KnownBytes(base::Bytes bytes) : bytes_(std::move(bytes)) {}
    void fill(std::span<std::uint8_t> out) override { std::copy_n(bytes_.begin(), out.size(), out.begin()); }

  private:
    base::Bytes bytes_;
};

}  // namespace

TEST_CASE("Vectors: every seed of every kind gives its public key") {
    for (const char* group : {"keys", "raw_00_to_1f"}) {
        for (const auto& [name, pair] : vectors()[group].items()) {
            INFO(group << " " << name);
            CHECK(public_text_of(pair["seed"]) == pair["public"].get<std::string>());
        }
    }
}

TEST_CASE("Vectors: pairs published with the Go libraries and the server") {
    const json published = json::parse(support::read_test_data("published-keys.json"));
    REQUIRE(published["pairs"].size() == 12);
    for (const json& pair : published["pairs"]) {
        CHECK(public_text_of(pair["seed"]) == pair["public"].get<std::string>());
        CHECK(written_again(pair["seed"]) == pair["seed"].get<std::string>());
    }
}

TEST_CASE("Vectors: the private key of a seed of each kind is written as Go writes it") {
    std::vector<support::GoRequest> requests;
    for (const auto& [name, pair] : vectors()["raw_00_to_1f"].items())
        requests.push_back({.op = "private", .seed = pair["seed"]});
    const std::vector<support::GoAnswer> answers = support::ask_go(requests);
    REQUIRE(answers.size() == 6);
    for (std::size_t i = 0; i < answers.size(); ++i)
        CHECK(private_text_of(requests[i].seed) == answers[i].payload);
}

TEST_CASE("Vectors: a known bad checksum is refused and its good neighbour is not") {
    CHECK(nkeys::PublicKey::parse("ADZ547B24WHPLWOK7TMLNBSA7FQFXR6UM2NZ4HHNIB7RDFVZQFOZ4777").error().code ==
          nkeys::Errc::bad_checksum);
    CHECK(nkeys::PublicKey::parse("ADZ547B24WHPLWOK7TMLNBSA7FQFXR6UM2NZ4HHNIB7RDFVZQFOZ4GQQ"));
}

TEST_CASE("Vectors: a message sealed by others opens, and with their nonce is sealed to the byte") {
    const json& vector = vectors()["xkv1"];
    const auto sender = nkeys::CurveKey::parse_seed(vector["sender_seed"].get<std::string>());
    const auto recipient = nkeys::CurveKey::parse_seed(vector["recipient_seed"].get<std::string>());
    REQUIRE(sender);
    REQUIRE(recipient);
    const std::string plaintext = vector["plaintext"];
    const base::Bytes sealed = from_hex(vector["sealed_hex"]);
    const auto opened = recipient->open(sealed, sender->public_key());
    REQUIRE(opened);
    CHECK(base::as_text(*opened) == plaintext);
    KnownBytes nonce(from_hex(vector["nonce_hex"]));
    CHECK(sender->seal(base::as_bytes(plaintext), recipient->public_key(), nonce).value() == sealed);
}
