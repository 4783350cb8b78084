#include <memory>
#include <string>

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

console::Option name_option(std::string& name) {
    return {.names = "name", .to = &name, .help = "its name", .required = true};
}

}  // namespace

Command select_operator() {
    const auto name = std::make_shared<std::string>();
    return {
        .options = {name_option(*name)},
        .run = [name](Session& session) { return select_operator(session, *name); },
    };
}

Command select_account() {
    const auto name = std::make_shared<std::string>();
    return {
        .options = {name_option(*name)},
        .run = [name](Session& session) { return select_account(session, *name); },
    };
}

}  // namespace natscreds::nsctl
