#include <support/connect_anybody.h>

#include <utility>

#include <natscreds/base/random.h>

namespace natscreds::support {

bus::Connection connect_anybody(const TrustTree& tree, const std::string& url) {
    base::SystemRandom random;
    bus::ConnectionOptions options;
    options.servers = {url};
    options.credentials =
        tree.credentials(nkeys::SigningKey::generate(nkeys::Kind::user, random).value(), {});
    return bus::Connection::open(std::move(options)).value();
}

}  // namespace natscreds::support
