#include "session.h"

#include <ostream>

#include <nlohmann/json.hpp>

#include <natscreds/accounts/no_token.h>
#include <natscreds/base/masked.h>
#include <natscreds/cli/console/reporter.h>
#include <natscreds/nkeys/signing_key.h>

#include "shared/agent.h"

namespace natscreds::nsctl {
namespace {

accounts::GitIgnore git_ignore(const World& world) {
    const bool left_out = world.surroundings.variable("NSC_NO_GIT_IGNORE").has_value();
    return left_out ? accounts::GitIgnore::leave_out : accounts::GitIgnore::write;
}

accounts::KeyStore open_keystore(const World& world, const std::filesystem::path& folder,
                                 Passphrase passphrase) {
    return accounts::KeyStore(folder, git_ignore(world),
                              {.unlocker = std::make_shared<nkeys::Unlocker>(
                                   ask_passphrase(world, passphrase), kept_by_agent(world)),
                               .random = &world.random});
}

}  // namespace

Session::Session(World& world, GlobalOptions options, accounts::Context context)
    : world_(world),
      options_(std::move(options)),
      folders_(accounts::find_folders(options_.folders, world.surroundings)),
      keys_(open_keystore(world, folders_.keystore.path, Passphrase::known)),
      context_(std::move(context)) {}

base::Result<Session> Session::open(World& world, GlobalOptions options) {
    const accounts::Folders folders = accounts::find_folders(options.folders, world.surroundings);
    base::Result<accounts::Context> context = accounts::Context::load(folders, world.surroundings);
    if (!context) return context.error();
    Session session(world, std::move(options), *std::move(context));
    if (nkeys::SigningKey::parse_seed(session.signer())) {
        session.warn("a seed on the command line can be seen by others on this machine; -K takes a file too");
    }
    return session;
}

accounts::KeyStore Session::keystore(Passphrase passphrase) const {
    return open_keystore(world_, folders_.keystore.path, passphrase);
}

base::Result<accounts::Store> Session::store() const {
    const auto& current = context_.current_operator();
    if (!current) return base::Error{accounts::Errc::no_operator_chosen, context_.stores().string()};
    return accounts::Store::open(context_.stores(), *current);
}

accounts::Tree Session::tree(const accounts::Store& store) const {
    return {.store = store, .keys = keys_, .clock = world_.clock, .random = world_.random};
}

base::Result<accounts::Name> Session::account(const std::string& named) const {
    if (!named.empty()) return accounts::Name::parse(named);
    const auto& current = context_.current_account();
    if (!current) return base::Error{accounts::Errc::no_account_chosen, context_.stores().string()};
    return *current;
}

base::Status Session::choose_operator(const std::string& named) {
    const auto name = accounts::Name::parse(named);
    if (!name) return name.error();
    const auto there = accounts::Store::open(context_.stores(), *name);
    if (!there) return there.error();
    context_.choose_operator(*name);
    return {};
}

base::Status Session::choose_account(const std::string& named) {
    const auto name = accounts::Name::parse(named);
    if (!name) return name.error();
    const auto current = store();
    if (!current) return current.error();
    const auto there = current->read_account(*name);
    if (!there && !accounts::is_no_token(there.error())) return there.error();
    context_.choose_account(*name);
    return {};
}

base::Status Session::remember() const {
    return context_.save(world_.clock.now());
}

void Session::done(std::string_view what) const {
    const std::string text = base::masked(what);
    if (!json()) world_.err << "[ OK ] " << text << '\n';
    said_->done.push_back(text);
}

void Session::done(const std::vector<std::string>& lines) const {
    for (const std::string& line : lines)
        done(line);
}

void Session::made(const std::string& name, const std::string& value) const {
    said_->made.emplace_back(name, base::masked(value));
}

void Session::print_done() const {
    if (!json() || said_->done.empty()) return;
    nlohmann::ordered_json json;
    for (const auto& [name, value] : said_->made)
        json[name] = value;
    json["done"] = said_->done;
    world_.out << json.dump(1, ' ', false, nlohmann::json::error_handler_t::replace) << '\n';
}

void Session::hint(std::string_view what) const {
    console::Reporter("nsctl", world_.err).hint(what);
}

void Session::warn(std::string_view what) const {
    console::Reporter("nsctl", world_.err).message("warning: " + std::string(what));
}

std::string Session::shown(const std::filesystem::path& path) const {
    return base::masked(accounts::shown(path, world_.surroundings));
}

std::string in_quotes(std::string_view text) {
    return '"' + std::string(text) + '"';
}

}  // namespace natscreds::nsctl
