// Whatever stands in a configuration file, it is read or refused with the file's name in one line.
#include <natscreds/provisioner/service/configuration.h>

#include "require.h"

using namespace natscreds;

extern "C" int LLVMFuzzerTestOneInput(const std::uint8_t* data, std::size_t size) {
    const auto read = provisioner::parse_configuration(base::as_text({data, size}), "/etc/chat.toml");
    if (!read) {
        fuzz::require(read.error().detail.starts_with("/etc/chat.toml:"));
        return 0;
    }
    fuzz::require(!read->roles.empty());
    fuzz::require(read->workers > 0);
    const auto& identity = read->kubernetes;
    fuzz::require(!identity || (!identity->issuer.empty() && !identity->audience.empty()));
    fuzz::require(!identity || identity->issuer != identity->audience);
    fuzz::require(read->requests == provisioner::Requests::direct || !read->rules.client_accounts.empty());
    return 0;
}
