#include "commands.h"

#include <array>

namespace natscreds::nsctl {

std::span<const Verb> verbs() {
    static constexpr std::array all{
        Verb{"init", "", "Create an operator, account and user of one name"},
        Verb{"add", "create", "Add operators, accounts, users, exports, imports and signing keys"},
        Verb{"edit", "", "Edit operators, accounts, users, their parts and auth callouts"},
        Verb{"delete", "", "Delete operators, accounts, users, exports, imports and signing keys"},
        Verb{"describe", "", "Describe operators, accounts, users, their parts and JWT files"},
        Verb{"list", "", "List operators, accounts, users and keys"},
        Verb{"generate", "", "Generate keys, creds files, activations and server configurations"},
        Verb{"revocations", "", "Revoke users, and take it back"},
        Verb{"push", "", "Send accounts to running servers"},
        Verb{"reload", "", "Have a server reload when its files change"},
        Verb{"validate", "", "Say what is wrong with operator, accounts and users"},
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
        Command{"add", "export", "Add an export to the account", define_add_export},
        Command{"add", "import", "Add an import to the account", define_add_import},
        Command{"add", "signing-key", "Add a signing key, plain or with a scope", define_add_signing_key},
        Command{"edit", "operator", "Edit the operator", define_edit_operator},
        Command{"edit", "account", "Edit an account", define_edit_account},
        Command{"edit", "authcallout", "Edit who decides for an account's servers who may connect",
                define_edit_authcallout},
        Command{"edit", "user", "Edit a user", define_edit_user},
        Command{"edit", "export", "Edit an export", define_edit_export},
        Command{"edit", "import", "Edit an import", define_edit_import},
        Command{"edit", "signing-key", "Edit the scope of a signing key", define_edit_signing_key},
        Command{"delete", "operator", "Delete an operator", define_delete_operator},
        Command{"delete", "account", "Delete an account and its users", define_delete_account},
        Command{"delete", "user", "Delete users, and revoke them", define_delete_user},
        Command{"delete", "export", "Delete an export", define_delete_export},
        Command{"delete", "import", "Delete an import", define_delete_import},
        Command{"delete", "signing-key", "Delete a signing key", define_delete_signing_key},
        Command{"describe", "operator", "Describe the operator", define_describe_operator},
        Command{"describe", "account", "Describe an account", define_describe_account},
        Command{"describe", "user", "Describe a user", define_describe_user},
        Command{"describe", "export", "Describe an export", define_describe_export},
        Command{"describe", "import", "Describe an import", define_describe_import},
        Command{"describe", "signing-key", "Describe a signing key", define_describe_signing_key},
        Command{"describe", "jwt", "Describe a JWT or creds file", define_describe_jwt},
        Command{"list", "operators", "List the operators", define_list_operators},
        Command{"list", "accounts", "List the operator's accounts", define_list_accounts},
        Command{"list", "users", "List an account's users", define_list_users},
        Command{"list", "keys", "List the tree's keys, and which are stored", define_list_keys},
        Command{"generate", "nkey", "Generate keys", define_generate_nkey},
        Command{"generate", "creds", "Generate a user's creds file", define_generate_creds},
        Command{"generate", "activation", "Generate an activation of a private export",
                define_generate_activation},
        Command{"generate", "config", "Generate a server configuration", define_generate_config},
        Command{"generate", "profile", "Say what a program needs to connect as a user",
                define_generate_profile},
        Command{"generate", "tls-users", "Generate a server's users by certificate",
                define_generate_tls_users},
        Command{"revocations", "add-user", "Revoke a user, or all", define_revocations_add_user},
        Command{"revocations", "delete-user", "Take a revocation back", define_revocations_delete_user},
        Command{"revocations", "list-users", "List an account's revocations", define_revocations_list_users},
        Command{"select", "operator", "Make an operator the current one", define_select_operator},
        Command{"select", "account", "Make an account the current one", define_select_account},
        Command{"init", "", "Create an operator, account and user of one name", define_init},
        Command{"push", "", "Send accounts to running servers", define_push},
        Command{"reload", "", "Have a server reload when its files change", define_reload},
        Command{"validate", "", "Say what is wrong with operator, accounts and users", define_validate},
        Command{"env", "", "Show and set where nsctl keeps and finds things", define_env},
    };
    return all;
}

}  // namespace natscreds::nsctl
