#include <support/random_claims.h>

#include <array>
#include <random>
#include <span>
#include <string>
#include <string_view>
#include <vector>

#include <nlohmann/json.hpp>

#include <natscreds/jwt/authorization_claims.h>
#include <support/fakes.h>

namespace natscreds::support {

using nkeys::Kind;
using namespace std::string_view_literals;
using Options = std::span<const std::string_view>;

/// The dice, and the keys that all claims are about and signed with.
class RandomClaims::Source {
  public:
    explicit Source(std::uint64_t seed) : engine_(seed), server_key_(new_server_key(seed)) {
        FixedRandom random(seed);
        for (const Kind kind : {Kind::operator_, Kind::account, Kind::user}) {
            for (int i = 0; i < 5; ++i)
                keys_.push_back(nkeys::SigningKey::generate(kind, random).value());
        }
    }

    /// 0 to end - 1.
    std::size_t below(std::size_t end) { return engine_() % end; }
    bool one_in(std::size_t n) { return below(n) == 0; }
    std::string pick(Options options) { return std::string(options[below(options.size())]); }

    const nkeys::SigningKey& key(Kind kind) {
        for (;;) {
            const nkeys::SigningKey& key = keys_[below(keys_.size())];
            if (key.public_key().kind() == kind) return key;
        }
    }

    [[nodiscard]] const nkeys::SigningKey& server_key() const { return server_key_; }

  private:
    static nkeys::SigningKey new_server_key(std::uint64_t seed) {
        FixedRandom random(seed + 1);
        return nkeys::SigningKey::generate(Kind::server, random).value();
    }

