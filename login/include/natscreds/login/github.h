#pragma once

#include <filesystem>
#include <string>

#include <natscreds/base/result.h>
#include <natscreds/base/secret.h>

namespace natscreds::login {

/// What a job of GitHub Actions with `permissions: id-token: write` finds in its environment.
struct GithubJob {
    std::string url;            ///< ACTIONS_ID_TOKEN_REQUEST_URL
    base::Secret bearer_token;  ///< ACTIONS_ID_TOKEN_REQUEST_TOKEN
};

/// A token that says which job it is, for that audience, from GitHub's own endpoint.
/// Fails: as https::ask; Errc::refused, bad_answer.
[[nodiscard]] base::Result<base::Secret> github_token(GithubJob job, const std::string& audience,
                                                      const std::filesystem::path& ca = {});

}  // namespace natscreds::login
