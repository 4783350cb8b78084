#include "keep_renewed.h"

#include <algorithm>
#include <thread>
#include <utility>

#include <natscreds/access/renewer.h>
#include <natscreds/base/date.h>
#include <natscreds/base/pause.h>
#include <natscreds/base/random.h>
#include <natscreds/jwt/tag.h>

#include "ready_file.h"

namespace natscreds::request {
namespace {

using console::ExitCode;
using std::chrono::seconds;

/// Sends requests as the user whose credentials are kept, by a connection that is made when the first one is sent and
/// that ends with close(): between two renewals there is nothing to say, and nothing that could be lost.
class AsUser final : public bus::Requests {
  public:
    AsUser(Invocation& invocation, std::filesystem::path file, const jwt::Credentials& credentials)
        : invocation_(invocation), file_(std::move(file)), text_(credentials.text()) {}

    void use(const jwt::Credentials& newer) {
        close();
        text_ = newer.text();
    }
    void close() { connection_.reset(); }

    [[nodiscard]] base::Result<bus::Message> request(const bus::Message& message,
                                                     bus::Timeout /*that of the command line*/) override {
        if (!connection_) {
            base::Result<jwt::Credentials> credentials = jwt::Credentials::parse(text_);
            if (!credentials) return credentials.error();
            base::Result<bus::Connection> opened = invocation_.open_as(*std::move(credentials), file_);
            if (!opened) return opened.error();
            connection_.emplace(std::move(*opened));
        }
        return connection_->request(message, invocation_.timeout());
    }

  private:
    Invocation& invocation_;
    const std::filesystem::path file_;
    base::Secret text_;
    std::optional<bus::Connection> connection_;
};

/// Tells of what fails again and again: when it is something else than the last time, and then once a minute.
class Complaints {
  public:
    explicit Complaints(const Invocation& invocation) : invocation_(invocation) {}

    void tell(const std::string& what, const base::Error& error) {
        const base::Instant now = invocation_.world().intervals.now();
        if (error.code == last_ && now - told_ < seconds(60)) return;
        last_ = error.code;
        told_ = now;
        invocation_.reporter().message(what + ": " + error.message());
    }
    void forget() { last_.reset(); }

  private:
    const Invocation& invocation_;
    std::optional<std::error_code> last_;
    base::Instant told_{};
};

/// The thread's work.
class Keeper {
  public:
    Keeper(Invocation& invocation, const Keeping& keeping, const ReadyFile& ready)
        : invocation_(invocation),
          keeping_(keeping),
          file_(file_of(invocation, keeping)),
          ready_(ready),
          complaints_(invocation),
          ready_complaints_(invocation) {}

    static std::filesystem::path file_of(const Invocation& invocation, const Keeping& keeping) {
        return keeping.options.obtains() ? keeping.options.output
                                         : std::filesystem::path(invocation.creds_file());
    }

    /// Until it is told to stop, or cannot go on.
    base::Status run(const std::stop_token& stop) {
        if (const base::Status there = obtain(stop); !there || stop.stop_requested()) return there;
        const base::Result<jwt::Credentials> current = jwt::Credentials::load(file_);
        if (!current) return current.error();
        note_owner(current->user());
        access::CredentialsFile store(file_);
        AsUser requests(invocation_, file_, *current);
        access::Renewer renewer(parts(store, requests), *current);
        reporter().message("keeping " + file_.string() + " renewed");
        show_readiness();
        const base::Status kept = access::keep_renewed(renewer, stop);
        return kept ? base::Status() : kept.error().within(file_.string());
    }

  private:
    [[nodiscard]] const console::Reporter& reporter() const { return invocation_.reporter(); }
    [[nodiscard]] const World& world() const { return invocation_.world(); }

    // ---- the first credentials

    base::Status obtain(const std::stop_token& stop) {
        if (!keeping_.options.obtains()) return {};
        for (unsigned failures = 0; !stop.stop_requested(); ++failures) {
            const auto requester = keeping_.asking.requester();
            const auto found = keeping_.obtaining.look(requester ? *requester : std::nullopt);
            if (!found) return found.error();
            const bool there = found->credentials.has_value();
            if (there && keeping_.options.ask == Ask::where_needed) return {};
            const base::Result<access::Answer> answer =
                requester ? keeping_.obtaining.attempt(*found) : requester.error();
            if (const auto outcome = decided(answer)) return *outcome;
            // The rest is what is done with any that are to be renewed.
            if (there) return {};
            wait(failures, answer, stop);
        }
        return {};
    }

    /// Nothing: it is to be asked again.
    std::optional<base::Status> decided(const base::Result<access::Answer>& answer) {
        if (!answer) {
            // What another process has put there meanwhile is looked at.
            if (answer.error().code == bus::Errc::bad_option) return base::Status(answer.error());
            complaints_.tell("no credentials yet", answer.error());
            return std::nullopt;
        }
        if (const auto* const given = std::get_if<access::Granted>(&*answer)) {
            complaints_.forget();
            if (given->grant.renew_after) return base::Status();
            return base::Status(
                base::Error{access::Reason::role_denied, "this service does not renew credentials"});
        }
        const auto& refusal = std::get<access::Refusal>(*answer);
        if (access::is_final(refusal)) return base::Status(refusal.error);
        complaints_.tell("no credentials yet", refusal.error);
        return std::nullopt;
    }

