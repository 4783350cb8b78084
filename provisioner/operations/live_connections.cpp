#include <natscreds/provisioner/operations/live_connections.h>

#include <algorithm>
#include <condition_variable>
#include <cstdint>
#include <cstdlib>
#include <map>
#include <mutex>
#include <utility>

#include <nlohmann/json.hpp>

#include <natscreds/bus/errc.h>
#include <natscreds/provisioner/callout/evictions.h>

namespace natscreds::provisioner {
namespace {

using Document = nlohmann::json;
using Answer = Servers::Answer;
using Question = Servers::Question;
using std::chrono::milliseconds;

constexpr bus::Timeout listen_timeout{2000};
/// For one server's answer; of all servers, for the first one.
constexpr milliseconds max_wait{2000};
/// Servers of other regions answer so much later than the next one.
constexpr milliseconds silence{500};
/// A server that lists without end is not asked for ever.
constexpr std::size_t max_pages = 256;

/// Answers as they come. Thread: any.
class Answers {
  public:
    void add(Answer answer) {
        const std::lock_guard lock(mutex_);
        all_.push_back(std::move(answer));
        changed_.notify_all();
    }
    void wait_for(std::size_t count) {
        std::unique_lock lock(mutex_);
        changed_.wait_for(lock, max_wait, [&] { return all_.size() >= count; });
    }
    void wait_for_silence() {
        std::unique_lock lock(mutex_);
        milliseconds wait = max_wait;
        for (std::size_t known = 0;; known = all_.size(), wait = silence) {
            if (!changed_.wait_for(lock, wait, [&] { return all_.size() > known; })) return;
        }
    }
    [[nodiscard]] std::vector<Answer> take() {
        const std::lock_guard lock(mutex_);
        return std::exchange(all_, {});
    }

  private:
    std::mutex mutex_;
    std::condition_variable changed_;
    std::vector<Answer> all_;
};

/// The number behind the inbox.
std::size_t question_of(const std::string& subject) {
    const auto number = subject.substr(subject.rfind('.') + 1);
    return std::strtoul(number.c_str(), nullptr, 10);
}

/// A server's connection.
struct Found {
    std::string server;
    std::uint64_t id;
    auto operator<=>(const Found&) const = default;
};

class Search {
  public:
    Search(Servers& servers, std::size_t page_size) : servers_(servers), page_size_(page_size) {}

    [[nodiscard]] base::Result<std::set<Found>> connections_of(const std::set<std::string>& users) {
        std::vector<Page> pages;
        for (const std::string& user : users)
            pages.push_back({.user = user});
        std::set<Found> found;
        Servers::From from = Servers::From::all;
        for (std::size_t asked = 0; !pages.empty() && asked < max_pages; ++asked) {
            const auto answers = servers_.ask(questions_of(pages), from);
            if (!answers) return answers.error();
            if (from == Servers::From::all && !anybody(*answers)) return nobody_answers();
            std::vector<Page> next;
            for (const Answer& answer : *answers)
                if (answer.question < pages.size()) take(answer, pages[answer.question], found, next);
            pages = std::move(next);
            from = Servers::From::one_each;
        }
        return found;
    }

    [[nodiscard]] const std::string& shown(const std::string& server) { return shown_[server]; }
    /// Those that end no connections.
    [[nodiscard]] const std::set<std::string>& unable() const noexcept { return unable_; }

  private:
    struct Page {
        std::string user;
        std::string server = {};  ///< empty: all
        std::size_t offset = 0;
    };

    static bool anybody(const std::vector<Answer>& answers) {
        return std::ranges::any_of(answers, [](const Answer& answer) { return !answer.body.empty(); });
    }

    static base::Error nobody_answers() {
        return {
            bus::Errc::no_responders,
            "$SYS.REQ.SERVER.PING.CONNZ: [system] has to name a user of the system account, who may ask it"};
    }

    [[nodiscard]] std::vector<Question> questions_of(const std::vector<Page>& pages) const {
        std::vector<Question> questions;
        for (const Page& page : pages) {
            const std::string whom = page.server.empty() ? "PING" : page.server;
            const Document body{
                {"auth", true}, {"user", page.user}, {"offset", page.offset}, {"limit", page_size_}};
            questions.push_back({.subject = "$SYS.REQ.SERVER." + whom + ".CONNZ", .body = body.dump()});
        }
        return questions;
    }

    void take(const Answer& answer, const Page& page, std::set<Found>& found, std::vector<Page>& next) {
        const auto listed = parse_connections(answer.body);
        if (!listed) return;
        shown_[listed->server] = listed->shown;
        if (!listed->ends) unable_.insert(listed->shown);
        for (const ListedConnection& connection : listed->connections)
            if (connection.user == page.user) found.insert({.server = listed->server, .id = connection.id});
        if (listed->full && !listed->connections.empty())
            next.push_back({.user = page.user,
                            .server = listed->server,
                            .offset = listed->offset + listed->connections.size()});
    }

    Servers& servers_;
    const std::size_t page_size_;
    std::map<std::string, std::string> shown_;  ///< servers, by their ids
    std::set<std::string> unable_;
};

bool is_refusal(const std::string& answer) {
    const Document json = Document::parse(answer, nullptr, false);
    return !json.is_object() || json.contains("error");
}

base::Result<std::vector<Answer>> kick(Servers& servers, const std::vector<Found>& connections) {
    std::vector<Question> questions;
    for (const Found& connection : connections)
        questions.push_back({.subject = "$SYS.REQ.SERVER." + connection.server + ".KICK",
                             .body = R"({"cid":)" + std::to_string(connection.id) + "}"});
    return servers.ask(questions, Servers::From::one_each);
}

}  // namespace

base::Result<std::vector<Answer>> SystemServers::ask(const std::vector<Question>& questions, From from) {
    Answers answers;
    const std::string inbox = system_.new_inbox();
    const auto listening = system_.listen(
        {.subject = inbox + ".*", .queue = "", .workers = 1},
        [&](const bus::Message& message) {
            answers.add({.question = question_of(message.subject), .body = message.body});
        },
        listen_timeout);
    if (!listening) return listening.error();
    for (std::size_t i = 0; i < questions.size(); ++i) {
        bus::Message message;
        message.subject = questions[i].subject;
        message.reply = inbox + "." + std::to_string(i);
        message.body = questions[i].body;
        if (const base::Status sent = system_.publish(message); !sent) return sent.error();
    }
    from == From::one_each ? answers.wait_for(questions.size()) : answers.wait_for_silence();
    return answers.take();
}

base::Result<EndedConnections> end_connections(Servers& servers, const std::set<std::string>& users,
                                               std::size_t page_size) {
    Search search(servers, page_size);
    const auto found = search.connections_of(users);
    if (!found) return found.error();
    const std::vector<Found> all(found->begin(), found->end());
    EndedConnections ended{.going_on = all.size(), .unable = search.unable()};
    if (all.empty()) return ended;
    const auto answers = kick(servers, all);
    if (!answers) return answers.error();
    for (const Answer& answer : *answers) {
        if (answer.question >= all.size()) continue;
        if (answer.body.empty()) ended.unable.insert(search.shown(all[answer.question].server));
        if (is_refusal(answer.body)) continue;
        ++ended.ended;
        --ended.going_on;
    }
    return ended;
}

}  // namespace natscreds::provisioner
