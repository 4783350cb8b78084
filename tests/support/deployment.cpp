#include <support/deployment.h>

#include <barrier>
#include <condition_variable>
#include <mutex>
#include <optional>
#include <set>
#include <thread>

#include <nlohmann/json.hpp>

#include <natscreds/access/request.h>
#include <natscreds/access/subjects.h>
#include <natscreds/base/random.h>
#include <support/programs.h>
#include <support/signing.h>

namespace natscreds::support {

namespace {

/// All that comes to one inbox, be it one reply for each request or more.
class Replies {
  public:
    Replies(bus::Connection& connection, IssueCheck& check)
        : inbox_(connection.new_inbox()),
          check_(check),
          listening_(connection
                         .listen(
                             {.subject = inbox_ + ".*", .queue = "", .workers = 1},
                             [this](const bus::Message& reply) { take(reply); }, patience)
                         .value()) {}

    [[nodiscard]] std::string subject(int number) const { return inbox_ + "." + std::to_string(number); }

    void wait_for(int number, bus::Timeout timeout) {
        std::unique_lock lock(mutex_);
        changed_.wait_for(lock, timeout, [&] { return come_.contains(number); });
    }

  private:
    void take(const bus::Message& reply) {
        const int number = std::stoi(reply.subject.substr(inbox_.size() + 1));
        // Without a body it is the server's word that nobody listens.
        if (!reply.body.empty()) check_.reply(number, reply.body);
        const std::lock_guard lock(mutex_);
        come_.insert(number);
        changed_.notify_all();
    }

    std::string inbox_;
    IssueCheck& check_;
    std::mutex mutex_;
    std::condition_variable changed_;
    std::set<int> come_;
    bus::Subscription listening_;
};

}  // namespace

Deployment::Deployment(const ServerBinary& binary, int askers)
    : requesters(askers),
      tree(askers),
      server(binary, {.config = tree.server_config("jetstream { store_dir: \"js\" }\n")}) {}

Process& Deployment::start_copy(const std::string& name, const VouchedTree::Policy& policy) {
    const std::filesystem::path config = tree.write_policy(name, policy);
    copies_.push_back(std::make_unique<Process>(
        command("nats-provisioner", {"-s", server.url(), "--config", config.string()})));
    copies_.back()->wait_for_output("serving ");
    return *copies_.back();
}

std::set<std::string> Deployment::connected() const {
    bus::Connection system = connect("sys");
    bus::Message request;
    request.subject = "$SYS.REQ.SERVER.PING.CONNZ";
    request.body = R"({"auth":true,"limit":2000})";
    const auto told = nlohmann::json::parse(system.request(request, patience).value().body);
    std::set<std::string> keys;
    for (const auto& client : told.at("data").at("connections"))
        keys.insert(client.value("authorized_user", ""));
    return keys;
}

bus::Connection Deployment::connect(const std::string& user) const {
    bus::ConnectionOptions options;
    options.servers = {server.url()};
    options.credentials = jwt::Credentials::load(tree.creds(user)).value();
    // Its permissions are as narrow as they can be: the inbox is its own.
    if (user.starts_with("requester")) options.inbox_prefix = "_INBOX_." + tree.key(user).text();
    return bus::Connection::open(std::move(options)).value();
}

std::string Deployment::request_for(const std::string& name) const {
    base::SystemRandom random;
    return access::encode_request({.name = name, .role = {}, .ttl = {}, .identity = {}},
                                  new_key(nkeys::Kind::user),
                                  {.audience = "chat.req.access", .now = real_time()}, random);
}

std::string Deployment::subject_of(const std::string& user) const {
    return access::Subjects().vouched(access::Endpoint::access, tree.key(user));
}

/// One of the requesters, with a connection of its own.
class Deployment::Asker {
  public:
    Asker(const Deployment& chat, const std::string& user, IssueCheck& check)
        : chat_(chat), connection_(chat.connect(user)), replies_(connection_, check) {
        request_.subject = chat.subject_of(user);
    }

    /// The number of the request; nothing if it could not be sent.
    std::optional<int> send(const std::string& name) {
        const int number = ++chat_.requests_;
        request_.reply = replies_.subject(number);
        request_.body = chat_.request_for(name);
        if (!connection_.publish(request_)) return std::nullopt;
        return number;
    }

    void wait_for(int number, bus::Timeout timeout) { replies_.wait_for(number, timeout); }

  private:
    const Deployment& chat_;
    bus::Connection connection_;
    Replies replies_;
    bus::Message request_;
};

void Deployment::for_each_requester(const std::function<void(Asker&)>& ask, IssueCheck& check) const {
    std::barrier all_connected(requesters);
    std::vector<std::jthread> threads;
    for (int i = 0; i < requesters; ++i) {
        threads.emplace_back([&, user = "requester-" + std::to_string(i)] {
            Asker asker(*this, user, check);
            all_connected.arrive_and_wait();
            ask(asker);
        });
    }
}

void Deployment::request_all(const std::vector<std::string>& names, IssueCheck& check,
                             bus::Timeout timeout) const {
    for_each_requester(
        [&](Asker& asker) {
            for (const std::string& name : names) {
                if (const auto number = asker.send(name)) asker.wait_for(*number, timeout);
            }
        },
        check);
}

}  // namespace natscreds::support
