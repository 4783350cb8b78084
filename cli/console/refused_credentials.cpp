#include <natscreds/cli/console/refused_credentials.h>

#include <natscreds/bus/errc.h>

namespace natscreds::console {

ShownCredentials::ShownCredentials(const std::filesystem::path& file)
    : name_(file.empty() ? "the JWT of the credentials" : file.string()) {}

ShownCredentials::ShownCredentials(const jwt::Credentials& credentials, const std::filesystem::path& file)
    : ShownCredentials(file) {
    validity_ = credentials.user().validity();
}

ShownCredentials::ShownCredentials(const std::optional<jwt::Credentials>& credentials,
                                   const std::filesystem::path& file)
    : ShownCredentials(file) {
    if (credentials) validity_ = credentials->user().validity();
}

base::Error ShownCredentials::explain(const base::Error& error, base::Time now) const {
    if (error.code != bus::Errc::not_authorized) return error;
    const std::string why = base::why_not_valid(validity_, now);
    return why.empty() ? error : error.within(name_ + " " + why);
}

}  // namespace natscreds::console