    void wait(unsigned failures, const base::Result<access::Answer>& answer, const std::stop_token& stop) {
        using std::chrono::milliseconds;
        constexpr bus::Backoff backoff{seconds(1), access::Renewer::ask_anew_at_most};
        const auto* const refusal = answer ? std::get_if<access::Refusal>(&*answer) : nullptr;
        const seconds told = refusal != nullptr ? refusal->retry_after.value_or(seconds(0)) : seconds(0);
        const auto least = std::max<milliseconds>(told, milliseconds(100));
        base::pause(stop, std::max(backoff.jittered(failures, base::chance(world().random)), least));
    }

    // ---- from then on

    void note_owner(const jwt::Decoded<jwt::UserClaims>& user) {
        owner_.name = user.content.name;
        if (const auto account = access::account_of(user)) owner_.account = *account;
        owner_.role = keeping_.options.role.empty() ? jwt::tag_value(user.claims().tags, "role")
                                                    : std::string_view(keeping_.options.role);
    }

    access::Renewer::Parts parts(access::CredentialsStore& store, AsUser& requests) {
        access::Renewer::Parts parts{.service = {.requests = requests,
                                                 .clock = world().clock,
                                                 .random = world().random,
                                                 .subjects = keeping_.subjects,
                                                 .timeout = invocation_.timeout()},
                                     .store = store,
                                     .events = events(requests),
                                     .intervals = world().intervals,
                                     .identity = [this] { return keeping_.asking.proof().fresh(); }};
        if (keeping_.asking.possible())
            parts.ask_anew = [this](const nkeys::SigningKey& key) { return ask_anew(key); };
        return parts;
    }

    base::Result<access::Answer> ask_anew(const nkeys::SigningKey& key) {
        base::Result<bus::Connection> connection = keeping_.asking.open();
        if (!connection) return connection.error();
        return keeping_.asking.ask(*connection, {.key = key, .name = owner_.name, .role = owner_.role});
    }

    access::RenewerEvents events(AsUser& requests) {
        return {.renewed = [this, &requests](access::Renewal newer) { take(newer, requests); },
                .stored = [this] { reporter().message(file_.string() + " is written now"); },
                .failed = [this](const base::Error& error) { complaints_.tell("not renewed yet", error); },
                .looked =
                    [this, &requests] {
                        requests.close();
                        show_readiness();
                    }};
    }

    void take(const access::Renewal& newer, AsUser& requests) {
        complaints_.forget();
        requests.use(newer.credentials);
        const std::optional<base::Time> until = newer.credentials.user().content.expires;
        const std::string what = newer.stored ? file_.string() : "what is in use";
        reporter().message(what + " is renewed" + (until ? " until " + base::date_of(*until) : ""));
        if (!newer.stored)
            reporter().message("it is not in " + file_.string() +
                               " yet, which is tried again: " + newer.stored.error().message());
    }

    /// By what lies in the file, whoever has put it there: that is what others use.
    void show_readiness() {
        using access::Freshness;
        if (keeping_.options.ready_file.empty()) return;
        const auto found = access::look_at_file(file_, {.name = owner_.name, .account = owner_.account},
                                                world().clock.now());
        const bool good =
            found && (found->freshness == Freshness::good || found->freshness == Freshness::aged);
        const base::Status shown = ready_.set(good ? Readiness::ready : Readiness::not_ready);
        if (!shown) ready_complaints_.tell("--ready-file", shown.error());
    }

    Invocation& invocation_;
    const Keeping& keeping_;
    const std::filesystem::path file_;
    const ReadyFile& ready_;
    Complaints complaints_;
    Complaints ready_complaints_;
    access::FileOwner owner_;
};

/// What is wrong with the files from the start.
base::Status check_files(Invocation& invocation, const Keeping& keeping) {
    const bool alone = !keeping.options.obtains();
    const auto user = alone ? invocation.requester() : keeping.asking.requester();
    if (!user) return user.error();
    if (!alone || !keeping.asking.possible()) return {};
    const auto requester = keeping.asking.requester();
    return requester ? base::Status() : requester.error();
}

ExitCode ended(const console::Reporter& reporter, const base::Error& error) {
    if (access::reason_of(error.code)) {
        reporter.message("refused, which waiting does not change: " + error.message());
        return ExitCode::refused;
    }
    const ExitCode code = reporter.failed(error);
    if (error.code == access::Errc::not_in_time)
        reporter.hint("with a requester's credentials it asks for new ones: --request-creds FILE");
    return code;
}

}  // namespace

ExitCode keep_renewed(Invocation& invocation, base::Ending& ending, const Keeping& keeping) {
    const console::Reporter& reporter = invocation.reporter();
    if (const base::Status sound = check_files(invocation, keeping); !sound)
        return invocation.cannot_open(sound.error());
    const base::Result<ReadyFile> ready = ReadyFile::create(keeping.options.ready_file);
    if (!ready) return reporter.failed(ready.error().within("--ready-file"));
    Keeper keeper(invocation, keeping, *ready);
    const std::jthread thread([&](const std::stop_token& stop) {
        const base::Status kept = keeper.run(stop);
        if (!kept) ending.failed(kept.error());
    });
    const base::Status waited = ending.wait();
    return waited ? ExitCode::done : ended(reporter, waited.error());
}

}  // namespace natscreds::request
