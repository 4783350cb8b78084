#include <natscreds/provisioner/identity/https_web.h>

#include <natscreds/https/client.h>
#include <natscreds/https/errc.h>
#include <natscreds/provisioner/identity/errc.h>

namespace natscreds::provisioner::identity {
namespace {

constexpr std::size_t max_web_document_bytes = 256 * 1024;
constexpr int success = 200;

}  // namespace

base::Result<std::string> HttpsWeb::read(const std::string& url) const {
    auto answer =
        https::ask({.ca = ca_, .whole = whole_}, {.url = url}, max_web_document_bytes, stop_.get_token());
    if (!answer) return as_of_issuer(answer.error());
    if (answer->status == success) return std::move(answer->body);
    return base::Error{Errc::unreachable, url + ": it answered " + std::to_string(answer->status)};
}

base::Error as_of_issuer(base::Error error) {
    if (error.code == https::Errc::unreachable) error.code = Errc::unreachable;
    if (error.code == https::Errc::too_large) error.code = Errc::too_large;
    return error;
}

}  // namespace natscreds::provisioner::identity
