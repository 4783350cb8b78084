#include <natscreds/provisioner/kubernetes/api_server_web.h>

#include <natscreds/https/client.h>
#include <natscreds/provisioner/identity/errc.h>

namespace natscreds::provisioner::kubernetes {

base::Result<std::string> ApiServerWeb::read(const std::string& url) const {
    const auto address = https::Address::parse(url);
    if (!address) return address.error();
    auto answer = server_.get(address->path);
    if (!answer) return answer.error();
    if (answer->status == ok) return std::move(answer->body);
    return base::Error{identity::Errc::unreachable,
                       server_.url() + address->path + ": it answered " + std::to_string(answer->status)};
}

}  // namespace natscreds::provisioner::kubernetes
