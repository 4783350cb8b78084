#include <catch2/catch_test_macros.hpp>

#include <natscreds/chat-client/model/completion.h>
#include <natscreds/chat-client/model/line_editor.h>
#include <support/fakes.h>

using namespace natscreds;
using namespace natscreds::chat;
using namespace std::chrono_literals;
using Texts = std::vector<std::string>;

namespace {

nkeys::PublicKey user(std::uint8_t number) {
    return nkeys::PublicKey::create(nkeys::Kind::user, {number});
}

/// A chat in which Derek and then denise spoke, and waldo is only there.
struct Scene {
    support::FakeClock clock;
    Chat chat{{.self = user(1), .name = "me"}};

    Scene() {
        for (const auto& [number, name] : {std::pair{2, "Derek"}, {3, "denise"}, {4, "waldo"}, {1, "me"}}) {
            Message message{.kind = MessageKind::presence,
                            .sender = user(static_cast<std::uint8_t>(number)),
                            .issued_at = clock.now(),
                            .expires = clock.now() + 60s,
                            .name = name};
            chat.hear(message, clock.now());
            message.kind = MessageKind::post;
            message.channel = "KUBECON";
            message.id = name;
            if (number < 4) chat.hear(message, clock.now());
        }
    }
    Texts complete(std::string_view before) { return completions(chat, before, clock.now()); }
};

}  // namespace

TEST_CASE("Completion: a name that begins the line is addressed, the latest speaker first") {
    Scene scene;
    CHECK(scene.complete("de") == Texts{"denise: ", "Derek: "});
    CHECK(scene.complete("") == Texts{"denise: ", "Derek: ", "waldo: "});
    CHECK(scene.complete("w") == Texts{"waldo: "});
    CHECK(scene.complete("x").empty());
}

TEST_CASE("Completion: a name inside the line is a word, with its sign") {
    Scene scene;
    CHECK(scene.complete("ask DE") == Texts{"denise ", "Derek "});
    CHECK(scene.complete("ask @wa") == Texts{"@waldo "});
    CHECK(scene.complete("/msg de") == Texts{"denise ", "Derek "});
    CHECK(scene.complete("one\nwal") == Texts{"waldo "});
}

TEST_CASE("Completion: behind a name that is whole there is none to add, unless a command wants one") {
    Scene scene;
    CHECK(scene.complete("waldo: ").empty());
    CHECK(scene.complete("hello ").empty());
    CHECK(scene.complete("/msg waldo ").empty());
    CHECK(scene.complete("/msg ") == Texts{"denise ", "Derek ", "waldo "});
    LineEditor editor;
    const auto completer = [&](std::string_view before) { return scene.complete(before); };
    (void)editor.insert("wal");
    editor.complete(completer, LineEditor::Direction::next);
    editor.complete(completer, LineEditor::Direction::next);
    CHECK(editor.text() == "waldo: ");
}

TEST_CASE("Completion: a command, and the channel that it wants") {
    Scene scene;
    CHECK(scene.complete("/s") == Texts{"/search ", "/set ", "/servers "});
    CHECK(scene.complete("/join n") == Texts{"NATS "});
    CHECK(scene.complete("/join #") == Texts{"#KUBECON ", "#NATS ", "#General "});
    CHECK(scene.complete("see #g") == Texts{"#General "});
    CHECK(scene.complete("/set b") == Texts{"bell "});
    CHECK(scene.complete("say /j").empty());
    CHECK(scene.complete("/join NATS ").empty());
    CHECK(scene.complete("/set bell b").empty());
}
