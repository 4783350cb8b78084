#include <filesystem>
#include <memory>
#include <string>
#include <system_error>

#include <nlohmann/json.hpp>

#include <natscreds/base/file.h>

#include "commands.h"
#include "errors.h"
#include "options/options.h"
#include "shared/only_user.h"

namespace natscreds::nsctl {
namespace {

struct GenerateContextOptions {
    std::string account;
    std::string user;
    std::string context;
};

/// Where the `nats` tool, and the programs here, look for contexts.
std::filesystem::path context_folder(const Session& session) {
    const auto& surroundings = session.world().surroundings;
    const std::string xdg = surroundings.variable("XDG_CONFIG_HOME").value_or("");
    const std::filesystem::path home = surroundings.variable("HOME").value_or("/");
    const std::filesystem::path config = xdg.empty() ? home / ".config" : std::filesystem::path(xdg);
    return surroundings.current_folder / config / "nats/context";
}

base::Status generate_context_file(const Session& session, const GenerateContextOptions& options) {
    // A context's name is that of its file.
    const auto name = accounts::Name::parse(options.context);
    if (!name) return name.error().within("--context");
    const auto chosen = chosen_user(session, options.account, options.user);
    if (!chosen) return chosen.error();
    if (!chosen->store.holds_user(chosen->account, chosen->user))
        return base::Error{accounts::Errc::no_such_user, in_quotes(chosen->user.text())};
    const auto creds = stored_creds(session, *chosen);
    if (!creds) return creds.error();
    const auto owner = chosen->store.read_operator();
    if (!owner) return owner.error();
    nlohmann::ordered_json json;
    json["nsc"] =
        "nsc://" + chosen->store.name().text() + "/" + chosen->account.text() + "/" + chosen->user.text();
    const auto& services = owner->claims().operator_service_urls;
    if (!services.empty()) json["url"] = services.front();
    json["creds"] = creds->string();
    const std::string text = json.dump(-1, ' ', false, nlohmann::json::error_handler_t::replace);
    const std::filesystem::path folder = context_folder(session);
    if (base::Status made = base::make_private_folder(folder); !made) return made;
    const std::string file = name->text().ends_with(".json") ? name->text() : name->text() + ".json";
    base::Status written =
        base::write_file(folder / file, base::as_bytes(text), {.existing = base::Existing::replace});
    if (!written) return written;
    session.done("wrote nats cli context file to `" + session.shown(folder / file) + "`");
    return {};
}

}  // namespace

Command generate_context() {
    const auto options = std::make_shared<GenerateContextOptions>();
    return {
        .options =
            {account_option(options->account),
             {"-u,--user", &options->user, "user name (default: the account's only one)"},
             {.names = "--context", .to = &options->context, .help = "the context's name", .required = true}},
        .examples = {"nsctl generate context -a KUBECON -u chat-access --context chat"},
        .run = [options](const Session& session) { return generate_context_file(session, *options); },
    };
}

}  // namespace natscreds::nsctl
