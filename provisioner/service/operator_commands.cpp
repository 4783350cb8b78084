#include "operator_commands.h"

#include <array>
#include <memory>
#include <string>

#include <natscreds/accounts/moment.h>

namespace natscreds::provisioner {
namespace {

using console::Command;
using console::Option;
using Take = std::function<void(OperatorCommand)>;

constexpr std::array denial_kinds{Denial::Kind::name, Denial::Kind::key, Denial::Kind::requester};

std::vector<std::string> denial_words() {
    std::vector<std::string> words;
    for (const Denial::Kind kind : denial_kinds)
        words.emplace_back(word(kind));
    return words;
}

/// What `given` says when the command is run. It lives as long as the command.
template <class Given>
std::function<void()> taking(const std::shared_ptr<Given>& given, const Take& take) {
    return [given, take] { take(*given); };
}

Option argument(const char* name, std::string& to, const char* help) {
    return {.names = name, .to = &to, .help = help, .required = true};
}

Option as_json(bool& to) {
    return {"--json", &to, "as JSON"};
}

/// A moment that is still to come.
Option moment(const char* names, std::optional<base::Time>& to, const char* help, base::Time now) {
    const auto read = [&to, now](const std::string& text) -> base::Status {
        const auto found = accounts::parse_moment(text, now);
        if (!found) return found.error();
        if (!*found || **found <= now)
            return base::Error{accounts::Errc::bad_moment, "\"" + text + "\" is not to come"};
        to = *found;
        return {};
    };
    return {.names = names, .to = read, .help = help, .value = "TIME", .filled = true};
}

/// Whom a command is about.
console::OptionList whom(Denial& to) {
    const auto kind = [&to](const std::string& named) -> base::Status {
        to.kind = denial_kind(named).value_or(to.kind);
        return {};
    };
    return {{.names = "kind",
             .to = kind,
             .help = "name, key or requester",
             .choices = denial_words(),
             .required = true},
            argument("value", to.value, "the name, the public key, or the requester's name or key")};
}

// ---- names

Command list_names(const Take& take, base::Time now) {
    const auto given = std::make_shared<ListNames>();
    return {.words = "list",
            .summary = "names, whose they are and until when",
            .options = {{.names = "--owner",
                         .to = &given->owner,
                         .help = "only those of this owner, of this requester's key, or of the requester "
                                 "with this name",
                         .value = "OWNER",
                         .filled = true},
                        {.names = "--role",
                         .to = &given->role,
                         .help = "only those of this role",
                         .value = "ROLE",
                         .filled = true},
                        moment("--expiring", given->expiring_before,
                               "only those whose last credentials end before this time: 1h, 2d, or "
                               "\"2030-12-24 18:00:00 UTC\"",
                               now),
                        as_json(given->json)},
            .run = taking(given, take)};
}

Command show_name(const Take& take) {
    const auto given = std::make_shared<ShowName>();
    return {.words = "show",
            .summary = "all that is known of a name",
            .options = {argument("name", given->name, "the name"), as_json(given->json)},
            .run = taking(given, take)};
}

Command release_name(const Take& take) {
    const auto given = std::make_shared<ReleaseName>();
    return {.words = "release",
            .summary = "take a name from its owner, so that anybody may ask for it",
            .options = {argument("name", given->name, "the name")},
            .run = taking(given, take)};
}

Command transfer_name(const Take& take) {
    const auto given = std::make_shared<TransferName>();
    return {.words = "transfer",
            .summary = "give a name to another owner, who may then ask for it",
            .options = {argument("name", given->name, "the name"),
                        {.names = "--to",
                         .to = &given->to,
                         .help = "the owner, as `names show` has it, a requester's key, or its name",
                         .value = "OWNER",
                         .required = true,
                         .filled = true}},
            .run = taking(given, take)};
}

Command names(const Take& take, base::Time now) {
    return {.words = "names",
            .summary = "look at names and their owners, and take and give them",
            .subcommands = {list_names(take, now), show_name(take), release_name(take), transfer_name(take)}};
}

// ---- denials

Command deny(const Take& take, base::Time now) {
    const auto given = std::make_shared<Deny>();
    return {.words = "deny",
            .summary = "give nothing more to a name, a key or a requester",
            .options = console::joined(
                {whom(given->whom),
                 {moment("--until", given->until,
                         "until this time: 8h, 30d, or \"2030-12-24 18:00:00 UTC\"; otherwise until it is "
                         "taken back",
                         now)}}),
            .run = taking(given, take)};
}

Command allow(const Take& take) {
    const auto given = std::make_shared<Allow>();
    return {.words = "allow",
            .summary = "take that back",
            .options = whom(given->whom),
            .run = taking(given, take)};
}

Command revoke(const Take& take) {
    const auto given = std::make_shared<Revoke>();
    return {
        .words = "revoke",
        .summary = "deny, supersede the keys that there are, and end their connections",
        .options = whom(given->whom),
        .notes =
            "Credentials that were given out can be used until they expire: it says which, until when, and "
            "what ends\nthem before. Connections are ended where [system] names a user of the system "
            "account, by servers from 2.10 on.",
        .run = taking(given, take)};
}

Command denials(const Take& take) {
    const auto given = std::make_shared<ListDenials>();
    return {.words = "denials",
            .summary = "look at who is denied",
            .subcommands = {{.words = "list",
                             .summary = "who is denied, until when, and by whom",
                             .options = {as_json(given->json)},
                             .run = taking(given, take)}}};
}

// ---- requesters

Command add_requester(const Take& take) {
    const auto given = std::make_shared<AddRequester>();
    return {.words = "add",
            .summary = "give a requester a name",
            .options = {argument("name", given->name, "the requester's name"),
                        {.names = "--key",
                         .to = &given->key,
                         .help = "its public key",
                         .value = "KEY",
                         .required = true},
                        {.names = "--role",
                         .to = &given->roles,
                         .help = "a role that it may have, and no others; otherwise as one without a name",
                         .value = "ROLE",
                         .filled = true}},
            .run = taking(given, take)};
}

Command remove_requester(const Take& take) {
    const auto given = std::make_shared<RemoveRequester>();
    return {.words = "remove",
            .summary = "take the name away",
            .options = {argument("name", given->name, "the requester's name")},
            .run = taking(given, take)};
}

Command list_requesters(const Take& take) {
    const auto given = std::make_shared<ListRequesters>();
    return {.words = "list",
            .summary = "requesters with names, of the configuration and the ledger",
            .options = {as_json(given->json)},
            .run = taking(given, take)};
}

Command requesters(const Take& take) {
    return {.words = "requesters",
            .summary = "look after requesters that have names",
            .subcommands = {add_requester(take), list_requesters(take), remove_requester(take)}};
}

}  // namespace

std::vector<Command> operator_commands(const Take& take, base::Time now) {
    return {names(take, now), deny(take, now), allow(take), revoke(take), denials(take), requesters(take)};
}

}  // namespace natscreds::provisioner
