#include "requesters_section.h"

#include <natscreds/provisioner/policy/name.h>

namespace natscreds::provisioner {
namespace {

std::optional<NamedRequester> read_requester(const std::string& name, TomlSection& section) {
    section.require("key");
    const std::string text = section.text("key");
    const auto key = nkeys::PublicKey::parse(text, nkeys::Kind::user);
    if (section.sound({"key"}) && !key)
        section.object(ConfigurationErrc::bad_value, "key", "a user's public key");
    const std::vector<std::string> roles = section.texts("roles");
    section.nothing_else();
    if (!key) return std::nullopt;
    return NamedRequester{.name = name, .key = *key, .roles = {roles.begin(), roles.end()}};
}

}  // namespace

Requesters read_requesters(TomlSection section) {
    Requesters all;
    for (auto& [name, entry] : section.sections()) {
        if (const auto good = Name::parse(name); !good)
            section.object(ConfigurationErrc::bad_value, name, good.error().detail);
        const auto requester = read_requester(name, entry);
        if (!requester) continue;
        const NamedRequester* const same = all.find(requester->key);
        if (same != nullptr)
            entry.object(ConfigurationErrc::contradiction, "key",
                         "another than that of requesters." + same->name);
        all.put(*requester);
    }
    return all;
}

}  // namespace natscreds::provisioner
