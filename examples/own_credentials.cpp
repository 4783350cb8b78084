// Asks the service for credentials of its own, and has them renewed for as long as it runs.
//
//   NATS_URL=nats://127.0.0.1:4222 NATS_CREDS=requester.creds own_credentials NAME
#include <iostream>
#include <utility>

#include <natscreds/access/own_connection.h>
#include <natscreds/base/process.h>

using namespace natscreds;

int main(int count, char** words) {
    auto settings = bus::Settings::resolve({}, base::environment_variable).value();
    auto connection =
        access::OwnConnection::open({.settings = std::move(settings), .name = count > 1 ? words[1] : ""});
    const auto said =
        connection ? (*connection)->publish("chat.KUBECON.posts.General", "hello") : connection.error();
    const auto heard = said ? (*connection)->flush(std::chrono::seconds(5)) : said;
    if (!heard) std::cerr << heard.error().message() << '\n';
    return heard ? 0 : 1;
}
