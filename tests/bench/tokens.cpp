// How fast tokens are made and read, against bare libsodium in the same run: the median of five rounds, in
// which both take turns.
#include <algorithm>
#include <array>
#include <atomic>
#include <chrono>
#include <cstdio>
#include <cstdlib>
#include <functional>
#include <new>
#include <string>

#include <sodium.h>

#include <natscreds/jwt/creds.h>
#include <natscreds/jwt/token.h>
#include <natscreds/provisioner/policy/role.h>

using namespace natscreds;

namespace {

std::atomic<std::size_t> allocations{0};

}  // namespace

// Counts what the code under test allocates.
void* operator new(std::size_t size) {
    ++allocations;
    if (void* memory = std::malloc(size)) return memory;
    throw std::bad_alloc();
}
void operator delete(void* memory) noexcept {
    std::free(memory);
}
void operator delete(void* memory, std::size_t) noexcept {
    std::free(memory);
}

namespace {

constexpr int rounds = 5;
constexpr int calls = 4000;
constexpr base::Time issued_at{std::chrono::seconds{1'700'000'000}};

double seconds_for(const std::function<void()>& call) {
    const auto start = std::chrono::steady_clock::now();
    for (int i = 0; i < calls; ++i)
        call();
    return std::chrono::duration<double>(std::chrono::steady_clock::now() - start).count();
}

struct Comparison {
    const char* name;
    std::function<void()> ours;
    std::function<void()> reference;
};

void compare(const Comparison& comparison) {
    comparison.ours();
    comparison.reference();
    const std::size_t before = allocations;
    comparison.ours();
    const std::size_t allocated = allocations - before;
    std::array<double, rounds> ratios;
    std::array<double, rounds> rates;
    for (int round = 0; round < rounds; ++round) {
        const double ours = seconds_for(comparison.ours);
        const double reference = seconds_for(comparison.reference);
        ratios[static_cast<std::size_t>(round)] = reference / ours;
        rates[static_cast<std::size_t>(round)] = calls / ours;
    }
    std::ranges::sort(ratios);
    std::ranges::sort(rates);
    std::printf("%-28s %8.0f/s  %5.1f %% of bare libsodium  %4zu allocations\n", comparison.name,
                rates[rounds / 2], 100 * ratios[rounds / 2], allocated);
}

/// A user JWT as the chat's provisioner issues them.
jwt::Draft<jwt::UserClaims> chat_user(const nkeys::PublicKey& key, const std::string& account) {
    jwt::Draft<jwt::UserClaims> draft;
    draft.subject = key.text();
    draft.name = "wallyqs";
    draft.expires = issued_at + std::chrono::hours(1);
    const provisioner::Role role = provisioner::chat_role("KUBECON").value();
    static_cast<jwt::UserPermissionLimits&>(draft.claims) =
        provisioner::expand(role, {.subject = draft.subject, .name = draft.name}).value();
    draft.claims.issuer_account = account;
    draft.claims.tags = {"role:chat", "gen:0"};
    return draft;
}

}  // namespace

int main() {
    if (sodium_init() < 0) return 1;
    base::SystemRandom random;
    const auto account = nkeys::SigningKey::generate(nkeys::Kind::account, random).value();
    const auto signing_key = nkeys::SigningKey::generate(nkeys::Kind::account, random).value();
    const auto user = nkeys::SigningKey::generate(nkeys::Kind::user, random).value();
    const std::string account_text = account.public_key().text();
    const auto draft = chat_user(user.public_key(), account_text);
    const std::string token = jwt::sign(draft, signing_key, issued_at)->text();
    const std::string signed_text = token.substr(0, token.rfind('.'));

    std::array<unsigned char, crypto_sign_PUBLICKEYBYTES> pk;
    std::array<unsigned char, crypto_sign_SECRETKEYBYTES> sk;
    std::array<unsigned char, crypto_sign_BYTES> signature;
    if (crypto_sign_keypair(pk.data(), sk.data()) != 0) std::abort();
    const auto* message = reinterpret_cast<const unsigned char*>(signed_text.data());
    const auto bare_sign = [&] {
        const int made =
            crypto_sign_detached(signature.data(), nullptr, message, signed_text.size(), sk.data());
        if (made != 0) std::abort();
    };
    bare_sign();

    std::printf("a token of %zu bytes; %d rounds of %d calls\n", token.size(), rounds, calls);
    compare(
        {"user JWT, key given", [&] { (void)jwt::sign(draft, signing_key, issued_at)->text(); }, bare_sign});
    compare({"key, JWT and creds",
             [&] {
                 auto key = nkeys::SigningKey::generate(nkeys::Kind::user, random).value();
                 auto user_jwt =
                     jwt::issue(chat_user(key.public_key(), account_text), signing_key, issued_at);
                 const auto credentials =
                     jwt::Credentials::create(std::move(user_jwt).value(), std::move(key));
                 (void)credentials->text();
             },
             [&] {
                 std::array<unsigned char, crypto_sign_PUBLICKEYBYTES> new_pk;
                 std::array<unsigned char, crypto_sign_SECRETKEYBYTES> new_sk;
                 if (crypto_sign_keypair(new_pk.data(), new_sk.data()) != 0) std::abort();
                 bare_sign();
             }});
    compare({"decode and verify", [&] { (void)jwt::decode<jwt::UserClaims>(token).value(); },
             [&] {
                 if (crypto_sign_verify_detached(signature.data(), message, signed_text.size(), pk.data()) !=
                     0) {
                     std::abort();
                 }
             }});
    return 0;
}
