#include "asking.h"

#include <utility>

namespace natscreds::request {
namespace {

base::Result<std::optional<std::chrono::seconds>> parse_ttl(const std::string& text) {
    if (text.empty()) return std::optional<std::chrono::seconds>();
    const base::Result<std::chrono::milliseconds> duration = bus::parse_duration(text);
    if (!duration) return duration.error().within("--ttl");
    const auto seconds = std::chrono::floor<std::chrono::seconds>(*duration);
    if (seconds.count() > 0) return std::optional(seconds);
    return base::Error{bus::Errc::bad_option, "--ttl " + text + ": at least a second"};
}

}  // namespace

base::Result<access::Subjects> subjects(const AccessOptions& options) {
    constexpr std::string_view last = ".access";
    if (!options.subject.ends_with(last))
        return base::Error{bus::Errc::bad_option, "--subject " + options.subject + ": it ends in .access"};
    auto subjects = access::Subjects::create(options.subject.substr(0, options.subject.size() - last.size()));
    if (!subjects) return base::Error{bus::Errc::bad_option, "--subject " + options.subject};
    return subjects;
}

base::Status Asking::check() const {
    if (const base::Status sound = proof_.check(); !sound) return sound;
    if (const auto ttl = parse_ttl(options_.ttl); !ttl) return ttl.error();
    const auto account = expected_account({});
    return account ? base::Status() : account.error();
}

base::Result<std::optional<Requester>> Asking::requester() const {
    if (options_.request_creds.empty()) return invocation_.requester();
    const base::Result<jwt::Credentials> own = jwt::Credentials::load(options_.request_creds);
    if (!own) return own.error();
    return std::optional(requester_of(*own));
}

base::Result<std::optional<nkeys::PublicKey>> Asking::expected_account(
    const std::optional<Requester>& requester) const {
    using Expected = std::optional<nkeys::PublicKey>;
    if (options_.expected_account.empty()) return requester ? requester->account : Expected();
    const auto account = nkeys::PublicKey::parse(options_.expected_account, nkeys::Kind::account);
    if (account) return Expected(*account);
    return base::Error{bus::Errc::bad_option, "--expect-account: " + account.error().message()};
}

base::Result<bus::Connection> Asking::open() const {
    if (options_.request_creds.empty()) return invocation_.open({});
    base::Result<jwt::Credentials> own = jwt::Credentials::load(options_.request_creds);
    if (!own) return own.error();
    return invocation_.open_as(*std::move(own), options_.request_creds);
}

base::Result<access::Answer> Asking::ask(bus::Requests& requests, const For& whom) const {
    const auto ttl = parse_ttl(options_.ttl);
    if (!ttl) return ttl.error();
    const auto who = requester();
    if (!who) return who.error();
    const auto account = expected_account(*who);
    if (!account) return account.error();
    base::Result<std::optional<access::Identity>> proof = proof_.fresh();
    if (!proof) return proof.error();
    const World& world = invocation_.world();
    const std::optional<nkeys::PublicKey> asker = *who ? std::optional((*who)->key) : std::nullopt;
    access::AccessOptions options{
        .name = whom.name, .role = whom.role, .ttl = *ttl, .identity = *std::move(proof)};
    return access::request_access({.requests = requests,
                                   .clock = world.clock,
                                   .random = world.random,
                                   .subjects = below_,
                                   .timeout = invocation_.timeout()},
                                  {.options = std::move(options),
                                   .requester = asker,
                                   .expected_account = *account,
                                   .key = &whom.key,
                                   .attempts = whom.attempts});
}

}  // namespace natscreds::request
