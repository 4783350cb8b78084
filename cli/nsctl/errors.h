#pragma once

#include <system_error>

#include <natscreds/base/result.h>
#include <natscreds/cli/console/reporter.h>

namespace natscreds::nsctl {

/// What is wrong with a command line, beyond what its grammar says.
enum class Errc {
    nothing_to_edit = 1,  ///< an edit that names no change
    no_kind,              ///< a key to be generated of no kind
    bad_number,           ///< not a number, or with a unit that there is not
    bad_duration,         ///< not a duration as Go writes them
    no_user_named,        ///< none named, and the account has several or none
    no_key_named,         ///< an edit of no signing key
    no_token,             ///< a file in which there is no JWT
    over_http,            ///< an import from a URL
    write_failed,         ///< standard output could not be written
    bad_time,             ///< not times of a day
    bad_connection_type,  ///< not a way in which clients connect
    bad_sampling,         ///< not a share of the requests
    bad_response_type,    ///< not a way in which services answer
    key_listed,           ///< a signing key that the account has already
    import_of_what,       ///< an import with a token and a subject, or with neither
    own_export,           ///< an account importing from itself
    is_system_account,    ///< the system account, which nothing works without
    has_accounts,         ///< an operator that would take its accounts along
    name_and_key,         ///< a user named twice
    found_errors,         ///< what was validated is not valid
    no_server,            ///< no URL to push to
    not_pushed,           ///< not every server has every account
    bad_timeout,          ///< not a number of seconds from 1 to 60
    no_running_server,    ///< a pid file that names no nats-server that runs
    not_a_bearer,         ///< a user that cannot stand for clients without a JWT
    bad_reference,     ///< not of the form nsc://OPERATOR/ACCOUNT/USER?WHAT, or asking for what there is not
    not_reloadable,    ///< a configuration that the running server would refuse
    bad_address,       ///< not an address of a client
    found_hurtful,     ///< what will hurt some day
    no_key_files,      ///< a folder without keys
    not_imported,      ///< some of several
    no_mapping,        ///< a mapping that the account does not have
    does_not_fit,      ///< a service that does not fit its store and its servers
    folder_of_memory,  ///< a folder of configurations for what is not a memory resolver
    no_remote_operator,  ///< an operator that no variable of the environment names the file of
    no_creds,            ///< a user without a creds file
    in_use,              ///< an account that somebody is connected to
    memory_forgets,      ///< a removal that servers with a memory resolver do not know
    not_removed,         ///< not every server has forgotten every account
    not_pulled,          ///< not every account was fetched
    no_names,            ///< a list without a name in it
    no_number_in_name,   ///< a name for many users that has no place for their numbers
    differs,             ///< a store that a file would change
    seed_as_file,        ///< a seed where a file's name belongs
    export_of_what,      ///< an export of nothing
    refused,             ///< a user whom a server refuses, or who may not do what was asked about
    no_rotation,         ///< the second half of a rotation of which there is no first
    still_used,          ///< an old key that something live depends on
    passphrases_differ,  ///< one that was not typed twice alike
    not_sealed,          ///< a keystore that needs no passphrase
    no_runtime_folder,   ///< no folder for an agent's socket
    bad_kept_time,       ///< a time for which no agent keeps a key
    no_terminal,         ///< prompts where nobody can answer
    agent_there,         ///< an agent where there is one
    agent_gone,          ///< an agent that ended before it had the key
};

std::error_code make_error_code(Errc) noexcept;

/// Says what went wrong and, where we know, what to do.
void report(const console::Reporter& reporter, const base::Error& error);

}  // namespace natscreds::nsctl

template <>
struct std::is_error_code_enum<natscreds::nsctl::Errc> : std::true_type {};
