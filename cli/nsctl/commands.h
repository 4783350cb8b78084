#pragma once

#include <functional>
#include <type_traits>
#include <vector>

#include <natscreds/base/result.h>
#include <natscreds/cli/console/command.h>

#include "session.h"

namespace natscreds::nsctl {

using console::joined;
using console::Takes;

/// What a command does, once its command line has been read.
using Action = std::function<base::Status(Session&)>;

using Command = console::CommandOf<Action>;
static_assert(std::is_default_constructible_v<Command>);

/// Everything that nsctl can do, by the words for it.
[[nodiscard]] std::vector<Command> commands();

/// Each without its words and summary, which are in the table of commands.
[[nodiscard]] Command add_operator();
[[nodiscard]] Command add_account();
[[nodiscard]] Command add_user();
[[nodiscard]] Command add_users();
[[nodiscard]] Command add_export();
[[nodiscard]] Command add_import();
[[nodiscard]] Command add_mapping();
[[nodiscard]] Command add_signing_key();
[[nodiscard]] Command edit_operator();
[[nodiscard]] Command edit_account();
[[nodiscard]] Command edit_authcallout();
[[nodiscard]] Command edit_user();
[[nodiscard]] Command edit_export();
[[nodiscard]] Command edit_import();
[[nodiscard]] Command edit_signing_key();
[[nodiscard]] Command delete_operator();
[[nodiscard]] Command delete_account();
[[nodiscard]] Command delete_user();
[[nodiscard]] Command delete_users();
[[nodiscard]] Command delete_export();
[[nodiscard]] Command delete_import();
[[nodiscard]] Command delete_mapping();
[[nodiscard]] Command delete_signing_key();
[[nodiscard]] Command describe_operator();
[[nodiscard]] Command describe_account();
[[nodiscard]] Command describe_user();
[[nodiscard]] Command describe_export();
[[nodiscard]] Command describe_import();
[[nodiscard]] Command describe_signing_key();
[[nodiscard]] Command describe_jwt();
[[nodiscard]] Command list_operators();
[[nodiscard]] Command list_accounts();
[[nodiscard]] Command list_users();
[[nodiscard]] Command list_keys();
[[nodiscard]] Command generate_nkey();
[[nodiscard]] Command generate_creds();
[[nodiscard]] Command generate_activation();
[[nodiscard]] Command generate_config();
[[nodiscard]] Command generate_profile();
[[nodiscard]] Command generate_tls_users();
[[nodiscard]] Command provisioning_init();
[[nodiscard]] Command provisioning_add_requester();
[[nodiscard]] Command provisioning_list_requesters();
[[nodiscard]] Command provisioning_remove_requester();
[[nodiscard]] Command provisioning_status();
[[nodiscard]] Command provisioning_history();
[[nodiscard]] Command revocations_add_user();
[[nodiscard]] Command revocations_add_users();
[[nodiscard]] Command revocations_delete_user();
[[nodiscard]] Command revocations_list_users();
[[nodiscard]] Command select_operator();
[[nodiscard]] Command select_account();
[[nodiscard]] Command init();
[[nodiscard]] Command push();
[[nodiscard]] Command reload();
[[nodiscard]] Command validate();
[[nodiscard]] Command expirations();
[[nodiscard]] Command export_keys();
[[nodiscard]] Command import_keys();
[[nodiscard]] Command import_account();
[[nodiscard]] Command import_user();
[[nodiscard]] Command reissue_operator();
[[nodiscard]] Command rename_account();
[[nodiscard]] Command rotate_operator();
[[nodiscard]] Command rotate_account();
[[nodiscard]] Command rotate_signing_key();
[[nodiscard]] Command rotate_user();
[[nodiscard]] Command pull();
[[nodiscard]] Command generate_context();
[[nodiscard]] Command generate_component_diagram();
[[nodiscard]] Command generate_object_diagram();
[[nodiscard]] Command tool_pub();
[[nodiscard]] Command tool_sub();
[[nodiscard]] Command tool_req();
[[nodiscard]] Command tool_reply();
[[nodiscard]] Command tool_rtt();
[[nodiscard]] Command fix();
[[nodiscard]] Command keystore_encrypt();
[[nodiscard]] Command keystore_decrypt();
[[nodiscard]] Command keystore_status();
[[nodiscard]] Command keystore_unlock();
[[nodiscard]] Command keystore_lock();
[[nodiscard]] Command keystore_agent();

[[nodiscard]] Command migrate_keys();
[[nodiscard]] Command explain();
[[nodiscard]] Command lint();
[[nodiscard]] Command plan_tree();
[[nodiscard]] Command apply_tree();
[[nodiscard]] Command export_tree();
[[nodiscard]] Command env();

}  // namespace natscreds::nsctl
