#pragma once

#include <filesystem>
#include <memory>
#include <string>
#include <string_view>
#include <utility>
#include <vector>

#include <natscreds/accounts/context.h>
#include <natscreds/accounts/folders.h>
#include <natscreds/accounts/keystore.h>
#include <natscreds/accounts/store.h>
#include <natscreds/accounts/tree.h>
#include <natscreds/base/result.h>
#include <natscreds/cli/nsctl/nsctl.h>

#include "shared/passphrase.h"

namespace natscreds::nsctl {

/// What every command takes.
struct GlobalOptions {
    accounts::FolderOptions folders;
    std::string private_key;  ///< -K: a role, a public key, a file, or a seed
    bool json = false;
    bool interactive = false;  ///< -J: results as JSON, what was done too
};

/// One command's run: its surroundings, the store and keystore it works on, and where its words go.
class Session {
  public:
    [[nodiscard]] static base::Result<Session> open(World& world, GlobalOptions options);

    [[nodiscard]] World& world() const noexcept { return world_; }
    [[nodiscard]] const accounts::Folders& folders() const noexcept { return folders_; }
    [[nodiscard]] const accounts::KeyStore& keys() const noexcept { return keys_; }
    /// The same keystore, with another way to its passphrase.
    [[nodiscard]] accounts::KeyStore keystore(Passphrase passphrase) const;
    [[nodiscard]] accounts::Context& context() noexcept { return context_; }
    [[nodiscard]] const accounts::Context& context() const noexcept { return context_; }

    /// What -K says; empty when it was not given.
    [[nodiscard]] const std::string& signer() const noexcept { return options_.private_key; }

    [[nodiscard]] bool json() const noexcept { return options_.json; }

    /// The current operator's store.
    [[nodiscard]] base::Result<accounts::Store> store() const;
    [[nodiscard]] accounts::Tree tree(const accounts::Store& store) const;

    /// The account that is named, or else the current one.
    [[nodiscard]] base::Result<accounts::Name> account(const std::string& named) const;

    /// Make one that is there the current one, until the program ends; remember() makes it last.
    [[nodiscard]] base::Status choose_operator(const std::string& named);
    [[nodiscard]] base::Status choose_account(const std::string& named);

    /// Writes the context to disk.
    [[nodiscard]] base::Status remember() const;

    /// "[ OK ] ...", as nsc reports what it did.
    void done(std::string_view what) const;
    void done(const std::vector<std::string>& lines) const;
    void warn(std::string_view what) const;
    void hint(std::string_view what) const;

    /// What was made, by name, for --json.
    void made(const std::string& name, const std::string& value) const;

    /// With --json: prints what was done and made, if anything was.
    void print_done() const;

    [[nodiscard]] std::string shown(const std::filesystem::path& path) const;

  private:
    Session(World& world, GlobalOptions options, accounts::Context context);

    World& world_;
    GlobalOptions options_;
    accounts::Folders folders_;
    accounts::KeyStore keys_;
    accounts::Context context_;

    struct Said {
        std::vector<std::string> done;
        std::vector<std::pair<std::string, std::string>> made;
    };
    std::unique_ptr<Said> said_ = std::make_unique<Said>();
};

/// A name or key in quotation marks, as it stands in messages.
[[nodiscard]] std::string in_quotes(std::string_view text);

}  // namespace natscreds::nsctl
