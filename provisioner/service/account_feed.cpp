#include <natscreds/provisioner/service/account_feed.h>

#include <algorithm>
#include <condition_variable>
#include <map>
#include <mutex>
#include <string_view>
#include <utility>

#include <nlohmann/json.hpp>

#include <natscreds/base/date.h>
#include <natscreds/base/error_category.h>
#include <natscreds/base/periodic_task.h>
#include <natscreds/bus/connection.h>
#include <natscreds/provisioner/service/startup.h>

namespace natscreds::provisioner {
namespace {

using Account = jwt::Decoded<jwt::AccountClaims>;

constexpr std::chrono::milliseconds file_interval{1000};
constexpr std::chrono::milliseconds servers_interval{2000};
constexpr std::chrono::seconds first_answer{2};
constexpr bus::Timeout listen_timeout{5000};

const char* describe(AccountFeedErrc code) {
    switch (code) {
        case AccountFeedErrc::other_account:
            return "the JWT is of another account";
        case AccountFeedErrc::other_signer:
            return "the account's JWT is signed by another key than the one that the service was given; "
                   "SIGHUP "
                   "takes the one in the file";
        case AccountFeedErrc::older:
            return "the account's JWT is older than the one in force";
        case AccountFeedErrc::out_of_date:
            return "revocations may be unknown: the account's JWT was not confirmed for long";
        case AccountFeedErrc::not_system:
            return "no server answers questions about accounts to this user: it is not one of the system "
                   "account";
    }
    return "unknown error";
}

constinit const base::ErrorCategory<AccountFeedErrc> account_feed_category("account feed", describe);

/// The JWT in a server's answer: alone to CLAIMS.LOOKUP, as a field to INFO.
std::string token_in(const std::string& answer) {
    if (!answer.starts_with('{')) return answer;
    const auto json = nlohmann::json::parse(answer, nullptr, false);
    const nlohmann::json::json_pointer at("/data/jwt");
    const bool there = json.is_object() && json.contains(at) && json[at].is_string();
    return there ? json[at].get<std::string>() : std::string();
}

std::string question_about(const std::string& account, const char* question) {
    return "$SYS.REQ.ACCOUNT." + account + question;
}

void look_at_live_account(const Policy& policy, const Account& known, const Account& live,
                          std::vector<base::Error>& findings) {
    const base::Status newer = check_newer(known, live);
    if (!newer) {
        findings.push_back(newer.error().within("the servers' JWT of account " + known.content.name));
        return;
    }
    const Policy next = policy.with_account(live);
    for (const Issuer& issuer : next.issuers()) {
        if (issuer.listed() || issuer.account() != live.content.subject) continue;
        findings.push_back({IssuerErrc::key_not_listed,
                            "role " + issuer.role().name + ", by the servers' JWT of account " +
                                live.content.name + ", issued " + base::date_of(live.issued_at)});
    }
}

}  // namespace

std::error_code make_error_code(AccountFeedErrc code) noexcept {
    return {static_cast<int>(code), account_feed_category};
}

base::Status check_newer(const Account& known, const Account& offered) {
    const std::string& subject = offered.content.subject;
    if (subject != known.content.subject) return base::Error{AccountFeedErrc::other_account, subject};
    if (offered.issuer != known.issuer)
        return base::Error{AccountFeedErrc::other_signer, offered.issuer.text()};
    if (offered.issued_at < known.issued_at) return base::Error{AccountFeedErrc::older, subject};
    return {};
}

base::Result<std::vector<base::Error>> look_at_live_accounts(bus::ConnectionOptions system,
                                                             const Policy& policy) {
    const bus::Timeout timeout = system.timeout;
    const std::string user = system.credentials ? system.credentials->user().content.name : "";
    auto connection = bus::Connection::open(std::move(system));
    if (!connection) return connection.error();
    std::vector<base::Error> findings;
    for (const Account* const known : policy.account_tokens()) {
        const auto ask = [&](const char* what) {
            bus::Message question;
            question.subject = question_about(known->content.subject, what);
            return connection->request(question, timeout);
        };
        const auto answer = ask(".INFO");
        if (!answer && answer.error().code == bus::Errc::no_responders)
            return base::Error{AccountFeedErrc::not_system, user};
        if (!answer) return answer.error();
        std::string text = token_in(answer->body);
        if (text.empty()) {
            // Of an account that nobody uses just now a full resolver alone knows.
            const auto stored = ask(".CLAIMS.LOOKUP");
            if (stored) text = token_in(stored->body);
        }
        const auto live = jwt::decode<jwt::AccountClaims>(text);
        if (live) look_at_live_account(policy, *known, *live, findings);
    }
    return findings;
}

class AccountFeed::Threads {
  public:
    explicit Threads(Parts parts) : parts_(std::move(parts)) {
        const auto policy = parts_.policy.load();
        for (const Account* const account : policy->account_tokens())
            followed_.emplace(account->content.subject, Followed{.since = parts_.intervals.now()});
    }

