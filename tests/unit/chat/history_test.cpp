// What was said before, as a Chat takes it in: pages that overlap, that are forged, replayed and out of order.
#include <algorithm>
#include <functional>
#include <random>
#include <string>
#include <vector>

#include <catch2/catch_test_macros.hpp>

#include <natscreds/chat-client/model/chat.h>
#include <natscreds/chat-client/model/shown.h>
#include <support/fakes.h>
#include <support/key_of.h>

using namespace natscreds;
using namespace natscreds::chat;
using namespace std::chrono_literals;

namespace {

using support::key_of;
using Texts = std::vector<std::string>;

const nkeys::SigningKey& issuer() {
    static const nkeys::SigningKey key = key_of(nkeys::Kind::account, 60);
    return key;
}

nkeys::PublicKey person(std::uint64_t number) {
    return key_of(nkeys::Kind::user, number).public_key();
}

struct BeforeNow {
    support::FakeClock clock;
    Chat chat{{.self = person(1), .name = "me", .channels = {"NATS"}, .issuers = {issuer().public_key()}}};

    BeforeNow() { (void)chat.take_effects(); }
    /// At the next start, looking at this channel.
    BeforeNow(const std::string& channel, const KeptRooms& kept)
        : chat({.self = person(1),
                .name = "me",
                .channels = {channel},
                .issuers = {issuer().public_key()},
                .kept = kept}) {
        (void)chat.take_effects();
    }

    Message post(std::uint64_t sender, const std::string& id, const std::string& text) const {
        return {.kind = MessageKind::post,
                .sender = person(sender),
                .issued_at = clock.now(),
                .name = "derek",
                .id = id,
                .channel = "NATS",
                .text = text};
    }
    /// One that was kept so many seconds ago.
    StoredMessage kept(std::uint64_t sequence, const std::string& text, std::chrono::seconds ago,
                       std::uint64_t sender = 2) const {
        return {.message = post(sender, text, text), .sequence = sequence, .at = clock.now() - ago};
    }
    /// A JWT for a name, good for an hour from then on.
    jwt::Decoded<jwt::UserClaims> proof(std::uint64_t sender, const std::string& name, base::Time from,
                                        const nkeys::SigningKey& signer = issuer()) const {
        jwt::Draft<jwt::UserClaims> claims;
        claims.subject = person(sender).text();
        claims.name = name;
        claims.expires = from + 1h;
        return jwt::issue(claims, signer, from).value();
    }
    void take(std::vector<StoredMessage> messages, HistoryPage page = {}) {
        page.channel = "NATS";
        page.messages = std::move(messages);
        chat.take(page, clock.now());
    }
    void take_newest(std::vector<StoredMessage> messages, bool complete = true) {
        take(std::move(messages),
             {.channel = {}, .messages = {}, .before = 1, .complete = complete, .newest = true});
    }
    Texts said() const {
        Texts all;
        for (const Line& line : chat.current().lines())
            all.push_back(line.text);
        return all;
    }
    template <class Wanted>
    std::vector<Wanted> wanted() {
        std::vector<Wanted> all;
        for (const Effect& effect : chat.take_effects()) {
            if (const auto* const one = std::get_if<Wanted>(&effect)) all.push_back(*one);
        }
        return all;
    }
    bool numbers_count_up() const {
        const auto& lines = chat.current().lines();
        return std::ranges::adjacent_find(lines, std::greater_equal<>(), &Line::number) == lines.end();
    }
};

}  // namespace

TEST_CASE("History: the newest page stands before what came meanwhile, and nothing of it is new") {
    BeforeNow past;
    past.chat.hear(past.post(2, "live", "live"), past.clock.now());
    (void)past.chat.take_news();
    past.take_newest({past.kept(1, "one", 90s), past.kept(2, "two", 80s)});
    CHECK(past.said() == Texts{"one", "two", "live"});
    CHECK(past.numbers_count_up());
    CHECK(past.chat.take_news().empty());
    CHECK(past.chat.current().lines().front().at == past.clock.now() - 90s);
    CHECK_FALSE(past.chat.current().unread_from());
}

TEST_CASE("History: what was heard and is kept too is one, whichever comes first") {
    BeforeNow past;
    past.chat.hear(past.post(2, "b", "b"), past.clock.now());
    past.take_newest({past.kept(1, "a", 5s), past.kept(2, "b", 1s), past.kept(3, "c", 0s)});
    CHECK(past.said() == Texts{"a", "b", "c"});
    past.chat.hear(past.post(2, "c", "c"), past.clock.now());
    CHECK(past.said() == Texts{"a", "b", "c"});
    past.take_newest({past.kept(1, "a", 5s), past.kept(2, "b", 1s), past.kept(3, "c", 0s)});
    CHECK(past.said() == Texts{"a", "b", "c"});
    CHECK(past.numbers_count_up());
}

