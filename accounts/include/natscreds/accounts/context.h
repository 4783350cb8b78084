#pragma once

#include <filesystem>
#include <optional>
#include <string>
#include <vector>

#include <natscreds/accounts/errc.h>
#include <natscreds/accounts/folders.h>
#include <natscreds/accounts/name.h>
#include <natscreds/base/clock.h>
#include <natscreds/base/result.h>

namespace natscreds::accounts {

/// Which store, operator and account commands mean that name none: what `nsc.json` remembers, unless the
/// current folder lies in a store, or has operators directly below it.
///
/// Holds:   the current operator and account are there in the store; where just one is there, it is current.
/// Fails:   Errc::bad_context; the system's errors.
/// Source:  nsc cmd/contextconfig.go, cmd/defaults.go. With NSC_CWD_ONLY set, only the current folder counts
///          and nothing is remembered.
class Context {
  public:
    [[nodiscard]] static base::Result<Context> load(const Folders& folders, const Surroundings& surroundings);

    [[nodiscard]] const std::filesystem::path& stores() const noexcept { return stores_.path; }
    /// What says so: an option, a variable, nsc.json, the current folder, or nothing ("default").
    [[nodiscard]] const std::string& stores_from() const noexcept { return stores_.from; }
    [[nodiscard]] const std::optional<Name>& current_operator() const noexcept { return operator_; }
    [[nodiscard]] const std::optional<Name>& current_account() const noexcept { return account_; }
    /// The same of these two, empty where there is none: "the only one" is current whatever is remembered.
    [[nodiscard]] const std::string& operator_from() const noexcept { return operator_from_; }
    [[nodiscard]] const std::string& account_from() const noexcept { return account_from_; }
    [[nodiscard]] bool from_current_folder() const noexcept { return from_current_folder_; }
    [[nodiscard]] const std::filesystem::path& file() const noexcept { return file_; }

    void choose_stores(std::filesystem::path stores);
    void choose_operator(const Name& operator_name);
    void choose_account(const Name& account);

    /// Writes `nsc.json`; what stood there that this version does not know stays.
    [[nodiscard]] base::Status save(base::Time now) const;

  private:
    Context() = default;
    [[nodiscard]] base::Status read_file();
    void look_around(const std::filesystem::path& current_folder);
    void settle();

    std::filesystem::path file_;
    Folder stores_;
    std::optional<Name> operator_;
    std::optional<Name> account_;
    std::string operator_from_;
    std::string account_from_;
    bool from_current_folder_ = false;
    bool current_folder_only_ = false;
    std::string remembered_ = "{}";  // the JSON object that was read
};

}  // namespace natscreds::accounts
