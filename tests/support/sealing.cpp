#include <support/sealing.h>

#include <natscreds/base/random.h>
#include <natscreds/nkeys/key_file.h>
#include <natscreds/nkeys/sealed_seed.h>
#include <support/signing.h>

namespace natscreds::support {

void seal_seed(const std::filesystem::path& file, std::string_view passphrase) {
    const auto key = nkeys::load_seed(file).value();
    base::SystemRandom random;
    nkeys::SealSettings settings{.passes = 1, .mebibytes = 8};
    random.fill(settings.salt);
    const auto sealing =
        nkeys::SealingKey::derive(base::Secret::copy_of(base::as_bytes(passphrase)), settings).value();
    const auto sealed = nkeys::SealedSeed::seal(key.public_key(), key.seed_text(), sealing, random);
    const std::string text = sealed.text();
    write_secret(file, base::Secret::copy_of(base::as_bytes(text)));
}

}  // namespace natscreds::support
