// Makes keys, uses them in every way there is, drops them, and waits to be looked at: key_user DROPPED KEPT
//
// Key number N comes from FixedRandom(N), so that whoever looks knows the seeds.
#include <unistd.h>
#include <csignal>
#include <cstdio>
#include <cstdlib>
#include <vector>

#include <natscreds/base/file.h>
#include <natscreds/jwt/creds.h>
#include <natscreds/nkeys/curve_key.h>
#include <natscreds/nkeys/key_file.h>
#include <support/fakes.h>
#include <support/temp_dir.h>

using namespace natscreds;
using nkeys::Kind;
using nkeys::SigningKey;

namespace {

constexpr base::Time noon{std::chrono::seconds{1'700'000'000}};

SigningKey user_key(std::uint64_t number) {
    support::FixedRandom random(number);
    return SigningKey::generate(Kind::user, random).value();
}

nkeys::CurveKey curve_key(std::uint64_t number) {
    support::FixedRandom random(number);
    return nkeys::CurveKey::generate(random);
}

void use(std::uint64_t number, const SigningKey& account, const support::TempDir& folder) {
    SigningKey key = user_key(number);
    const base::Secret seed = key.seed_text();
    const base::Secret text = key.private_text();
    const std::filesystem::path seed_file = folder / "seed";
    (void)base::write_file(seed_file, seed.expose(), {.existing = base::Existing::replace}).has_value();
    const SigningKey loaded = nkeys::load_seed(seed_file).value();
    (void)loaded.sign(base::as_bytes("nonce"));

    jwt::Draft<jwt::UserClaims> user;
    user.subject = key.public_key().text();
    auto issued = jwt::issue(user, account, noon).value();
    const auto credentials = jwt::Credentials::create(std::move(issued), std::move(key)).value();
    const std::filesystem::path creds_file = folder / "creds";
    (void)base::write_file(creds_file, credentials.text().expose(), {.existing = base::Existing::replace})
        .has_value();
    const auto again = jwt::Credentials::load(creds_file).value();
    (void)again.key().sign(base::as_bytes("nonce"));

    const nkeys::CurveKey curve = curve_key(number);
    const base::Secret curve_seed = curve.seed_text();
    support::FixedRandom nonce(number);
    const auto sealed = curve.seal(base::as_bytes("message"), curve.public_key(), nonce).value();
    (void)curve.open(sealed, curve.public_key()).has_value();
}

}  // namespace

int main(int argc, char** argv) {
    if (argc != 3) return 2;
    const std::uint64_t dropped = std::strtoull(argv[1], nullptr, 10);
    const std::uint64_t kept = std::strtoull(argv[2], nullptr, 10);
    {
        const support::TempDir folder;
        const SigningKey account =
            SigningKey::generate(Kind::account, *std::make_unique<base::SystemRandom>()).value();
        for (std::uint64_t number = 1; number <= dropped; ++number)
            use(number, account, folder);
    }
    std::vector<SigningKey> keys;
    for (std::uint64_t number = dropped + 1; number <= dropped + kept; ++number)
        keys.push_back(user_key(number));
    std::puts("ready");
    std::fflush(stdout);
    ::pause();
    return static_cast<int>(keys.size());
}
