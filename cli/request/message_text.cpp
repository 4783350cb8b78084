#include "message_text.h"

#include <nlohmann/json.hpp>

namespace natscreds::request {

std::string readable(const bus::Message& message, std::uint64_t number) {
    std::string text = "[#" + std::to_string(number) + "] Received on \"" + message.subject + "\"";
    if (!message.reply.empty()) text += " with reply \"" + message.reply + "\"";
    text += "\n";
    for (const bus::Header& header : message.headers)
        text += header.name + ": " + header.value + "\n";
    if (!message.headers.empty()) text += "\n";
    return text + message.body + "\n\n";
}

std::string json_line(const bus::Message& message) {
    nlohmann::ordered_json object{{"subject", message.subject}};
    if (!message.reply.empty()) object["reply"] = message.reply;
    for (const bus::Header& header : message.headers)
        object["headers"][header.name].push_back(header.value);
    object["body"] = message.body;
    constexpr int one_line = -1;
    return object.dump(one_line, ' ', false, nlohmann::ordered_json::error_handler_t::replace) + "\n";
}

}  // namespace natscreds::request
