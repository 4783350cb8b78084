// Sealed direct messages between chats as processes on real servers, and what others can read of them.
#include <algorithm>
#include <atomic>
#include <filesystem>
#include <fstream>
#include <memory>
#include <string>

#include <catch2/catch_test_macros.hpp>
#include <catch2/generators/catch_generators.hpp>
#include <catch2/generators/catch_generators_range.hpp>
#include <catch2/matchers/catch_matchers_string.hpp>

#include <natscreds/base/base64url.h>
#include <natscreds/bus/connection.h>
#include <natscreds/bus/stored.h>
#include <natscreds/nkeys/curve_key.h>
#include <support/eventually.h>
#include <support/fakes.h>
#include <support/nats_server.h>
#include <support/process.h>
#include <support/programs.h>
#include <support/talker.h>
#include <support/terminal.h>
#include <support/test_data.h>

#include "kept_chat.h"

using namespace natscreds;
using namespace natscreds::nsctl::test;
using namespace std::chrono_literals;
using Catch::Matchers::ContainsSubstring;

namespace {

constexpr const char* keys_stream_name = "CHAT_KUBECON_KEYS";
constexpr const char* sealed_stream_name = "CHAT_KUBECON_SEALED";

/// A deployment that keeps what is sealed, with credentials of ann and derek, each of whom has a state folder.
class Sealing : public test::KeptChat {
  public:
    explicit Sealing(const support::ServerBinary& binary, const std::string& history = "--history 30d")
        : KeptChat(
              binary, history,
              "nsctl add user admin -a KUBECON && nsctl generate creds -a KUBECON -n admin -o admin.creds") {
        if (!history.empty()) (void)out("nsctl provisioning history -s " + url());
    }

    [[nodiscard]] std::string key(const std::string& name) const {
        return jwt::Credentials::load(creds(name)).value().key().public_key().text();
    }
    [[nodiscard]] std::filesystem::path curve_file(const std::string& name) const {
        return folder / (name + ".state") / "natscreds" / ("KUBECON." + key(name) + ".curve");
    }
    [[nodiscard]] support::Command chat(const std::string& name, std::vector<std::string> more) const {
        more.insert(more.end(), {"-s", url(), "--creds", creds(name), "--channel", "KUBECON"});
        support::Command made = support::command("nats-chat", more);
        made.environment["XDG_STATE_HOME"] = (folder / (name + ".state")).string();
        return made;
    }
    [[nodiscard]] support::Command plain(const std::string& name, const std::string& input = "") const {
        support::Command made = chat(name, {"--plain"});
        made.input = input;
        return made;
    }
    /// Until the stream has a message there.
    void await_stored(const std::string& stream, const std::string& subject) const {
        bus::Connection admin = connection("admin");
        REQUIRE(support::eventually([&] {
            const auto last = bus::last_stored(admin, stream, subject, 5000ms);
            return last && last->has_value();
        }));
    }
    /// Starts and leaves: the key is known from then on.
    void announce(const std::string& name) const {
        support::Talker talker(plain(name));
        await_stored(keys_stream_name, "chat.KUBECON.keys." + key(name));
        talker.type("/quit");
        CHECK(talker.process().wait().exit_code == 0);
    }
};

/// The payload of a signed message.
std::string payload_of(const std::string& token) {
    const std::size_t first = token.find('.');
    const auto bytes = base::base64url_decode(token.substr(first + 1, token.rfind('.') - first - 1)).value();
    return std::string(base::as_text(bytes));
}

}  // namespace

TEST_CASE(
    "Sealed chat: what is written to somebody who is away is there when they come back, once, and no "
    "administrator reads it") {
    const Sealing scene(GENERATE(from_range(support::nats_servers())));
    scene.announce("derek");
    const support::Outcome wrote =
        support::run(scene.plain("ann", "/msg " + scene.key("derek") + " see you at nine\n/msg " +
                                            scene.key("derek") + " or at ten\n"));
    INFO(wrote.out << wrote.err);
    CHECK(wrote.exit_code == 0);

    bus::Connection admin = scene.connection("admin");
    const auto page = bus::read_stored(admin, {.stream = sealed_stream_name, .subject = ">"}, 5000ms);
    REQUIRE(page);
    CHECK(page->messages.size() == 2);
    for (const bus::Stored& stored : page->messages) {
        CHECK(
            stored.subject.starts_with("chat.KUBECON.sealed." + scene.key("derek") + "." + scene.key("ann")));
        CHECK_THAT(payload_of(stored.body), ContainsSubstring("chat-sealed") && !ContainsSubstring("nine") &&
                                                !ContainsSubstring("at ten"));
    }

    {
        support::Talker derek(scene.plain("derek"));
        derek.sees(": see you at nine\n");
        derek.sees(": or at ten\n");
        CHECK_THAT(derek.process().out(), ContainsSubstring("@ann (20"));
        derek.type("/quit");
        CHECK(derek.process().wait().exit_code == 0);
    }
    support::Talker again(scene.plain("derek"));
    const support::Outcome later =
        support::run(scene.plain("ann", "/msg " + scene.key("derek") + " so ten\n"));
    CHECK(later.exit_code == 0);
    again.sees(": so ten\n");
    CHECK_THAT(again.process().out(), !ContainsSubstring("nine"));
}