TEST_CASE("History: one's own of this chat is known by its id, and keeps its mark") {
    BeforeNow past;
    past.chat.type("mine", past.clock.now());
    const Send sent = past.wanted<Send>().at(0);
    past.chat.deliver(sent.ticket, Delivery::sent);
    StoredMessage mine = past.kept(2, "mine", 0s, 1);
    mine.message.id = sent.id;
    past.take_newest({past.kept(1, "before", 9s), mine});
    CHECK(past.said() == Texts{"before", "mine"});
    CHECK(past.chat.current().lines().back().delivery == Delivery::sent);
}

TEST_CASE("History: reading back asks for more, one page at a time, until there is none") {
    BeforeNow past;
    past.take_newest({past.kept(50, "new", 9s)}, false);
    past.chat.want_older();
    past.chat.want_older();
    const auto asked = past.wanted<FetchHistory>();
    REQUIRE(asked.size() == 1);
    CHECK(asked[0].before == 1);
    past.take({past.kept(7, "old", 99s)}, {.channel = {}, .messages = {}, .before = 7});
    CHECK(past.said() == Texts{"old", "new"});
    past.chat.want_older();
    CHECK(past.wanted<FetchHistory>().at(0).before == 7);
    past.take({past.kept(1, "oldest", 999s)}, {.channel = {}, .messages = {}, .before = 1, .complete = true});
    past.chat.want_older();
    CHECK(past.wanted<FetchHistory>().empty());
    CHECK(past.said() == Texts{"oldest", "old", "new"});
    CHECK(past.numbers_count_up());
}

TEST_CASE("History: a page that could not be read is asked for again") {
    BeforeNow past;
    past.take_newest({past.kept(50, "new", 9s)}, false);
    past.chat.want_older();
    CHECK(past.wanted<FetchHistory>().size() == 1);
    past.take({}, {.channel = {}, .messages = {}, .failed = true});
    past.chat.want_older();
    CHECK(past.wanted<FetchHistory>().size() == 1);
}

TEST_CASE("History: what was missed while no server was there stands where it was said, and is told") {
    BeforeNow past;
    past.take_newest({past.kept(1, "a", 500s)});
    past.chat.notice("the server is lost", past.clock.now() - 100s);
    REQUIRE(past.chat.want_missed(past.clock.now() - 100s));
    const auto asked = past.wanted<FetchHistory>();
    REQUIRE(asked.size() == 1);
    CHECK(asked[0].since == past.clock.now() - 160s);
    past.chat.notice("connected again", past.clock.now());
    past.chat.hear(past.post(2, "d", "d"), past.clock.now());
    (void)past.chat.take_news();
    past.take(
        {past.kept(1, "a", 500s), past.kept(2, "b", 60s), past.kept(3, "c", 50s), past.kept(4, "d", 0s)},
        {.channel = {}, .messages = {}, .newest = true, .since = true});
    CHECK(past.said() == Texts{"a", "the server is lost", "b", "c", "connected again", "d"});
    CHECK(past.chat.take_news().size() == 2);
}

TEST_CASE("History: the line of the unread stands where one left off, with more read until that is there") {
    BeforeNow first;
    first.take_newest({first.kept(1, "one", 90s), first.kept(2, "two", 80s)});
    const auto kept = KeptRooms::parse(first.chat.kept().encode());
    REQUIRE(kept);

    BeforeNow elsewhere("General", *kept);
    elsewhere.take_newest({elsewhere.kept(4, "four", 10s), elsewhere.kept(5, "five", 9s, 1)}, false);
    REQUIRE(elsewhere.wanted<FetchHistory>().size() == 1);
    elsewhere.take(
        {elsewhere.kept(1, "one", 90s), elsewhere.kept(2, "two", 80s), elsewhere.kept(3, "three", 20s)},
        {.channel = {}, .messages = {}, .complete = true});
    const Room& room = elsewhere.chat.rooms()[1];
    CHECK(room.unread() == 2);
    REQUIRE(room.unread_from());
    CHECK(room.unread_from() == room.lines()[2].number);
    CHECK(room.lines()[2].text == "three");

    BeforeNow there("NATS", *kept);
    there.take_newest({there.kept(2, "two", 80s), there.kept(3, "three", 20s)});
    CHECK(there.chat.current().unread() == 0);
    CHECK(there.chat.current().unread_from() == there.chat.current().lines()[1].number);
    // One has seen it now.
    const KeptRooms again = there.chat.kept();
    CHECK(again.rooms.at(0).read.id == id_of(there.post(2, "three", "three")));
}

