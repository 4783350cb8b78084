#include <support/raw_client.h>

#include <sys/socket.h>
#include <unistd.h>

#include <stdexcept>

#include <nlohmann/json.hpp>

#include <natscreds/base/base64url.h>
#include <support/loopback.h>

namespace natscreds::support {

using Json = nlohmann::json;

RawClient::RawClient(const std::string& url) : socket_(::socket(AF_INET, SOCK_STREAM, 0)) {
    const sockaddr_in address = loopback(std::stoi(url.substr(url.rfind(':') + 1)));
    if (::connect(socket_, reinterpret_cast<const sockaddr*>(&address), sizeof(address)) != 0)
        throw std::runtime_error("cannot reach " + url);
    const std::string info = line();
    nonce_ = Json::parse(info.substr(std::string("INFO ").size())).at("nonce");
}

RawClient::~RawClient() {
    ::close(socket_);
}

std::string RawClient::connect(const std::string& token, const nkeys::SigningKey& key) {
    const Json options{{"jwt", token},     {"sig", base::base64url_encode(key.sign(base::as_bytes(nonce_)))},
                       {"verbose", false}, {"pedantic", false},
                       {"echo", false},    {"protocol", 1},
                       {"lang", "test"},   {"version", "0"}};
    return ask("CONNECT " + options.dump());
}

std::string RawClient::connect(const std::string& auth_token) {
    const Json options{
        {"auth_token", auth_token}, {"verbose", false}, {"pedantic", false}, {"echo", false}, {"protocol", 1},
        {"lang", "test"},           {"version", "0"}};
    return ask("CONNECT " + options.dump());
}

std::string RawClient::subscribe(const std::string& subject, const std::string& queue) {
    return ask("SUB " + subject + " " + queue + " 1");
}

std::string RawClient::publish(const std::string& subject) {
    return ask("PUB " + subject + " 0\r\n");
}

std::string RawClient::ask(const std::string& command) {
    const std::string text = command + "\r\nPING\r\n";
    if (::send(socket_, text.data(), text.size(), MSG_NOSIGNAL) < 0) return "-ERR closed";
    std::string answer = line();
    while (answer.starts_with("INFO "))  // newer servers tell more once they know the user
        answer = line();
    // After a violation the connection goes on, and so the PONG still comes.
    if (answer.find("Permissions Violation") != std::string::npos) (void)line();
    return answer;
}

std::string RawClient::line() {
    std::string text;
    for (char c = 0; ::recv(socket_, &c, 1, 0) == 1 && c != '\n';) {
        if (c != '\r') text += c;
    }
    return text;
}

}  // namespace natscreds::support
