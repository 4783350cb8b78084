#pragma once

#include <filesystem>
#include <iosfwd>
#include <string>

#include <natscreds/base/result.h>

namespace natscreds::provisioner {

/// `nats-provisioner password add|remove|list`.
struct PasswordCommand {
    enum class What { add, remove, list };
    What what = What::list;
    std::string user;
    std::filesystem::path file;  ///< empty: that of [identity.password]
    std::filesystem::path
        from;  ///< whose first line is the password; empty: it is asked for, or standard input's
};

/// Changes the file, or lists its users, a line each. `add` makes a file that is not there, mode 0600, and gives a user
/// who is there another password.
///
/// Fails: Errc::bad_password_file; std::errc::invalid_argument for a user that cannot be one, or is not there, and for
///        an empty password, one of more than 1024 bytes, and two that differ; the system's error with the file's name.
[[nodiscard]] base::Status carry_out(const PasswordCommand& command, std::ostream& out);

}  // namespace natscreds::provisioner