TEST_CASE("History: an old message has the name that its key had then, and says so") {
    BeforeNow past;
    StoredMessage then = past.kept(1, "old", 48h);
    then.message.user = past.proof(2, "derek", then.at - 10min);
    StoredMessage now = past.kept(2, "new", 60s, 3);
    now.message.user = past.proof(3, "derek", now.at);
    StoredMessage unproven = past.kept(3, "none", 50s, 4);
    past.take_newest({then, now, unproven});
    const auto& lines = past.chat.current().lines();
    CHECK(shown(lines[0].author) == "derek(then)");
    CHECK(shown(lines[1].author) == "derek");
    CHECK(shown(lines[2].author) == "derek?");
}

TEST_CASE("History: a JWT that was out of time, of an issuer nobody believes, or another's proves no name") {
    BeforeNow past;
    const nkeys::SigningKey stranger = key_of(nkeys::Kind::account, 61);
    StoredMessage late = past.kept(1, "late", 1h);
    late.message.user = past.proof(2, "derek", late.at - 3h);
    StoredMessage early = past.kept(2, "early", 59min);
    jwt::Draft<jwt::UserClaims> claims;
    claims.subject = person(2).text();
    claims.name = "derek";
    claims.not_before = early.at + 10min;
    claims.expires = early.at + 20min;
    early.message.user = jwt::issue(claims, issuer(), early.at).value();
    StoredMessage made_up = past.kept(3, "made up", 58min);
    made_up.message.user = past.proof(2, "derek", made_up.at, stranger);
    past.take_newest({late, early, made_up});
    for (const Line& line : past.chat.current().lines()) {
        CAPTURE(line.text);
        CHECK(shown(line.author) == "derek?");
    }
}

TEST_CASE("History: a name that another key has now is marked on what the old one said") {
    BeforeNow past;
    Message presence{.kind = MessageKind::presence,
                     .sender = person(3),
                     .issued_at = past.clock.now(),
                     .expires = past.clock.now() + 60s,
                     .name = "derek"};
    presence.user = past.proof(3, "derek", past.clock.now());
    past.chat.hear(presence, past.clock.now());
    StoredMessage then = past.kept(1, "old", 48h);
    then.message.user = past.proof(2, "derek", then.at);
    past.take_newest({then});
    CHECK(shown(past.chat.current().lines().front().author) == "derek!(then)");
    // It is still the new one's.
    CHECK(past.chat.people().author_of(*past.chat.people().find(person(3)), past.clock.now()).pinning ==
          Pinning::same);
}

TEST_CASE("History: what is sent again by somebody else stands once, where it was said") {
    BeforeNow past;
    const StoredMessage original = past.kept(1, "said", 5h);
    StoredMessage again = original;
    again.sequence = 90;
    again.at = past.clock.now() - 10s;
    past.take_newest({past.kept(80, "x", 20s), again, past.kept(91, "y", 5s)}, false);
    CHECK(past.said() == Texts{"x", "said", "y"});
    past.take({original, past.kept(2, "answer", 4h)}, {.channel = {}, .messages = {}, .complete = true});
    CHECK(past.said() == Texts{"said", "answer", "x", "y"});
    // And in the same page.
    past.take_newest({original, past.kept(2, "answer", 4h), again});
    CHECK(past.said() == Texts{"said", "answer", "x", "y"});
    CHECK(past.numbers_count_up());
}

TEST_CASE(
    "History: what is of another channel, of an ignored person or full of control characters does no harm") {
    BeforeNow past;
    StoredMessage elsewhere = past.kept(1, "elsewhere", 9s);
    elsewhere.message.channel = "General";
    StoredMessage wild = past.kept(2, "\x1b[2J\xe2\x80\xaegninrut", 8s);
    past.take_newest({elsewhere, wild});
    CHECK(past.said() == Texts{"\xe2\x90\x9b[2Jgninrut"});
    HistoryPage nowhere{.channel = "nobody", .messages = {wild}};
    past.chat.take(nowhere, past.clock.now());
    CHECK(past.said().size() == 1);
}

