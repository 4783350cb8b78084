// A seed or a creds file's content where a name or file is asked for: a mistake that people make in containers and CI.
#include <string>
#include <vector>

#include <catch2/catch_test_macros.hpp>

#include <natscreds/base/bytes.h>
#include <natscreds/nkeys/signing_key.h>
#include <support/fakes.h>

#include "command_walk.h"

using namespace natscreds;
using namespace natscreds::nsctl::test;

namespace {

std::string seed() {
    support::FixedRandom random(7);
    const auto key = nkeys::SigningKey::generate(nkeys::Kind::user, random).value();
    const base::Secret text = key.seed_text();
    return std::string(base::as_text(text.expose()));
}

bool shown(const Outcome& outcome, const std::string& secret) {
    return outcome.out.find(secret) != std::string::npos || outcome.err.find(secret) != std::string::npos;
}

}  // namespace

TEST_CASE("nsctl: a seed given to any option or argument of any command is not said again") {
    NscCommandLine walker;
    const std::string secret = seed();
    std::size_t tried = 0;
    each_command(walker, {}, [&](const Words& words, const std::string& help) {
        Words options = below(help, "Options", " TEXT");
        options.insert(options.end(), {"", "-K", "--all-dirs", "--keystore-dir"});
        NscCommandLine nsctl;
        for (const std::string& option : options) {
            const Words given = option.empty() ? Words{secret} : Words{option, secret};
            const Outcome outcome = nsctl(with(words, given));
            std::string command;
            for (const std::string& word : words)
                command += word + " ";
            INFO("nsctl " << command << option);
            CHECK_FALSE(shown(outcome, secret));
            ++tried;
        }
    });
    CHECK(tried > 300);
}