TEST_CASE("Sealed chat: what was sealed for a key is read after one has another, and the other goes on") {
    const Sealing scene(support::nats_servers().back());
    scene.announce("derek");
    const std::string to_derek = "/msg " + scene.key("derek");
    CHECK(support::run(scene.plain("ann", to_derek + " for the old key\n")).exit_code == 0);
    // A new key before the old one, as /rekey puts it there.
    const std::filesystem::path file = scene.curve_file("derek");
    const std::string before = support::read_text(file);
    support::FixedRandom random(5);
    const base::Secret seed = nkeys::CurveKey::generate(random).seed_text();
    std::ofstream(file) << base::as_text(seed.expose()) << '\n' << before;

    support::Talker derek(scene.plain("derek"));
    derek.sees(": for the old key\n");
    support::Talker ann(scene.plain("ann"));
    ann.sees(" has another curve key, X");
    ann.type("/whois " + scene.key("derek"));
    ann.sees("* the new curve key is accepted\n");
    ann.type(to_derek + " for the new key");
    derek.sees(": for the new key\n");
}

TEST_CASE("Sealed chat: one's own mail is read by nobody else, and nobody writes in another's place") {
    const Sealing scene(GENERATE(from_range(support::nats_servers())));
    bus::Connection ann = scene.connection("ann");
    const std::string derek = "chat.KUBECON.sealed." + scene.key("derek");
    const std::string own = "chat.KUBECON.sealed." + scene.key("ann");
    for (const std::string& subject : {derek + ".*.*", derek + ".>", std::string("chat.KUBECON.sealed.>"),
                                       std::string(">"), derek + "." + scene.key("derek") + ".0"}) {
        CAPTURE(subject);
        const auto read = bus::last_stored_of(ann, sealed_stream_name, subject, 5000ms);
        REQUIRE_FALSE(read);
        CHECK(read.error().code == bus::Errc::permission_denied);
    }
    CHECK(bus::last_stored_of(ann, sealed_stream_name, own + ".*.*", 5000ms));
    CHECK(bus::last_stored_of(ann, sealed_stream_name, derek + "." + scene.key("ann") + ".*", 5000ms));
    const auto any = bus::read_stored(ann, {.stream = sealed_stream_name, .subject = ">"}, 5000ms);
    REQUIRE_FALSE(any);
    CHECK(any.error().code == bus::Errc::permission_denied);
    for (const std::string& subject :
         {own + "." + scene.key("derek") + ".0", "chat.KUBECON.keys." + scene.key("derek")}) {
        CAPTURE(subject);
        CHECK(ann.publish(subject, "x"));
        const base::Status taken = ann.flush(5000ms);
        REQUIRE_FALSE(taken);
        CHECK(taken.error().code == bus::Errc::permission_denied);
    }
}

TEST_CASE("Sealed chat: who has announced no key gets nothing until /insecure, and that is marked") {
    const Sealing scene(support::nats_servers().back(), "");
    const std::string to_derek = "/msg " + scene.key("derek") + " psst\n";
    const support::Outcome refused = support::run(scene.plain("ann", to_derek));
    CHECK(refused.exit_code == 5);
    CHECK_THAT(refused.err, ContainsSubstring("have announced no key to seal them for"));

    // derek as a client that knows nothing of keys.
    bus::Connection derek = scene.connection("derek");
    std::atomic<bool> came = false;
    const auto listening = derek.listen(
        {.subject = "chat.KUBECON.dms." + scene.key("derek"), .queue = {}},
        [&](const bus::Message& message) {
            came = payload_of(message.body).find("\"msg\":\"psst\"") != std::string::npos;
        },
        5000ms);
    REQUIRE(listening);
    const support::Outcome sent =
        support::run(scene.plain("ann", "/insecure " + scene.key("derek") + "\n" + to_derek));
    CHECK(sent.exit_code == 0);
    CHECK(support::eventually([&] { return came.load(); }));

    support::Terminal terminal;
    terminal.start(scene.chat("ann", {}));
    terminal.sees("-- connected to");
    terminal.type("/msg " + scene.key("derek") + " again");
    terminal.press({"Enter"});
    terminal.sees(" (plain): again");
}

TEST_CASE("Sealed chat: a key that changed is said before anything is sent, and whois accepts it") {
    const Sealing scene(support::nats_servers().back());
    support::Talker derek(scene.plain("derek"));
    support::Talker ann(scene.plain("ann"));
    derek.sees("* ann is online\n");
    ann.type("/msg " + scene.key("derek") + " one");
    derek.sees("@ann: one\n");
    derek.type("/rekey");
    ann.sees("* derek has another curve key, X");
    ann.type("/msg derek two");
    ann.sees("* not sent: the curve key has changed; accept it with /whois ");
    ann.type("/whois derek");
    ann.sees("* the new curve key is accepted\n");
    ann.type("/msg derek three");
    derek.sees("@ann: three\n");
    CHECK_THAT(derek.process().out(), !ContainsSubstring("two"));
    // The key is kept beside the one before.
    const std::string kept = support::read_text(scene.curve_file("derek"));
    CHECK(std::ranges::count(kept, '\n') == 2);
}

TEST_CASE("Sealed chat: where both want it, a message that was read has two marks") {
    const Sealing scene(support::nats_servers().back());
    support::Talker derek(scene.plain("derek"));
    derek.type("/set receipts on");
    support::Terminal terminal;
    terminal.start(scene.chat("ann", {}));
    derek.sees("* ann is online\n");
    terminal.type("/set receipts on");
    terminal.press({"Enter"});
    terminal.sees("receipts = on");
    terminal.type("/msg " + scene.key("derek") + " hello");
    terminal.press({"Enter"});
    derek.sees("@ann: hello\n");
    terminal.sees("✓");
    CHECK(terminal.screen().find("✓✓") == std::string::npos);
    derek.type("/query ann");
    terminal.sees("✓✓");
}
