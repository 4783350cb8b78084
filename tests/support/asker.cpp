#include <support/asker.h>

#include <utility>

#include <natscreds/access/subjects.h>
#include <natscreds/base/random.h>
#include <support/eventually.h>
#include <support/signing.h>

namespace natscreds::support {

bus::Connection connect(const VouchedTree& tree, const std::string& user, const Way& way) {
    bus::ConnectionOptions options;
    options.servers = way.servers;
    options.tls_ca = way.authority;
    options.credentials = jwt::Credentials::load(tree.creds(user)).value();
    // Its permissions are as narrow as they can be: the inbox is its own.
    if (user.starts_with("requester")) options.inbox_prefix = "_INBOX_." + tree.key(user).text();
    return bus::Connection::open(std::move(options)).value();
}

std::string access_subject(const VouchedTree& tree, const std::string& user) {
    return access::Subjects().vouched(access::Endpoint::access, tree.key(user));
}

std::string access_body(const access::AccessOptions& options) {
    base::SystemRandom random;
    return access::encode_request(options, new_key(nkeys::Kind::user),
                                  {.audience = "chat.req.access", .now = real_time()}, random);
}

Asker::Asker(const VouchedTree& tree, const std::string& user, const Way& way, Heard heard)
    : connection_(connect(tree, user, way)),
      inbox_(connection_.new_inbox() + "."),
      listening_(connection_
                     .listen(
                         {.subject = inbox_ + "*", .queue = "", .workers = 1},
                         [start = inbox_.size(), heard = std::move(heard)](const bus::Message& reply) {
                             heard(std::stoi(reply.subject.substr(start)), reply.body);
                         },
                         default_timeout)
                     .value()) {
    request_.subject = access_subject(tree, user);
}

base::Status Asker::ask(int number, const access::AccessOptions& options) {
    request_.reply = inbox_ + std::to_string(number);
    request_.body = access_body(options);
    return connection_.publish(request_);
}

}  // namespace natscreds::support
