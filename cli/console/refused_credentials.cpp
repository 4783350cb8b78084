#include <natscreds/cli/console/refused_credentials.h>

#include <natscreds/bus/errc.h>

namespace natscreds::console {

ShownCredentials::ShownCredentials(const std::filesystem::path& file)
    : name_(file.empty() ? "the JWT of the credentials" : file.string()) {}

ShownCredentials::ShownCredentials(const jwt::Credentials& credentials, const std::filesystem::path& file)
    : ShownCredentials(file) {
    arrival_ = {.token = credentials.user().token.text(), .key = credentials.key().public_key()};
}

ShownCredentials::ShownCredentials(const std::optional<jwt::Credentials>& credentials,
                                   const std::filesystem::path& file)
    : ShownCredentials(file) {
    if (credentials) *this = ShownCredentials(*credentials, file);
}

base::Error ShownCredentials::explain(const base::Error& error, base::Time now) const {
    if (error.code != bus::Errc::not_authorized || !arrival_) return error;
    const jwt::Admission admission = jwt::admit(*arrival_, {.now = now});
    if (admission.verdict() != jwt::Verdict::refused) return error;
    const jwt::CheckedStep& step = admission.steps.back();
    const std::string between = step.check == jwt::Check::claims ? " " : ": ";
    return error.within(name_ + between + step.found);
}

}  // namespace natscreds::console
