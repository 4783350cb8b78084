#include <memory>
#include <string>

#include <CLI/CLI.hpp>

#include "commands.h"

namespace natscreds::nsctl {
namespace {

base::Status select_operator(Session& session, const std::string& name) {
    if (base::Status chosen = session.choose_operator(name); !chosen) return chosen;
    session.done("selected operator " + in_quotes(name));
    return session.remember();
}

base::Status select_account(Session& session, const std::string& name) {
    if (base::Status chosen = session.choose_account(name); !chosen) return chosen;
    session.done("selected account " + in_quotes(name));
    return session.remember();
}

std::shared_ptr<std::string> bind_name(CLI::App& command) {
    auto name = std::make_shared<std::string>();
    command.add_option("name", *name, "its name")->required();
    return name;
}

}  // namespace

Action define_select_operator(CLI::App& command) {
    const auto name = bind_name(command);
    return [name](Session& session) { return select_operator(session, *name); };
}

Action define_select_account(CLI::App& command) {
    const auto name = bind_name(command);
    return [name](Session& session) { return select_account(session, *name); };
}

}  // namespace natscreds::nsctl
