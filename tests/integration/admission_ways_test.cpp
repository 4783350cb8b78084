// nats-server as an oracle: whom it lets in by WebSocket, as a leaf node and by MQTT, the replay lets in.
#include <sys/socket.h>
#include <sys/time.h>
#include <unistd.h>

#include <cstdint>
#include <functional>
#include <stdexcept>
#include <string>
#include <utility>
#include <vector>

#include <catch2/catch_test_macros.hpp>
#include <catch2/generators/catch_generators_range.hpp>
#include <nlohmann/json.hpp>

#include <natscreds/base/base64url.h>
#include <natscreds/jwt/admission.h>
#include <support/eventually.h>
#include <support/loopback.h>
#include <support/nats_server.h>
#include <support/signing.h>

#include "known_accounts.h"
#include "release_of.h"

namespace natscreds::jwt {
namespace {

using nkeys::Kind;
using nkeys::SigningKey;
using support::NatsServer;
using support::new_key;

/// A connection to a port of this machine, without any client library.
class Wire {
  public:
    explicit Wire(int port) : socket_(::socket(AF_INET, SOCK_STREAM, 0)) {
        const timeval longest{.tv_sec = 10, .tv_usec = 0};
        ::setsockopt(socket_, SOL_SOCKET, SO_RCVTIMEO, &longest, sizeof(longest));
        const sockaddr_in address = support::loopback(port);
        if (::connect(socket_, reinterpret_cast<const sockaddr*>(&address), sizeof(address)) != 0)
            throw std::runtime_error("cannot reach port " + std::to_string(port));
    }
    ~Wire() { ::close(socket_); }
    Wire(const Wire&) = delete;
    Wire& operator=(const Wire&) = delete;

    void send(const std::string& text) { (void)::send(socket_, text.data(), text.size(), MSG_NOSIGNAL); }

    /// All that came until this text did, or until the server had closed the connection.
    std::string read_until(const std::string& end) {
        std::string text;
        for (char c = 0; text.find(end) == std::string::npos && ::recv(socket_, &c, 1, 0) == 1;)
            text += c;
        return text;
    }

  private:
    int socket_;
};

std::string big_endian(std::size_t number, int bytes) {
    std::string text;
    for (int shift = 8 * (bytes - 1); shift >= 0; shift -= 8)
        text += static_cast<char>(number >> static_cast<unsigned>(shift) & 0xffU);
    return text;
}

std::string nonce_of(const std::string& info) {
    const std::size_t at = info.find("INFO ");
    return nlohmann::json::parse(info.substr(at + 5, info.find("\r\n", at) - at - 5)).at("nonce");
}

/// The line by which clients and leaf nodes say who they are; `lang` is what tells a client.
std::string connect_line(const std::string& token, const SigningKey& key, const std::string& info,
                         const char* lang = nullptr) {
    nlohmann::json options{{"jwt", token},
                           {"sig", base::base64url_encode(key.sign(base::as_bytes(nonce_of(info))))},
                           {"name", "test"},
                           {"protocol", 1},
                           {"version", "2.10.0"}};
    if (lang != nullptr) options["lang"] = lang;
    return "CONNECT " + options.dump() + "\r\nPING\r\n";
}

/// A frame of a client, masked with zeros. Source: RFC 6455 section 5.2.
std::string frame(const std::string& text) {
    return "\x82" + std::string(1, static_cast<char>(0x80 | 126)) + big_endian(text.size(), 2) +
           std::string(4, '\0') + text;
}

bool enters_by_websocket(int port, const std::string& token, const SigningKey& key) {
    Wire wire(port);
    wire.send(
        "GET / HTTP/1.1\r\nHost: localhost\r\nUpgrade: websocket\r\nConnection: Upgrade\r\n"
        "Sec-WebSocket-Key: dGhlIHNhbXBsZSBub25jZQ==\r\nSec-WebSocket-Version: 13\r\n\r\n");
    (void)wire.read_until("\r\n\r\n");
    const std::string info = wire.read_until("}");
    const std::string rest = wire.read_until("\r\n");
    wire.send(frame(connect_line(token, key, info + rest, "test")));
    return wire.read_until("PONG").find("PONG") != std::string::npos;
}

bool enters_as_leaf(int port, const std::string& token, const SigningKey& key) {
    Wire wire(port);
    wire.send(connect_line(token, key, wire.read_until("\r\n")));
    return wire.read_until("PONG").find("PONG") != std::string::npos;
}

/// Source: MQTT 3.1.1 sections 3.1 and 3.2. The JWT is the password.
bool enters_by_mqtt(int port, const std::string& token) {
    const auto text = [](const std::string& value) { return big_endian(value.size(), 2) + value; };
    const std::string body = text("MQTT") + "\x04" + "\xc2" + big_endian(60, 2) +
                             text("client" + token.substr(token.size() - 8)) + text("any") + text(token);
    std::string length;
    for (std::size_t left = body.size(); left > 0; left /= 128)
        length += static_cast<char>(left % 128 + (left >= 128 ? 128U : 0U));
    Wire wire(port);
    wire.send("\x10" + length + body);
    const std::string accepted("\x20\x02\x00\x00", 4);
    return wire.read_until(accepted) == accepted;
}

struct Person {
    const char* what;
    SigningKey key = new_key(Kind::user);
    Draft<UserClaims> draft = {};
    const SigningKey* signer = nullptr;
};

/// Two accounts, of which one has JetStream.
struct Ways {
    Ways() {
        Draft<OperatorClaims> draft;
        draft.subject = operator_key.public_key().text();
        draft.name = "KO";
        ko = issue(std::move(draft), operator_key, now).value();
        accounts.push_back(system_account());
        accounts.push_back(account(rich, true));
        accounts.push_back(account(poor, false));
        const auto add = [&](const char* what, const std::function<void(Person&)>& change) {
            for (const SigningKey* const of : {&rich, &poor}) {
                Person& one = people.emplace_back(Person{.what = what});
                one.draft.subject = one.key.public_key().text();
                one.draft.name = "ann";
                one.draft.claims.issuer_account = of->public_key().text();
                one.signer = of == &rich ? &rich_plain : &poor_plain;
                change(one);
            }
        };
        add("plain", [](Person&) {});
        add("bearer", [](Person& one) { one.draft.claims.bearer_token = true; });
        for (const char* const type : {"STANDARD", "WEBSOCKET", "LEAFNODE", "MQTT"}) {
            add(type, [&](Person& one) { one.draft.claims.allowed_connection_types = {type}; });
            add(type, [&](Person& one) {
                one.draft.claims.bearer_token = true;
                one.draft.claims.allowed_connection_types = {type};
            });
        }
        add("all", [](Person& one) {
            one.draft.claims.bearer_token = true;
            one.draft.claims.allowed_connection_types = {"mqtt", "Leafnode", "websocket"};
        });
        add("expired", [&](Person& one) {
            one.draft.claims.bearer_token = true;
            one.draft.expires = now - std::chrono::hours(1);
        });
    }

