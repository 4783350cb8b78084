#include "rotate/rotate.h"

#include <memory>
#include <utility>

#include <natscreds/accounts/signer.h>

#include "commands.h"
#include "options/options.h"
#include "options/signing_key_options.h"
#include "servers/push_accounts.h"
#include "shared/only_user.h"

namespace natscreds::nsctl {
namespace {

using accounts::Rotation;
using Of = Rotation::Of;

void report_signed(const RotationScene& scene, const accounts::SignedByOld& signed_anew) {
    for (const std::string& one : signed_anew.what)
        scene.session.done("signed anew by the new key: " + one);
    for (const std::string& one : signed_anew.refused)
        scene.session.warn(one + " is revoked or has expired, and is not signed anew");
}

/// What people have to do until the old key can go.
void advise(const RotationScene& scene, const Rotation& rotation) {
    const Session& session = scene.session;
    switch (rotation.of) {
        case Of::operator_identity:
        case Of::operator_signing_key:
            session.hint(
                "have every server trust the operator as it is now: nsctl generate config, and restart them "
                "one "
                "by one");
            break;
        case Of::account:
            break;
        case Of::account_signing_key:
            session.hint(
                "give those who use them the new creds files, and a provisioning service the new seed, " +
                session.shown(session.keys().key_path(*nkeys::PublicKey::parse(rotation.after))));
            break;
        case Of::user:
            session.hint("give the new creds file to all who use it");
            break;
    }
    session.hint("then the same command with --finish takes the old key away");
}

base::Status begin(const RotationScene& scene) {
    const accounts::Tree tree = scene.session.tree(scene.store);
    const auto rotation = accounts::begin_rotation(tree, scene.wanted);
    if (!rotation) return rotation.error();
    scene.session.done("new " + described(*rotation, rotation->after));
    scene.session.done("until it is finished also good: " + rotation->before);
    scene.session.made("before", rotation->before);
    scene.session.made("after", rotation->after);
    if (rotation->of == Of::account_signing_key) {
        // Servers first: what the new key signs is good from the beginning.
        if (const auto pushed = push_rotated(scene, {*scene.wanted.account}); !pushed) return pushed;
        const auto signed_anew = accounts::sign_by_new_key(tree, *rotation, scene.session.signer());
        if (!signed_anew) return signed_anew.error();
        report_signed(scene, *signed_anew);
        if (const auto pushed = push_rotated(scene, signed_anew->accounts); !pushed) return pushed;
        if (!names_servers(scene)) scene.session.hint("servers know the new key after: nsctl push --all");
    }
    advise(scene, *rotation);
    return {};
}

base::Status rotate(const Session& session, const RotateOptions& options, accounts::WantedRotation wanted) {
    const auto store = session.store();
    if (!store) return store.error();
    wanted.signer = session.signer();
    const RotationScene scene{session, *store, options, std::move(wanted)};
    if (options.finish) return finish_rotation(scene);
    return scene.wanted.of == Of::account ? begin_account_rotation(scene) : begin(scene);
}

base::Status rotate_operator_key(const Session& session, const RotateOptions& options) {
    const Of of = options.key.empty() ? Of::operator_identity : Of::operator_signing_key;
    return rotate(session, options, {.of = of, .key = options.key});
}

base::Status rotate_account_key(const Session& session, const RotateOptions& options) {
    const auto account = session.account(options.account);
    if (!account) return account.error();
    return rotate(session, options, {.of = Of::account_signing_key, .account = *account, .key = options.key});
}

base::Status rotate_account_identity(const Session& session, const RotateOptions& options) {
    const auto account = session.account(options.account);
    if (!account) return account.error();
    return rotate(session, options, {.of = Of::account, .account = *account});
}

base::Status rotate_user_key(const Session& session, const RotateOptions& options) {
    const auto chosen = chosen_user(session, options.account, options.user);
    if (!chosen) return chosen.error();
    return rotate(session, options, {.of = Of::user, .account = chosen->account, .user = chosen->user});
}

console::OptionList rotate_options(RotateOptions& options) {
    return joined(
        {{{"--finish", &options.finish, "take the old key away, if nothing live depends on it"},
          {"-F,--force", &options.force, "with --finish: even if something does, which is then cut off"},
          {"--rm-nkey", &options.remove_key, "with --finish: delete the old key's seed, too"},
          {"--service-account", &options.service,
           "account of the provisioning service that is asked (default: PROVISION)"},
          list_option("-u,--account-jwt-server-url", options.live.urls,
                      "servers (default: the operator's, or else NATS_URL)"),
          {"--config-file", &options.config_file, "configuration whose resolver_preload is rewritten too",
           Takes::file}},
         options.live.options()});
}

Command rotating(const std::shared_ptr<RotateOptions>& options, console::OptionList own,
                 std::vector<std::string> examples,
                 base::Status (*run)(const Session&, const RotateOptions&)) {
    return {
        .options = joined({std::move(own), rotate_options(*options)}),
        .notes = "Both keys are good until --finish. What was interrupted is finished by the same command.",
        .examples = std::move(examples),
        .run = [options, run](const Session& session) { return run(session, *options); },
    };
}

}  // namespace

std::string described(const Rotation& rotation, const std::string& key) {
    switch (rotation.of) {
        case Of::operator_identity:
            return "identity key " + key + " of the operator";
        case Of::operator_signing_key:
            return "signing key " + key + " of the operator";
        case Of::account:
            return "identity key " + key + " of account " + in_quotes(rotation.account);
        case Of::account_signing_key:
            return "signing key " + key + " of account " + in_quotes(rotation.account);
        case Of::user:
            return "key " + key + " of user " + in_quotes(rotation.user) + " of account " +
                   in_quotes(rotation.account);
    }
    return key;
}

bool names_servers(const RotationScene& scene) {
    return live_urls(scene.session, scene.store, scene.options.live).has_value();
}

base::Status push_rotated(const RotationScene& scene, const std::vector<accounts::Name>& accounts) {
    if (!names_servers(scene)) return {};
    return push_accounts(scene.session, accounts, scene.options.live, scene.options.config_file);
}

Command rotate_operator() {
    const auto options = std::make_shared<RotateOptions>();
    return rotating(
        options, {{"--sk", &options->key, "this signing key, by its public key; otherwise the identity key"}},
        {"nsctl rotate operator", "nsctl rotate operator --finish -u nats://localhost:4222"},
        rotate_operator_key);
}

Command rotate_account() {
    const auto options = std::make_shared<RotateOptions>();
    Command command = rotating(
        options,
        {{"-a,--account,name", &options->account, "account name"},
         {"--importers", &options->importers,
          "let the store's other accounts import from the new one now, not with --finish"}},
        {"nsctl rotate account KUBECON -u nats://localhost:4222", "nsctl rotate account KUBECON --finish"},
        rotate_account_identity);
    command.notes =
        "An account's key is its address: another account of the same name and claims takes its place, with "
        "the same "
        "users. Until --finish there are both, and neither hears the other; streams do not go over. "
        "What was interrupted is finished by the same command.";
    return command;
}

Command rotate_signing_key() {
    const auto options = std::make_shared<RotateOptions>();
    return rotating(
        options,
        {account_option(options->account),
         {"--sk,key", &options->key, "the signing key: its role or public key (default: the only one)"}},
        {"nsctl rotate signing-key chat -a KUBECON -u nats://localhost:4222",
         "nsctl rotate signing-key chat -a KUBECON --finish"},
        rotate_account_key);
}

Command rotate_user() {
    const auto options = std::make_shared<RotateOptions>();
    return rotating(options,
                    {account_option(options->account),
                     {"-n,--name,name", &options->user, "user name (default: the only one)"}},
                    {"nsctl rotate user ann -a KUBECON", "nsctl rotate user ann -a KUBECON --finish"},
                    rotate_user_key);
}

}  // namespace natscreds::nsctl
