// Who may see a secret's bytes, and that none lies in the tree.
#include <algorithm>
#include <regex>
#include <set>

#include <catch2/catch_test_macros.hpp>

#include <natscreds/nkeys/curve_key.h>
#include <natscreds/nkeys/signing_key.h>
#include <support/fakes.h>

#include "source_tree.h"

using namespace natscreds;
using namespace natscreds::tree;

namespace {

/// The files that may call Secret::expose(). Each must be able to say why it needs the bytes; a file that no
/// longer calls it has to go from the list.
const std::set<std::string, std::less<>> may_expose{
    "access/credentials_store.cpp",               // writes a creds file
    "access/signed_request.cpp",                  // sends a proof from another system to the service
    "accounts/keystore.cpp",                      // writes key and creds files
    "accounts/keystore_sealing.cpp",              // writes key files, sealed and opened
    "accounts/key_agent.cpp",                     // keeps and gives the key of a keystore
    "accounts/key_agent_message.cpp",             // writes and reads it for its socket
    "accounts/key_agent_socket.cpp",              // sends it to the same user's programs
    "cli/nsctl/keys/keystore_agent.cpp",          // gives it to the agent
    "base/secret_prompt.cpp",                     // cuts what was typed to its size
    "cli/nsctl/shared/passphrase.cpp",            // compares what was typed twice
    "nkeys/sealed_seed.cpp",                      // seals and opens seeds
    "nkeys/unlocker.cpp",                         // cuts a passphrase's file to its first line
    "base/file.cpp",                              // cuts what was read to its size
    "bus/client_options.cpp",                     // gives a password or token to the client library
    "bus/load_settings.cpp",                      // parses the contents of a creds file
    "bus/server_address.cpp",                     // the user's name in a URL, which is no secret
    "cli/nsctl/generate/creds.cpp",               // prints a creds file where that was asked for
    "cli/nsctl/keys/import_user.cpp",             // takes the key out of a creds file
    "cli/nsctl/list/keys.cpp",                    // shows the seeds that were asked for
    "cli/nsctl/keys/export_keys.cpp",             // writes the seeds that were asked for
    "cli/nsctl/generate/nkey.cpp",                // prints a new seed where that was asked for
    "accounts/provisioning/kubernetes_text.cpp",  // puts keys into the Secret of kubernetes.yaml
    "access/pending_key.cpp",                     // writes and reads the seed that has no answer yet
    "cli/request/proof.cpp",                      // cuts the line's end from a proof
    "login/kept_login.cpp",                       // writes and reads the refresh token that is kept
    "login/login.cpp",                            // sends it, and a device's code, to the issuer
    "cli/request/enrol.cpp",                      // writes the creds file that was asked for
    "cli/request/obtaining.cpp",                  // prints or writes the creds file that was asked for
    "jwt/creds.cpp",                              // creds files, read and written
    "chat-client/sealed_files.cpp",               // reads and writes the curve keys of a chat
    "nkeys/curve_key.cpp",                        // seals and opens
    "nkeys/encoding.cpp",                         // a seed's bytes and its text
    "nkeys/key_file.cpp",                         // finds the line that is a seed
    "nkeys/signing_key.cpp",                      // signs
    "provisioner/kubernetes/api_server.cpp",      // cuts the line's end from the service's own token
    "https/client.cpp",                           // presents a bearer token to the server that is asked
    "provisioner/requests/identity_desk.cpp",     // has a proof from another system checked
    "provisioner/requests/responder.cpp",         // the tutorial's plain form sends creds
    "provisioner/service/password_command.cpp",   // cuts and hashes a password that was typed
    "provisioner/service/service.cpp",            // publishes that reply
    "cli/nsctl/provisioning/init.cpp",            // writes the keys that the service runs with
    "cli/nsctl/generate/profile.cpp",             // prints the seeds that were asked for
};

const std::string definition = "base/include/natscreds/base/secret.h";

bool calls_expose(const SourceFile& file) {
    static const std::regex call("(\\.|->)expose\\(\\)");
    return std::regex_search(file.text, call);
}

Findings unexpected_callers(const SourceTree& files, const std::set<std::string, std::less<>>& allowed) {
    Findings findings;
    for (const SourceFile& file : files) {
        if (!file.is_cpp() || file.below("tests") || file.path == definition) continue;
        const bool calls = calls_expose(file);
        if (calls == allowed.contains(file.path)) continue;
        findings.push_back(file.path +
                           (calls ? ": calls Secret::expose(), and is not in the list of those that may"
                                  : ": is in the list of callers of Secret::expose() and calls it no more"));
    }
    return findings;
}

bool is_seed(std::string_view text) {
    return nkeys::SigningKey::parse_seed(text) || nkeys::CurveKey::parse_seed(text);
}

/// A seed anywhere in a text, also within a longer word.
bool holds_seed(const std::string& text) {
    constexpr std::size_t seed_characters = 58;
    static const std::regex words("[A-Z2-7]{58,}");
    for (auto word = std::sregex_iterator(text.begin(), text.end(), words); word != std::sregex_iterator();
         ++word) {
        const std::string found = word->str();
        for (std::size_t at = 0; at + seed_characters <= found.size(); ++at) {
            if (found[at] == 'S' && is_seed(std::string_view(found).substr(at, seed_characters))) return true;
        }
    }
    return false;
}

bool holds_private_pem(const std::string& text) {
    static const std::regex heading("-----BEGIN [A-Z0-9 ]*PRIVATE KEY-----");
    return std::regex_search(text, heading);
}

bool is_named_like_a_secret(std::string_view path) {
    constexpr std::string_view endings[] = {".creds", ".nk", ".seed", ".key"};
    return std::ranges::any_of(endings, [&](std::string_view ending) { return path.ends_with(ending); });
}

Findings key_material(const SourceTree& files) {
    Findings findings;
    for (const SourceFile& file : files) {
        if (file.below("tests/data")) continue;
        if (is_named_like_a_secret(file.path))
            findings.push_back(file.path + ": is named like a file with a secret");
        if (holds_seed(file.text))
            findings.push_back(file.path + ": holds a seed; test keys belong in tests/data");
        if (holds_private_pem(file.text)) findings.push_back(file.path + ": holds a private key");
    }
    return findings;
}

/// A new seed at every run: one that stood here would be found by the test of this tree.
std::string new_seed(nkeys::Kind kind) {
    base::SystemRandom random;
    const base::Secret text = kind == nkeys::Kind::curve
                                  ? nkeys::CurveKey::generate(random).seed_text()
                                  : nkeys::SigningKey::generate(kind, random)->seed_text();
    return std::string(base::as_text(text.expose()));
}

}  // namespace

