// Whatever stands in a NatsServiceRole, what comes out of it is subjects that a server understands, and a list for
// each direction that somebody wrote.
#include <algorithm>
#include <cstdint>

#include <natscreds/base/bytes.h>
#include <natscreds/jwt/subject.h>
#include <natscreds/provisioner/identity/role_object.h>

#include "require.h"

using namespace natscreds;
using namespace natscreds::provisioner::identity;

extern "C" int LLVMFuzzerTestOneInput(const std::uint8_t* data, std::size_t size) {
    const auto read = parse_role_object(base::as_text({data, size}));
    if (!read) return 0;
    const ServiceRole& role = read->role;
    fuzz::require(valid_object_name(role.account.name));
    fuzz::require(valid_object_name(role.account.namespace_name));
    fuzz::require(std::ranges::all_of(role.publish.allow, jwt::valid_subject));
    for (const std::string& entry : role.subscribe.allow)
        fuzz::require(jwt::valid_subject(entry.substr(0, entry.find(' '))));
    fuzz::require(role.publish.deny.empty() && role.subscribe.deny.empty());
    return 0;
}
