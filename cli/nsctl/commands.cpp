#include "commands.h"

#include <utility>

namespace natscreds::nsctl {
namespace {

Command named(const char* words, const char* summary, Command command) {
    command.words = words;
    command.summary = summary;
    return command;
}

Command group(const char* words, const char* summary, std::vector<Command> subcommands) {
    return {.words = words, .summary = summary, .subcommands = std::move(subcommands)};
}

/// A group that is a command by itself, too.
Command and_itself(Command group, Command itself) {
    itself.words = std::move(group.words);
    itself.summary = std::move(group.summary);
    itself.subcommands = std::move(group.subcommands);
    return itself;
}

}  // namespace

std::vector<Command> commands() {
    return {
        named("init", "Create an operator, account and user of one name", init()),
        group("add,create", "Add operators, accounts, users, exports, imports, mappings and signing keys",
              {
                  named("operator", "Add an operator", add_operator()),
                  named("account", "Add an account to the operator", add_account()),
                  named("user", "Add a user to the account", add_user()),
                  named("users", "Add many users to the account", add_users()),
                  named("export", "Add an export to the account", add_export()),
                  named("import", "Add an import to the account", add_import()),
                  named("mapping", "Have messages to a subject go to another one", add_mapping()),
                  named("signing-key", "Add a signing key, plain or with a scope", add_signing_key()),
              }),
        group("edit", "Edit operators, accounts, users, their parts and auth callouts",
              {
                  named("operator", "Edit the operator", edit_operator()),
                  named("account", "Edit an account", edit_account()),
                  named("authcallout", "Edit who decides for an account's servers who may connect",
                        edit_authcallout()),
                  named("user", "Edit a user", edit_user()),
                  named("export", "Edit an export", edit_export()),
                  named("import", "Edit an import", edit_import()),
                  named("signing-key", "Edit the scope of a signing key", edit_signing_key()),
              }),
        group("delete", "Delete operators, accounts, users, exports, imports, mappings and signing keys",
              {
                  named("operator", "Delete an operator", delete_operator()),
                  named("account", "Delete an account and its users", delete_account()),
                  named("user", "Delete users, and revoke them", delete_user()),
                  named("users", "Delete many users, and revoke them", delete_users()),
                  named("export", "Delete an export", delete_export()),
                  named("import", "Delete an import", delete_import()),
                  named("mapping", "Delete a mapping of a subject", delete_mapping()),
                  named("signing-key", "Delete a signing key", delete_signing_key()),
              }),
        group("describe", "Describe operators, accounts, users, their parts and JWT files",
              {
                  named("operator", "Describe the operator", describe_operator()),
                  named("account", "Describe an account", describe_account()),
                  named("user", "Describe a user", describe_user()),
                  named("export", "Describe an export", describe_export()),
                  named("import", "Describe an import", describe_import()),
                  named("signing-key", "Describe a signing key", describe_signing_key()),
                  named("jwt", "Describe a JWT or creds file", describe_jwt()),
              }),
        group("list", "List operators, accounts, users and keys",
              {
                  named("operators", "List the operators", list_operators()),
                  named("accounts", "List the operator's accounts", list_accounts()),
                  named("users", "List an account's users", list_users()),
                  named("keys", "List the tree's keys, and which are stored", list_keys()),
              }),
        and_itself(group("export", "Export the tree as one file, or keys",
                         {named("keys", "Copy keys out of the keystore", export_keys())}),
                   export_tree()),
        group("import", "Import keys, accounts and users",
              {
                  named("keys", "Copy keys into the keystore", import_keys()),
                  named("account", "Take an account in from its JWT", import_account()),
                  named("user", "Take a user in from a JWT or creds file", import_user()),
              }),
        group("reissue", "Give the operator another identity key",
              {named("operator", "Give the operator another identity key", reissue_operator())}),
        group("rename", "Rename accounts",
              {named("account", "Give an account another name", rename_account())}),
        group(
            "rotate", "Exchange a key for a new one, with a time in which both are good",
            {
                named("operator", "Exchange the operator's identity key or a signing key", rotate_operator()),
                named("account", "Put another account in an account's place", rotate_account()),
                named("signing-key", "Exchange an account's signing key", rotate_signing_key()),
                named("user", "Exchange a user's key", rotate_user()),
            }),
        group("generate", "Generate keys, creds files, activations and server configurations",
              {
                  named("nkey", "Generate keys", generate_nkey()),
                  named("creds", "Generate a user's creds file", generate_creds()),
                  named("activation", "Generate an activation of a private export", generate_activation()),
                  named("config", "Generate a server configuration", generate_config()),
                  named("context", "Generate a context of the nats tool for a user", generate_context()),
                  group("diagram", "Generate diagrams of the tree",
                        {
                            named("component", "Draw accounts, and what they export and import",
                                  generate_component_diagram()),
                            named("object", "Draw operator, accounts and users", generate_object_diagram()),
                        }),
                  named("profile", "Say what a program needs to connect as a user", generate_profile()),
                  named("tls-users", "Generate a server's users by certificate", generate_tls_users()),
              }),
        group("revocations", "Revoke users, and take it back",
              {
                  named("add-user,add_user", "Revoke a user, or all", revocations_add_user()),
                  named("add-users,add_users", "Revoke many users", revocations_add_users()),
                  named("delete-user,delete_user", "Take a revocation back", revocations_delete_user()),
                  named("list-users,list_users", "List an account's revocations", revocations_list_users()),
              }),
        group(
            "provisioning", "Set up credentials on request, and who may ask for them",
            {
                named("init", "Make what a provisioning service needs, in the store and in a folder",
                      provisioning_init()),
                named("add-requester", "Let somebody ask, by the public half of a key",
                      provisioning_add_requester()),
                named("list-requesters,list", "List who may ask", provisioning_list_requesters()),
                named("remove-requester,remove", "Let somebody ask no more", provisioning_remove_requester()),
                named("status", "Say whether the running service, the servers and the store fit together",
                      provisioning_status()),
                named("history", "Have running servers keep what is said in an account's chat",
                      provisioning_history()),
            }),
        named("pull", "Fetch accounts from running servers", pull()),
        named("plan", "Say what a tree's file would change", plan_tree()),
        named("apply", "Make the store say what a tree's file says", apply_tree()),
        named("push", "Send accounts to running servers", push()),
        named("reload", "Have a server reload when its files change", reload()),
        named("validate", "Say what is wrong with operator, accounts and users", validate()),
        named("lint", "Say what is valid and will cause trouble some day", lint()),
        named("expirations", "List when operator, accounts, users and activations expire", expirations()),
        named("explain", "Say why a server lets a user connect or not, and what the user may do", explain()),
        group("select", "Make an operator or account the current one",
              {
                  named("operator", "Make an operator the current one", select_operator()),
                  named("account", "Make an account the current one", select_account()),
              }),
        group("keys", "Move keys to where they belong",
              {named("migrate", "Copy keys from the folders of old versions of nsc", migrate_keys())}),
        group("keystore", "Seal the keystore's seeds with a passphrase, and open them again",
              {
                  named("encrypt", "Seal every seed with a passphrase", keystore_encrypt()),
                  named("decrypt", "Have every seed plain again", keystore_decrypt()),
                  named("status", "Say how many seeds are sealed", keystore_status()),
                  named("unlock", "Type the passphrase once for a time", keystore_unlock()),
                  named("lock", "Have the agent forget the passphrase's key", keystore_lock()),
                  named("agent", "Keep the key for keystore unlock", keystore_agent()),
              }),
        named("fix", "Build a tree from loose JWT, key and creds files", fix()),
        group("tool", "Publish, listen, request and answer as a user of the store",
              {
                  named("pub", "Publish a message (nats-pub)", tool_pub()),
                  named("sub", "Print messages as they come (nats-sub)", tool_sub()),
                  named("req", "Send a request and print the reply (nats-req)", tool_req()),
                  named("reply", "Answer requests (nats-rply)", tool_reply()),
                  named("rtt", "Measure the round trip time", tool_rtt()),
              }),
        named("env", "Show and set where nsctl keeps and finds things", env()),
    };
}

}  // namespace natscreds::nsctl