    base::Status follow() {
        if (!parts_.system) {
            looking_.emplace("account-jwts", file_interval, [this] { read_files(); });
            return {};
        }
        auto opened = bus::Connection::open(std::move(*parts_.system), events());
        if (!opened) return opened.error();
        system_.emplace(std::move(*opened));
        inbox_ = system_->new_inbox();
        auto listening = system_->listen(
            {.subject = inbox_, .queue = "", .workers = 1},
            [this](const bus::Message& answer) { hear(answer.body); }, listen_timeout);
        if (!listening) return listening.error();
        answers_.emplace(std::move(*listening));
        looking_.emplace("account-jwts", servers_interval, [this] { ask_servers(); });
        wait_for_answer();
        return {};
    }

    void replace(Policy policy, std::vector<std::filesystem::path> files) {
        const std::lock_guard lock(mutex_);
        parts_.files = std::move(files);
        const auto before = parts_.policy.load();
        Policy next = policy;
        for (const Account* const given : policy.account_tokens()) {
            followed_.try_emplace(given->content.subject, Followed{.since = parts_.intervals.now()});
            const Account* const known = before->account_token(given->content.subject);
            // Of two of the same second the one counts that was given.
            const bool newer_known =
                known != nullptr && known->issued_at > given->issued_at && check_newer(*given, *known);
            if (newer_known) next = next.with_account(*known);
        }
        std::erase_if(followed_, [&](const auto& one) { return policy.account_token(one.first) == nullptr; });
        parts_.policy.replace(std::move(next));
        told_.clear();
    }

    [[nodiscard]] bus::Connection* system() { return system_ ? &*system_ : nullptr; }

    [[nodiscard]] std::optional<base::Instant> confirmed() const {
        const std::lock_guard lock(mutex_);
        return all_confirmed();
    }

    [[nodiscard]] base::Status ready() const {
        const std::lock_guard lock(mutex_);
        for (const auto& [account, followed] : followed_) {
            const std::chrono::seconds age =
                parts_.intervals.now() - followed.confirmed.value_or(followed.since);
            if (age < parts_.out_of_date_after) continue;
            return base::Error{
                AccountFeedErrc::out_of_date,
                account +
                    (followed.confirmed ? ", last confirmed " : ", asked for, without an answer, since ") +
                    std::to_string(age.count()) + " s ago"};
        }
        return {};
    }

  private:
    bus::ConnectionEvents events() {
        return {.disconnected = [this] { parts_.tell("system: disconnected; trying to reconnect"); },
                .reconnected = [this] { parts_.tell("system: reconnected"); },
                .closed = {},
                .error = [this](const base::Error& error) { parts_.tell("system: " + error.message()); }};
    }

    void wait_for_answer() {
        std::unique_lock lock(mutex_);
        if (!answered_.wait_for(lock, first_answer, [this] { return all_confirmed().has_value(); }))
            parts_.tell("no server has said yet what each account's JWT is: revocations may be unknown");
    }

    /// The moment of the one that was confirmed longest ago; nothing where one never was.
    [[nodiscard]] std::optional<base::Instant> all_confirmed() const {
        std::optional<base::Instant> first;
        for (const auto& [account, followed] : followed_) {
            if (!followed.confirmed) return std::nullopt;
            if (!first || *followed.confirmed < *first) first = followed.confirmed;
        }
        return first;
    }

    void read_files() {
        std::unique_lock lock(mutex_);
        const std::vector<std::filesystem::path> files = parts_.files;
        lock.unlock();
        for (const std::filesystem::path& file : files)
            read_file(file);
    }

