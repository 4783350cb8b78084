#include "refusal.h"

namespace natscreds::request {
namespace {

/// "-ERR 'the name is taken'" as the words in it.
std::string words_of(const std::string& body) {
    const std::size_t begin = body.find_first_not_of(" '\t\r\n", std::string("-ERR").size());
    if (begin == std::string::npos) return "no reason given";
    const std::size_t end = body.find_last_not_of(" '\t\r\n");
    return body.substr(begin, end - begin + 1);
}

}  // namespace

std::optional<std::string> refusal(const bus::Message& reply) {
    if (const auto code = reply.header("Nats-Service-Error-Code")) {
        const std::string words(reply.header("Nats-Service-Error").value_or("no reason given"));
        return std::string(*code) + " " + words;
    }
    if (reply.body.rfind("-ERR", 0) == 0) return words_of(reply.body);
    return std::nullopt;
}

}  // namespace natscreds::request
