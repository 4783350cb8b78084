#pragma once

#include <functional>
#include <optional>
#include <string>
#include <vector>

#include <natscreds/accounts/create.h>
#include <natscreds/accounts/permissions.h>
#include <natscreds/base/result.h>
#include <natscreds/cli/console/command.h>
#include <natscreds/jwt/token.h>

#include "session.h"

/// Options that several commands share.
namespace natscreds::nsctl {

using Strings = std::vector<std::string>;

/// Adds the values that are not in the list yet.
void add_new(Strings& list, const Strings& values);

/// An option whose value is a list with commas, and that can be given several times.
[[nodiscard]] console::Option list_option(const char* names, Strings& values, const char* help);

/// -a, for what lies in an account.
[[nodiscard]] console::Option account_option(std::string& account);

/// Takes the name of what will be written: any but a seed, which would be there for everybody to read.
[[nodiscard]] std::function<base::Status(const std::string&)> written_to(std::string& path);

/// -o, for what goes to standard output otherwise.
[[nodiscard]] console::Option output_option(std::string& file);

/// --start and --expiry.
struct TimeOptions {
    std::optional<std::string> start;
    std::optional<std::string> expiry;

    [[nodiscard]] console::OptionList options();
    [[nodiscard]] bool given() const { return start || expiry; }
    [[nodiscard]] base::Result<accounts::Validity> validity(base::Time now) const;

    /// Changes of a token's validity what was given.
    template <class C>
    [[nodiscard]] base::Status apply_to(jwt::Draft<C>& draft, base::Time now) const {
        const auto validity = changed({draft.not_before, draft.expires}, now);
        if (!validity) return validity.error();
        draft.not_before = validity->not_before;
        draft.expires = validity->expires;
        return {};
    }

    /// A line for each that was given, as nsc words them.
    [[nodiscard]] Strings report(base::Time now) const;

  private:
    [[nodiscard]] base::Result<accounts::Validity> changed(const accounts::Validity& before,
                                                           base::Time now) const;
};

/// --allow-pub and its like.
struct PermissionOptions {
    accounts::PermissionChanges changes;
    std::string response_ttl;

    [[nodiscard]] console::OptionList options();
    [[nodiscard]] console::OptionList
    removal_options();  ///< --rm and --rm-response-perms, of what can be edited
    [[nodiscard]] bool given() const;
    [[nodiscard]] base::Result<jwt::Permissions> applied_to(jwt::Permissions permissions) const;

    /// A line for each change, as nsc words them.
    [[nodiscard]] Strings report() const;
};

/// --tag and --rm-tag.
struct TagOptions {
    accounts::TagChanges changes;

    [[nodiscard]] console::OptionList options();
    [[nodiscard]] bool given() const { return !changes.add.empty() || !changes.remove.empty(); }
    [[nodiscard]] Strings report() const;
};

/// --sk and --rm-sk.
struct SigningKeyOptions {
    Strings add;
    Strings remove;

    [[nodiscard]] console::OptionList options();
    [[nodiscard]] bool given() const { return !add.empty() || !remove.empty(); }
};

/// The public keys that --sk names: each of them one, or a private key in whatever form, or "generate", which
/// makes and stores one.
[[nodiscard]] base::Result<Strings> signing_keys(const Session& session, const Strings& named,
                                                 nkeys::Kind kind);

/// The key of the account that is named, by its key or by its name in the store.
[[nodiscard]] base::Result<nkeys::PublicKey> account_key(const accounts::Store& store,
                                                         const std::string& named);

/// The public key that -k names; a private key is stored.
[[nodiscard]] base::Result<std::optional<nkeys::PublicKey>> given_key(const Session& session,
                                                                      const std::string& named,
                                                                      nkeys::Kind kind);

}  // namespace natscreds::nsctl
