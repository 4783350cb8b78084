#include "errors.h"

#include <array>
#include <string_view>

#include <natscreds/accounts/errc.h>
#include <natscreds/base/error_category.h>
#include <natscreds/bus/errc.h>
#include <natscreds/jwt/errc.h>
#include <natscreds/nkeys/errc.h>
#include <natscreds/nkeys/seal_errc.h>

namespace natscreds::nsctl {
namespace {

const char* describe(Errc code) {
    switch (code) {
        case Errc::nothing_to_edit:
            return "specify an edit option";
        case Errc::no_kind:
            return "set --operator, --account, --user or --curve";
        case Errc::bad_number:
            return "this is not a number";
        case Errc::bad_duration:
            return "this is not a duration";
        case Errc::no_user_named:
            return "name a user";
        case Errc::no_key_named:
            return "name a signing key";
        case Errc::no_token:
            return "there is no JWT in it";
        case Errc::over_http:
            return "operators can be imported from files only";
        case Errc::write_failed:
            return "the output could not be written";
        case Errc::bad_time:
            return "these are not times of a day";
        case Errc::bad_connection_type:
            return "there is no such connection type";
        case Errc::bad_sampling:
            return "this is neither headers nor a number from 1 to 100";
        case Errc::bad_response_type:
            return "services answer as Singleton, Stream or Chunked";
        case Errc::key_listed:
            return "the account has this signing key already";
        case Errc::import_of_what:
            return "name either --token, or --src-account and --remote-subject";
        case Errc::own_export:
            return "an account cannot import from itself";
        case Errc::is_system_account:
            return "this is the system account";
        case Errc::has_accounts:
            return "the operator has accounts";
        case Errc::name_and_key:
            return "name the user or its public key, not both";
        case Errc::found_errors:
            return "validation found errors";
        case Errc::no_server:
            return "there is no server to push to";
        case Errc::not_pushed:
            return "not every server has every account";
        case Errc::bad_timeout:
            return "a timeout is a number of seconds from 1 to 60";
        case Errc::no_running_server:
            return "no nats-server runs there";
        case Errc::not_a_bearer:
            return "the user is no bearer";
        case Errc::bad_reference:
            return "this is no nsc:// URL, or asks for what there is not";
        case Errc::not_reloadable:
            return "the server would refuse this and stays as it is";
        case Errc::bad_address:
            return "this is no IP address";
        case Errc::found_hurtful:
            return "things were found that will hurt some day";
        case Errc::no_names:
            return "it names nobody";
        case Errc::no_number_in_name:
            return "the name of many users needs a {} for their numbers";
        case Errc::differs:
            return "the store says something else";
        case Errc::export_of_what:
            return "say what to export: --as-toml, or keys";
        case Errc::no_key_files:
            return "there are no .nk files in it";
        case Errc::seed_as_file:
            return "a seed stands where a file's name belongs";
        case Errc::not_imported:
            return "not every file was imported";
        case Errc::no_mapping:
            return "the account has no such mapping";
        case Errc::does_not_fit:
            return "not everything fits together";
        case Errc::folder_of_memory:
            return "a folder is written with --mem-resolver only";
        case Errc::no_remote_operator:
            return "this variable has to name the file with the operator's JWT";
        case Errc::no_creds:
            return "there is no such creds file: nsctl generate creds makes one";
        case Errc::in_use:
            return "somebody is connected to it (--force cuts them off)";
        case Errc::memory_forgets:
            return "these servers keep accounts in memory, and forget none when asked";
        case Errc::not_removed:
            return "not every server has forgotten every account";
        case Errc::not_pulled:
            return "not every account was pulled";
        case Errc::refused:
            return "a server refuses the user, or something that was asked about";
        case Errc::no_rotation:
            return "no such rotation has begun";
        case Errc::still_used:
            return "the old key is still in use";
        case Errc::passphrases_differ:
            return "the two passphrases differ";
        case Errc::not_sealed:
            return "the keystore is not sealed: nsctl keystore encrypt seals it";
        case Errc::no_runtime_folder:
            return "there is no folder for the agent's socket: set XDG_RUNTIME_DIR, or NSCTL_AGENT_SOCKET to "
                   "a path";
        case Errc::bad_kept_time:
            return "a key is kept from one second to 168h";
        case Errc::no_terminal:
            return "there is no terminal to ask on";
        case Errc::agent_there:
            return "an agent listens there already";
        case Errc::agent_gone:
            return "the agent has ended before it had the key; nothing is unlocked, and nothing is lost: "
                   "nsctl keystore "
                   "unlock starts another one";
    }
    return "unknown error";
}

constinit const base::ErrorCategory<Errc> category("nsctl", describe);

struct Hint {
    std::error_code code;
    std::string_view text;
};

/// What to do about an error; empty where its own sentence says all.
std::string_view hint_for(const std::error_code& code) {
    using accounts::Errc;
    const std::array hints{
        Hint{Errc::no_operator_chosen,
             "choose one: nsctl select operator NAME; or make one: nsctl add operator NAME"},
        Hint{Errc::no_account_chosen, "choose one: --account NAME, or nsctl select account NAME"},
        Hint{Errc::no_such_operator, "nsctl list operators shows those there are"},
        Hint{Errc::no_such_account, "nsctl list accounts shows those there are"},
        Hint{Errc::no_such_user, "nsctl list users shows those there are"},
        Hint{Errc::not_a_key, "nsctl describe account shows the roles and keys that there are"},
        Hint{Errc::operator_exists,
             "its identity is never made anew: nsctl edit operator changes it, add operator --url FILE "
             "--force takes a newer "
             "token of it, delete operator removes it with all its accounts"},
        Hint{Errc::key_not_stored, "nsctl env shows which keystore is used; -K takes a file too"},
        Hint{make_error_code(nkeys::SealErrc::locked),
             "nsctl keystore unlock types it once for a time; NSCTL_PASSPHRASE_FILE names a file with it"},
        Hint{Errc::no_signer, "name a key with -K; nsctl env shows which keystore is used"},
        Hint{Errc::not_a_signer,
             "the issuer must be its own key or one of its signing keys; nsctl edit ... --sk adds one"},
        Hint{Errc::scope_decides, "leave the permissions out, or sign with a key without a scope"},
        Hint{Errc::no_signing_key, "add one in the same command: --sk generate"},
        Hint{Errc::no_system_account,
             "nsctl edit operator --system-account NAME, or --sys-account NAME here"},
        Hint{make_error_code(natscreds::nsctl::Errc::bad_number),
             "a whole number, -1 for no limit; sizes such as 64MB, 1.5G (thousands) or 64MiB (1024s)"},
        Hint{make_error_code(natscreds::nsctl::Errc::bad_duration), "such as 500ms, 5s, 1m30s or 2h"},
        Hint{make_error_code(natscreds::nsctl::Errc::no_user_named),
             "--name NAME; nsctl list users shows those there are"},
        Hint{make_error_code(natscreds::nsctl::Errc::no_key_named),
             "--sk with its role, public key or file, or --role alone; --sk generate adds one"},
        Hint{make_error_code(natscreds::nsctl::Errc::over_http), "fetch it first: curl -o FILE URL"},
        Hint{make_error_code(natscreds::nsctl::Errc::not_a_bearer),
             "nsctl add user --bearer --deny-pubsub '>' makes one that can do nothing but come to the "
             "callout"},
        Hint{make_error_code(natscreds::nsctl::Errc::bad_time), "such as 08:00:00-18:00:00"},
        Hint{make_error_code(natscreds::nsctl::Errc::bad_connection_type),
             "STANDARD WEBSOCKET LEAFNODE LEAFNODE_WS MQTT MQTT_WS IN_PROCESS"},
        Hint{make_error_code(natscreds::nsctl::Errc::key_listed), "nsctl edit signing-key changes it"},
        Hint{make_error_code(natscreds::nsctl::Errc::is_system_account),
             "with --force it is deleted all the same; servers never forget theirs"},
        Hint{make_error_code(natscreds::nsctl::Errc::has_accounts), "with --force they are deleted too"},
        Hint{make_error_code(natscreds::nsctl::Errc::no_server),
             "-u nats://HOST:4222, NATS_URL, or nsctl edit operator --account-jwt-server-url "
             "nats://HOST:4222"},
        Hint{make_error_code(natscreds::nsctl::Errc::not_pushed),
             "what was refused says why, and --force pushes it all the same; where there was no answer, "
             "push again, or --timeout waits longer"},
        Hint{make_error_code(natscreds::nsctl::Errc::memory_forgets),
             "take it out of the configuration's resolver_preload, and reload the servers"},
        Hint{make_error_code(natscreds::nsctl::Errc::not_removed),
             "servers remove accounts only with allow_delete: true in their resolver { }"},
        Hint{make_error_code(natscreds::nsctl::Errc::no_running_server),
             "the server writes its pid file when it is started with -P FILE"},
        Hint{make_error_code(natscreds::nsctl::Errc::bad_reference),
             "nsc://OPERATOR/ACCOUNT/USER; nsctl generate profile --help shows what can stand behind a ?"},
        Hint{make_error_code(natscreds::nsctl::Errc::no_rotation),
             "begin it: the same command without --finish"},
        Hint{make_error_code(natscreds::nsctl::Errc::still_used),
             "run the same command again when this is done; --force takes the old key away all the same"},
        Hint{Errc::no_such_export, "nsctl describe account shows those there are"},
        Hint{Errc::no_such_import, "nsctl describe account shows those there are"},
        Hint{Errc::several_match, "name it by its subject: nsctl describe account shows those there are"},
        Hint{Errc::no_such_key, "nsctl describe account shows the roles and keys that there are"},
        Hint{Errc::not_private,
             "nsctl describe account shows the exports; only private ones need activations"},
        Hint{Errc::no_preload, "it must be the file with the server's resolver_preload { ... } in it"},
        Hint{jwt::Errc::bad_template,
             "there are {{name()}} {{subject()}} {{tag(x)}} {{account-name()}} {{account-subject()}} "
             "{{account-tag(x)}}"},
        Hint{jwt::Errc::too_large,
             "a JWT has at most 1 MiB: one revocation of all users (-n '*') takes the place of many"},
        Hint{make_error_code(natscreds::nsctl::Errc::differs), "nsctl apply makes it say the same"},
        Hint{bus::Errc::cannot_connect, "push -u URL, or -s URL otherwise, names the server"},
        Hint{bus::Errc::not_authorized, "the server must trust this operator and have its system account"},
        Hint{bus::Errc::timeout, "--timeout waits longer"},
        Hint{nkeys::SealErrc::locked,
             "NSCTL_PASSPHRASE_FILE names a file with the passphrase; on a terminal it is asked for"},
        Hint{nkeys::Errc::wrong_kind, "operators' keys begin with O, accounts' with A, users' with U"},
        Hint{jwt::Errc::old_version, "servers before 2.2 used such tokens; they cannot be edited"},
    };
    for (const Hint& hint : hints) {
        if (hint.code == code) return hint.text;
    }
    return {};
}

}  // namespace

std::error_code make_error_code(Errc code) noexcept {
    return {static_cast<int>(code), category};
}

void report(const console::Reporter& reporter, const base::Error& error) {
    reporter.message(error.message());
    const std::string_view hint = hint_for(error.code);
    if (!hint.empty()) reporter.hint(hint);
}

}  // namespace natscreds::nsctl
