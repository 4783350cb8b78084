#include <memory>
#include <ostream>
#include <string>
#include <vector>

#include "commands.h"
#include "errors.h"

namespace natscreds::nsctl {
namespace {

struct GenerateNkeyOptions {
    bool operator_key = false;
    bool account_key = false;
    bool user_key = false;
    bool store = false;

    [[nodiscard]] std::vector<nkeys::Kind> kinds() const {
        std::vector<nkeys::Kind> all;
        if (operator_key) all.push_back(nkeys::Kind::operator_);
        if (account_key) all.push_back(nkeys::Kind::account);
        if (user_key) all.push_back(nkeys::Kind::user);
        return all;
    }
};

/// It was asked for, and is kept nowhere else.
void print_seed(std::ostream& out, const nkeys::SigningKey& key) {
    const base::Secret seed = key.seed_text();
    out << base::as_text(seed.expose());
}

void print(const Session& session, const nkeys::SigningKey& key) {
    std::ostream& out = session.world().out;
    const std::string public_key = key.public_key().text();
    out << (session.json() ? "{\"seed\": \"" : "");
    print_seed(out, key);
    out << (session.json() ? "\", \"public_key\": \"" + public_key + "\"}\n" : "\n" + public_key + "\n");
}

base::Status store(const Session& session, const nkeys::SigningKey& key) {
    const auto path = session.keys().store(key);
    if (!path) return path.error();
    const std::string public_key = key.public_key().text();
    session.world().out << (session.json() ? "{\"public_key\": \"" + public_key + "\"}" : public_key) << '\n';
    session.world().err << nkeys::name(key.public_key().kind()) << " key stored " << session.shown(*path)
                        << '\n';
    return {};
}

base::Status generate(const Session& session, const GenerateNkeyOptions& options) {
    const std::vector<nkeys::Kind> kinds = options.kinds();
    if (kinds.empty()) return base::Error{Errc::no_kind, ""};
    for (const nkeys::Kind kind : kinds) {
        const auto key = nkeys::SigningKey::generate(kind, session.world().random);
        if (!key) return key.error();
        if (!options.store) {
            print(session, *key);
        } else if (base::Status stored = store(session, *key); !stored) {
            return stored;
        }
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
                    {"-S,--store", &options->store, "store it, and print the public key only"}},
        .examples = {"nsctl generate nkey --account --store", "nsctl generate nkey -u"},
        .run = [options](const Session& session) { return generate(session, *options); },
    };
}

}  // namespace natscreds::nsctl
