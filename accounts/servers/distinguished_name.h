#pragma once

#include <optional>
#include <string>
#include <string_view>

namespace natscreds::accounts {

/// A listed name as nats-server takes it apart, to compare it with the DN of a certificate.
///
/// Shape:   `same_as`: two names that no server can tell apart have the same text here: the order of the parts and
///          the case of their types do not count. A name that is no DN stays as it is.
///          `wrong`: why no certificate can ever match; empty where one can.
/// Source:  nats-server internal/ldap; types tried on 2.15.1.
struct ListedName {
    std::string same_as;
    std::string wrong;
};

[[nodiscard]] ListedName listed_name(std::string_view name);

}  // namespace natscreds::accounts
