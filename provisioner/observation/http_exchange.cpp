#include "http_exchange.h"

namespace natscreds::provisioner {
namespace {

constexpr std::string_view text_type = "text/plain; charset=utf-8";
constexpr std::string_view metrics_type = "text/plain; version=0.0.4; charset=utf-8";

struct Content {
    std::string_view status;
    std::string body;
    std::string_view type = text_type;
};

/// GET and HEAD alike.
struct Asked {
    std::string_view method;
    std::string_view path;  ///< without the query
};

std::optional<Asked> parse_request_line(std::string_view line) {
    const std::size_t method_end = line.find(' ');
    const std::size_t target_end = line.rfind(' ');
    if (method_end == std::string_view::npos || target_end <= method_end) return std::nullopt;
    if (!line.substr(target_end + 1).starts_with("HTTP/1.")) return std::nullopt;
    const std::string_view target = line.substr(method_end + 1, target_end - method_end - 1);
    return Asked{.method = line.substr(0, method_end), .path = target.substr(0, target.find('?'))};
}

Content content_of(std::string_view path, const HttpAnswers& answers) {
    if (path == "/healthz") return {.status = "200 OK", .body = "ok\n"};
    if (path == "/metrics") return {.status = "200 OK", .body = answers.metrics(), .type = metrics_type};
    if (path != "/readyz") return {.status = "404 Not Found", .body = "not found\n"};
    const base::Status ready = answers.ready();
    if (ready) return {.status = "200 OK", .body = "ok\n"};
    return {.status = "503 Service Unavailable", .body = ready.error().message() + "\n"};
}

std::string response(const Content& content, std::string_view method = "GET") {
    std::string text = "HTTP/1.1 ";
    text.append(content.status).append("\r\nContent-Type: ").append(content.type);
    text.append("\r\nContent-Length: ").append(std::to_string(content.body.size()));
    text.append("\r\nConnection: close\r\n\r\n");
    if (method != "HEAD") text += content.body;
    return text;
}

bool whole(std::string_view arrived) {
    return arrived.find("\r\n\r\n") != std::string_view::npos ||
           arrived.find("\n\n") != std::string_view::npos;
}

}  // namespace

std::optional<std::string> http_response(std::string_view arrived, const HttpAnswers& answers) {
    if (arrived.size() > max_request_bytes)
        return response({.status = "431 Request Header Fields Too Large", .body = "too large\n"});
    if (!whole(arrived)) return std::nullopt;
    const auto asked = parse_request_line(arrived.substr(0, arrived.find_first_of("\r\n")));
    if (!asked) return response({.status = "400 Bad Request", .body = "not an HTTP/1 request\n"});
    if (asked->method != "GET" && asked->method != "HEAD")
        return response({.status = "405 Method Not Allowed", .body = "GET and HEAD only\n"});
    return response(content_of(asked->path, answers), asked->method);
}

}  // namespace natscreds::provisioner
