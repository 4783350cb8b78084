#include <algorithm>
#include <memory>
#include <ostream>
#include <string>

#include <nlohmann/json.hpp>

#include "commands.h"
#include "errors.h"
#include "options/options.h"
#include "shared/agent.h"

namespace natscreds::nsctl {
namespace {

/// The keystore, where a passphrase that is new is asked for twice.
base::Result<accounts::KeyStore> keystore_to_seal(const Session& session) {
    const auto sealing = session.keys().sealing();
    if (!sealing) return sealing.error();
    return session.keystore(sealing->sealed ? Passphrase::known : Passphrase::made_up);
}

base::Status encrypt_keystore(const Session& session) {
    const auto keys = keystore_to_seal(session);
    if (!keys) return keys.error();
    const auto done = keys->seal_all();
    if (!done) return done.error();
    const auto sealing = keys->sealing();
    if (!sealing) return sealing.error();
    session.done("sealed " + std::to_string(*done) + " seeds in " + session.shown(keys->folder()));
    if (sealing->creds_files > 0)
        session.warn(
            std::to_string(sealing->creds_files) +
            " creds files have users' seeds in them, and are not sealed: they are for those who connect");
    session.hint("nobody can open them without the passphrase, and nsc not even with it");
    return {};
}

base::Status decrypt_keystore(const Session& session) {
    const auto done = session.keys().open_all();
    if (!done) return done.error();
    session.done("opened " + std::to_string(*done) + " seeds in " + session.shown(session.keys().folder()));
    return {};
}

base::Status show_keystore(const Session& session) {
    const auto sealing = session.keys().sealing();
    if (!sealing) return sealing.error();
    std::ostream& out = session.world().out;
    const auto kept = kept_by_agent_for(session.world());
    if (session.json()) {
        out << nlohmann::ordered_json{{"folder", session.keys().folder().string()},
                                      {"new_seeds_are_sealed", sealing->sealed},
                                      {"sealed", sealing->sealed_seeds},
                                      {"plain", sealing->plain_seeds},
                                      {"creds_files", sealing->creds_files},
                                      {"unlocked_for", kept ? kept->count() : 0}}
                   .dump(1, ' ', false, nlohmann::json::error_handler_t::replace)
            << '\n';
        return {};
    }
    out << "folder       " << session.shown(session.keys().folder()) << '\n'
        << "sealed       " << sealing->sealed_seeds << " seeds\n"
        << "plain        " << sealing->plain_seeds << " seeds\n"
        << "new seeds    " << (sealing->sealed ? "are sealed" : "are plain") << '\n'
        << "creds files  " << sealing->creds_files << ", never sealed\n"
        << "agent        "
        << (kept ? "keeps the key for " + std::to_string(kept->count()) + " s" : "keeps no key") << '\n';
    const bool unfinished = sealing->sealed ? sealing->plain_seeds > 0 : sealing->sealed_seeds > 0;
    if (unfinished) session.hint("nsctl keystore encrypt seals the rest, decrypt opens it");
    return {};
}

}  // namespace

Command keystore_encrypt() {
    return {
        .notes =
            "The passphrase is that of the file NSCTL_PASSPHRASE_FILE, its first line, or asked for. What "
            "was "
            "interrupted is finished by the same command.",
        .examples = {"nsctl keystore encrypt", "NSCTL_PASSPHRASE_FILE=passphrase nsctl keystore encrypt"},
        .run = [](const Session& session) { return encrypt_keystore(session); },
    };
}

Command keystore_decrypt() {
    return {
        .notes = "What was interrupted is finished by the same command.",
        .examples = {"nsctl keystore decrypt"},
        .run = [](const Session& session) { return decrypt_keystore(session); },
    };
}

Command keystore_status() {
    return {
        .examples = {"nsctl keystore status"},
        .run = [](const Session& session) { return show_keystore(session); },
    };
}

}  // namespace natscreds::nsctl
