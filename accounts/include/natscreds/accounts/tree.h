#pragma once

#include <natscreds/accounts/keystore.h>
#include <natscreds/accounts/store.h>
#include <natscreds/base/clock.h>
#include <natscreds/base/random.h>

namespace natscreds::accounts {

/// What a change of the trust tree works with: where tokens and keys lie, and where time and new keys come
/// from. It owns nothing; all of it must outlive the call.
struct Tree {
    const Store& store;
    const KeyStore& keys;
    const base::Clock& clock;
    base::Random& random;
};

}  // namespace natscreds::accounts
