#include <natscreds/login/github.h>

#include <utility>

#include <natscreds/https/client.h>
#include <natscreds/login/answers.h>
#include <natscreds/login/errc.h>

#include "form.h"

namespace natscreds::login {

base::Result<base::Secret> github_token(GithubJob job, const std::string& audience,
                                        const std::filesystem::path& ca) {
    constexpr std::size_t max_bytes = 64 * 1024;
    constexpr int success = 200;
    const char separator = job.url.find('?') == std::string::npos ? '?' : '&';
    const std::string where = "ACTIONS_ID_TOKEN_REQUEST_URL";
    const auto answer = https::ask({.ca = ca},
                                   {.url = job.url + separator + "audience=" + percent_encoded(audience),
                                    .bearer_token = std::move(job.bearer_token)},
                                   max_bytes);
    if (!answer) return answer.error().within(where);
    if (answer->status != success)
        return base::Error{Errc::refused, where + ": it answered " + std::to_string(answer->status)};
    auto token = parse_github_token(answer->body);
    return token ? std::move(token) : token.error().within(where);
}

}  // namespace natscreds::login
