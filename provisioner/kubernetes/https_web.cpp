#include <natscreds/provisioner/kubernetes/https_web.h>

#include <natscreds/provisioner/identity/errc.h>

#include "https.h"

namespace natscreds::provisioner::kubernetes {
namespace {

constexpr std::size_t max_document_bytes = 256 * 1024;

base::Error unreachable(const std::string& url, const std::string& what) {
    return {identity::Errc::unreachable, url + ": " + what};
}

}  // namespace

base::Result<std::string> HttpsWeb::read(const std::string& url) const {
    BoundedBody body(max_document_bytes);
    HttpsRequest request{.url = url};
    request.on_piece = [&](int, std::string_view piece) { return body.take(piece); };
    const auto status = send({.ca = ca_, .whole = whole_}, std::move(request), stop_.get_token());
    if (!status) return status.error();
    if (body.too_large()) return base::Error{identity::Errc::too_large, url};
    if (stop_.stop_requested()) return unreachable(url, "not asked to its end");
    if (*status != ok) return unreachable(url, "it answered " + std::to_string(*status));
    return std::move(body.text);
}

base::Result<std::string> ApiServerWeb::read(const std::string& url) const {
    const auto address = HttpsAddress::parse(url);
    if (!address) return address.error();
    auto answer = server_.get(address->path);
    if (!answer) return answer.error();
    if (answer->status != ok)
        return unreachable(server_.url() + address->path, "it answered " + std::to_string(answer->status));
    return std::move(answer->body);
}

}  // namespace natscreds::provisioner::kubernetes
