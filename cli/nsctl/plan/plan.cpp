#include <memory>
#include <ostream>
#include <set>
#include <string>
#include <vector>

#include <nlohmann/json.hpp>

#include <natscreds/accounts/plan.h>
#include <natscreds/base/file.h>

#include "commands.h"
#include "errors.h"
#include "options/options.h"
#include "servers/push_accounts.h"
#include "shared/output.h"

namespace natscreds::nsctl {
namespace {

using accounts::PlannedStep;

constexpr std::size_t max_tree_file_bytes = 64 * 1024 * 1024;

struct PlanCommandOptions {
    std::string file;
    bool prune = false;
    bool push = false;
    LiveOptions live;

    console::OptionList options() {
        return {{.names = "file",
                 .to = &file,
                 .help = "the tree's TOML file",
                 .takes = Takes::file,
                 .required = true},
                {"--prune", &prune, "what the file does not name is deleted, or set back"}};
    }
};

base::Result<accounts::TreeFile> read_tree_file(const std::string& file) {
    const base::Result<std::string> text = base::read_file(file, max_tree_file_bytes);
    if (!text) return text.error();
    return accounts::parse_tree_file(*text, file);
}

accounts::PlanOptions plan_options(const Session& session, const PlanCommandOptions& options) {
    return {.unnamed = options.prune ? accounts::Unnamed::remove : accounts::Unnamed::keep,
            .signer = session.signer()};
}

/// What a step does, and has done.
struct StepWords {
    const char* verb;
    const char* past;
};

StepWords words_for(PlannedStep::Kind kind) {
    switch (kind) {
        case PlannedStep::Kind::add:
            return {"add", "added"};
        case PlannedStep::Kind::change:
            return {"change", "changed"};
        case PlannedStep::Kind::remove:
            return {"delete", "deleted"};
    }
    return {"", ""};
}

/// Names in a file may have anything in them; a terminal must not be told what to do.
std::string escaped(const std::string& text) {
    const std::string quoted =
        nlohmann::json(text).dump(-1, ' ', false, nlohmann::json::error_handler_t::replace);
    return quoted.substr(1, quoted.size() - 2);
}

std::string or_none(const std::string& value) {
    return value.empty() ? "(none)" : value;
}

void print_steps(std::ostream& out, const std::vector<PlannedStep>& steps) {
    for (const PlannedStep& step : steps) {
        out << words_for(step.kind).verb << ' ' << step.what << '\n';
        for (const accounts::Difference& one : step.differences)
            out << "    " << escaped(one.path) << ": " << or_none(one.before) << " -> " << or_none(one.after)
                << '\n';
    }
}

void print_json(std::ostream& out, const std::vector<PlannedStep>& steps) {
    nlohmann::ordered_json list = nlohmann::ordered_json::array();
    for (const PlannedStep& step : steps) {
        nlohmann::ordered_json claims = nlohmann::ordered_json::array();
        for (const accounts::Difference& one : step.differences)
            claims.push_back({{"claim", one.path}, {"before", one.before}, {"after", one.after}});
        list.push_back({{"action", words_for(step.kind).verb}, {"what", step.what}, {"claims", claims}});
    }
    out << list.dump(1, ' ', false, nlohmann::json::error_handler_t::replace) << '\n';
}

base::Status show_plan(const Session& session, const PlanCommandOptions& options) {
    const auto store = session.store();
    if (!store) return store.error();
    const auto file = read_tree_file(options.file);
    if (!file) return file.error();
    const accounts::Tree tree = session.tree(*store);
    const auto steps = accounts::plan(tree, *file, plan_options(session, options));
    if (!steps) return steps.error().within(options.file);
    std::ostream& out = session.world().out;
    session.json() ? print_json(out, *steps) : print_steps(out, *steps);
    out.flush();
    if (!out) return base::Error{Errc::write_failed, ""};
    return steps->empty() ? base::Status() : base::Error{Errc::differs, options.file};
}

/// Those that the file is about, as far as they are there: pushed again after an interruption, too.
std::vector<accounts::Name> accounts_named(const accounts::TreeFile& file) {
    std::set<accounts::Name> names;
    for (const auto& [name, payload] : file.accounts)
        names.insert(name);
    for (const auto& [name, users] : file.users)
        names.insert(name);
    return {names.begin(), names.end()};
}

base::Status apply_file(const Session& session, const PlanCommandOptions& options) {
    const auto store = session.store();
    if (!store) return store.error();
    const auto file = read_tree_file(options.file);
    if (!file) return file.error();
    const accounts::Tree tree = session.tree(*store);
    const auto steps = accounts::plan(tree, *file, plan_options(session, options));
    if (!steps) return steps.error().within(options.file);
    bool accounts_changed = false;
    for (const PlannedStep& step : *steps) {
        if (base::Status made = step.make(); !made) return made.error().within(step.what);
        session.done(words_for(step.kind).past + (" " + step.what));
        accounts_changed = accounts_changed || step.account;
    }
    if (steps->empty()) session.done("the store says what the file says");
    if (options.push) return push_accounts(session, accounts_named(*file), options.live);
    if (accounts_changed) session.hint("servers know it after: nsctl push --all");
    return {};
}

struct ExportTreeOptions {
    bool as_toml = false;
    std::string account;
    bool no_users = false;
    std::string output = "--";
};

base::Status export_file(const Session& session, const ExportTreeOptions& options) {
    if (!options.as_toml) return base::Error{Errc::export_of_what, ""};
    const auto store = session.store();
    if (!store) return store.error();
    accounts::TreeSelection selection{.account = {}, .users = !options.no_users};
    if (!options.account.empty()) {
        const auto name = accounts::Name::parse(options.account);
        if (!name) return name.error();
        selection.account = *name;
    }
    const auto tree = accounts::read_tree(*store, selection);
    if (!tree) return tree.error();
    return write_output(session, options.output, accounts::tree_file_text(*tree),
                        {.done = "wrote the tree to "});
}

}  // namespace

Command plan_tree() {
    const auto options = std::make_shared<PlanCommandOptions>();
    return {
        .options = options->options(),
        .notes = "Exit code 0: there is nothing to do; 2: there is; 1: an error.",
        .examples = {"nsctl plan tree.toml"},
        .run = [options](const Session& session) { return show_plan(session, *options); },
    };
}

Command apply_tree() {
    const auto options = std::make_shared<PlanCommandOptions>();
    return {
        .options = joined({options->options(),
                           {{"--push", &options->push, "send the file's accounts to the servers then"},
                            list_option("-u,--account-jwt-server-url", options->live.urls,
                                        "servers (default: the operator's, or else NATS_URL)")},
                           options->live.options()}),
        .notes = "What was interrupted is finished by the same command.",
        .examples = {"nsctl apply tree.toml", "nsctl apply tree.toml --push -u nats://localhost:4222"},
        .run = [options](const Session& session) { return apply_file(session, *options); },
    };
}

Command export_tree() {
    const auto options = std::make_shared<ExportTreeOptions>();
    return {
        .options = {{"--as-toml", &options->as_toml,
                     "operator, accounts and users as one file for plan and apply"},
                    {"-a,--account", &options->account, "this account alone"},
                    {"--no-users", &options->no_users, "without users"},
                    output_option(options->output)},
        .examples = {"nsctl export --as-toml -o tree.toml", "nsctl export --as-toml -a KUBECON --no-users"},
        .run = [options](const Session& session) { return export_file(session, *options); },
    };
}

}  // namespace natscreds::nsctl
