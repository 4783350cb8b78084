#pragma once

#include <chrono>
#include <cstddef>
#include <map>
#include <optional>
#include <string>
#include <utility>
#include <vector>

#include <natscreds/accounts/errc.h>
#include <natscreds/base/result.h>
#include <natscreds/bus/connection.h>
#include <natscreds/jwt/token.h>

namespace natscreds::accounts {

/// Where servers keep the account JWTs that they are sent.
enum class Resolver {
    memory,  ///< nowhere: a restart, or a reload of the configuration, brings back what that has
    full,    ///< in a folder, shared with the other servers
};

/// The running servers of one system, and the account JWTs that they have, seen through the system account.
///
/// Shape:   a server is known by its id ("N..."), and has a name for people.
/// Holds:   a question ends when every server that answered the first one, for the list of servers, has
///          answered, at the latest after the timeout.
/// Fails:   the errors of bus; Errc::bad_answer.
/// Thread:  one at a time.
/// Source:  nats-server events.go, accounts.go; seen with 2.9.10, 2.10.27 and 2.15.1.
class LiveSystem {
  public:
    using Names = std::map<std::string, std::string>;  ///< of servers, by their ids

    [[nodiscard]] static base::Result<LiveSystem> connect(bus::ConnectionOptions options,
                                                          bus::Timeout timeout);

    /// Those that answered; those that did not although others have a connection to them; and, with "?" and a number
    /// for an id, those that all others count without having a connection: each has ended, some minutes ago at most,
    /// or is cut off.
    [[nodiscard]] const Names& servers() const noexcept { return servers_; }
    [[nodiscard]] Resolver resolver() const noexcept { return resolver_; }

    /// The accounts that a full resolver has on any server; nothing is known of a memory resolver's.
    [[nodiscard]] const std::vector<std::string>& stored_accounts() const noexcept { return stored_; }

    /// The different JWTs that servers have of an account. With a memory resolver a server has only those
    /// that are in use.
    [[nodiscard]] base::Result<std::vector<jwt::Decoded<jwt::AccountClaims>>> read(
        const std::string& account);

    /// What a server did with a JWT.
    struct Answer {
        enum class Outcome {
            updated,
            removed,     ///< what was asked for, where it was to forget an account
            not_in_use,  ///< a memory resolver's server that has no use for the account just now
            refused,
            silent,
        };
        Outcome outcome = Outcome::silent;
        std::string words;  ///< the server's own
    };
    using Answers = std::map<std::string, Answer>;  ///< by the servers' ids, one for each of servers()

    /// Who uses an account just now, on all servers together; at most some thousand of them are counted.
    struct Users {
        std::size_t clients = 0;
        std::size_t leaf_nodes = 0;
    };
    [[nodiscard]] base::Result<Users> users_of(const std::string& account);

    /// The streams that an account has on any server, by name; the errors are as for users_of().
    [[nodiscard]] base::Result<std::vector<std::string>> streams_of(const std::string& account);

    /// A client that is connected to an account.
    struct Client {
        std::string name;    ///< its own, often empty
        std::string user;    ///< the user's public key
        std::string issuer;  ///< the key that signed the user's JWT
    };
    [[nodiscard]] base::Result<std::vector<Client>> clients_of(const std::string& account);

    /// The operators that each server that answers trusts, by the server's id.
    using Operators = std::map<std::string, std::vector<jwt::Decoded<jwt::OperatorClaims>>>;
    [[nodiscard]] base::Result<Operators> trusted_operators();

    /// Whether all of servers() answer: otherwise nothing is known of some of them.
    [[nodiscard]] bool all_answer() const noexcept { return answering_ == servers_.size(); }

    /// Has every server forget the accounts that the request names (see removal_request()), and looks at
    /// stored_accounts() anew. A memory resolver's server knows of no such request: bus::Errc::no_responders.
    [[nodiscard]] base::Result<Answers> remove(const jwt::Token& request);

    /// Sends every server an account's JWT.
    [[nodiscard]] base::Result<Answers> update(const std::string& account, const jwt::Token& token);

  private:
    struct Question {
        std::string subject;
        std::string body;
    };

    LiveSystem(bus::Connection connection, bus::Timeout timeout)
        : connection_(std::move(connection)), timeout_(timeout) {}

    [[nodiscard]] base::Status find_servers();
    [[nodiscard]] base::Status find_silent();
    [[nodiscard]] base::Status find_resolver();
    [[nodiscard]] base::Result<Answers> gather(const Question& question,
                                               Answer (*reading)(const std::string&));
    [[nodiscard]] base::Result<std::size_t> count(const Question& question, const char* list);
    [[nodiscard]] base::Result<Answers> send(const std::string& account, const jwt::Token& token);
    [[nodiscard]] base::Result<std::vector<std::string>> ask(const Question& question, std::size_t answers);

    bus::Connection connection_;
    bus::Timeout timeout_;
    Names servers_;
    std::size_t answering_ = 1;  // of the servers
    Resolver resolver_ = Resolver::memory;
    std::vector<std::string> stored_;
};

}  // namespace natscreds::accounts
