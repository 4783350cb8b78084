#include <memory>
#include <ostream>
#include <string>
#include <vector>

#include <natscreds/nkeys/curve_key.h>

#include "commands.h"
#include "errors.h"

namespace natscreds::nsctl {
namespace {

struct GenerateNkeyOptions {
    bool operator_key = false;
    bool account_key = false;
    bool user_key = false;
    bool curve_key = false;
    bool store = false;

    [[nodiscard]] std::vector<nkeys::Kind> kinds() const {
        std::vector<nkeys::Kind> all;
        if (operator_key) all.push_back(nkeys::Kind::operator_);
        if (account_key) all.push_back(nkeys::Kind::account);
        if (user_key) all.push_back(nkeys::Kind::user);
        if (curve_key) all.push_back(nkeys::Kind::curve);
        return all;
    }
};

/// It was asked for, and is kept nowhere else.
template <class Key>
void print_seed(std::ostream& out, const Key& key) {
    const base::Secret seed = key.seed_text();
    out << base::as_text(seed.expose());
}

template <class Key>
void print_key(const Session& session, const Key& key) {
    std::ostream& out = session.world().out;
    const std::string public_key = key.public_key().text();
    out << (session.json() ? "{\"seed\": \"" : "");
    print_seed(out, key);
    out << (session.json() ? "\", \"public_key\": \"" + public_key + "\"}\n" : "\n" + public_key + "\n");
}

template <class Key>
base::Status store_key(const Session& session, const Key& key) {
    const auto path = session.keys().store(key);
    if (!path) return path.error();
    const std::string public_key = key.public_key().text();
    session.world().out << (session.json() ? "{\"public_key\": \"" + public_key + "\"}" : public_key) << '\n';
    session.world().err << nkeys::name(key.public_key().kind()) << " key stored " << session.shown(*path)
                        << '\n';
    return {};
}

template <class Key>
base::Status store_or_print(const Session& session, const GenerateNkeyOptions& options, const Key& key) {
    if (options.store) return store_key(session, key);
    print_key(session, key);
    return {};
}

base::Status generate_one(const Session& session, const GenerateNkeyOptions& options, nkeys::Kind kind) {
    base::Random& random = session.world().random;
    if (kind == nkeys::Kind::curve)
        return store_or_print(session, options, nkeys::CurveKey::generate(random));
    const auto key = nkeys::SigningKey::generate(kind, random);
    return key ? store_or_print(session, options, *key) : key.error();
}

base::Status generate(const Session& session, const GenerateNkeyOptions& options) {
    const std::vector<nkeys::Kind> kinds = options.kinds();
    if (kinds.empty()) return base::Error{Errc::no_kind, ""};
    for (const nkeys::Kind kind : kinds) {
        const base::Status made = generate_one(session, options, kind);
        if (!made) return made;
    }
    return {};
}

}  // namespace

Command generate_nkey() {
    const auto options = std::make_shared<GenerateNkeyOptions>();
    return {
        .options = {{"-o,--operator", &options->operator_key, "an operator's key"},
                    {"-a,--account", &options->account_key, "an account's key"},
                    {"-u,--user", &options->user_key, "a user's key"},
                    {"-x,--curve", &options->curve_key, "a curve key, as auth callouts use"},
                    {"-S,--store", &options->store, "store it, and print the public key only"}},
        .examples = {"nsctl generate nkey --account --store", "nsctl generate nkey -u"},
        .run = [options](const Session& session) { return generate(session, *options); },
    };
}

}  // namespace natscreds::nsctl