    void read_file(const std::filesystem::path& file) {
        const base::Result<Account> account = load_account(file);
        const std::lock_guard lock(mutex_);
        if (std::ranges::count(parts_.files, file) == 0) return;
        if (!account) return tell_once("file " + file.string(), account.error());
        offer(*account, "file " + file.string());
    }

    void ask_servers() {
        const auto policy = parts_.policy.load();
        for (const Account* const account : policy->account_tokens())
            ask_servers(account->content.subject);
    }

    void ask_servers(const std::string& account) {
        for (const char* question : {".CLAIMS.LOOKUP", ".INFO"}) {
            bus::Message message;
            message.subject = question_about(account, question);
            message.reply = inbox_;
            const base::Status sent = system_->publish(message);
            const std::lock_guard lock(mutex_);
            if (!sent) tell_once("system", sent.error());
        }
    }

    void hear(const std::string& answer) {
        const std::string text = token_in(answer);
        if (text.empty()) return;
        const base::Result<Account> account = jwt::decode<jwt::AccountClaims>(text);
        const std::lock_guard lock(mutex_);
        if (!account) return tell_once("system", account.error());
        offer(*account, "system");
    }

    /// Who has an older one confirms that there is no newer one, as far as it knows.
    void offer(const Account& account, const std::string& from) {
        const auto policy = parts_.policy.load();
        const std::string& subject = account.content.subject;
        const Account* const known = policy->account_token(subject);
        if (known == nullptr) return tell_once(from, {AccountFeedErrc::other_account, subject});
        const base::Status newer = check_newer(*known, account);
        if (!newer) tell_once(from, newer.error());
        if (!newer && newer.error().code != AccountFeedErrc::older) return;
        if (newer && account.token.text() != known->token.text()) take(*policy, account);
        followed_.at(subject).confirmed = parts_.intervals.now();
        answered_.notify_all();
    }

    void take(const Policy& policy, const Account& account) {
        parts_.policy.replace(policy.with_account(account));
        told_.clear();
        parts_.tell("a newer JWT of the account " + account.content.subject + " is in force");
        for (const Issuer& issuer : parts_.policy.load()->issuers()) {
            if (issuer.listed()) continue;
            parts_.tell(
                "nothing of the role " + issuer.role().name +
                " is issued: the account does not list its signing key with the role's scope any more");
        }
    }

    void tell_once(const std::string& from, const base::Error& error) {
        const std::string wrong = error.message();
        if (std::exchange(told_[from], wrong) != wrong) parts_.tell(from + ": " + wrong);
    }

    /// An account, and when its JWT in force was last known to be the newest.
    struct Followed {
        base::Instant since;
        std::optional<base::Instant> confirmed = {};
    };

    Parts parts_;
    mutable std::mutex mutex_;  ///< guards the files' paths, the next three, and changes of the policy
    std::condition_variable answered_;
    std::map<std::string, Followed, std::less<>> followed_;  ///< those of the policy in force, by public key
    std::map<std::string, std::string> told_;                ///< the last trouble, by where it came from
    std::string inbox_;
    std::optional<bus::Connection> system_;
    std::optional<bus::Subscription> answers_;
    std::optional<base::PeriodicTask> looking_;  ///< last: it uses all the others
};

base::Result<std::unique_ptr<AccountFeed>> AccountFeed::start(Parts parts) {
    auto threads = std::make_unique<Threads>(std::move(parts));
    if (const base::Status follows = threads->follow(); !follows) return follows.error();
    return std::unique_ptr<AccountFeed>(new AccountFeed(std::move(threads)));
}

AccountFeed::AccountFeed(std::unique_ptr<Threads> threads) : threads_(std::move(threads)) {}
AccountFeed::~AccountFeed() = default;

void AccountFeed::replace(Policy policy, std::vector<std::filesystem::path> files) {
    threads_->replace(std::move(policy), std::move(files));
}

bus::Connection* AccountFeed::system() {
    return threads_->system();
}

std::optional<base::Instant> AccountFeed::confirmed() const {
    return threads_->confirmed();
}

base::Status AccountFeed::ready() const {
    return threads_->ready();
}

}  // namespace natscreds::provisioner
