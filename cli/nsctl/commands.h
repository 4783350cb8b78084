#pragma once

#include <functional>
#include <span>
#include <string_view>

#include <natscreds/base/result.h>

#include "session.h"

namespace CLI {
class App;
}

namespace natscreds::nsctl {

/// What a command does, once its command line has been read.
using Action = std::function<base::Status(Session&)>;

/// One command: its words, and the function that declares its options.
struct Command {
    std::string_view verb;
    std::string_view noun;  ///< empty where the verb is all
    std::string_view summary;
    Action (*define)(CLI::App&);
};

struct Verb {
    std::string_view name;
    std::string_view alias;  ///< empty where it has none
    std::string_view summary;
};

[[nodiscard]] std::span<const Verb> verbs();
[[nodiscard]] std::span<const Command> commands();

Action define_add_operator(CLI::App& command);
Action define_add_account(CLI::App& command);
Action define_add_user(CLI::App& command);
Action define_edit_operator(CLI::App& command);
Action define_edit_account(CLI::App& command);
Action define_edit_authcallout(CLI::App& command);
Action define_describe_operator(CLI::App& command);
Action define_describe_account(CLI::App& command);
Action define_describe_user(CLI::App& command);
Action define_describe_jwt(CLI::App& command);
Action define_list_operators(CLI::App& command);
Action define_list_accounts(CLI::App& command);
Action define_list_users(CLI::App& command);
Action define_generate_nkey(CLI::App& command);
Action define_generate_creds(CLI::App& command);
Action define_generate_config(CLI::App& command);
Action define_generate_profile(CLI::App& command);
Action define_generate_tls_users(CLI::App& command);
Action define_reload(CLI::App& command);
Action define_init(CLI::App& command);
Action define_add_export(CLI::App& command);
Action define_add_import(CLI::App& command);
Action define_add_signing_key(CLI::App& command);
Action define_edit_user(CLI::App& command);
Action define_edit_export(CLI::App& command);
Action define_edit_import(CLI::App& command);
Action define_edit_signing_key(CLI::App& command);
Action define_delete_operator(CLI::App& command);
Action define_delete_account(CLI::App& command);
Action define_delete_user(CLI::App& command);
Action define_delete_export(CLI::App& command);
Action define_delete_import(CLI::App& command);
Action define_delete_signing_key(CLI::App& command);
Action define_describe_export(CLI::App& command);
Action define_describe_import(CLI::App& command);
Action define_describe_signing_key(CLI::App& command);
Action define_list_keys(CLI::App& command);
Action define_generate_activation(CLI::App& command);
Action define_revocations_add_user(CLI::App& command);
Action define_revocations_delete_user(CLI::App& command);
Action define_revocations_list_users(CLI::App& command);
Action define_push(CLI::App& command);
Action define_validate(CLI::App& command);
Action define_env(CLI::App& command);
Action define_select_operator(CLI::App& command);
Action define_select_account(CLI::App& command);

}  // namespace natscreds::nsctl
