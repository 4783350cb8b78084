// Reading backwards what a stream gives forwards, against a stream in memory.
#include <algorithm>
#include <optional>
#include <vector>

#include <catch2/catch_test_macros.hpp>
#include <catch2/generators/catch_generators.hpp>

#include <natscreds/bus/errc.h>
#include <natscreds/chat-client/net/history_walk.h>

using namespace natscreds;
using namespace natscreds::chat;
using namespace std::chrono_literals;

namespace {

using Sequences = std::vector<std::uint64_t>;

/// A subject's messages at these sequences; at the time of as many seconds.
struct Stream {
    Sequences sequences;
    std::size_t batch = 1000;  ///< so many at once
    std::size_t requests = 0;
    std::size_t read = 0;

    static bus::Stored stored(std::uint64_t sequence) {
        return {.sequence = sequence,
                .at = base::Time(std::chrono::seconds(sequence)),
                .subject = "s",
                .body = std::to_string(sequence)};
    }

    StoredSource source() {
        return {.read = [this](std::uint64_t from, std::size_t most) -> base::Result<bus::StoredPage> {
                    ++requests;
                    bus::StoredPage page;
                    auto next = std::ranges::lower_bound(sequences, from);
                    for (; next != sequences.end() && page.messages.size() < std::min(most, batch); ++next)
                        page.messages.push_back(stored(*next));
                    page.at_end = next == sequences.end();
                    read += page.messages.size();
                    return page;
                },
                .last = [this]() -> base::Result<std::optional<bus::Stored>> {
                    ++requests;
                    if (sequences.empty()) return std::optional<bus::Stored>();
                    return std::optional(stored(sequences.back()));
                }};
    }
    OlderMessages older(const OlderQuery& query) { return read_older(source(), query).value(); }
};

Sequences numbers(const OlderMessages& older) {
    Sequences all;
    for (const bus::Stored& stored : older.messages)
        all.push_back(stored.sequence);
    return all;
}

Sequences every(std::uint64_t step, std::uint64_t first, std::uint64_t last) {
    Sequences all;
    for (std::uint64_t sequence = first; sequence <= last; sequence += step)
        all.push_back(sequence);
    return all;
}

/// All of it, page by page, the oldest first.
Sequences walked(Stream& stream, std::size_t most) {
    Sequences all;
    OlderQuery query{.before = {}, .most = most};
    for (int pages = 0; pages < 1000; ++pages) {
        const OlderMessages older = stream.older(query);
        const Sequences page = numbers(older);
        all.insert(all.begin(), page.begin(), page.end());
        if (older.complete) return all;
        query.before = older.before;
    }
    FAIL("no end");
    return all;
}

}  // namespace

TEST_CASE("read_older: page by page all of a subject is read, each message once and in order") {
    Sequences irregular = every(1, 5000, 5300);
    const Sequences sparse = every(977, 6000, 400'000);
    irregular.insert(irregular.end(), sparse.begin(), sparse.end());
    const Sequences dense = every(1, 400'001, 402'000);
    irregular.insert(irregular.end(), dense.begin(), dense.end());
    const Sequences sequences = GENERATE_COPY(every(1, 1, 3000), every(37, 12, 100'000), irregular,
                                              Sequences{1}, Sequences{999'999}, Sequences{});
    const std::size_t batch = GENERATE(1U, 1000U);
    const std::size_t most = GENERATE(10U, 100U, 700U);
    Stream stream{.sequences = sequences, .batch = batch};
    CHECK(walked(stream, most) == sequences);
}

TEST_CASE("read_older: the newest page of a quiet channel in a full stream takes few requests") {
    Stream stream{.sequences = every(10'000, 1, 1'000'000)};
    const OlderMessages newest = stream.older({.most = 100});
    CHECK(newest.messages.size() == 100);
    CHECK(stream.requests < 40);
    CHECK(stream.read < 1000);

    Stream full{.sequences = every(1, 900'000, 1'000'000)};
    CHECK(numbers(full.older({.most = 100})) == every(1, 999'901, 1'000'000));
    CHECK(full.read < 400);
}

TEST_CASE("read_older: back to a moment, and at most so many") {
    Stream stream{.sequences = every(1, 1, 2000)};
    const OlderMessages since = stream.older({.most = 1000, .since = base::Time(1500s)});
    REQUIRE_FALSE(since.messages.empty());
    CHECK(since.messages.front().at < base::Time(1500s));
    CHECK(since.messages.size() < 800);
    CHECK(numbers(stream.older({.most = 300, .since = base::Time(0s)})) == every(1, 1701, 2000));
}

TEST_CASE("read_older: an error of the source is its own") {
    const StoredSource failing{.read = [](std::uint64_t, std::size_t) -> base::Result<bus::StoredPage> {
                                   return base::Error{bus::Errc::timeout, ""};
                               },
                               .last = []() -> base::Result<std::optional<bus::Stored>> {
                                   return base::Error{bus::Errc::no_responders, ""};
                               }};
    CHECK(read_older(failing, {}).error().code == bus::Errc::no_responders);
    CHECK(read_older(failing, {.before = 10}).error().code == bus::Errc::timeout);
}
