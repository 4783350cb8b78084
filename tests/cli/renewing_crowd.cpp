#include "renewing_crowd.h"

#include <variant>

#include <catch2/catch_test_macros.hpp>

#include <natscreds/access/client.h>
#include <natscreds/base/clock.h>
#include <natscreds/base/random.h>
#include <support/metronome.h>

namespace natscreds::test {
namespace {

using namespace std::chrono_literals;

constexpr auto beat_interval = 1000ms;

/// Asks the service by way of a connection.
class Client {
  public:
    [[nodiscard]] access::Service service(bus::Connection& connection) {
        return {.requests = connection,
                .clock = clock_,
                .random = random_,
                .subjects = access::Subjects(),
                .timeout = 2s};
    }

  private:
    base::SystemClock clock_;
    base::SystemRandom random_;
};

jwt::Credentials copy(const jwt::Credentials& credentials) {
    return jwt::Credentials::parse(credentials.text()).value();
}

jwt::Credentials first_credentials(const VouchedRegions& where, const support::Way& way,
                                   const std::string& user) {
    Client client;
    bus::Connection connection = support::connect(where.tree(), user, way);
    auto answer = access::request_access(client.service(connection), {.options = {.name = "renewing-" + user},
                                                                      .requester = where.tree().key(user),
                                                                      .expected_account = {}});
    return std::get<access::Granted>(std::move(answer.value())).credentials;
}

bus::Connection connect(const jwt::Credentials& credentials, const support::Way& way) {
    bus::ConnectionOptions options;
    options.servers = way.servers;
    options.tls_ca = way.authority;
    options.credentials = copy(credentials);
    return bus::Connection::open(std::move(options)).value();
}

}  // namespace

RenewingCrowd::RenewingCrowd(const VouchedRegions& where) : where_(where) {
    for (std::size_t i = 0; i < regions.size(); ++i) {
        renewing_.emplace_back([this, i](const std::stop_token& stop) {
            renew_until(stop, where_.from(regions[i]), "requester-" + std::to_string(i));
        });
    }
}

void RenewingCrowd::renew_until(const std::stop_token& stop, const support::Way& way,
                                const std::string& user) {
    jwt::Credentials current = first_credentials(where_, way, user);
    bus::Connection connection = connect(current, way);
    Client client;
    const support::Metronome metronome(beat_interval);
    while (!stop.stop_requested()) {
        metronome.wait();
        auto answer = access::request_renewal(client.service(connection), current);
        if (!answer || !std::holds_alternative<access::Granted>(*answer)) continue;
        current = std::move(std::get<access::Granted>(*answer).credentials);
        if (connection.switch_to(copy(current))) ++renewals_;
    }
}

}  // namespace natscreds::test
