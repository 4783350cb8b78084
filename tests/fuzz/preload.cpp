// An account's token is put into whatever configuration has a preload; a second time changes nothing.
#include <algorithm>

#include <natscreds/accounts/servers/preload.h>

#include "require.h"

using namespace natscreds;

namespace {

/// The same at every run, so that the corpus holds configurations that have the account already.
class FixedRandom final : public base::Random {
  public:
    void fill(std::span<std::uint8_t> bytes) override { std::ranges::fill(bytes, std::uint8_t{7}); }
};

struct Account {
    accounts::Name name = accounts::Name::parse("A").value();
    nkeys::SigningKey key = [] {
        FixedRandom random;
        return nkeys::SigningKey::generate(nkeys::Kind::account, random).value();
    }();
    std::string subject = key.public_key().text();
    jwt::Token token = [this] {
        jwt::Draft<jwt::AccountClaims> draft;
        draft.subject = subject;
        return jwt::sign(draft, key, base::Time(std::chrono::seconds(1))).value();
    }();
};

}  // namespace

extern "C" int LLVMFuzzerTestOneInput(const std::uint8_t* data, std::size_t size) {
    static const Account account;
    const accounts::Preloaded preloaded{.name = account.name, .key = account.subject, .token = account.token};
    const auto once = accounts::with_preloaded(base::as_text({data, size}), preloaded);
    if (!once) return 0;
    fuzz::require(once->find(account.token.text()) != std::string::npos);
    const auto twice = accounts::with_preloaded(*once, preloaded);
    fuzz::require(twice && *twice == *once);
    return 0;
}
