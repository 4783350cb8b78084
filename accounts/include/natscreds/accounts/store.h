#pragma once

#include <filesystem>
#include <optional>
#include <span>
#include <utility>
#include <vector>

#include <natscreds/accounts/errc.h>
#include <natscreds/accounts/name.h>
#include <natscreds/base/descriptor.h>
#include <natscreds/base/result.h>
#include <natscreds/jwt/token.h>

namespace natscreds::accounts {

/// Leave to change one operator's folder: as long as it lives, no other process that asks has it.
///
/// Thread:  belongs to one thread; another thread's Store::lock() waits like another process's.
class StoreLock {
  public:
    StoreLock(StoreLock&&) noexcept = default;
    StoreLock& operator=(StoreLock&&) = delete;

  private:
    friend class Store;
    explicit StoreLock(base::Descriptor descriptor) noexcept : descriptor_(std::move(descriptor)) {}

    base::Descriptor descriptor_;
};

/// Where the operator's keys are: with whoever uses this store, or with somebody else, so that here accounts
/// sign themselves until the operator has signed them.
enum class Management { here, elsewhere };

/// One operator's folder: the tree of operator, accounts and users as JWT files.
///
/// Shape:   .nsc (the marker), <OPERATOR>.jwt, accounts/<ACCOUNT>/<ACCOUNT>.jwt,
///          accounts/<ACCOUNT>/users/<USER>.jwt; and .nsctl.lock, which nsc does not look at.
/// Holds:   a file is written whole or not at all, and only by who holds the lock. nsc itself knows no lock.
/// Fails:   Errc::no_such_operator, no_such_account, no_such_user, bad_marker; what jwt says of a token, with
///          the file in the detail; the system's errors.
/// Source:  nsc cmd/store/store.go.
class Store {
  public:
    [[nodiscard]] static base::Result<Store> open(const std::filesystem::path& stores,
                                                  const Name& operator_name);

    /// The folder for a new operator, made if need be. open() finds it once write_operator() was called.
    [[nodiscard]] static base::Result<Store> create(const std::filesystem::path& stores,
                                                    const Name& operator_name, Management management);

    [[nodiscard]] const Name& name() const noexcept { return name_; }

    [[nodiscard]] Management management() const noexcept { return management_; }
    [[nodiscard]] bool holds_operator() const;
    [[nodiscard]] bool holds_account(const Name& account) const;
    [[nodiscard]] base::Result<bool> holds_account_but_for_case(const Name& account) const;
    [[nodiscard]] bool holds_user(const Name& account, const Name& user) const;

    [[nodiscard]] base::Result<jwt::Decoded<jwt::OperatorClaims>> read_operator() const;
    [[nodiscard]] base::Result<jwt::Decoded<jwt::AccountClaims>> read_account(const Name& account) const;
    [[nodiscard]] base::Result<jwt::Decoded<jwt::UserClaims>> read_user(const Name& account,
                                                                        const Name& user) const;

    /// In the order of their names. What is there but no nsc store would have is passed over; what may not be
    /// looked at is an error.
    [[nodiscard]] base::Result<std::vector<Name>> accounts() const;
    [[nodiscard]] base::Result<std::vector<Name>> users(const Name& account) const;
    /// Found out without reading the others, of which there may be thousands.
    [[nodiscard]] std::optional<Name> only_account() const;

    [[nodiscard]] std::filesystem::path operator_path() const;
    [[nodiscard]] std::filesystem::path account_path(const Name& account) const;
    [[nodiscard]] std::filesystem::path user_path(const Name& account, const Name& user) const;

    /// Waits until nobody else holds the lock.
    [[nodiscard]] base::Result<StoreLock> lock() const;

    [[nodiscard]] base::Status write_operator(const StoreLock& lock, const jwt::Token& token) const;
    [[nodiscard]] base::Status write_account(const StoreLock& lock, const Name& account,
                                             const jwt::Token& token) const;
    struct UserFile {
        const Name& account;
        const Name& user;
    };
    [[nodiscard]] base::Status write_user(const StoreLock& lock, const UserFile& file,
                                          const jwt::Token& token) const;

    /// The same of many users of an account at once.
    struct UserToken {
        Name user;
        jwt::Token token;
    };
    [[nodiscard]] base::Status write_users(const StoreLock& lock, const Name& account,
                                           std::span<const UserToken> users) const;

    /// Takes away the operator, or an account, with all that is below it: it is gone in one step, and what
    /// then lies in `.nsctl.removed` is nobody's, should the rest not be reached.
    [[nodiscard]] base::Status remove_operator(const StoreLock& lock) const;
    [[nodiscard]] base::Status remove_account(const StoreLock& lock, const Name& account) const;
    [[nodiscard]] base::Status remove_user(const StoreLock& lock, const UserFile& file) const;

  private:
    Store(std::filesystem::path folder, Name name) : folder_(std::move(folder)), name_(std::move(name)) {}

    std::filesystem::path folder_;
    Name name_;
    Management management_ = Management::here;
};

/// The operators of a stores folder, in the order of their names.
[[nodiscard]] base::Result<std::vector<Name>> operators(const std::filesystem::path& stores);
[[nodiscard]] std::optional<Name> only_operator(const std::filesystem::path& stores);

}  // namespace natscreds::accounts
