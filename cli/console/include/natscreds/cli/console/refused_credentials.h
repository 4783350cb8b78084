#pragma once

#include <filesystem>
#include <optional>

#include <natscreds/base/result.h>
#include <natscreds/jwt/admission.h>
#include <natscreds/jwt/creds.h>

namespace natscreds::console {

/// What a connection is to be made with, as far as it tells why a server refuses it: a server says no more than that it
/// does.
class ShownCredentials {
  public:
    /// `file`: where they are from; empty: from none.
    ShownCredentials(const std::optional<jwt::Credentials>& credentials, const std::filesystem::path& file);
    ShownCredentials(const jwt::Credentials& credentials, const std::filesystem::path& file);

    /// The error, and in front of its detail, where it is bus::Errc::not_authorized, what a server refuses in them that
    /// can be seen without it: "me.creds expired 40 s ago, at 21:56:19 UTC".
    [[nodiscard]] base::Error explain(const base::Error& error, base::Time now) const;

  private:
    explicit ShownCredentials(const std::filesystem::path& file);

    std::string name_;
    std::optional<jwt::Arrival> arrival_;
};

}  // namespace natscreds::console
