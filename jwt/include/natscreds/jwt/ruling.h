#pragma once

#include <string>
#include <vector>

#include <natscreds/jwt/permissions.h>
#include <natscreds/jwt/server_release.h>

namespace natscreds::jwt {

/// What somebody wants to do with a subject.
struct SubjectUse {
    enum class Kind { publish, subscribe };
    Kind kind;
    std::string subject;
    std::string queue = {};  ///< the queue group of a subscription
};

/// What a user's permissions say of it, and which of their entries does.
struct Ruling {
    enum class By {
        no_list,  ///< there is nothing that allows some subjects only, and nothing that denies this one
        allowed,
        denied,
        not_allowed,  ///< other subjects are allowed, this one is not
    };
    By by = By::no_list;
    std::string entry = {};  ///< the one that allows or denies
    std::vector<std::string> hidden =
        {};  ///< of a wildcard subscription: what is denied, and so not delivered

    [[nodiscard]] bool allows() const noexcept { return by == By::no_list || by == By::allowed; }
};

/// Holds:   the subject is valid; one that is published to is literal.
/// NOT:     whether somebody is asked to answer, which `resp` then allows: who answers needs no other leave.
/// Source:  nats-server client.go; tried with 2.9.10, 2.10.27 and 2.15.1.
[[nodiscard]] Ruling rule_on(const Permissions& permissions, const SubjectUse& use,
                             ServerRelease release = newest_release);

}  // namespace natscreds::jwt
