#pragma once

#include <filesystem>
#include <string>

#include <natscreds/cli/person/login.h>

#include "invocation.h"

namespace natscreds::request {

enum class Stay { no, keep_renewed };
enum class NameChoice { given, by_role };
enum class Ask { where_needed, always };

/// nats-req --access: what is wanted, and where it goes.
struct AccessOptions {
    std::string
        name;  ///< empty: the one that the role has for who asks, or there is no request for credentials
    NameChoice name_choice = NameChoice::given;
    std::string role;
    std::string ttl;
    std::string subject;
    std::string expected_account;
    std::string identity;          ///< "kind=FILE", "kind=env:NAME" or "github", or empty
    person::LoginFlags login;      ///< its audience is also that of GitHub's token
    std::string logout;            ///< an issuer at which a login is to end, or empty
    std::filesystem::path output;  ///< empty: standard output
    std::filesystem::path
        request_creds;  ///< of the requester; empty: where it obtains() those of --creds, else none
    std::filesystem::path ready_file;  ///< empty: none
    Ask ask = Ask::where_needed;
    Stay stay = Stay::no;

    /// Whether credentials are asked for; otherwise it is an ordinary request, or the file of --creds is kept renewed.
    [[nodiscard]] bool obtains() const { return !name.empty() || name_choice == NameChoice::by_role; }
};

/// Puts the default subject into `options`, which must outlive them.
[[nodiscard]] console::OptionList access_options(AccessOptions& options);

/// Sees to it that the file holds good credentials for the name, and does nothing where it does: a missing one is made,
/// with a new key; one that has expired or is near its end is replaced, with the same key; what is another's stays.
/// Written whole and with mode 0600, or not at all. Then, if that is wanted, it stays and keeps them so.
[[nodiscard]] console::ExitCode run_access(Invocation& invocation, const AccessOptions& options);

}  // namespace natscreds::request
