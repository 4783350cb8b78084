#include "errors.h"

#include <array>
#include <string_view>

#include <natscreds/accounts/errc.h>
#include <natscreds/base/error_category.h>
#include <natscreds/jwt/errc.h>
#include <natscreds/nkeys/errc.h>

namespace natscreds::nsctl {
namespace {

const char* describe(Errc code) {
    switch (code) {
        case Errc::nothing_to_edit:
            return "specify an edit option";
        case Errc::no_kind:
            return "set --operator, --account or --user";
        case Errc::bad_number:
            return "this is not a number";
        case Errc::bad_duration:
            return "this is not a duration";
        case Errc::no_user_named:
            return "name a user";
        case Errc::no_token:
            return "there is no JWT in it";
        case Errc::over_http:
            return "operators can be imported from files only";
        case Errc::write_failed:
            return "the output could not be written";
    }
    return "unknown error";
}

constinit const base::ErrorCategory<Errc> category("nsctl", describe);

struct Hint {
    std::error_code code;
    std::string_view text;
};

/// What to do about an error; empty where its own sentence says all.
std::string_view hint_for(const std::error_code& code) {
    using accounts::Errc;
    const std::array hints{
        Hint{Errc::no_operator_chosen,
             "choose one: nsctl select operator NAME; or make one: nsctl add operator NAME"},
        Hint{Errc::no_account_chosen, "choose one: --account NAME, or nsctl select account NAME"},
        Hint{Errc::no_such_operator, "nsctl list operators shows those there are"},
        Hint{Errc::no_such_account, "nsctl list accounts shows those there are"},
        Hint{Errc::no_such_user, "nsctl list users shows those there are"},
        Hint{Errc::not_a_key, "nsctl describe account shows the roles and keys that there are"},
        Hint{Errc::operator_exists, "with --force its token is replaced"},
        Hint{Errc::key_not_stored, "nsctl env shows which keystore is used; -K takes a file too"},
        Hint{Errc::no_signer, "name a key with -K; nsctl env shows which keystore is used"},
        Hint{Errc::not_a_signer,
             "the issuer must be its own key or one of its signing keys; nsctl edit ... --sk adds one"},
        Hint{Errc::scope_decides, "leave the permissions out, or sign with a key without a scope"},
        Hint{Errc::no_signing_key, "add one in the same command: --sk generate"},
        Hint{Errc::no_system_account,
             "nsctl edit operator --system-account NAME, or --sys-account NAME here"},
        Hint{make_error_code(natscreds::nsctl::Errc::bad_number),
             "a whole number, -1 for no limit; sizes may end in k m g t kib mib gib tib"},
        Hint{make_error_code(natscreds::nsctl::Errc::bad_duration), "such as 500ms, 5s, 1m30s or 2h"},
        Hint{make_error_code(natscreds::nsctl::Errc::no_user_named),
             "--name NAME; nsctl list users shows those there are"},
        Hint{make_error_code(natscreds::nsctl::Errc::over_http), "fetch it first: curl -o operator.jwt URL"},
        Hint{nkeys::Errc::wrong_kind, "operators' keys begin with O, accounts' with A, users' with U"},
        Hint{jwt::Errc::old_version, "servers before 2.2 used such tokens; they cannot be edited"},
    };
    for (const Hint& hint : hints) {
        if (hint.code == code) return hint.text;
    }
    return {};
}

}  // namespace

std::error_code make_error_code(Errc code) noexcept {
    return {static_cast<int>(code), category};
}

void report(const console::Reporter& reporter, const base::Error& error) {
    reporter.message(error.message());
    const std::string_view hint = hint_for(error.code);
    if (!hint.empty()) reporter.hint(hint);
}

}  // namespace natscreds::nsctl
