#include <natscreds/provisioner/operations/carry_out.h>

#include <type_traits>

#include <natscreds/base/error_category.h>
#include <natscreds/base/match.h>
#include <natscreds/provisioner/policy/name.h>

#include "desk_commands.h"

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

base::Status is_name(const std::string& text) {
    const base::Result<Name> name = Name::parse(text);
    return name ? base::Status() : base::Status(name.error());
}

base::Status is_key(const std::string& text) {
    const base::Result<nkeys::PublicKey> key = nkeys::PublicKey::parse(text, nkeys::Kind::user);
    return key ? base::Status() : base::Status(key.error());
}

base::Status is_somebody(const char* verb, const Denial& whom) {
    const base::Status meant = whom.kind == Denial::Kind::name ? is_name(whom.value) : is_key(whom.value);
    return meant ? meant
                 : base::Status(meant.error().within(std::string(verb) + " " + std::string(word(whom.kind))));
}

}  // namespace

std::error_code make_error_code(OperationErrc code) noexcept {
    return {static_cast<int>(code), category};
}

base::Status check(const OperatorCommand& command) {
    return std::visit(base::Match{[](const ShowName& wanted) { return is_name(wanted.name); },
                                  [](const Deny& wanted) { return is_somebody("deny", wanted.whom); },
                                  [](const AddRequester& wanted) {
                                      const base::Status named = is_name(wanted.name);
                                      return named ? is_key(wanted.key) : named;
                                  },
                                  [](const auto&) { return base::Status(); }},
                      command);
}

bool looks_up_only(const OperatorCommand& command) {
    return std::visit(
        base::Match{[](const ShowName&) { return true; }, [](const Allow&) { return true; },
                    [](const Deny& wanted) { return wanted.whom.kind != Denial::Kind::requester; },
                    [](const auto&) { return false; }},
        command);
}

base::Status carry_out(const OperatorCommand& command, const Desk& desk) {
    return std::visit([&](const auto& wanted) { return perform(wanted, desk); }, command);
}

}  // namespace natscreds::provisioner
