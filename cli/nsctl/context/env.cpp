#include <memory>
#include <ostream>
#include <string>

#include <nlohmann/json.hpp>

#include <natscreds/cli/console/table.h>

#include "commands.h"
#include "shared/table_parts.h"

namespace natscreds::nsctl {
namespace {

struct EnvOptions {
    std::string stores;
    std::string operator_name;
    std::string account;

    [[nodiscard]] bool anything() const {
        return !stores.empty() || !operator_name.empty() || !account.empty();
    }
};

base::Status change(Session& session, const EnvOptions& options) {
    if (!options.stores.empty()) {
        const auto& current_folder = session.world().surroundings.current_folder;
        session.context().choose_stores((current_folder / options.stores).lexically_normal());
    }
    if (!options.operator_name.empty()) {
        if (base::Status done = session.choose_operator(options.operator_name); !done) return done;
    }
    if (!options.account.empty()) {
        if (base::Status done = session.choose_account(options.account); !done) return done;
    }
    return session.remember();
}

std::string text_of(const std::optional<accounts::Name>& name) {
    return name ? name->text() : "";
}

std::string table(const Session& session) {
    const accounts::Context& context = session.context();
    const auto is_set = [&](const char* name) {
        return yes_no(session.world().surroundings.variable(name).has_value());
    };
    // An empty folder is none.
    const auto names_folder = [&](const char* name) {
        return yes_no(!session.world().surroundings.variable(name).value_or("").empty());
    };
    console::Table table("NSCTL Environment");
    table.add_row({"Setting", "Set, or from", "Effective Value"});
    table.add_separator();
    table.add_row(
        {"$NSC_CWD_ONLY", is_set("NSC_CWD_ONLY"), "If set, default operator/account from cwd only"});
    table.add_row({"$NSC_NO_GIT_IGNORE", is_set("NSC_NO_GIT_IGNORE"), "If set, no .gitignore files written"});
    table.add_row({"$NKEYS_PATH", names_folder("NKEYS_PATH"), session.shown(session.keys().folder())});
    table.add_row({"$NSC_HOME", names_folder("NSC_HOME"), session.shown(session.folders().config.path)});
    table.add_row({"Config", session.folders().config.from, session.shown(context.file())});
    table.add_row({"Keys", session.folders().keystore.from, session.shown(session.keys().folder())});
    table.add_separator();
    table.add_row({"From CWD", "", yes_no(context.from_current_folder())});
    const accounts::Folder& stores = session.folders().stores;
    table.add_row({"Default Stores Dir", stores.from, session.shown(stores.path)});
    table.add_row({"Current Store Dir", context.stores_from(), session.shown(context.stores())});
    table.add_row({"Current Operator", context.operator_from(), text_of(context.current_operator())});
    table.add_row({"Current Account", context.account_from(), text_of(context.current_account())});
    return table.text();
}

void print_json(const Session& session) {
    const accounts::Context& context = session.context();
    nlohmann::ordered_json json{{"config", context.file().string()},
                                {"config_from", session.folders().config.from},
                                {"stores", context.stores().string()},
                                {"stores_from", context.stores_from()},
                                {"keystore", session.keys().folder().string()},
                                {"keystore_from", session.folders().keystore.from},
                                {"operator", text_of(context.current_operator())},
                                {"operator_from", context.operator_from()},
                                {"account", text_of(context.current_account())},
                                {"account_from", context.account_from()},
                                {"from_current_folder", context.from_current_folder()}};
    session.world().out << json.dump(1, ' ', false, nlohmann::json::error_handler_t::replace) << '\n';
}

base::Status env(Session& session, const EnvOptions& options) {
    if (options.anything()) {
        if (base::Status done = change(session, options); !done) return done;
    }
    if (session.json()) {
        print_json(session);
    } else {
        session.world().out << table(session);
    }
    return {};
}

}  // namespace

Command env() {
    const auto options = std::make_shared<EnvOptions>();
    return {
        .options = {{"-s,--store", &options->stores, "set the folder of the operators", Takes::folder},
                    {"-o,--operator", &options->operator_name, "set the current operator"},
                    {"-a,--account", &options->account, "set the current account"}},
        .examples = {"nsctl env", "nsctl env -o KO -a KUBECON"},
        .run = [options](Session& session) { return env(session, *options); },
    };
}

}  // namespace natscreds::nsctl
