// A chat's connection, with all its threads, over real servers: ThreadSanitizer sees this too.
#include <chrono>
#include <optional>
#include <set>
#include <string>
#include <thread>
#include <variant>

#include <catch2/catch_test_macros.hpp>

#include <natscreds/base/random.h>
#include <natscreds/chat-client/net/session.h>
#include <support/eventually.h>
#include <support/fake_store.h>
#include <support/nats_server.h>
#include <support/signing.h>
#include <support/trust_tree.h>

namespace natscreds::chat {
namespace {

using namespace std::chrono_literals;
using support::default_timeout;
using support::NatsServer;

struct Scene {
    support::TrustTree tree;
    std::optional<NatsServer> server{std::in_place, support::nats_servers().back(),
                                     support::ServerSetup{.config = tree.config()}};

    void restart() {
        const std::string url = server->url();
        const std::string port = url.substr(url.rfind(':') + 1);
        server.reset();
        server.emplace(support::nats_servers().back(),
                       support::ServerSetup{.config = tree.config(), .arguments = {"-p", port}});
    }
};

/// Somebody who talks in #General. Thread: one at a time.
class Talker {
  public:
    Talker(const Scene& scene, const std::string& name)
        : credentials_(scene.tree.credentials(support::new_key(nkeys::Kind::user),
                                              [&](auto& draft) { draft.name = name; })),
          store_(credentials_),
          name_(name) {
        bus::ConnectionOptions options;
        options.servers = {scene.server->url()};
        options.credentials = jwt::Credentials::parse(credentials_.text()).value();
        auto opened = Session::open({.options = std::move(options),
                                     .name = name,
                                     .subjects = ChatSubjects::create("KUBECON").value(),
                                     .store = store_,
                                     .clock = clock_,
                                     .intervals = intervals_,
                                     .random = random_,
                                     .mailbox = mailbox_});
        session_.emplace(std::move(opened.value()));
        session_->listen("General");
        session_->measure_round_trip();
        session_->tell_server();
    }

    Session& session() { return *session_; }
    void say_in(const std::string& channel, const std::string& text) {
        session_->send({.ticket = ++said_, .place = {.channel = channel}, .text = text});
    }
    void say(int count) {
        for (int i = 0; i < count; ++i) {
            session_->send(
                {.ticket = ++said_, .place = {.channel = "General"}, .text = name_ + std::to_string(said_)});
            session_->announce();
        }
    }
    [[nodiscard]] Ticket said() const { return said_; }
    [[nodiscard]] bool finished() { return session_->finish(default_timeout).has_value(); }
    void leave() { session_.reset(); }

    /// What others said, each with how often a chat would show it. What was sent again, for no server had confirmed
    /// it, comes twice if the server passed it on before it went; a chat knows it by its sender and id.
    [[nodiscard]] const std::multiset<std::string>& heard() {
        for (const Event& event : mailbox_.take()) {
            const auto* const heard = std::get_if<Heard>(&event);
            if (heard == nullptr || !heard->message || heard->message->kind != MessageKind::post) continue;
            const Message& message = *heard->message;
            if (known_.insert(message.sender.text() + message.id).second) heard_.insert(message.text);
        }
        return heard_;
    }
    [[nodiscard]] bool hears(const std::string& text) {
        return support::eventually([&] { return heard().contains(text); });
    }

  private:
    jwt::Credentials credentials_;
    support::FakeStore store_;
    std::string name_;
    base::SystemClock clock_;
    base::SystemIntervalClock intervals_;
    base::SystemRandom random_;
    Mailbox mailbox_;
    Ticket said_ = 0;
    std::set<std::string> known_;  ///< by sender and id
    std::multiset<std::string> heard_;
    std::optional<Session> session_;
};

/// Until each has heard the other. Oneself one does not hear.
void meet(Talker& one, Talker& other) {
    REQUIRE(support::eventually([&] {
        one.say(1);
        other.say(1);
        return !one.heard().empty() && !other.heard().empty();
    }));
}

}  // namespace

TEST_CASE("Session: two that talk at once hear all that the other says, each word once") {
    constexpr int words = 100;
    const Scene scene;
    Talker derek(scene, "derek");
    Talker ivan(scene, "ivan");
    meet(derek, ivan);
    const std::string last = "ivan" + std::to_string(ivan.said() + words);
    const Ticket first = ivan.said() + 1;
    {
        const std::jthread talking([&] { ivan.say(words); });
        derek.say(words);
    }
    CHECK(derek.finished());
    CHECK(ivan.finished());
    REQUIRE(derek.hears(last));
    for (Ticket i = first; i <= ivan.said(); ++i)
        REQUIRE(derek.heard().count("ivan" + std::to_string(i)) == 1);
}

TEST_CASE(
    "Session: what is said while the server is restarted is heard no more than once, and what is said "
    "afterwards is heard") {
    Scene scene;
    Talker derek(scene, "derek");
    Talker ivan(scene, "ivan");
    meet(derek, ivan);
    {
        const std::jthread talking([&] { ivan.say(50); });
        scene.restart();
    }
    CHECK(ivan.finished());
    CHECK(derek.finished());
    // What came before derek was there again nobody keeps; what is said from now on is heard.
    const std::size_t before = derek.heard().size();
    REQUIRE(support::eventually([&] { return ivan.say(1), derek.heard().size() > before; }));
    for (const std::string& word : derek.heard())
        REQUIRE(derek.heard().count(word) == 1);
}

TEST_CASE("Session: a channel that was left is heard no more, and is when it is joined again") {
    const Scene scene;
    Talker derek(scene, "derek");
    Talker ivan(scene, "ivan");
    meet(derek, ivan);
    derek.session().stop_listening("General");
    derek.session().listen("Lisbon");
    // One after the other: once Lisbon is heard, General no longer is.
    REQUIRE(support::eventually([&] {
        ivan.say_in("Lisbon", "bom dia");
        return derek.heard().contains("bom dia");
    }));
    ivan.say_in("General", "behind the back");
    ivan.say_in("Lisbon", "behind that");
    REQUIRE(derek.hears("behind that"));
    CHECK_FALSE(derek.heard().contains("behind the back"));
    derek.session().listen("General");
    CHECK(support::eventually([&] {
        ivan.say_in("General", "here again");
        return derek.heard().contains("here again");
    }));
}

TEST_CASE("Session: it may end while messages come in") {
    const Scene scene;
    Talker derek(scene, "derek");
    Talker ivan(scene, "ivan");
    meet(derek, ivan);
    const std::size_t before = derek.heard().size();
    const std::jthread talking([&] { ivan.say(500); });
    REQUIRE(support::eventually([&] { return derek.heard().size() > before; }));
    derek.leave();
}

}  // namespace natscreds::chat
