#include "enrol.h"

#include <istream>
#include <iterator>
#include <ostream>
#include <string>
#include <utility>

#include <natscreds/access/errc.h>
#include <natscreds/access/owned_file.h>
#include <natscreds/access/pending_key.h>
#include <natscreds/base/date.h>
#include <natscreds/base/file.h>
#include <natscreds/jwt/errc.h>
#include <natscreds/nkeys/key_file.h>

namespace natscreds::request {
namespace {

using access::PendingKey;
using console::ExitCode;
using User = jwt::Decoded<jwt::UserClaims>;

constexpr std::size_t max_bytes = 64 * 1024;

/// Of somebody who is not to be asked for by name: an operator says who it is.
constexpr std::string_view no_name;

base::Result<std::string> read_text(const EnrolOptions& options, World& world) {
    if (options.jwt != "-") return base::read_file(options.jwt, max_bytes);
    if (world.input == nullptr)
        return base::Error{std::make_error_code(std::errc::invalid_argument), "--jwt -: there is no input"};
    return std::string(std::istreambuf_iterator<char>(*world.input), {});
}

base::Result<User> read_jwt(const EnrolOptions& options, World& world) {
    const base::Result<std::string> text = read_text(options, world);
    if (!text) return text.error();
    const base::Result<std::string> token = jwt::find_token(*text);
    if (!token) return token.error().within(options.jwt.string());
    base::Result<User> user = jwt::decode<jwt::UserClaims>(*token);
    if (!user) return user.error().within(options.jwt.string());
    const std::string wrong = base::why_not_valid(user->validity(), world.clock.now());
    if (user->expired(world.clock.now()))
        return base::Error{access::Errc::not_in_time, options.jwt.string() + ": the JWT " + wrong};
    return user;
}

/// One run: what the creds file holds, and what is to be done about it.
class Enrolment {
  public:
    Enrolment(Invocation& invocation, const EnrolOptions& options, access::OwnedFile file)
        : invocation_(invocation), options_(options), file_(std::move(file)) {}

    /// Prints the public key that the operator is to know.
    base::Status begin() const {
        if (file_.credentials) {
            reporter().message(options_.output.string() + " holds credentials of " +
                               file_.credentials->user().content.name + "; nothing was made");
            return print(file_.credentials->key().public_key());
        }
        const auto pending = take_up();
        if (!pending) return pending.error();
        reporter().message((pending->asked_before() ? "the key waits in " : "made a key, which waits in ") +
                           pending->file().string() + " and never travels");
        reporter().hint("the operator runs: nsctl provisioning add-requester NAME -a ACCOUNT --key " +
                        pending->key().public_key().text());
        reporter().hint("then, with what the operator has sent: nats-req --enrol -o " +
                        options_.output.string() + " --jwt FILE");
        return print(pending->key().public_key());
    }

    base::Status finish(User user) const {
        if (file_.credentials) {
            auto key = nkeys::find_seed(file_.credentials->key().seed_text());
            return key ? write(std::move(user), *std::move(key), base::Existing::replace) : key.error();
        }
        if (!std::filesystem::exists(PendingKey::file_beside(options_.output)))
            return base::Error{std::make_error_code(std::errc::no_such_file_or_directory),
                               PendingKey::file_beside(options_.output).string() + ": no key waits for " +
                                   options_.output.string() + "; the JWT is for " + user.content.subject};
        const auto pending = take_up();
        if (!pending) return pending.error();
        auto key = nkeys::find_seed(pending->key().seed_text());
        if (!key) return key.error();
        const base::Status written = write(std::move(user), *std::move(key), base::Existing::refuse);
        if (written) pending->forget();
        return written;
    }

  private:
    [[nodiscard]] const console::Reporter& reporter() const { return invocation_.reporter(); }

    [[nodiscard]] base::Result<PendingKey> take_up() const {
        return PendingKey::take_up({.creds_file = options_.output, .name = no_name},
                                   invocation_.world().random);
    }

    [[nodiscard]] base::Status print(const nkeys::PublicKey& key) const {
        invocation_.world().out << key.text() << '\n' << std::flush;
        if (invocation_.world().out) return {};
        return base::Error{std::make_error_code(std::errc::io_error), "standard output"};
    }

    [[nodiscard]] base::Status write(User user, nkeys::SigningKey key, base::Existing existing) const {
        const std::string here = key.public_key().text();
        if (user.content.subject != here)
            return base::Error{
                jwt::Errc::key_mismatch,
                options_.jwt.string() + " is for " + user.content.subject + ", and the key here is " + here};
        const auto credentials = jwt::Credentials::create(std::move(user), std::move(key));
        if (!credentials) return credentials.error();
        const base::Status written =
            base::write_file(options_.output, credentials->text().expose(), {.existing = existing});
        if (!written) return written;
        tell(credentials->user());
        return {};
    }

    void tell(const User& user) const {
        const auto account = access::account_of(user);
        const std::string wrong = base::why_not_valid(user.validity(), invocation_.world().clock.now());
        reporter().message(
            options_.output.string() + " holds credentials of " + user.content.name + " in account " +
            (account ? account->text() : user.claims().issuer_account) +
            (user.content.expires ? ", good until " + base::date_of(*user.content.expires) : "") +
            (wrong.empty() ? "" : "; the JWT " + wrong));
    }

    Invocation& invocation_;
    const EnrolOptions& options_;
    access::OwnedFile file_;
};

base::Status enrol(Invocation& invocation, const EnrolOptions& options) {
    World& world = invocation.world();
    auto file = access::look_at_file(options.output, {}, world.clock.now());
    if (!file) return file.error();
    const Enrolment enrolment(invocation, options, std::move(*file));
    if (options.jwt.empty()) return enrolment.begin();
    base::Result<User> user = read_jwt(options, world);
    return user ? enrolment.finish(*std::move(user)) : user.error();
}

}  // namespace

console::OptionList enrol_options(EnrolOptions& options) {
    using console::Takes;
    console::OptionList list{
        {"--enrol", &options.wanted,
         "make the key of credentials that an operator is to issue, for the file of -o"},
        {"--jwt", &options.jwt, "with --enrol: what the operator has issued for it (or -)", Takes::file,
         "FILE"},
    };
    for (console::Option& option : list)
        option.group = "Credentials";
    return list;
}

ExitCode run_enrol(Invocation& invocation, const EnrolOptions& options) {
    const base::Status done = enrol(invocation, options);
    return done ? ExitCode::done : invocation.reporter().failed(done.error());
}

}  // namespace natscreds::request
