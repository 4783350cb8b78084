#pragma once

#include <chrono>
#include <filesystem>
#include <string>
#include <string_view>

#include <natscreds/accounts/keystore.h>
#include <natscreds/accounts/store.h>
#include <natscreds/accounts/tree.h>
#include <support/fakes.h>
#include <support/temp_dir.h>
#include <support/test_data.h>

namespace natscreds::accounts::test {

inline Name name(std::string_view text) {
    return Name::parse(text).value();
}

inline nkeys::PublicKey public_key(std::string_view text) {
    return nkeys::PublicKey::parse(text).value();
}

/// A copy of the store that nsc made (tests/data/nsc-store), to be changed at will, a day after its tokens
/// were signed.
struct StoreCopy {
    StoreCopy() {
        const std::filesystem::path source = support::test_data("nsc-store");
        std::filesystem::copy(source, folder.path(), std::filesystem::copy_options::recursive);
    }

    [[nodiscard]] std::filesystem::path stores() const { return folder / "stores"; }
    [[nodiscard]] Store store() const { return Store::open(stores(), name("KO")).value(); }
    [[nodiscard]] KeyStore keys() const { return KeyStore(folder / "keys"); }

    support::TempDir folder;
    base::Time signed_at{std::chrono::seconds(1795215478)};
    support::FakeClock clock{signed_at + std::chrono::hours(24)};
    support::FixedRandom random;
};

/// The store, keystore and tree of a StoreCopy, as long as it lives.
struct OpenCopy : StoreCopy {
    Store ko = store();
    KeyStore keystore = keys();
    Tree tree{ko, keystore, clock, random};

    [[nodiscard]] jwt::Decoded<jwt::AccountClaims> account(std::string_view text) const {
        return ko.read_account(name(text)).value();
    }
};

inline std::filesystem::perms mode_of(const std::filesystem::path& path) {
    return std::filesystem::status(path).permissions();
}

/// What nsc's store has in it, by the keys of KUBECON's account.
inline constexpr const char* scoped_key = "ACDM4AK56R6W36PMEHNBHSJRXZGYPANOGFASNRCHJTTY7CCOJGDFIZR3";
inline constexpr const char* plain_key = "ADABI6CO4YPDRK3G7MXT6GSACEYIGI663C7XFVXCGEVYFXHCUEB3PML6";

}  // namespace natscreds::accounts::test
