#include <support/core_image.h>

#include <algorithm>
#include <array>
#include <cstring>
#include <set>
#include <stdexcept>
#include <unordered_map>

#include <natscreds/base/bytes.h>
#include <natscreds/nkeys/curve_key.h>
#include <natscreds/nkeys/signing_key.h>
#include <support/fakes.h>
#include <support/process.h>
#include <support/temp_dir.h>

namespace natscreds::support {
namespace {

/// Enough of a pattern to tell it from everything else; what comes before may be common to many.
constexpr std::size_t compared = 16;

std::uint64_t first_word(const char* bytes) {
    std::uint64_t word = 0;
    std::memcpy(&word, bytes, sizeof(word));
    return word;
}

std::string middle(const base::Secret& text) {
    return std::string(base::as_text(text.expose()).substr(20, compared));
}

}  // namespace

std::string core_image(int pid, Mappings mappings) {
    const TempDir folder;
    const std::string prefix = (folder / "core").string();
    std::vector<std::string> argv{"gcore", "-o", prefix, std::to_string(pid)};
    if (mappings == Mappings::all) argv.insert(argv.begin() + 1, "-a");
    const Outcome outcome = run({.argv = std::move(argv), .deadline = std::chrono::seconds(60)});
    const std::string file = prefix + "." + std::to_string(pid);
    if (!std::filesystem::exists(file)) throw std::runtime_error("gcore: " + outcome.out + outcome.err);
    return read_text(file);
}

std::vector<std::size_t> texts_in(const std::string& image, std::span<const std::string> texts) {
    std::unordered_multimap<std::uint64_t, std::size_t> words;
    for (std::size_t i = 0; i < texts.size(); ++i)
        words.emplace(first_word(texts[i].data()), i);
    std::set<std::size_t> found;
    for (std::size_t at = 0; at + compared <= image.size(); ++at) {
        const auto [first, last] = words.equal_range(first_word(image.data() + at));
        for (auto it = first; it != last; ++it) {
            if (image.compare(at, texts[it->second].size(), texts[it->second]) == 0) found.insert(it->second);
        }
    }
    return {found.begin(), found.end()};
}

std::vector<std::uint64_t> seeds_in(const std::string& image, std::uint64_t count) {
    std::vector<std::string> patterns;
    for (std::uint64_t number = 1; number <= count; ++number) {
        std::array<std::uint8_t, 32> raw;
        FixedRandom(number).fill(raw);
        FixedRandom random(number);
        FixedRandom curve_random(number);
        patterns.emplace_back(base::as_text(raw).substr(0, compared));
        patterns.push_back(middle(nkeys::SigningKey::generate(nkeys::Kind::user, random)->seed_text()));
        patterns.push_back(middle(nkeys::CurveKey::generate(curve_random).seed_text()));
    }
    std::set<std::uint64_t> numbers;
    for (const std::size_t pattern : texts_in(image, patterns))
        numbers.insert(pattern / 3 + 1);
    return {numbers.begin(), numbers.end()};
}

}  // namespace natscreds::support
