#include <natscreds/provisioner/operations/carry_out.h>

#include <chrono>
#include <stop_token>

#include <natscreds/base/date.h>
#include <natscreds/base/error_category.h>
#include <natscreds/base/joined.h>
#include <natscreds/base/match.h>
#include <natscreds/base/pause.h>
#include <natscreds/provisioner/policy/name.h>

#include "desk_commands.h"
#include "who.h"

namespace natscreds::provisioner {
namespace {

const char* describe(OperationErrc code) {
    switch (code) {
        case OperationErrc::no_such_name:
            return "the ledger knows no such name";
        case OperationErrc::nobody:
            return "this is no owner, no user's public key, and no requester's name";
        case OperationErrc::in_the_policy:
            return "the configuration lists this requester, and what it says counts";
    }
    return "unknown error";
}

constinit const base::ErrorCategory<OperationErrc> category("operation", describe);

base::Status is_key(const std::string& text) {
    const base::Result<nkeys::PublicKey> key = nkeys::PublicKey::parse(text, nkeys::Kind::user);
    return key ? base::Status() : base::Status(key.error());
}

/// A requester may be meant by a name too.
base::Status is_requester(const std::string& text) {
    return Name::parse(text) ? base::Status() : is_key(text);
}

base::Status is_somebody(const char* verb, const Denial& whom) {
    const base::Status meant = whom.kind == Denial::Kind::name  ? check_ledger_name(whom.value)
                               : whom.kind == Denial::Kind::key ? is_key(whom.value)
                                                                : is_requester(whom.value);
    return meant ? meant
                 : base::Status(meant.error().within(std::string(verb) + " " + std::string(word(whom.kind))));
}

/// Without anybody's name having to be looked up.
bool says_owner(const std::string& text) {
    const auto owner = Owner::parse(text);
    return (owner && !owner->nobody()) || nkeys::PublicKey::parse(text, nkeys::Kind::user);
}

bool names_requester(const Denial& whom) {
    return whom.kind == Denial::Kind::requester && !is_key(whom.value);
}

/// What is denied is a requester's key: with its name the operator means the key that has it now.
base::Result<OperatorCommand> with_requester_key(OperatorCommand command, const Desk& desk) {
    Denial* const whom = std::visit(
        base::Match{[](Deny& wanted) { return &wanted.whom; }, [](Allow& wanted) { return &wanted.whom; },
                    [](Revoke& wanted) { return &wanted.whom; },
                    [](auto& /*other*/) { return static_cast<Denial*>(nullptr); }},
        command);
    if (whom == nullptr || !names_requester(*whom)) return command;
    const auto meant = who(whom->value, desk);
    if (!meant) return meant.error();
    const auto* const key = std::get_if<nkeys::PublicKey>(&*meant);
    if (key == nullptr) return base::Error{OperationErrc::nobody, whom->value};
    desk.reporter.message("requester " + whom->value + " is " + key->text());
    whom->value = key->text();
    return command;
}

/// Whoever has to be stopped at once is, also where that cannot be noted.
bool takes_away(const OperatorCommand& command) {
    return std::holds_alternative<Deny>(command) || std::holds_alternative<Revoke>(command);
}

/// What was done is done: it waits in the ledger until a service runs.
void wait_for_audit(const std::string& id, const Desk& desk) {
    constexpr std::chrono::milliseconds pause{50};
    const auto end = std::chrono::steady_clock::now() + desk.timeout;
    const std::stop_token never;
    for (;;) {
        const auto waits = desk.ledger.has_operation(id);
        if (waits && !*waits) return;
        if (std::chrono::steady_clock::now() >= end) break;
        base::pause(never, pause);
    }
    desk.reporter.message("no service has this in its audit yet: it waits in the ledger for one that runs");
}

}  // namespace

std::error_code make_error_code(OperationErrc code) noexcept {
    return {static_cast<int>(code), category};
}

base::Status check(const OperatorCommand& command) {
    return std::visit(base::Match{[](const ShowName& wanted) { return check_ledger_name(wanted.name); },
                                  [](const ReleaseName& wanted) { return check_ledger_name(wanted.name); },
                                  [](const TransferName& wanted) { return check_ledger_name(wanted.name); },
                                  [](const Deny& wanted) { return is_somebody("deny", wanted.whom); },
                                  [](const Revoke& wanted) { return is_somebody("revoke", wanted.whom); },
                                  [](const AddRequester& wanted) {
                                      const base::Result<Name> name = Name::parse(wanted.name);
                                      const base::Status named = name ? base::Status() : name.error();
                                      return named ? is_key(wanted.key) : named;
                                  },
                                  [](const auto&) { return base::Status(); }},
                      command);
}

bool looks_up_only(const OperatorCommand& command) {
    return std::visit(
        base::Match{[](const ShowName&) { return true; }, [](const ReleaseName&) { return true; },
                    [](const TransferName& wanted) { return says_owner(wanted.to); },
                    [](const Allow& wanted) { return !names_requester(wanted.whom); },
                    [](const Deny& wanted) { return wanted.whom.kind != Denial::Kind::requester; },
                    [](const Revoke& wanted) { return wanted.whom.kind == Denial::Kind::name; },
                    [](const auto&) { return false; }},
        command);
}

std::optional<Change> change_of(const OperatorCommand& command) {
    using Changes = std::optional<Change>;
    return std::visit(
        base::Match{
            [](const ReleaseName& wanted) {
                return Changes({.what = "names release", .whom = "name " + wanted.name});
            },
            [](const TransferName& wanted) {
                return Changes(
                    {.what = "names transfer", .whom = "name " + wanted.name + " to " + wanted.to});
            },
            [](const Deny& wanted) {
                const std::string end = wanted.until ? ", until " + base::date_of(*wanted.until) : "";
                return Changes({.what = "deny", .whom = shown(wanted.whom) + end});
            },
            [](const Allow& wanted) { return Changes({.what = "allow", .whom = shown(wanted.whom)}); },
            [](const Revoke& wanted) { return Changes({.what = "revoke", .whom = shown(wanted.whom)}); },
            [](const AddRequester& wanted) {
                const std::string roles =
                    wanted.roles.empty() ? "" : ", for " + base::joined(wanted.roles, ", ");
                return Changes({.what = "requesters add", .whom = wanted.name + ", " + wanted.key + roles});
            },
            [](const RemoveRequester& wanted) {
                return Changes({.what = "requesters remove", .whom = wanted.name});
            },
            [](const auto&) { return Changes(); }},
        command);
}

base::Status carry_out(const OperatorCommand& given, const Desk& desk) {
    const auto command = with_requester_key(given, desk);
    if (!command) return command.error();
    const auto perform_it = [&] {
        return std::visit([&](const auto& wanted) { return perform(wanted, desk); }, *command);
    };
    const std::optional<Change> change = change_of(*command);
    if (!change) return perform_it();
    const Operation operation = with_id(
        {.id = {}, .at = desk.now, .by = desk.by, .what = change->what, .whom = change->whom}, desk.random);
    const base::Status noted = desk.ledger.note(operation);
    if (!noted && !takes_away(*command)) return noted;
    if (!noted) desk.reporter.message("warning: this is in no audit: " + noted.error().message());
    base::Status done = perform_it();
    // What was not done need not be audited, unless a service was faster.
    if (!done) (void)desk.ledger.forget_operation(operation.id);
    if (done && noted) wait_for_audit(operation.id, desk);
    return done;
}

}  // namespace natscreds::provisioner