TEST_CASE("expose: a caller that is not in the list is found") {
    CHECK(unexpected_callers({{"bus/a.cpp", "f(secret.expose());"}}, {}).size() == 1);
    CHECK(unexpected_callers({{"bus/a.cpp", "f(secret->expose());"}}, {}).size() == 1);
    CHECK(unexpected_callers({{"bus/a.cpp", "f(secret.expose());"}}, {"bus/a.cpp"}).empty());
    CHECK(unexpected_callers({{"bus/a.cpp", "/// expose() is the only door"}}, {}).empty());
}

TEST_CASE("expose: a file in the list that does not call is found") {
    CHECK(unexpected_callers({{"bus/a.cpp", "f(secret);"}}, {"bus/a.cpp"}).size() == 1);
}

TEST_CASE("expose: in this tree those in the list call it, and no others") {
    const SourceTree files = this_tree();
    CHECK(shown(unexpected_callers(files, may_expose)) == "");
    for (const std::string& path : may_expose) {
        CAPTURE(path);
        CHECK(std::ranges::any_of(files, [&](const SourceFile& file) { return file.path == path; }));
    }
}

TEST_CASE("Key material: a seed of each kind is found, alone, in a line and within a word") {
    for (const auto kind : {nkeys::Kind::operator_, nkeys::Kind::account, nkeys::Kind::user,
                            nkeys::Kind::server, nkeys::Kind::cluster, nkeys::Kind::curve}) {
        const std::string seed = new_seed(kind);
        CHECK(key_material({{"docs/a.md", seed}}).size() == 1);
        CHECK(key_material({{"docs/a.md", "key = \"" + seed + "\"\n"}}).size() == 1);
        CHECK(key_material({{"docs/a.md", "SAU" + seed + "XYZ"}}).size() == 1);
    }
}

TEST_CASE("Key material: public keys, mistyped seeds and prose are not") {
    std::string mistyped = new_seed(nkeys::Kind::user);
    mistyped[40] = mistyped[40] == 'A' ? 'B' : 'A';
    CHECK(key_material({{"docs/a.md", mistyped}}).empty());
    CHECK(key_material({{"docs/a.md", "SU" + std::string(56, 'A')}}).empty());
    CHECK(key_material({{"docs/a.md", "-----BEGIN USER NKEY SEED-----\nSUA...\n"}}).empty());
}

TEST_CASE("Key material: a private PEM and names of key and creds files are found, but not in tests/data") {
    const std::string pem = std::string("-----BEGIN RSA ") + "PRIVATE KEY-----\n";
    CHECK(key_material({{"conf/server.conf", pem}}).size() == 1);
    for (const std::string name : {"a.creds", "a.nk", "a.seed", "a.key"}) {
        CHECK(key_material({{"conf/" + name, ""}}).size() == 1);
        CHECK(key_material({{"tests/data/" + name, pem + new_seed(nkeys::Kind::user)}}).empty());
    }
    CHECK(key_material({{"nkeys/signing_key.h", ""}}).empty());
}

TEST_CASE("Key material: none lies in this tree outside tests/data") {
    CHECK(shown(key_material(this_tree())) == "");
}