TEST_CASE("History: however far one reads back, a room is bounded, and what went can be read again") {
    BeforeNow past;
    past.take_newest({past.kept(1'000'000, "new", 9s)}, false);
    std::uint64_t sequence = 999'999;
    const auto read_back = [&] {
        sequence -= 2000;
        std::vector<StoredMessage> page;
        for (std::uint64_t at = sequence + 1; at <= sequence + 2000; ++at)
            page.push_back(past.kept(at, std::to_string(at), 99s));
        past.take(std::move(page), {.channel = {}, .messages = {}, .before = sequence + 1});
    };
    for (int pages = 0; pages < 150; ++pages) {
        past.chat.want_older();
        if (past.wanted<FetchHistory>().empty()) break;
        read_back();
    }
    CHECK(past.chat.current().lines().size() >= Room::max_read_back - 2000);
    CHECK(past.chat.current().lines().size() <= Room::max_read_back);
    past.chat.type("/join General", past.clock.now());
    past.chat.visit({.channel = "NATS"});
    CHECK(past.chat.current().lines().size() == Room::max_lines);
    (void)past.chat.take_effects();
    past.chat.want_older();
    const auto asked = past.wanted<FetchHistory>();
    REQUIRE(asked.size() == 1);
    CHECK(asked[0].before == past.chat.current().lines().front().sequence);
}

TEST_CASE("History: a search tells how far it is, shows what it finds in order, and ends with Esc") {
    BeforeNow past;
    past.take_newest({past.kept(100, "new", 9s)});
    past.chat.type("/search gate", past.clock.now());
    const auto asked = past.wanted<SearchHistory>();
    REQUIRE(asked.size() == 1);
    CHECK(asked[0].words == "gate");
    const auto progress = [&](std::vector<StoredMessage> found, std::size_t read, bool done = false) {
        past.chat.take(
            SearchProgress{.channel = "NATS", .found = std::move(found), .read = read, .done = done},
            past.clock.now());
    };
    progress({past.kept(90, "gate 3", 2h), past.kept(91, "gate 4", 1h)}, 500);
    progress({past.kept(10, "gate 1", 4h), past.kept(11, "gate 2", 3h)}, 1000);
    CHECK(past.said() == Texts{"new", "4 found for \"gate\" in #NATS so far, 1000 messages read; Esc ends it",
                               "gate 1", "gate 2", "gate 3", "gate 4"});
    progress({}, 1200, true);
    CHECK(past.said()[1] == "4 found for \"gate\" in #NATS, among 1200 messages");
    past.chat.forget_answers();
    CHECK(past.said() == Texts{"new"});

    past.chat.type("/search more", past.clock.now());
    (void)past.chat.take_effects();
    past.chat.forget_answers();
    CHECK(past.wanted<EndSearch>().size() == 1);
    progress({past.kept(5, "more", 9h)}, 10);
    CHECK(past.said() == Texts{"new"});
}

TEST_CASE("History: where nothing is kept that is said once, above the oldest line") {
    BeforeNow past;
    past.chat.hear(past.post(2, "a", "a"), past.clock.now());
    past.chat.without_history();
    CHECK(past.said() == Texts{"a"});
    past.chat.want_older();
    past.chat.want_older();
    CHECK(past.said() == Texts{"what was said before is not kept here", "a"});
    CHECK_FALSE(past.chat.want_missed(past.clock.now()));
    CHECK(past.wanted<FetchHistory>().empty());
}

TEST_CASE(
    "History: whatever was heard, missed and sent again, all of it stands once and in the order of the "
    "stream") {
    std::mt19937 chance(20'26);
    const auto one_in = [&](unsigned n) { return chance() % n == 0; };
    for (int round = 0; round < 200; ++round) {
        CAPTURE(round);
        BeforeNow past;
        constexpr int messages = 40;
        const int joined = static_cast<int>(chance() % messages);
        std::vector<StoredMessage> stream;
        Texts expected;
        for (int i = 0; i < messages; ++i) {
            const auto ago = std::chrono::seconds(100 * (messages - i));
            if (i > 0 && one_in(8)) {
                StoredMessage again = stream[chance() % stream.size()];
                again.sequence = stream.size() + 1;
                again.at = past.clock.now() - ago;
                stream.push_back(std::move(again));
            } else {
                expected.push_back(std::to_string(i));
                stream.push_back(past.kept(stream.size() + 1, expected.back(), ago));
            }
            if (i >= joined && !one_in(3)) past.chat.hear(stream.back().message, stream.back().at);
        }
        // In pages from the newest to the oldest, some of them read twice.
        std::size_t end = stream.size();
        for (bool newest = true; end > 0; newest = false) {
            const std::size_t begin = end - std::min<std::size_t>(end, 1 + chance() % 12);
            const auto from = stream.begin() + static_cast<std::ptrdiff_t>(begin);
            const std::vector<StoredMessage> page(from, stream.begin() + static_cast<std::ptrdiff_t>(end));
            for (int times = one_in(4) ? 2 : 1; times > 0; --times)
                past.take(page, {.channel = {},
                                 .messages = {},
                                 .before = begin + 1,
                                 .complete = begin == 0,
                                 .newest = newest});
            end = begin;
        }
        CHECK(past.said() == expected);
        CHECK(past.numbers_count_up());
    }
}
