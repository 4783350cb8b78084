#pragma once

#include <string>

#include <natscreds/accounts/store.h>

#include "command_line.h"

/// What the commands have left in the store.
namespace natscreds::nsctl::test {

inline accounts::Store store_of(const CommandLine& nsctl) {
    return accounts::Store::open(nsctl.folder / "nsc/accounts/nats", accounts::Name::parse("KO").value())
        .value();
}

inline jwt::Decoded<jwt::AccountClaims> account_of(const CommandLine& nsctl, const std::string& name) {
    return store_of(nsctl).read_account(accounts::Name::parse(name).value()).value();
}

inline jwt::Decoded<jwt::UserClaims> user_of(const CommandLine& nsctl, const std::string& name) {
    return store_of(nsctl)
        .read_user(accounts::Name::parse("KUBECON").value(), accounts::Name::parse(name).value())
        .value();
}

inline constexpr const char* scoped_key = "ACDM4AK56R6W36PMEHNBHSJRXZGYPANOGFASNRCHJTTY7CCOJGDFIZR3";
inline constexpr const char* plain_key = "ADABI6CO4YPDRK3G7MXT6GSACEYIGI663C7XFVXCGEVYFXHCUEB3PML6";
inline constexpr const char* gone_key = "UBBGPIM3WBF4CAENECWRNB34TDZ5NIPA4D6JRC2H22OSQQXM7BHKG6HY";

inline bool contains(const std::string& text, const std::string& part) {
    return text.find(part) != std::string::npos;
}

}  // namespace natscreds::nsctl::test
