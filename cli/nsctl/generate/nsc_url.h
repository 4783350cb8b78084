#pragma once

#include <map>
#include <string>
#include <string_view>

#include <natscreds/base/result.h>

namespace natscreds::nsctl {

/// An operator, an account or a user, and what is to be said of them.
///
/// Shape:   nsc://OPERATOR[/ACCOUNT[/USER]][?WHAT[=VALUE][&...]]; a `%` and two hexadecimal digits are one byte.
///          WHAT is one of key, seed, name, of what the names end with, or with operator, account or user before it;
///          or store, keystore, which have a folder. The case of WHAT does not matter.
/// Holds:   what is asked for of an account or user is asked for only where one is named; `asked` has names such as
///          "accountseed", in small letters.
/// Source:  nsc cmd/generateprofile.go. nsc passes over what it does not know, and reads folders in small letters.
struct NscUrl {
    std::string operator_name;
    std::string account;  ///< empty where none is named
    std::string user;     ///< the same
    std::map<std::string, std::string> asked;

    [[nodiscard]] bool asks(const std::string& what) const { return asked.count(what) != 0; }
    [[nodiscard]] std::string value(const std::string& what) const;

    /// Fails: Errc::bad_reference.
    [[nodiscard]] static base::Result<NscUrl> parse(std::string_view text);
};

}  // namespace natscreds::nsctl
