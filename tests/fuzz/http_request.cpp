// Whatever comes to the HTTP port, in whatever pieces: the first answer that there is has a status of ours, is as long as
// it says, and repeats nothing of what was asked.
#include <algorithm>
#include <optional>
#include <string>

#include <natscreds/base/bytes.h>

#include "../../provisioner/observation/http_exchange.h"
#include "require.h"

using namespace natscreds;

namespace {

const provisioner::HttpAnswers answers{
    .metrics = [] { return std::string("natscreds_up 1\n"); },
    .ready =
        [] {
            return base::Status(base::Error{std::make_error_code(std::errc::timed_out), "the ledger"});
        }};

/// As the server asks: again with each byte that has come.
std::optional<std::string> first_answer(std::string_view request) {
    const std::size_t begin = request.size() > 512 ? request.size() - 512 : 0;
    for (std::size_t arrived = begin; arrived <= request.size(); ++arrived) {
        auto answer = provisioner::http_response(request.substr(0, arrived), answers);
        if (answer) return answer;
    }
    return std::nullopt;
}

/// The answer to HEAD has no body.
void check_answer(const std::string& answer) {
    constexpr std::string_view length_field = "\r\nContent-Length: ";
    const std::size_t end = answer.find("\r\n\r\n");
    const std::size_t length = answer.find(length_field);
    fuzz::require(end != std::string::npos && length < end);
    const std::string body = answer.substr(end + 4);
    const std::string said = answer.substr(length + length_field.size());
    fuzz::require(body.empty() || said.starts_with(std::to_string(body.size()) + "\r\n"));
    const std::string_view statuses[] = {"200 OK\r\n", "400 ", "404 ", "405 ", "431 ", "503 "};
    fuzz::require(std::ranges::any_of(statuses, [&](std::string_view status) {
        return answer.starts_with("HTTP/1.1 " + std::string(status));
    }));
    fuzz::require(answer.size() < 512);
}

}  // namespace

extern "C" int LLVMFuzzerTestOneInput(const std::uint8_t* data, std::size_t size) {
    const std::string_view request = base::as_text({data, size});
    const auto whole = provisioner::http_response(request, answers);
    if (request.size() > provisioner::max_request_bytes)
        fuzz::require(whole && whole->starts_with("HTTP/1.1 431 "));
    if (!whole) {
        fuzz::require(!first_answer(request));
        return 0;
    }
    check_answer(*whole);
    // What follows a request changes nothing about its answer.
    const auto first = first_answer(request);
    fuzz::require(first.has_value());
    fuzz::require(*first == *whole || request.size() > provisioner::max_request_bytes);
    return 0;
}
