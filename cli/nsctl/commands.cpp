#include "commands.h"

#include <array>

namespace natscreds::nsctl {

std::span<const Verb> verbs() {
    static constexpr std::array all{
        Verb{"add", "create", "Add operators, accounts and users"},
        Verb{"edit", "", "Edit operators and accounts"},
        Verb{"describe", "", "Describe operators, accounts, users and JWT files"},
        Verb{"list", "", "List operators, accounts and users"},
        Verb{"generate", "", "Generate keys, creds files and server configurations"},
        Verb{"select", "", "Make an operator or account the current one"},
        Verb{"env", "", "Show and set where nsctl keeps and finds things"},
    };
    return all;
}

std::span<const Command> commands() {
    static constexpr std::array all{
        Command{"add", "operator", "Add an operator", define_add_operator},
        Command{"add", "account", "Add an account to the operator", define_add_account},
        Command{"add", "user", "Add a user to the account", define_add_user},
        Command{"edit", "operator", "Edit the operator", define_edit_operator},
        Command{"edit", "account", "Edit an account", define_edit_account},
        Command{"describe", "operator", "Describe the operator", define_describe_operator},
        Command{"describe", "account", "Describe an account", define_describe_account},
        Command{"describe", "user", "Describe a user", define_describe_user},
        Command{"describe", "jwt", "Describe a JWT or creds file", define_describe_jwt},
        Command{"list", "operators", "List the operators", define_list_operators},
        Command{"list", "accounts", "List the operator's accounts", define_list_accounts},
        Command{"list", "users", "List an account's users", define_list_users},
        Command{"generate", "nkey", "Generate keys", define_generate_nkey},
        Command{"generate", "creds", "Generate a user's creds file", define_generate_creds},
        Command{"generate", "config", "Generate a server configuration", define_generate_config},
        Command{"select", "operator", "Make an operator the current one", define_select_operator},
        Command{"select", "account", "Make an account the current one", define_select_account},
        Command{"env", "", "Show and set where nsctl keeps and finds things", define_env},
    };
    return all;
}

}  // namespace natscreds::nsctl
