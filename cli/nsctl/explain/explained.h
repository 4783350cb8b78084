#pragma once

#include <optional>
#include <string>
#include <vector>

#include <natscreds/jwt/admission.h>
#include <natscreds/jwt/ruling.h>

#include "session.h"

namespace natscreds::nsctl {

/// What `nsctl explain` has found out.
struct Explained {
    jwt::Admission admission;
    std::vector<std::pair<jwt::SubjectUse, jwt::Ruling>> uses = {};  ///< where the permissions are known
    std::vector<std::string> notes = {};                             ///< beside the checks
    std::optional<std::string> server_said = {};  ///< when it was connected to with the credentials

    /// Whether somebody is refused, or may not do one of the things that were asked about.
    [[nodiscard]] bool refuses() const;
};

void print(const Session& session, const Explained& explained);

}  // namespace natscreds::nsctl
