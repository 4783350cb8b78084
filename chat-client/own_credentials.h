#pragma once

#include <filesystem>
#include <memory>
#include <optional>
#include <string>
#include <variant>
#include <vector>

#include <natscreds/access/client.h>
#include <natscreds/access/credentials_store.h>
#include <natscreds/access/owned_file.h>
#include <natscreds/base/descriptor.h>
#include <natscreds/bus/settings.h>
#include <natscreds/chat-client/run.h>
#include <natscreds/cli/console/reporter.h>
#include <natscreds/login/login.h>

namespace natscreds::chat {

/// What the chat goes as, and whose names to believe.
struct ChatUser {
    bus::ConnectionOptions options;
    std::vector<nkeys::PublicKey> issuers;
    std::unique_ptr<access::CredentialsStore> store;  ///< where renewed credentials go
};

/// Removes what is kept for a name, of each requester or of this one: credentials, and what lies there for their key.
/// Returns what was removed.
/// Fails: as std::filesystem does, with the path.
[[nodiscard]] base::Result<std::vector<std::filesystem::path>> forget_kept(
    const std::filesystem::path& folder, const std::string& name,
    const std::optional<nkeys::PublicKey>& requester);

/// The credentials for a name that a requester asks for: those that an earlier chat has kept, or new ones.
///
/// Shape:   NAME.REQUESTER.creds in the state folder, which is the owner's alone; mode 0600. Beside it, for as long as
///          a request has no answer, the new key (access::PendingKey).
/// Holds:   the key stays the same from one chat to the next. Several chats at once share it: while one asks, the others
///          wait, by a lock on the folder. Where nothing can be kept it says so, and all is in memory only.
/// Thread:  one at a time.
class OwnCredentials {
  public:
    /// All must outlive it.
    struct Parts {
        const World& world;
        const console::Reporter& reporter;
        const bus::Settings& settings;
        std::string name;
        std::filesystem::path request_creds;
        login::Login* login = nullptr;  ///< of the person who asks; none: nobody logs in
    };
    explicit OwnCredentials(Parts parts) : parts_(std::move(parts)) {}

    enum class Kept { welcome, refused };
    /// Those that are kept, while they are welcome and good; otherwise new ones, for the key that is kept, if there is
    /// one. Says why there are none, and returns the exit code.
    [[nodiscard]] std::variant<ChatUser, console::ExitCode> find(Kept kept) const;

    /// Asks for a name for this key. Fails: as access::request_access and bus::Connection::open; as jwt::Credentials::load, of
    /// the requester's; as login::Login::token.
    [[nodiscard]] base::Result<access::Answer> ask(const std::string& name,
                                                   const nkeys::SigningKey& key) const;

    /// Who is logged in, proven; nothing where nobody logs in. Fails: as login::Login::token.
    [[nodiscard]] base::Result<std::optional<access::Identity>> proof() const;

  private:
    /// Where they are kept; without a file they are not.
    struct Place {
        std::filesystem::path file = {};
        base::Descriptor lock{-1};
    };
    [[nodiscard]] Place place(const jwt::Credentials& requester) const;
    [[nodiscard]] base::Result<Place> open_place(const jwt::Credentials& requester) const;
    [[nodiscard]] base::Result<access::OwnedFile> look(const Place& place,
                                                       const jwt::Credentials& requester) const;
    [[nodiscard]] std::variant<ChatUser, console::ExitCode> ask_into(const Place& place,
                                                                     const access::OwnedFile& found) const;
    [[nodiscard]] std::variant<ChatUser, console::ExitCode> take(
        const Place& place, const base::Result<access::Answer>& answer) const;
    [[nodiscard]] std::variant<ChatUser, console::ExitCode> identity(const jwt::Credentials& credentials,
                                                                     std::vector<nkeys::PublicKey> issuers,
                                                                     const std::filesystem::path& file) const;

    Parts parts_;
};

}  // namespace natscreds::chat