    Decoded<AccountClaims> system_account() {
        Draft<AccountClaims> draft;
        draft.subject = system.public_key().text();
        draft.name = "SYS";
        return issue(std::move(draft), operator_key, now).value();
    }

    Decoded<AccountClaims> account(const SigningKey& key, bool jetstream) {
        Draft<AccountClaims> draft;
        draft.subject = key.public_key().text();
        draft.name = jetstream ? "RICH" : "POOR";
        draft.claims.signing_keys[(jetstream ? rich_plain : poor_plain).public_key().text()] = std::nullopt;
        if (jetstream) {
            draft.claims.limits.jetstream.mem_storage = -1;
            draft.claims.limits.jetstream.disk_storage = -1;
        }
        return issue(std::move(draft), operator_key, now).value();
    }

    [[nodiscard]] std::string config() const {
        return "operator: " + ko->token.text() + "\nsystem_account: " + system.public_key().text() +
               "\nserver_name: one\nlisten: \"127.0.0.1:-1\"\n"
               "jetstream { store_dir: js }\n"
               "websocket { listen: \"127.0.0.1:-1\", no_tls: true }\n"
               "leafnodes { listen: \"127.0.0.1:-1\" }\n"
               "mqtt { listen: \"127.0.0.1:-1\" }\n" +
               memory_resolver(accounts);
    }

    [[nodiscard]] ServerKnowledge knowledge(ServerRelease release) const {
        return {.now = now, .release = release, .operators = {*ko}, .find_account = finder_of(accounts)};
    }

    base::Time now = base::SystemClock().now();
    SigningKey operator_key = new_key(Kind::operator_);
    SigningKey system = new_key(Kind::account);
    SigningKey rich = new_key(Kind::account);
    SigningKey rich_plain = new_key(Kind::account);
    SigningKey poor = new_key(Kind::account);
    SigningKey poor_plain = new_key(Kind::account);
    std::optional<Decoded<OperatorClaims>> ko;
    KnownAccounts accounts;
    std::vector<Person> people;
};

/// The port behind these words of the server's log.
int port_of(const NatsServer& server, const std::string& words) {
    std::string log;
    REQUIRE(support::eventually([&] {
        log = server.log();
        const std::size_t at = log.find(words);
        return at != std::string::npos && log.find('\n', at) != std::string::npos;
    }));
    const std::size_t at = log.find(words);
    const std::string line = log.substr(at, log.find('\n', at) - at);
    return std::stoi(line.substr(line.rfind(':') + 1));
}

}  // namespace

TEST_CASE("Admission: by WebSocket, as a leaf node and by MQTT a server lets in whom the replay lets in") {
    const support::ServerBinary binary = GENERATE(from_range(support::nats_servers()));
    CAPTURE(binary);
    const Ways ways;
    const NatsServer server(binary, {.config = ways.config()});
    const int websocket = port_of(server, "Listening for websocket clients on ");
    const int leaf = port_of(server, "Listening for leafnode connections on ");
    const int mqtt = port_of(server, "Listening for MQTT clients on ");

    int entered = 0;
    for (const Person& person : ways.people) {
        const std::string token = sign(person.draft, *person.signer, ways.now).value().text();
        for (const auto type : {ConnectionType::websocket, ConnectionType::leafnode, ConnectionType::mqtt}) {
            CAPTURE(person.what, person.draft.claims.bearer_token, person.signer == &ways.rich_plain,
                    name_of(type));
            const bool enters = type == ConnectionType::websocket
                                    ? enters_by_websocket(websocket, token, person.key)
                                : type == ConnectionType::leafnode ? enters_as_leaf(leaf, token, person.key)
                                                                   : enters_by_mqtt(mqtt, token);
            const Admission admission = admit({.token = token,
                                               .key = person.key.public_key(),
                                               .address = "127.0.0.1",
                                               .type = type,
                                               .by_trusted_proxy = false},
                                              ways.knowledge(release_of(binary)));
            CHECK((admission.verdict() == Verdict::passed) == enters);
            entered += enters ? 1 : 0;
        }
    }
    CHECK(entered >= 20);
}

}  // namespace natscreds::jwt
