#include <support/deployment.h>

#include <barrier>
#include <condition_variable>
#include <mutex>
#include <set>
#include <thread>

#include <nlohmann/json.hpp>

#include <support/asker.h>
#include <support/programs.h>

namespace natscreds::support {

std::string audited(const std::string& copy) {
    return "[audit]\nfile = \"" + copy + ".jsonl\"\n";
}

std::vector<std::string> names(const std::string& prefix, int count) {
    std::vector<std::string> made;
    for (int i = 0; i < count; ++i)
        made.push_back(prefix + std::to_string(i));
    return made;
}

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
    const auto told = nlohmann::json::parse(system.request(request, default_timeout).value().body);
    std::set<std::string> keys;
    for (const auto& client : told.at("data").at("connections"))
        keys.insert(client.value("authorized_user", ""));
    return keys;
}

bus::Connection Deployment::connect(const std::string& user) const {
    return support::connect(tree, user, {.servers = {server.url()}});
}

std::string Deployment::request_for(const std::string& name) const {
    return access_body({.name = name});
}

std::string Deployment::subject_of(const std::string& user) const {
    return access_subject(tree, user);
}

/// One of the requesters, who waits for each reply.
class Deployment::PatientAsker {
  public:
    PatientAsker(const Deployment& chat, const std::string& user, IssueCheck& check)
        : chat_(chat),
          check_(check),
          asker_(chat.tree, user, {.servers = {chat.server.url()}},
                 [this](int request, const std::string& body) { take(request, body); }) {}

    /// Nothing happens when the request cannot be sent.
    void ask(const std::string& name, bus::Timeout timeout) {
        const int number = ++chat_.requests_;
        if (!asker_.ask(number, {.name = name})) return;
        std::unique_lock lock(mutex_);
        changed_.wait_for(lock, timeout, [&] { return come_.contains(number); });
    }

  private:
    void take(int request, const std::string& body) {
        // Without a body it is the server's word that nobody listens.
        if (!body.empty()) check_.reply(request, body);
        const std::lock_guard lock(mutex_);
        come_.insert(request);
        changed_.notify_all();
    }

    const Deployment& chat_;
    IssueCheck& check_;
    std::mutex mutex_;
    std::condition_variable changed_;
    std::set<int> come_;
    Asker asker_;
};

void Deployment::request_all(const std::vector<std::string>& names, IssueCheck& check,
                             bus::Timeout timeout) const {
    std::barrier all_connected(requesters);
    std::vector<std::jthread> threads;
    for (int i = 0; i < requesters; ++i) {
        threads.emplace_back([&, user = "requester-" + std::to_string(i)] {
            PatientAsker asker(*this, user, check);
            all_connected.arrive_and_wait();
            for (const std::string& name : names)
                asker.ask(name, timeout);
        });
    }
}

}  // namespace natscreds::support
