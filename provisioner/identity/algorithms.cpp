#include "algorithms.h"

#include <algorithm>
#include <array>
#include <utility>

namespace natscreds::provisioner::identity {
namespace {

constexpr std::array<std::pair<std::string_view, Algorithm>, 7> algorithms{{{"RS256", Algorithm::rs256},
                                                                            {"RS384", Algorithm::rs384},
                                                                            {"RS512", Algorithm::rs512},
                                                                            {"PS256", Algorithm::ps256},
                                                                            {"ES256", Algorithm::es256},
                                                                            {"ES384", Algorithm::es384},
                                                                            {"EdDSA", Algorithm::eddsa}}};

}  // namespace

std::optional<Algorithm> algorithm_named(std::string_view name) noexcept {
    const auto* const found =
        std::ranges::find(algorithms, name, [](const auto& entry) { return entry.first; });
    return found != algorithms.end() ? std::optional(found->second) : std::nullopt;
}

std::string_view name_of(Algorithm algorithm) noexcept {
    return std::ranges::find(algorithms, algorithm, [](const auto& entry) { return entry.second; })->first;
}

}  // namespace natscreds::provisioner::identity