    std::mt19937_64 engine_;
    nkeys::SigningKey server_key_;
    std::vector<nkeys::SigningKey> keys_;
};

namespace {

using Source = RandomClaims::Source;

// ---- values: the usual ones, and those with which somebody has to find fault

constexpr std::array texts{""sv,
                           "orders"sv,
                           "A & B <x>"sv,
                           "größe"sv,
                           "日本語"sv,
                           "\"quoted\" \\ back/slash"sv,
                           "😀"sv,
                           "tab\tline\nreturn\rfeed\fback\b"sv,
                           "\x01\x1f\x7f"sv,
                           "\u2028 and \u2029"sv,
                           "\0"sv,
                           "$1"sv,
                           " "sv};

constexpr std::array tokens{"a"sv, "b"sv, "chat"sv, "größe"sv, "a&b"sv, "<x>"sv, "x-y"sv, "*"sv};

constexpr std::array odd_subjects{""sv,     " "sv,  "a b"sv,   ".a"sv,   "a."sv,
                                  "a..b"sv, "."sv,  ".. "sv,   ">.a"sv,  "a.>.b"sv,
                                  "a\tb"sv, "*a"sv, "a*.b>"sv, ". .>"sv, "a.*.*"sv};

constexpr std::array urls{"nats://localhost:4222"sv,
                          "tls://[2001:db8::1]:4222"sv,
                          "wss://nats.example"sv,
                          "WS://nats.example:80"sv,
                          "https://nats.example:8080/jwt/v1"sv,
                          "https://user:word@nats.example/?q=<a>&b#part"sv,
                          "nats://größe.example"sv,
                          "mailto:someone@nats.example"sv,
                          "nats://nats.example/"sv,
                          "nats://nats.example?q"sv};

constexpr std::array odd_urls{"nats.example"sv,
                              "nats.example:4222"sv,
                              "nats.example/jwt"sv,
                              "://nats.example"sv,
                              "nats://"sv,
                              "nats://nats.example:port"sv,
                              "nats://[2001:db8::1"sv,
                              "nats://a b"sv,
                              "https://nats.example/%zz"sv,
                              "https://nats.example/\x7f"sv,
                              "1http://nats.example"sv,
                              " https://nats.example"sv,
                              "/only/a/path"sv,
                              "?"sv};

constexpr std::array versions{"2.10.0"sv,
                              "0.0.0"sv,
                              "2.10"sv,
                              "2.10.0.1"sv,
                              "2.10.0-beta"sv,
                              "v2.10.0"sv,
                              "2.-1.0"sv,
                              "+2.1.0"sv,
                              "02.1.0"sv,
                              "2..0"sv,
                              "2.1.99999999999999999999"sv};

constexpr std::array networks{"192.0.2.0/24"sv, "192.0.2.77/32"sv,        "2001:db8::/32"sv, "0.0.0.0/0"sv,
                              "::/0"sv,         "::ffff:192.0.2.0/120"sv, "192.0.2.0/08"sv};
constexpr std::array odd_networks{
    "192.0.2.0"sv,       "192.0.2.0/33"sv,   "192.0.2/24"sv,      "192.0.2.256/24"sv, ""sv,
    "2001:db8::/129"sv,  "192.000.2.0/24"sv, "fe80::1%eth0/64"sv, "192.0.2.0/-1"sv,   "192.0.2.0/24 "sv,
    "nats.example/24"sv, "192.0.2.0/+8"sv};

constexpr std::array day_times{"00:00:00"sv, "23:59:59"sv,  "9:30:00"sv,  "09:30:00.25"sv, "24:00:00"sv,
                               "12:60:00"sv, "12:00:60"sv,  "12:00"sv,    "12:0:0"sv,      ""sv,
                               "noon"sv,     "12:00:00 "sv, "-1:00:00"sv, "09:30:00,5"sv,  "09:30:00."sv};

constexpr std::array zones{"Europe/Berlin"sv, "America/New_York"sv, "UTC"sv,    "Local"sv,   "Mars/Base"sv,
                           "../etc/passwd"sv, "/etc/UTC"sv,         "Europe"sv, "zone.tab"sv};

constexpr std::array connection_types{"STANDARD"sv, "WEBSOCKET"sv, "LEAFNODE"sv,   "LEAFNODE_WS"sv,
                                      "MQTT"sv,     "MQTT_WS"sv,   "IN_PROCESS"sv, "PIGEON"sv};

constexpr std::array<std::int64_t, 8> numbers{0, -1, 1, 100, -7, 1LL << 53, INT64_MAX, INT64_MIN};
constexpr std::size_t exact_numbers = 6;  // those that a double holds too: the first ones

std::string text(Source& source) {
    return source.pick(texts);
}

std::string subject(Source& source) {
    std::string subject = source.pick(tokens);
    while (!source.one_in(3))
        subject += "." + source.pick(tokens);
    if (source.one_in(6)) subject += ".>";
    return subject;
}

std::string any_subject(Source& source) {
    return source.one_in(12) ? source.pick(odd_subjects) : subject(source);
}

std::string usual_or(Source& source, Options usual, Options odd) {
    return source.pick(source.one_in(6) ? odd : usual);
}

std::int64_t number(Source& source) {
    return numbers[source.below(numbers.size())];
}

/// For what can stand in a scope, of which Go reads all numbers as doubles.
std::int64_t exact_number(Source& source) {
    return numbers[source.below(exact_numbers)];
}

bool coin(Source& source) {
    return source.one_in(2);
}

std::string key(Source& source, Kind kind) {
    return source.key(kind).public_key().text();
}

/// A key, or what only looks like one.
std::string any_key(Source& source, Kind kind) {
    if (!source.one_in(8)) return key(source, kind);
    std::string text = key(source, kind);
    switch (source.below(4)) {
        case 0:
            return text.substr(1);
        case 1:
            text.back() = text.back() == 'A' ? 'B' : 'A';
            return text;
        case 2:
            return key(source, kind == Kind::user ? Kind::account : Kind::user);
        default:
            return source.pick(texts);
    }
}

std::string curve_key(Source& source) {
    const nkeys::PublicBytes bytes = source.key(Kind::user).public_key().bytes();
    return nkeys::PublicKey::create(Kind::curve, bytes).text();
}

template <class Make>
auto list(Source& source, std::size_t most, Make make) {
    std::vector<decltype(make())> made(source.below(most + 1));
    for (auto& element : made)
        element = make();
    return made;
}

std::vector<std::string> text_list(Source& source) {
    return list(source, 3, [&] { return text(source); });
}

std::vector<std::string> key_list(Source& source, Kind kind) {
    return list(source, 2, [&] { return any_key(source, kind); });
}

base::Time past(Source& source) {
    return base::Time(std::chrono::seconds(1 + source.below(1'000'000'000)));
}

base::Time any_time(Source& source) {
    constexpr std::chrono::seconds far{4'000'000'000};
    return coin(source) ? past(source) : past(source) + far;
}

// ---- users

std::vector<std::string> permitted(Source& source) {
    return list(source, 3, [&] {
        std::string entry = any_subject(source);
        while (source.one_in(8))
            entry += " " + any_subject(source);
        return entry;
    });
}

jwt::Permissions permissions(Source& source) {
    jwt::Permissions made;
    made.pub = {.allow = permitted(source), .deny = permitted(source), .extra = {}};
    made.sub = {.allow = permitted(source), .deny = permitted(source), .extra = {}};
    if (source.one_in(3)) {
        made.resp = {
            .max = exact_number(source), .ttl = std::chrono::nanoseconds(exact_number(source)), .extra = {}};
    }
    return made;
}

jwt::UserPermissionLimits user_permissions(Source& source) {
    jwt::UserPermissionLimits made;
    static_cast<jwt::Permissions&>(made) = permissions(source);
    made.src = list(source, 2, [&] { return usual_or(source, networks, odd_networks); });
    made.times = list(source, 2, [&] {
        return jwt::TimeRange{.start = source.pick(day_times), .end = source.pick(day_times), .extra = {}};
    });
    if (source.one_in(3)) made.times_location = source.pick(zones);
    made.subs = exact_number(source);
    made.data = exact_number(source);
    made.payload = exact_number(source);
    made.bearer_token = coin(source);
    made.proxy_required = source.one_in(4);
    made.allowed_connection_types = list(source, 3, [&] { return source.pick(connection_types); });
    return made;
}

jwt::UserClaims claims(Source& source, const jwt::UserClaims&) {
    if (source.one_in(10)) return jwt::UserClaims::scoped();
    jwt::UserClaims made;
    static_cast<jwt::UserPermissionLimits&>(made) = user_permissions(source);
    if (coin(source)) made.issuer_account = any_key(source, Kind::account);
    made.tags = text_list(source);
    return made;
}

// ---- operators, activations

jwt::OperatorClaims claims(Source& source, const jwt::OperatorClaims&) {
    jwt::OperatorClaims made;
    made.signing_keys = key_list(source, Kind::operator_);
    if (coin(source)) made.account_server_url = usual_or(source, urls, odd_urls);
    made.operator_service_urls = list(source, 3, [&] { return usual_or(source, urls, odd_urls); });
    if (coin(source)) made.system_account = any_key(source, Kind::account);
    if (coin(source)) made.assert_server_version = source.pick(versions);
    made.strict_signing_key_usage = coin(source);
    made.tags = text_list(source);
    return made;
}

std::string service_or_stream(Source& source) {
    constexpr std::array options{"service"sv, "stream"sv};
    return source.one_in(20) ? "" : source.pick(options);
}

jwt::ActivationClaims claims(Source& source, const jwt::ActivationClaims&) {
    jwt::ActivationClaims made;
    made.subject = any_subject(source);
    made.kind = service_or_stream(source);
    if (coin(source)) made.issuer_account = any_key(source, Kind::account);
    made.tags = text_list(source);
    return made;
}

// ---- accounts

jwt::JetStreamLimits jetstream_limits(Source& source) {
    return {.mem_storage = number(source),
            .disk_storage = number(source),
            .streams = number(source),
            .consumer = number(source),
            .max_ack_pending = number(source),
            .mem_max_stream_bytes = number(source),
            .disk_max_stream_bytes = number(source),
            .max_bytes_required = coin(source),
            .extra = {}};
}

jwt::AccountLimits limits(Source& source) {
    jwt::AccountLimits made;
    if (source.one_in(3)) return made;
    made.subs = number(source);
    made.data = number(source);
    made.payload = number(source);
    made.imports = number(source);
    made.exports = number(source);
    made.wildcards = coin(source);
    made.disallow_bearer = coin(source);
    made.conn = number(source);
    made.leaf = number(source);
    // Not both: beside tiers, Go passes over the plain limits.
    if (source.one_in(3)) {
        made.jetstream = jetstream_limits(source);
        return made;
    }
    constexpr std::array tiers{"R1"sv, "R3"sv, "größe"sv, ""sv};
    while (source.one_in(2))
        made.tiered_limits[source.pick(tiers)] = jetstream_limits(source);
    return made;
}

jwt::Revocations revocations(Source& source) {
    jwt::Revocations made;
    while (source.one_in(3))
        made[source.one_in(4) ? "*" : any_key(source, Kind::user)] = number(source);
    return made;
}

/// A token for `import`, most of the time one that opens it to `importer`.
std::string activation(Source& source, const jwt::Import& import, const std::string& importer) {
    if (source.one_in(8)) return "ey.not.a-token";
    jwt::Draft<jwt::ActivationClaims> draft;
    draft.subject = source.one_in(8) ? key(source, Kind::account) : importer;
    draft.claims.subject = source.one_in(4) ? any_subject(source) : import.subject;
    draft.claims.kind = source.one_in(8) ? service_or_stream(source) : import.type;
    if (coin(source)) draft.claims.issuer_account = source.one_in(8) ? "junk" : import.account;
    if (coin(source)) draft.expires = any_time(source);
    return jwt::sign(draft, source.key(Kind::account), past(source))->text();
}

std::string local_subject(Source& source, const std::string& subject) {
    constexpr std::array options{"$1"sv,  "here.$1"sv, "$2.$1"sv, "$1.>"sv, "here.*"sv,
                                 "$-1"sv, "$0.$9"sv,   "a $1"sv,  "$x"sv};
    if (source.one_in(3)) return source.pick(options);
    return source.one_in(4) ? any_subject(source) : "here." + subject;
}

jwt::Import import_from(Source& source, const std::string& account, const std::string& importer) {
    jwt::Import made{.name = text(source),
                     .subject = any_subject(source),
                     .account = account,
                     .token = {},
                     .to = {},
                     .local_subject = {},
                     .type = service_or_stream(source),
                     .share = source.one_in(4),
                     .allow_trace = source.one_in(4),
                     .extra = {}};
    if (source.one_in(6)) made.to = any_subject(source);
    if (source.one_in(3)) made.local_subject = local_subject(source, made.subject);
    if (source.one_in(3)) made.token = activation(source, made, importer);
    return made;
}

/// All from one account: about overlapping services of several the versions of the Go library disagree.
std::vector<jwt::Import> imports(Source& source, const std::string& importer) {
    const std::string account = source.one_in(10) ? source.pick(texts) : key(source, Kind::account);
    return list(source, 4, [&] { return import_from(source, account, importer); });
}

std::string description(Source& source) {
    constexpr std::size_t most = 8192;
    if (!source.one_in(100)) return text(source);
    return std::string(most + source.below(2), 'd');
}

std::string info_url(Source& source) {
    if (source.one_in(50)) return "https://nats.example/" + std::string(8192 - source.below(50), 'u');
    return coin(source) ? "" : usual_or(source, urls, odd_urls);
}

jwt::ServiceLatency latency(Source& source) {
    constexpr std::array<std::int64_t, 7> samplings{0, 1, 50, 100, 101, -1, INT64_MIN};
    return {.sampling = samplings[source.below(source.one_in(8) ? samplings.size() : 4)],
            .results = any_subject(source),
            .extra = {}};
}

jwt::Export any_export(Source& source) {
    constexpr std::array response_types{"Singleton"sv, "Stream"sv, "Chunked"sv, "stream"sv};
    jwt::Export made;
    made.name = text(source);
    made.subject = any_subject(source);
    made.type = service_or_stream(source);
    made.token_req = coin(source);
    made.revocations = revocations(source);
    if (source.one_in(3)) made.response_type = source.pick(response_types);
    if (source.one_in(3)) made.response_threshold = std::chrono::nanoseconds(number(source));
    if (source.one_in(3)) made.service_latency = latency(source);
    if (source.one_in(3)) made.account_token_position = static_cast<std::int64_t>(source.below(5));
    made.advertise = coin(source);
    made.allow_trace = source.one_in(3);
    made.description = description(source);
    made.info_url = info_url(source);
    return made;
}

jwt::UserScope scope(Source& source) {
    jwt::UserScope made{.role = text(source),
                        .permissions = user_permissions(source),
                        .permissions_extra = {},
                        .description = text(source),
                        .extra = {}};
    // A limit of 0 is not written, and in a scope what is not written is unlimited.
    for (std::int64_t* limit : {&made.permissions.subs, &made.permissions.data, &made.permissions.payload}) {
        if (*limit == 0) *limit = jwt::no_limit;
    }
    return made;
}

/// Few and light enough that the sum of the weights fits into Go's byte, and with a weight wherever a cluster
/// is named: beyond that the versions of the Go library disagree.
jwt::WeightedMapping weighted_mapping(Source& source) {
    constexpr std::array clusters{"east"sv, "größe"sv};
    jwt::WeightedMapping made;
    made.subject = any_subject(source);
    made.weight = static_cast<std::int64_t>(source.below(101));
    if (made.weight != 0 && coin(source)) made.cluster = source.pick(clusters);
    return made;
}

jwt::ExternalAuthorization authorization(Source& source) {
    jwt::ExternalAuthorization made;
    if (coin(source)) return made;
    made.auth_users = key_list(source, Kind::user);
    made.allowed_accounts =
        list(source, 2, [&] { return source.one_in(3) ? "*" : any_key(source, Kind::account); });
    if (coin(source)) made.xkey = source.one_in(4) ? any_key(source, Kind::user) : curve_key(source);
    return made;
}

jwt::MessageTrace trace(Source& source) {
    constexpr std::array<std::int64_t, 6> samplings{0, 1, 100, 101, -1, INT64_MAX};
    return {.dest = any_subject(source), .sampling = samplings[source.below(samplings.size())], .extra = {}};
}

void add_rest(Source& source, jwt::AccountClaims& claims) {
    constexpr std::array traffic{"system"sv, "owner"sv, "others"sv};
    claims.authorization = authorization(source);
    if (source.one_in(3)) claims.trace = trace(source);
    if (source.one_in(3)) claims.cluster_traffic = source.pick(traffic);
    claims.description = description(source);
    claims.info_url = info_url(source);
    claims.tags = text_list(source);
}

jwt::AccountClaims claims(Source& source, const jwt::AccountClaims&) {
    jwt::AccountClaims made;
    made.exports = list(source, 4, [&] { return any_export(source); });
    made.limits = limits(source);
    while (source.one_in(2)) {
        const std::string signing_key = any_key(source, Kind::account);
        made.signing_keys[signing_key] = coin(source) ? std::optional(scope(source)) : std::nullopt;
    }
    made.revocations = revocations(source);
    if (coin(source)) made.default_permissions = permissions(source);
    while (source.one_in(3))
        made.mappings[any_subject(source)] = list(source, 2, [&] { return weighted_mapping(source); });
    add_rest(source, made);
    return made;
}

// ---- auth callouts

std::string pem(Source& source) {
    return "-----BEGIN CERTIFICATE-----\n" + text(source) + "\n-----END CERTIFICATE-----\n";
}

jwt::ServerIdentity server_identity(Source& source) {
    return {.name = text(source),
            .host = text(source),
            .id = source.server_key().public_key().text(),
            .version = coin(source) ? source.pick(versions) : "",
            .cluster = text(source),
            .tags = text_list(source),
            .xkey = coin(source) ? curve_key(source) : "",
            .extra = {}};
}

jwt::ClientInformation client_information(Source& source) {
    return {.host = text(source),
            .id = std::max<std::int64_t>(number(source), 0),
            .user = text(source),
            .name = text(source),
            .tags = text_list(source),
            .name_tag = text(source),
            .kind = text(source),
            .type = text(source),
            .mqtt_id = text(source),
            .nonce = text(source),
            .extra = {}};
}

jwt::ConnectOptions connect_options(Source& source) {
    return {.jwt = text(source),
            .nkey = coin(source) ? key(source, Kind::user) : "",
            .sig = text(source),
            .auth_token = text(source),
            .user = text(source),
            .pass = text(source),
            .name = text(source),
            .lang = text(source),
            .version = text(source),
            .protocol = number(source),
            .extra = {}};
}

jwt::AuthorizationRequestClaims claims(Source& source, const jwt::AuthorizationRequestClaims&) {
    jwt::AuthorizationRequestClaims made;
    made.server = server_identity(source);
    if (!source.one_in(8)) made.user_nkey = any_key(source, Kind::user);
    made.client = client_information(source);
    made.connect = connect_options(source);
    if (coin(source)) {
        made.tls = {
            .version = text(source), .cipher = text(source), .certs = {}, .verified_chains = {}, .extra = {}};
        made.tls->certs = list(source, 2, [&] { return pem(source); });
        made.tls->verified_chains =
            list(source, 2, [&] { return list(source, 2, [&] { return pem(source); }); });
    }
    made.request_nonce = text(source);
    made.tags = text_list(source);
    return made;
}

jwt::AuthorizationResponseClaims claims(Source& source, const jwt::AuthorizationResponseClaims&) {
    jwt::AuthorizationResponseClaims made;
    if (coin(source)) made.jwt = "ey.J0.x";
    if (coin(source)) made.error = text(source);
    if (coin(source)) made.issuer_account = any_key(source, Kind::account);
    made.tags = text_list(source);
    return made;
}

// ---- anything else

nlohmann::json json_value(Source& source, int depth) {
    constexpr std::array<double, 10> broken{0.5,    -0.25,   1.0,  1e20,   1e21,
                                            123e30, 0.00001, 1e-6, 1.5e-7, 1.7976931348623157e308};
    switch (source.below(depth == 0 ? 5 : 7)) {
        case 0:
            return nullptr;
        case 1:
            return coin(source);
        case 2:
            return exact_number(source);  // Go reads all numbers of generic claims as doubles
        case 3:
            return broken[source.below(broken.size())];
        case 4:
            return text(source);
        case 5:
            return list(source, 3, [&] { return json_value(source, depth - 1); });
        default:
            nlohmann::json object = nlohmann::json::object();
            while (!source.one_in(3))
                object[text(source)] = json_value(source, depth - 1);
            return object;
    }
}

jwt::GenericClaims claims(Source& source, const jwt::GenericClaims&) {
    nlohmann::json body = {{"type", "generic"}};
    if (coin(source)) body["version"] = 2;
    while (!source.one_in(4))
        body["x " + text(source)] = json_value(source, 3);
    return {.body = body.dump()};
}

// ---- the part that all claims have

template <class C>
constexpr Kind subject_kind = Kind::account;
template <>
constexpr Kind subject_kind<jwt::OperatorClaims> = Kind::operator_;
template <>
constexpr Kind subject_kind<jwt::UserClaims> = Kind::user;
template <>
constexpr Kind subject_kind<jwt::AuthorizationResponseClaims> = Kind::user;

template <class C>
constexpr bool operators_may_issue =
    !std::is_same_v<C, jwt::UserClaims> && !std::is_same_v<C, jwt::AuthorizationResponseClaims>;

}  // namespace

RandomClaims::RandomClaims(std::uint64_t seed) : source_(std::make_unique<Source>(seed)) {}
RandomClaims::~RandomClaims() = default;

template <class C>
jwt::Draft<C> RandomClaims::draft() {
    jwt::Draft<C> draft;
    draft.subject = key(*source_, subject_kind<C>);
    draft.name = text(*source_);
    draft.audience = text(*source_);
    if (coin(*source_)) draft.expires = any_time(*source_);
    if (coin(*source_)) draft.not_before = any_time(*source_);
    draft.claims = claims(*source_, C{});
    if constexpr (std::is_same_v<C, jwt::AccountClaims>) {
        draft.claims.imports = imports(*source_, draft.subject);
    }
    if constexpr (std::is_same_v<C, jwt::AuthorizationResponseClaims>) {
        if (coin(*source_)) draft.audience = source_->server_key().public_key().text();
    }
    return draft;
}

template <class C>
const nkeys::SigningKey& RandomClaims::issuer() {
    if (std::is_same_v<C, jwt::OperatorClaims>) return source_->key(Kind::operator_);
    if (std::is_same_v<C, jwt::AuthorizationRequestClaims>) return source_->server_key();
    if (operators_may_issue<C> && coin(*source_)) return source_->key(Kind::operator_);
    return source_->key(Kind::account);
}

template jwt::Draft<jwt::OperatorClaims> RandomClaims::draft();
template jwt::Draft<jwt::AccountClaims> RandomClaims::draft();
template jwt::Draft<jwt::UserClaims> RandomClaims::draft();
template jwt::Draft<jwt::ActivationClaims> RandomClaims::draft();
template jwt::Draft<jwt::AuthorizationRequestClaims> RandomClaims::draft();
template jwt::Draft<jwt::AuthorizationResponseClaims> RandomClaims::draft();
template jwt::Draft<jwt::GenericClaims> RandomClaims::draft();
template const nkeys::SigningKey& RandomClaims::issuer<jwt::OperatorClaims>();
template const nkeys::SigningKey& RandomClaims::issuer<jwt::AccountClaims>();
template const nkeys::SigningKey& RandomClaims::issuer<jwt::UserClaims>();
template const nkeys::SigningKey& RandomClaims::issuer<jwt::ActivationClaims>();
template const nkeys::SigningKey& RandomClaims::issuer<jwt::AuthorizationRequestClaims>();
template const nkeys::SigningKey& RandomClaims::issuer<jwt::AuthorizationResponseClaims>();
template const nkeys::SigningKey& RandomClaims::issuer<jwt::GenericClaims>();

}  // namespace natscreds::support
