// A role's patterns, what is known of who asks, and the name that is asked for; an owner's text, too.
#include <array>
#include <cstddef>
#include <cstdint>
#include <string>
#include <string_view>

#include <natscreds/base/wildcard.h>
#include <natscreds/provisioner/policy/name.h>
#include <natscreds/provisioner/policy/name_pattern.h>
#include <natscreds/provisioner/policy/owner.h>

#include "require.h"

using namespace natscreds;
using namespace natscreds::provisioner;

namespace {

/// The pattern, the facts and the name, each in a line.
struct Lines {
    explicit Lines(std::string_view text) {
        for (std::string& line : all) {
            const std::size_t end = text.find('\n');
            line = text.substr(0, end);
            text = end == std::string_view::npos ? std::string_view() : text.substr(end + 1);
        }
    }
    std::array<std::string, 4> all;
};

}  // namespace

extern "C" int LLVMFuzzerTestOneInput(const std::uint8_t* data, std::size_t size) {
    const std::string_view text(reinterpret_cast<const char*>(data), size);
    const Lines lines(text);
    const auto& [pattern, requester, pod, name] = lines.all;
    const NameFacts facts{{"requester", requester}, {"pod", pod}, {"namespace", "nats-io"}};
    const bool good = check_name_pattern(pattern).has_value();
    const auto filled = fill_in(pattern, facts);
    if (good && filled && pattern.find('*') == std::string::npos) {
        // What a pattern without stars gives is a name, and the only one that it gives.
        if (Name::parse(*filled)) fuzz::require(base::wildcard_matches(*filled, *filled));
        fuzz::require(!base::wildcard_matches(*filled, *filled + "x"));
    }
    (void)base::wildcard_matches(pattern, name);
    (void)check_name({pattern}, name, facts);
    if (const auto owner = Owner::parse(text)) {
        fuzz::require(owner->text() == text);
        // Nobody is not even itself: what is nobody's anybody may take.
        fuzz::require(owner->is(*owner) != owner->nobody());
        fuzz::require(owner->nobody() || owner->tag().size() == 22);
    }
    return 0;
}
